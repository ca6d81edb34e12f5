"""How tasks came to their states, out of history: remembered up to a commit, so that only what is new is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from tkledger.core.flow import Move
from tkledger.core.layout import FOLDER
from tkledger.core.lifecycle import State
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.git import history
from tkledger.git.cat_file import BATCH
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.ledger.log import is_cut
from tkledger.ledger.reader import Ledger
from tkledger.ledger.remembered import up_to
from tkledger.local.store import MOVES
from tkledger.report import SILENT, Progress

if TYPE_CHECKING:
    from tkledger.ledger.parallel import Part

_STATES = {state.value: state for state in State}

_Rows = dict[str, list[Any]]
"""The moves of each task as the page keeps them."""


def timelines(ledger: Ledger, tip: Oid, progress: Progress = SILENT) -> dict[str, list[Move]]:
    """The moves of each task that commits up to ``tip`` made, parents before children, with the actors that the
    commits name. Merges author none.
    """
    rows = up_to(ledger.repo, MOVES, tip, partial(_extended, ledger, progress))
    return {
        task: [
            Move(at, _STATES.get(source), _STATES[target], actor)
            for at, source, target, actor in moves
        ]
        for task, moves in rows.items()
    }


class _TooMany(Exception):
    """There are more commits to read than that."""


def last_moves(ledger: Ledger, tip: Oid, most: int) -> dict[str, int]:
    """When each task came to its state by commits up to ``tip``, in seconds since 1970. Nothing if more than
    ``most`` commits would have to be read for it.
    """

    def extended(rows: Any, revisions: Sequence[str]) -> _Rows:
        count = ledger.repo.run("rev-list", "--count", f"--max-count={most + 1}", *revisions)
        if int(count) > most:
            raise _TooMany
        return _extended(ledger, SILENT, rows, revisions)

    try:
        rows = up_to(ledger.repo, MOVES, tip, extended)
    except _TooMany:
        return {}
    return {task: moves[-1][0] for task, moves in rows.items()}


def _extended(ledger: Ledger, progress: Progress, rows: Any, revisions: Sequence[str]) -> _Rows:
    from tkledger.ledger.parallel import Part, parts, side_by_side  # nothing new, mostly

    found: _Rows = rows or {}
    tip, *known = revisions
    todo = parts(ledger.repo, [tip], known) if rows is None else [Part([tip], known)]

    def work(part: Part) -> _Rows:
        return _moves(ledger, part, progress if part is todo[0] else SILENT)

    for made in side_by_side(ledger.repo, work, todo):
        for task, moves in made.items():
            found.setdefault(task, []).extend(moves)
    return found


def _moves(ledger: Ledger, part: Part, progress: Progress) -> _Rows:
    """The moves that the commits of a part made."""
    found: _Rows = {}
    newest: dict[str, tuple[Oid, State]] = {}
    for commit in _authored(ledger, part, progress):
        for diff in commit.diffs:
            new = ledger.files.task(diff.path, diff.new_mode, diff.new)
            oid, was = newest.pop(diff.path, (None, None))
            if new is None:
                continue
            if oid != diff.old:  # on another line of history
                old = ledger.files.task(diff.path, diff.old_mode, diff.old)
                was = old.state if old else None
            newest[diff.path] = diff.new, new.state
            if was is not new.state:
                move = (commit.at, was.value if was else "", new.state.value, commit.author.actor)
                found.setdefault(new.id, []).append(move)
    return found


def _authored(ledger: Ledger, part: Part, progress: Progress) -> Iterator[Commit]:
    """The commits of a part that author something, with their files read some commits at a time."""
    from tkledger.ledger.diffs import read

    # --sparse: else git compares the trees of each twice, to choose it and to show it
    walked = history.log(ledger.repo, *part.tips, *part.known, "--sparse", path=FOLDER)
    count = 0
    while batch := [*islice(walked, BATCH)]:
        found = [one for one in batch if len(one.parents) < 2 and not is_cut(ledger, one)]
        read(ledger.files, [diff for commit in found for diff in commit.diffs])
        yield from found
        count += len(batch)
        progress.update("commits read", count)
