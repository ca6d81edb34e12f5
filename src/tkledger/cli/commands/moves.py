"""``tk admit .. cancel``: the moves. Plain ones do without typer, which halves their time.

One table holds what they take; the arguments of the small parser (`cli.plain`) and typer's commands
are both made of it, so nothing is told twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from tkledger.api.session import Session, each, read_ids, read_text
from tkledger.cli.parser import COMMON, Flag, arguments
from tkledger.core.lifecycle import TRANSITIONS, Event
from tkledger.core.task import REASONS, RESOLUTIONS
from tkledger.verbs import OPTIONS
from tkledger.verbs.moves import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable


_WAYS = "; ".join(f"{state} {', '.join(ways)}" for state, ways in RESOLUTIONS.items())

FLAGS = (
    Flag(
        "message", ("-m", "--message"), "TEXT", "What happened, or what it waits for; - is stdin."
    ),
    Flag(
        "reason",
        ("--reason",),
        "REASON",
        f"What it waits for: {', '.join(REASONS)}.",
        "complete_reasons",
    ),
    Flag("resolution", ("--resolution",), "HOW", f"How it ended: {_WAYS}.", "complete_resolutions"),
    Flag("key", ("--key",), "KEY", "The same key again gives the first answer again."),
    *COMMON,
)


def _flags(verb: str) -> list[Flag]:
    only = {"reason", "resolution"}
    return [flag for flag in FLAGS if flag.argument not in only or flag.argument in OPTIONS[verb]]


def parse(argv: list[str]) -> dict[str, Any] | None:
    """The arguments of a plain move; None if typer had better look at it."""
    values = arguments(argv[1:], _flags(argv[0]))
    return values if values and values["ids"] else None


def run(
    verb: str,
    ids: list[str],
    message: str | None = None,
    reason: str | None = None,
    resolution: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    as_json: bool = False,
    dry_run: bool = False,
) -> int:
    """Move the tasks along the verb's edge, in one commit."""
    session = Session(path, as_json=as_json, actor=actor)
    options = {"message": read_text(message), "reason": reason, "resolution": resolution}
    recorded, _ = session.carry_out(each(verb, read_ids(ids), options), dry_run=dry_run, key=key)
    return session.answer_moves(recorded, dry_run=dry_run, verb=verb)


def _command(verb: str) -> Callable[..., int]:
    """The typer command of a verb, made of the same table as the parser."""
    import inspect

    import typer

    from tkledger.cli import options

    def parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
        kind = inspect.Parameter.KEYWORD_ONLY
        return inspect.Parameter(name, kind, default=default, annotation=annotation)

    ids = Annotated[
        list[str],
        typer.Argument(metavar="ID...", help="Tasks.", autocompletion=options.complete_ids),
    ]
    parameters = [parameter("ids", ids, inspect.Parameter.empty)]
    for flag in _flags(verb):
        completion = getattr(options, flag.completion) if flag.completion else None
        option = typer.Option(
            *flag.words, metavar=flag.metavar or None, help=flag.help, autocompletion=completion
        )
        kind: Any = (str | None) if flag.metavar else bool
        default: Any = None if flag.metavar else False
        parameters.append(
            parameter(
                flag.argument, Annotated[kind, option], "." if flag.argument == "path" else default
            )
        )

    def command(**values: Any) -> int:
        return run(verb, **values)

    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    command.__doc__ = _help(Event(verb))
    return command


def _help(event: Event) -> str:
    edges = [edge for edge in TRANSITIONS if edge.event is event]
    sources = ", ".join(edge.source.value for edge in edges)
    return f"{event.value.capitalize()}: {sources} -> {TARGETS[event].value}."


def __getattr__(name: str) -> Callable[..., int]:
    """The commands by their verbs, made when the table of contents asks for them."""
    if name in {event.value for event in TARGETS}:
        return _command(name)
    raise AttributeError(name)
