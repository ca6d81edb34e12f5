"""A Change: the ledger before and after, and who changed it; all that a rule may look at."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from tkledger.core import touches
from tkledger.core.charges import Bill, bills
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import Policy
from tkledger.core.snapshot import EMPTY, Snapshot, governing, touched
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING, NamedTuple, TypeVar
from tkledger.core.usage import Usage

if TYPE_CHECKING:
    from tkledger.core.signature import Signature

Found = TypeVar("Found")


class Violation(NamedTuple):
    """One rule broken by one task (or path): the fact, and the next legal move.

    ``repair`` is what a later commit can do about it, once it is committed; empty if nothing.
    """

    task: str
    code: str
    name: str
    message: str
    remedy: str
    commit: str = ""
    repair: str = ""


class Refused(Exception):
    """A proposal that breaks rules; nothing was written.

    more: what the JSON answer has apart from the violations
    """

    def __init__(self, *violations: Violation) -> None:
        super().__init__("; ".join(one.message for one in violations))
        self.violations = violations
        self.more: dict[str, object] = {}


class Change(NamedTuple):
    """What one commit does, or would do, to the ledger.

    parents: the ledger in each parent commit; none for a root
    touched: the keys that differ between ``after`` and any of the parents, in order
    policy: the one that judges; None if there is no ledger, and so nothing to judge
    bases: for a merge, the ledger in each of git's merge bases of the parents
    actor: who, by the policy's names; empty if that is not known yet
    message: its message; None if it has none yet
    tally: counts what was used up to this commit, that included; None if nothing is counted
    work_in: gives the newest commits of work on a task in the history of a parent of a merge, by its
        number; None if that is not asked
    earlier: of a task that a parent, by its number, has not or that cannot be read there, the last
        versions that could be, by its id; none if there never was one. None if history is not asked
    own_content: whether a merge holds files outside the ledger that come from none of its parents,
        and so is work as an ordinary commit is
    signature: finds by the keys of a policy who signed the commit, which takes a process or three; None
        before it is made
    files: gives the files outside the ledger that it touches, a merge only those that come from none of its
        parents; None if no one asks
    code: gives its tree without the ledger, and that of each parent, as ids; None if no one asks
    """

    parents: tuple[Snapshot, ...]
    after: Snapshot
    touched: AbstractSet[str]
    policy: Policy | None
    bases: tuple[Snapshot, ...] = ()
    actor: str = ""
    message: str | None = None
    tally: Callable[[], Usage] | None = None
    work_in: Callable[[int, str], tuple[str, ...]] | None = None
    earlier: Callable[[int, str], tuple[Task, ...]] | None = None
    own_content: bool = False
    signature: Callable[[Policy], Signature] | None = None
    files: Callable[[], tuple[str, ...]] | None = None
    code: Callable[[], tuple[str, ...]] | None = None

    @property
    def usage(self) -> Usage | None:
        """What was used up to this commit; counting it may take reading the history."""
        return self.tally() if self.tally is not None else None

    @property
    def signers(self) -> frozenset[str] | None:
        """The actors who signed the commit, by the policy that judges it; None before it is made."""
        return self.signature(self.law).actors if self.signature is not None else None

    @property
    def charged(self) -> tuple[Bill, ...]:
        """What the commit's message charges; that of a merge without content of its own: nothing."""
        return bills(self.message) if self.message and self.charges else ()

    @property
    def charges(self) -> bool:
        """Whether what the message says of steps and amounts counts."""
        return self.own_content or not self.is_merge

    @property
    def before(self) -> Snapshot:
        """The ledger in the first parent."""
        return self.parents[0] if self.parents else EMPTY

    @property
    def is_merge(self) -> bool:
        """Whether the change joins several lines of work."""
        return len(self.parents) > 1

    @property
    def begins(self) -> bool:
        """Whether the ledger begins with it."""
        known = any(parent.begun for parent in self.parents)
        return not known and POLICY_PATH in self.after.entries

    @property
    def law(self) -> Policy:
        """The policy that judges, for a rule: rules run only where there is one."""
        assert self.policy is not None
        return self.policy

    def former(self, key: str, parent: int = 0) -> tuple[Task, ...]:
        """The versions of a task that a change is compared with: that of a parent, by its number, or,
        since edition 2 of the law, if it has none that can be read, the last that could be.
        """
        known = self.parents[parent].task(key) if self.parents else None
        if known is not None:
            return (known,)
        if self.earlier is None or self._edition < 2:
            return ()
        return self.earlier(parent, key)

    @property
    def edition(self) -> int:
        """The edition of the law in force; for a merge, the newest of its sides'."""
        sides = self.parents if self.is_merge else ()
        return max([self._edition, *(side.policy.law for side in sides if side.policy is not None)])

    @property
    def _edition(self) -> int:
        return self.policy.law if self.policy is not None else 1

    def once(self, find: Callable[[Change], Found]) -> Found:
        """What ``find`` makes of it, which a change that rules share looks for once."""
        return find(self)

    def births(self) -> tuple[Task, ...]:
        """The tasks that an ordinary commit creates and that are judged as new ones: not those of an import."""
        return () if self.imports() else self.created()

    def imports(self) -> tuple[Task, ...]:
        """The tasks that an import brings, which are not judged as new ones."""
        return self.once(touches.imports)

    def created(self) -> tuple[Task, ...]:
        """All that an ordinary commit creates; under edition 1, not where a file was that could not be read."""
        return self.once(touches.created)

    def edits(self) -> tuple[tuple[Task, Task], ...]:
        """The tasks that an ordinary commit changes, before and after."""
        return self.once(touches.edits)

    def made(self) -> tuple[Task, ...]:
        """The tasks as no parent has them; a merge made the others no more than a side did."""
        return self.once(touches.made)

    def present(self) -> tuple[Task, ...]:
        """The touched tasks as they are after the change, merges included."""
        return self.once(touches.present)


def change(
    parents: tuple[Snapshot, ...],
    after: Snapshot,
    *,
    bases: tuple[Snapshot, ...] = (),
    policy: Policy | None = None,
    keys: AbstractSet[str] | None = None,
) -> Change:
    """The Change from ``parents`` to ``after``.

    ``policy`` overrides the one that governs; ``keys`` saves finding out what is touched.
    A parent that has not begun holds no ledger: what lay under ``.tasks/`` there comes with
    this change, which answers for it.
    """
    if any(parent.entries and not parent.begun for parent in parents):
        parents = tuple(parent if parent.begun else EMPTY for parent in parents)
        keys = None
    return Change(
        parents,
        after,
        touched(parents or (EMPTY,), after) if keys is None else keys,
        policy or governing(parents, after),
        bases,
    )
