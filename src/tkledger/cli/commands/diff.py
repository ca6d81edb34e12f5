"""``tk diff``: what the commits of a task changed, for its reviewer; or what changed in the ledger."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from tkledger.api import look
from tkledger.api.json import step_json
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, Verbatim, wants_colours
from tkledger.core.layout import FOLDER
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import branch_name
from tkledger.core.trailers import STEP
from tkledger.core.typing import Any
from tkledger.errors import Exit, TkError, usage_error
from tkledger.git.process import displayed
from tkledger.verbs.filters import PATCH
from tkledger.verbs.ids import existing
from tkledger.verbs.parameters import COLOR, STAT

_PATCHES = ("log", "--no-walk=unsorted", "--cc", "--stdin")
"""The commits in the order in which they are named, and of a merge what is its own."""

_FINE = frozenset({0, -13, 141})
"""How git ends if all is well, or if the pager was left before the end."""


def diff(
    id: str | None = None,
    words: Sequence[str] = (),
    stat: bool = False,
    since: str | None = None,
    markdown: bool = False,
    at: str | None = None,
    path: str = ".",
    color: str | None = None,
) -> Answer:
    """Show the commits of work on a task and what they changed, oldest first, as git does: in its pager,
    with its colours, and with the ``words`` that git log takes. Without a task, what changed in the ledger.
    """
    if since is None and id is not None and not markdown:
        return _of_task(id, (*_colours(color), *words), at, path, stat=stat)
    if id is not None or words or stat:
        way = f"tk log {quoted(id)} --since yesterday" if id else "tk diff --since yesterday"
        fact = "a task has a diff of its commits, and the ledger what changed since: one of them"
        raise usage_error("both", fact, way)
    if since is None:
        raise usage_error("no-id", "which task? or since when?", "tk diff --since yesterday")
    from tkledger.cli.since import changes_since

    return changes_since(Session(path, progress=TERMINAL), since, at, markdown=markdown)


def _colours(color: str | None) -> Sequence[str]:
    """What tells git of colours; nothing leaves it to its configuration."""
    if color is None and wants_colours(color):
        color = "always"
    return [f"{COLOR.words[0]}={color}"] if color else []


def _of_task(id: str, words: Sequence[str], at: str | None, path: str, *, stat: bool) -> Answer:
    session = Session(path, progress=TERMINAL)
    ledger = session.look(at)
    task = existing(ledger, id, reading=True)
    commits = look.work_on(session, ledger, task, at)
    if not commits:
        raise _none(session, task.id)
    args = (*_PATCHES, (STAT if stat else PATCH).words[-1], *words)
    names = "".join(f"{one.oid}\n" for one in commits).encode()

    def to_json() -> dict[str, Any]:
        shown = displayed(args, path, names, here=False)
        return {
            "id": task.id,
            "commits": [step_json(look.step_of(one)) for one in commits],
            "diff": shown.out.decode(errors="replace"),
        }

    status: list[int] = []

    def view() -> Iterable[Verbatim | Aside]:
        sys.stdout.flush()
        shown = displayed(args, path, names, here=_has_a_file(sys.stdout))
        status.append(shown.status)
        if shown.out:
            yield Verbatim(shown.out.decode(errors="replace").rstrip("\n"))
        if shown.err:
            yield Aside(shown.err.rstrip("\n"))

    return Answer(to_json, view, lambda: Exit.OK if {*status} <= _FINE else Exit.USAGE)


def _has_a_file(stream: Any) -> bool:
    """Whether git can write where a stream goes."""
    try:
        return bool(stream.fileno() >= 0)
    except (OSError, AttributeError):
        return False


def _none(session: Session, task_id: str) -> TkError:
    branch = look.own_branch(session, task_id)
    there = session.repo.read(branch) is not None
    short = quoted(branch_name(branch))
    flag = f"--trailer {STEP}={task_id}"
    way = f"git commit {flag}, or of the newest commit: git commit --amend --no-edit {flag}"
    if _is_of_ledger(session):  # an amendment would move the task again
        later = f"git commit --allow-empty -m TEXT {flag}"
        way = f"git commit {flag}, or for work that is committed: {later}"
    remedy = f"git diff HEAD...{short}; to name it: {way}" if there else way
    fact = f"no commit of work names {task_id}"
    return TkError(Exit.NOTHING, "no-commits", fact, remedy)


def _is_of_ledger(session: Session) -> bool:
    """Whether HEAD's commit changes the ledger."""
    shown = ("diff-tree", "--root", "--no-commit-id", "--name-only", "-r", "HEAD", "--", FOLDER)
    return session.repo.head is not None and bool(session.repo.run(*shown))
