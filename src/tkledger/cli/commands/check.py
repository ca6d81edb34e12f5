"""``tk check``: three questions asked before acting, in the words of the tool that had them first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from tkledger.cli import options as o
from tkledger.core import exec_kernel
from tkledger.core.exec_kernel import Answer, Node
from tkledger.errors import Exit, TkError, usage
from tkledger.report import print_json, say, visible, without_empty

app = typer.Typer(help="Ask before acting: a move, a new task, more work.", no_args_is_help=True)


def _answer(ask: Callable[[], Answer], as_json: bool) -> int:
    """Print an answer: allowed on stdout and 0, refused on stderr and 1."""
    try:
        answer = ask()
    except ValueError as error:
        raise usage("bad-value", str(error), "tk check --help") from None
    if as_json:
        print_json(ok=answer.ok, **without_empty({"text": answer.text, "kind": answer.kind}))
    elif answer.ok:
        print(visible(answer.text))
    else:
        say(visible(answer.text))
    return Exit.OK if answer.ok else Exit.REJECTED


@app.command("transition")
def transition(
    source: Annotated[str, typer.Argument(metavar="FROM", autocompletion=o.complete_states)],
    target: Annotated[str, typer.Argument(metavar="TO", autocompletion=o.complete_states)],
    path: o.Folder = ".",  # every command takes it, here it changes nothing
    as_json: o.Json = False,
) -> int:
    """Say whether the lifecycle has an edge between two states."""
    return _answer(lambda: exec_kernel.transition(source, target), as_json)


@app.command("loop")
def loop(
    id: Annotated[str, typer.Argument(metavar="ID", help="The task to be made.")],
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="Who makes it.")],
    type: Annotated[str, typer.Argument(metavar="TYPE", help="Its type.")],
    parent: Annotated[
        str | None,
        typer.Option("--parent", "--parent-task-id", metavar="ID", help="The task it is part of."),
    ] = None,
    created_by: Annotated[
        str | None,
        typer.Option(
            "--created-by", "--created-by-task-id", metavar="ID", help="The task it came out of."
        ),
    ] = None,
    max_depth: Annotated[
        int, typer.Option("--max-depth", metavar="N", help="A root stands at 0.")
    ] = exec_kernel.MAX_DEPTH,
    at: o.At = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
) -> int:
    """Say whether making a task would be work that goes round in circles, or too deep."""
    call = Node(id, agent, type, parent, created_by)
    return _answer(lambda: _loop(call, max_depth, path, at), as_json)


def _loop(call: Node, max_depth: int, path: str, at: str | None) -> Answer:
    """Ask the ledger one stands in; outside of any there is nothing registered."""
    from tkledger.api.session import Session
    from tkledger.git.repo import GitError

    try:
        ledger = Session(path).read(at)
    except (GitError, TkError):
        if at is not None:
            raise
        return exec_kernel.loop(call, lambda task_id: None, max_depth=max_depth)
    return exec_kernel.loop_in(ledger, call, max_depth)


@app.command("budget")
def budget(
    id: Annotated[str, typer.Argument(metavar="ID", help="The task's name, for the answer.")],
    steps: Annotated[int, typer.Option("--steps", metavar="N", help="Steps taken.")] = 0,
    max_steps: Annotated[int, typer.Option("--max-steps", metavar="N")] = exec_kernel.MAX_STEPS,
    seconds: Annotated[float, typer.Option("--duration", metavar="S", help="Seconds worked.")] = 0,
    max_seconds: Annotated[
        int, typer.Option("--max-duration", metavar="S")
    ] = exec_kernel.MAX_SECONDS,
    depth: Annotated[int, typer.Option("--depth", metavar="N", help="Depth proposed.")] = 0,
    max_depth: Annotated[int, typer.Option("--max-depth", metavar="N")] = exec_kernel.MAX_DEPTH,
    path: o.Folder = ".",  # every command takes it, here it changes nothing
    as_json: o.Json = False,
) -> int:
    """Say whether what was used is within the limits given."""
    return _answer(
        lambda: exec_kernel.budget(
            id,
            steps=steps,
            max_steps=max_steps,
            seconds=seconds,
            max_seconds=max_seconds,
            depth=depth,
            max_depth=max_depth,
        ),
        as_json,
    )
