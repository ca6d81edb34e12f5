"""Room in a task's file: how much it may hold, and what is kept free for its end."""

from __future__ import annotations

from tkledger.core.task import LOGS, Task, changed
from tkledger.core.typing import NamedTuple
from tkledger.core.written import MAX_BYTES as MAX_BYTES
from tkledger.core.written import RESERVED as RESERVED
from tkledger.core.written import text_of

_FOR_MOVES = 1024
"""Of these, so many are for moves alone."""

_FOR_THE_END = 512
"""And of these, so many for a move to an end alone."""

_OPEN = (
    "notes",
    "concerns",
    "criteria",
    "checklist",
    "decisions",
    "lessons",
    "tried",
    "attempts",
    "artifacts",
)
PROOFS = tuple(name for name in LOGS if name not in _OPEN)
"""The lists that grow on the way to an end: what settles, meets or shows something."""

_MOVES = (
    *("state", "owner", "attempt", "branch", "base", "spent", "retry"),
    *("wait", "error", "resolution", "attempts"),
)
"""What moves change."""


class Cap(NamedTuple):
    """The most entries of a list, and the most bytes of all of them."""

    entries: int
    bytes: int


CAPS = {
    **dict.fromkeys(
        (*PROOFS, "checklist", "decisions", "lessons", "tried", "attempts", "artifacts"),
        Cap(200, 24 * 1024),
    ),
    **{"notes": Cap(1000, 48 * 1024), "concerns": Cap(100, 12 * 1024)},
    "criteria": Cap(100, 12 * 1024),
}
"""The most that each list of a task may hold. What settles others has room for each of them twice."""


def limit_for(old: Task | None, new: Task) -> int:
    """The bytes that a task's file may have after a commit, by what the commit changes."""
    if old is None:
        return MAX_BYTES - RESERVED
    if new.ended:
        return MAX_BYTES
    only_moved = _as_was(old, new, _MOVES) == old
    if only_moved and old.state is not new.state:
        return MAX_BYTES - _FOR_THE_END
    kept = _as_was(old, new, (*_MOVES, *PROOFS))
    if taken(kept) <= taken(old):
        return MAX_BYTES - _FOR_MOVES
    return MAX_BYTES - RESERVED


MERGED = MAX_BYTES - _FOR_THE_END
"""The bytes that the file of a task that has not ended may have after a merge."""


def _as_was(old: Task, new: Task, names: tuple[str, ...]) -> Task:
    """The new version of a task, but for what the old one has under these names."""
    return new._replace(**{name: getattr(old, name) for name in names})


def size(task: Task) -> int:
    """The bytes of a task's file."""
    return len(text_of(task).encode())


def taken(task: Task) -> int:
    """The same once its open concerns are settled and its open criteria are met."""
    from tkledger.core.criteria import unmet  # most files are seen to be small

    settled = (*task.settled, *dict.fromkeys(task.open_concerns()))
    met = (*task.met, *unmet(task))
    return size(task._replace(settled=settled, met=met))


def takes(task: Task, name: str, entry: str) -> bool:
    """Whether a list of a task takes one entry more without touching what is kept free for its end."""
    more = (*getattr(task, name), entry)
    cap = CAPS[name]
    fits = len(more) <= cap.entries and sum(len(one.encode()) for one in more) <= cap.bytes
    return fits and size(changed(task, **{name: more})) <= MAX_BYTES - RESERVED
