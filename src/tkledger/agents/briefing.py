"""What a command is given before it works on a task: the end of earlier attempts, and messages."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from tkledger.agents import inbox as box
from tkledger.core.messages import Letter
from tkledger.core.task import Task
from tkledger.core.trailers import lines
from tkledger.core.typing import NamedTuple
from tkledger.git.repo import Repo
from tkledger.local.store import replace
from tkledger.views.inbox import inbox
from tkledger.views.style import ENDLESS
from tkledger.views.text_layout import text_of

TAIL_LINES = 20
"""How much of an earlier attempt's output the next one is given."""

_TAIL_BYTES = 8_192
"""What is read of it at most: twenty lines are hardly longer."""


def log_of(folder: str, attempt: int) -> str:
    """The file that holds the output of an attempt."""
    return os.path.join(folder, f"attempt-{attempt}.log")


class Briefing(NamedTuple):
    """What is said of a task before a command works on it.

    left: notes, the end of the last attempt's output, and what other tasks left
    letters: the messages that wait for the actor, about this task or about none; as of ``now``
    variables: name the files that hold all this, for the command's environment
    """

    task: str
    left: list[str]
    letters: list[Letter]
    now: int
    variables: dict[str, str]


def brief(repo: Repo, task: Task, actor: str, folder: str, related: Sequence[str] = ()) -> Briefing:
    """Write what a command has to know into files in ``folder``, which exists; ``related`` is what other tasks
    left, a line each.
    """
    now = int(time.time())
    letters = [
        one
        for one in box.inbox(repo, actor)
        if one.waits(now) and one.message.task in (None, task.id)
    ]
    tried = (f"tried: {one}" for one in task.tried)
    answers = (f"answer to {one}" for one in task.answers)
    left = [*_sent_back(task), *task.notes, *answers, *tried, *_tail(folder, task.tries - 1)]
    names = ("feedback.txt", "inbox.txt", "related.txt")
    feedback, messages, memory = (os.path.join(folder, name) for name in names)
    parts = [task.title, task.description or "", *left]
    replace(feedback, "".join(f"{one.rstrip()}\n\n" for one in parts if one).encode())
    lines = text_of(inbox(letters, now), ENDLESS)
    replace(messages, "".join(f"{line}\n" for line in lines).encode())
    replace(memory, "".join(f"{line}\n" for line in related).encode())
    variables = {"TK_FEEDBACK": feedback, "TK_INBOX": messages, "TK_RELATED": memory}
    return Briefing(task.id, [*left, *related], letters, now, variables)


def _sent_back(task: Task) -> list[str]:
    """What reviews of the latest attempt that was rejected found missing."""
    if not task.verdicts:
        return []
    from tkledger.core.verdict import sent_back

    found = []
    for one in sent_back(task.verdicts):
        score = f", score {one.score}" if one.score else ""
        gaps = "".join(f"\n- {gap}" for gap in one.gaps)
        found.append(f"sent back by {one.actor} ({one.attempt}.{one.round}{score}){gaps}")
    return found


def _tail(folder: str, attempt: int) -> list[str]:
    """The end of what an earlier attempt printed, if it ran here."""
    lines = last_lines(log_of(folder, attempt), TAIL_LINES) if attempt else []
    return [f"the last lines that attempt {attempt} printed:\n" + "\n".join(lines)] if lines else []


def last_lines(path: str, most: int, since: int = 0) -> list[str]:
    """The last lines of a file that grows, but of its first ``since`` bytes; empty if it does not exist."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(since, size - _TAIL_BYTES))
            return lines(file.read().decode(errors="replace"))[-most:]
    except OSError:
        return []
