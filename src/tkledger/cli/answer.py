"""What a command answers, as a value; and the one place that prints it, as JSON or for people."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from tkledger import report
from tkledger.core.ref_names import INBOXES, inbox_of
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple
from tkledger.errors import Exit
from tkledger.git.errors import GitError
from tkledger.report import Progress, visible

if TYPE_CHECKING:
    from tkledger.api.filters import Choice
    from tkledger.api.overview import Shown
    from tkledger.api.session import Session
    from tkledger.core.messages import Letter
    from tkledger.core.overview import Chosen
    from tkledger.core.snapshot import Flaw
    from tkledger.ledger.proposal import Recorded
    from tkledger.verbs.verb import Proposed
    from tkledger.views.fields import Texts
    from tkledger.views.text_layout import Lines


class Aside(NamedTuple):
    """A line for a person, on stderr; scripts need not read it."""

    text: str


class Verbatim(NamedTuple):
    """A line for another program, on stdout as it is."""

    text: str


class TerminalView(NamedTuple):
    """What is drawn for a person, and the lines for scripts that rely on them."""

    view: Callable[[], Lines]
    otherwise: Sequence[str | Aside | Verbatim]


def _ok() -> Exit:
    return Exit.OK


class Answer(NamedTuple):
    """What a command found or did, in the form that is asked for.

    to_json: the values of the JSON object; None if others have printed it already
    view: lines of text and drawn views, in the order in which they are shown
    exit: the exit status, asked for at the end
    live: whether each line is passed on at once, since the next may take long
    """

    to_json: Callable[[], Mapping[str, Any] | None]
    view: Callable[[], Iterable[str | Aside | Verbatim | TerminalView | Lines]]
    exit: Callable[[], int] = _ok
    live: bool = False


def give(answer: Answer, *, as_json: bool, color: str | None = None) -> int:
    """Print an answer, with colours or without if that is asked for; its exit status. What gets colours looks as
    on a terminal, whatever stdout is.
    """
    if as_json:
        found = answer.to_json()
        if found is not None:
            report.print_json(**found)
    elif sys.stdout.isatty() or wants_colours(color):
        from tkledger.cli import terminal  # scripts have none

        terminal.show(answer, color)
    else:
        for one in answer.view():
            _show(one)
            if answer.live:
                sys.stdout.flush()
    return answer.exit()


def wants_colours(color: str | None) -> bool:
    """Whether colours are asked for whatever stdout is; what is typed counts more than the environment."""
    if color is not None:
        return color == "always"
    force = os.environ.get("FORCE_COLOR", "")
    return force not in ("", "0", "false") and not os.environ.get("NO_COLOR")


def _show(one: str | Aside | Verbatim | TerminalView | Lines) -> None:
    if isinstance(one, TerminalView):
        for line in one.otherwise:
            _show(line)
    elif isinstance(one, Aside):
        sys.stdout.flush()
        say(one.text)
    elif isinstance(one, (str, Verbatim)):
        print(text_of(one))
    else:
        from tkledger.views.style import show

        show(one, sys.stdout)


def text_of(one: str | Verbatim) -> str:
    """A line that is printed, with nothing in it that could steer a terminal unless it is for another program."""
    return one.text if isinstance(one, Verbatim) else report.fitting(visible(one), sys.stdout)


def say(text: str) -> None:
    """Print words for a person on stderr, whatever the answer is."""
    report.say(visible(text))


TERMINAL = Progress(say)
"""Warnings go to a person, on stderr."""


def _count(stage: str, done: float, most: float | None) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:.0f} {stage}\r", end="", file=sys.stderr)


COUNTING = TERMINAL._replace(show=_count)
"""The same, and a count on a terminal, since a long history takes a while."""


def say_flaws(flaws: Iterable[Flaw]) -> None:
    """Warn of each task file that cannot be read."""
    for flaw in flaws:
        say(f"warning[{flaw.code}] {flaw.subject}: {flaw.message}")


def say_unknown(ledger: Shown, choice: Choice) -> None:
    """Warn of each name in a filter that no task has."""
    if not choice.filters:
        return
    from tkledger.api.filters import unknown
    from tkledger.core.quoting import few

    for kind, name, there in unknown(ledger, choice.filter):
        known = f"; there are {few(there, _SHOWN)}" if there else ""
        say(f"warning: no task has the {kind} {name!r}{known}")


_SHOWN = 10
"""How many of the names that there are."""


def texts_of(ledger: Shown, places: Sequence[int], fields: Sequence[str]) -> Texts:
    """Some fields of the tasks at these places as texts, by the place."""
    from tkledger.api.fields import values_of
    from tkledger.views.fields import texts

    found = values_of(ledger, places, fields)
    return {place: texts(fields, values) for place, values in zip(places, found)}


def fields_of(ledger: Shown, chosen: Chosen, fields: Sequence[str], noun: str) -> Lines:
    """Some fields of the chosen tasks as a table."""
    from tkledger.api.fields import values_of
    from tkledger.views.fields import table
    from tkledger.views.words import total

    return table(fields, values_of(ledger, chosen.places, fields), total(chosen, noun))


def say_advice(session: Session, recorded: Recorded, ids: Sequence[str]) -> None:
    """Say which limits of these tasks are nearly used up or count the commit, and warn of rules."""
    from tkledger.api.advice import advise

    advice = advise(session, recorded, ids)
    for task, gauge in advice.near:
        report.say(report.near(task, gauge))
    for actor, quota in advice.quotas:
        report.say(report.near_quota(actor, quota))
    for violation in advice.violations:
        report.say(report.violation_text(violation, "warning"))


def unread(session: Session, about: str | None = None) -> list[Letter]:
    """The letters that wait for who acts: all, or those about one task; none for who git does not know."""
    from tkledger.git import refs  # only what looks at a task needs it

    inboxes = refs.names(session.repo, INBOXES)
    if not inboxes:  # who acts is not asked: that costs a process
        return []
    try:
        who = session.actor(session.ledger.head())
    except GitError:
        return []
    if inbox_of(who) not in inboxes:
        return []
    from tkledger.agents import inbox  # most have no message, and then nothing is loaded

    now = int(time.time())
    found = (one for one in inbox.inbox(session.repo, who) if one.waits(now))
    return [one for one in found if about in (None, one.message.task)]


def tell_of(letters: Sequence[Letter]) -> list[Aside]:
    """That letters wait, if any do, and how to see them."""
    what = "1 message waits" if len(letters) == 1 else f"{len(letters):,} messages wait"
    return [Aside(f"{what} for you: tk inbox")] if letters else []


def with_commit(recorded: Recorded) -> dict[str, str]:
    """The commit for JSON, if there is one."""
    return {"commit": recorded.commit} if recorded.commit else {}


def would_be(dry_run: bool) -> str:
    """How a line begins that says what a dry run only tried."""
    return "would be: " if dry_run else ""


def changed(
    session: Session,
    recorded: Recorded,
    *,
    dry_run: bool,
    verb: str,
    hint: Callable[[], str] = str,
    steps: Sequence[Proposed] = (),
) -> Answer:
    """The answer of a command that changes tasks: each that it touched, and how, and what its ``steps``
    say of approvals; then a hint, which is asked for only if a person reads it.
    """
    from tkledger.api.session import moved

    tasks = moved(recorded)
    counts = {step.id: step.approvals for step in steps if step.approvals is not None}
    say_advice(session, recorded, [one.task.id for one in tasks])

    def to_json() -> dict[str, Any]:
        rows = [
            {
                "id": task.id,
                **({"from": source} if source else {}),
                "to": task.state,
                **({"approvals": counts[task.id]._asdict()} if task.id in counts else {}),
            }
            for source, task in tasks
        ]
        return {"tasks": rows, **with_commit(recorded)}

    def view() -> Iterable[str | Aside]:
        if not (tasks or session.resumed):
            yield Aside("nothing to do: already in that state")
        for source, task in tasks:
            move = task.state if source in (None, task.state) else f"{source} -> {task.state}"
            done = f" ({verb})" if source is task.state else ""
            if count := counts.get(task.id):
                done = f", {count.words}"
            yield f"{would_be(dry_run)}{task.id}: {move}{done}  {task.title}"
        for key, count in counts.items():
            yield Aside(f"{key}: not done yet; {count.others} runs tk approve {key}")
        if words := hint():
            yield Aside(words)

    return Answer(to_json, view)
