"""``tk run``: a command run on a task, or on one task after another."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from tkledger.agents import run as runner
from tkledger.agents.briefing import Briefing
from tkledger.agents.jobs import is_job, publish, unmerged
from tkledger.agents.outcome import Ended
from tkledger.agents.run import RunOptions
from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, say
from tkledger.core.lifecycle import State
from tkledger.core.quoting import many, quoted
from tkledger.core.typing import Any
from tkledger.errors import Exit, usage_error


def run(
    words: Sequence[str],
    jobs: int,
    retries: int,
    next_: bool = False,
    timeout: float | None = None,
    merge: bool = False,
    fail_fast: bool = False,
    label: Sequence[str] = (),
    actor: str | None = None,
    path: str = ".",
) -> Answer:
    """Claim a task, run a command on it in a checkout of its own, and move it by the result.

    The command's environment has TK_TASK, TK_ACTOR, TK_ATTEMPT and TK_WORKTREE, and three files:
    TK_FEEDBACK with what was said of the task, also by earlier attempts, TK_INBOX with the
    messages that wait for the actor, and TK_RELATED with what other tasks left.
    """
    session = Session(path, actor=actor, progress=TERMINAL)
    command = tuple(words if next_ else words[1:])
    if not command:
        raise usage_error("no-command", "what is to be run?", "tk run ID -- CMD...")
    options = RunOptions(command, timeout, retries, merge, fail_fast)
    if next_ and jobs > 1:
        from tkledger.cli.jobs import side_by_side

        runner.require_command(options)
        return Answer(lambda: None, lambda: (), lambda: side_by_side(jobs))
    if next_:
        return _answer(runner.one_by_one(session, options, tuple(label)))
    return _answer(runner.one_task(session, words[0], options))


def _answer(events: Iterable[Briefing | Ended]) -> Answer:
    """Each attempt as it ends; for JSON and the exit status the last one of a task counts."""
    ends: list[Ended] = []

    def view() -> Iterable[str | Aside]:
        for one in events:
            if isinstance(one, Briefing):
                _say_briefing(one)
            else:
                ends.extend(() if one.again else (one,))
                yield f"{one.task}: {one.words}"
                if one.remedy and not one.again:
                    yield Aside(f"  remedy: {one.remedy}")
                elif one.exit is Exit.OK and os.path.getsize(one.log):
                    yield Aside(f"  output: {quoted(one.log)}")
        yield from map(Aside, _in_the_end(ends))

    def to_json() -> dict[str, Any]:
        for _ in view():
            pass
        return {"tasks": [_json(one) for one in ends]}

    def status() -> Exit:
        return next((one.exit for one in ends if one.exit is not Exit.OK), Exit.OK)

    return Answer(to_json, view, status, live=True)


def _json(one: Ended) -> dict[str, Any]:
    values = {"id": one.task, "to": one.state, "merged": one.merged, "message": one.words}
    return without_empty({**values, "remedy": one.remedy})


def _in_the_end(ends: Iterable[Ended]) -> Sequence[str]:
    """How what is done comes to its base; of a job, the tk that started it says so, once."""
    done = [one.task for one in ends if one.state == State.DONE and not one.merged]
    if is_job():
        publish("", "ended", unmerged=done)
        return ()
    return unmerged(done)


def _say_briefing(briefing: Briefing) -> None:
    """Print on stderr what the command is given."""
    from tkledger.views.inbox import inbox
    from tkledger.views.style import show

    for one in briefing.left:
        say(f"{briefing.task}: {one.rstrip()}")
    letters = briefing.letters
    if letters:
        say(f"{briefing.task}: {many(len(letters), 'message')}")
        show(inbox(letters, briefing.now), sys.stderr)
