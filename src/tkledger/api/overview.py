"""What views of many tasks ask of a ledger: its overview, remembered by the ledger's tree.

It only looks. What it remembers decides nothing: rules, moves, hooks and `tk verify` read the objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cached_property, partial

from tkledger.core.overview import Overview, Remarks, TaskRow
from tkledger.core.typing import TYPE_CHECKING
from tkledger.git import refs
from tkledger.git.objects import FOLDER_MODE, Oid
from tkledger.local.overviews import OverviewPage, OverviewPages

if TYPE_CHECKING:
    from tkledger.api.session import Session
    from tkledger.core.entries import Folder
    from tkledger.core.policy import Policy
    from tkledger.core.snapshot import Snapshot

_MANY = 256
"""So many tasks that changed are read one by one; of more, all are read at once."""


class Shown:
    """A ledger to look at: HEAD's, or at a revision or date.

    ``here``: the tasks that are further on other branches are shown as they are on HEAD's all the same.
    """

    def __init__(self, session: Session, at: str | None = None, *, here: bool = False) -> None:
        self.session = session
        self.is_now = at is None
        self._tip = None if at is None else session.tip(at)
        self._snapshot: Snapshot | None = None
        self._policy: Policy | None = None
        self.overview, self._policy_file = self._found()
        self._remark(here=here or at is not None)

    @property
    def tip(self) -> Oid:
        """The commit that the ledger is of."""
        return self._tip or self.session.tip()

    @property
    def snapshot(self) -> Snapshot:
        """The ledger itself, with what is shown in place of its own tasks; most views do without it."""
        if self._snapshot is None:
            self._snapshot = self.session.read_at(self._tip)
        return self._snapshot

    @property
    def policy(self) -> Policy:
        """The policy of the ledger, of which nothing else is read."""
        if self._snapshot is None and self._policy is None:
            self._policy = self._read_policy()
        found = self._policy or self.snapshot.policy
        assert found is not None  # else it would not be usable
        return found

    def _read_policy(self) -> Policy | None:
        from tkledger.files import codec

        data = self._policy_file
        try:
            return codec.load_policy(self._policy_bytes() if data is None else data)
        except codec.FormError:
            return None

    def _policy_bytes(self) -> bytes:
        """The policy's file; empty, which none is, if there is none or it is too large."""
        from tkledger.core.layout import POLICY_PATH
        from tkledger.files import codec

        found = self.session.repo.read(f"{self.tip}:{POLICY_PATH}", limit=codec.MAX_BYTES)
        return found[2] if found and found[1] == "blob" else b""

    @cached_property
    def has_branches(self) -> bool:
        """Whether there are other branches, on which tasks may be further now."""
        return self.is_now and bool(refs.other_branches(self.session.repo))

    # -- its rows ------------------------------------------------------------------------------

    def _found(self) -> tuple[Overview, bytes | None]:
        """The overview, and the policy's file unless that is still to be read."""
        pages = OverviewPages(self.session.repo.common_dir)
        tree = self._tree(pages)
        if tree is None:
            return self._made(), None
        found = pages.read(tree)
        if found is None:
            last = pages.last()
            overview = (last and self._brought(last.overview)) or self._made()
            found = OverviewPage(overview, self._policy_bytes())
            pages.write(tree, found)
        return found

    def _tree(self, pages: OverviewPages) -> Oid | None:
        """The id of the ledger's tree; None if there is anything amiss around it."""
        tip = self._tip or self.session.repo.head
        known = tip and pages.tree_of(tip)
        if known or tip is None:
            return known
        from tkledger.files.roots import roots

        root = next(roots(self.session.repo, [f"{tip}^{{tree}}"]))
        if root.mode != FOLDER_MODE or root.alike or not root.in_order:
            return None
        pages.note(tip, root.oid)
        return root.oid

    def _made(self) -> Overview:
        """The overview of the ledger, all of which is read."""
        from tkledger.core.rows import overview

        folder = _folder(self.snapshot)
        found = overview(self.snapshot, dict(folder.files()) if folder else {})
        found.limits = _limits(self.snapshot.policy, found)
        return found

    def _brought(self, known: Overview) -> Overview | None:
        """The overview made of one that is known of another tree: what did not change is not read."""
        folder = _folder(self.snapshot)
        if folder is None:
            return None
        old = _files(known)
        new = dict(folder.files())
        changed = {key for key, oid in new.items() if old.get(key) != oid}
        moved = changed | (old.keys() - new.keys())
        if moved:
            waiting = _waiting_for(known, moved)
            changed.update(key for key in waiting if key in new)
        if len(changed) > _MANY:
            return None
        found = self._changed(known, changed, old.keys() - new.keys(), new)
        found.limits = _limits(self.snapshot.policy, found)
        return found

    def _changed(
        self, known: Overview, keys: Iterable[str], gone: Iterable[str], files: Mapping[str, bytes]
    ) -> Overview:
        """An overview with other versions of some tasks, as the snapshot has them."""
        from tkledger.core.rows import row
        from tkledger.core.snapshot import Flaw

        entries = {key: self.snapshot.entry(key) for key in sorted(keys)}
        rows = [
            row(task, self.snapshot, files.get(key, b""))
            for key in entries
            if (task := self.snapshot.task(key)) is not None
        ]
        unread = [key for key in entries if self.snapshot.task(key) is None and key in known.places]
        found = known.changed(rows, {*gone, *unread})
        found.flaws = [entry for entry in entries.values() if isinstance(entry, Flaw)]
        return found

    # -- what is not in the tree ---------------------------------------------------------------

    def _remark(self, *, here: bool) -> None:
        session, overview = self.session, self.overview
        if overview.limits:
            from tkledger.ledger import limits  # most ledgers have none

            overview.remarks = Remarks(
                partial(limits.remarks, session.ledger, self.snapshot, self._tip)
            )
        if here:
            return
        if self.has_branches:
            self._overlay()
        self.overview.remarks = with_left(session, self.overview)

    def _overlay(self) -> None:
        """Show the tasks that are further on other branches as they are there."""
        from tkledger.claims.elsewhere import shown

        over = shown(self.session.repo, self.snapshot, self.session.standing())
        if not over.elsewhere:
            return
        self._snapshot = over
        moved = set(over.elsewhere)
        waiting = {*_waiting_for(self.overview, moved)}
        files = {**_files(self.overview), **dict.fromkeys(moved, b"")}
        flaws = self.overview.flaws
        self.overview = self._changed(self.overview, moved | waiting, (), files)
        self.overview.flaws = flaws
        self.overview.elsewhere = over.elsewhere


def _files(known: Overview) -> dict[str, bytes]:
    """The ids of the bytes of each task's file."""
    return dict(zip(known.column("id"), known.column("oid")))


def _waiting_for(known: Overview, moved: Set[str]) -> Iterator[str]:
    """The tasks that depend on others, or wait for their end."""
    for key, *others in zip(*map(known.column, ("id", "depends_on", "awaits"))):
        if not all(map(moved.isdisjoint, others)):
            yield key


def _folder(snapshot: Snapshot) -> Folder | None:
    from tkledger.core.entries import Entries

    return snapshot.entries.folder if isinstance(snapshot.entries, Entries) else None


def _limits(policy: Policy | None, known: Overview) -> bool:
    """Whether a limit may hold for any task."""
    from tkledger.core.budget import limits_all

    return (policy is not None and limits_all(policy)) or any(known.column("limited"))


def with_left(session: Session, ledger: Overview) -> Mapping[str, str]:
    """The remarks of an overview, with why a task in progress has no holder before them."""
    from tkledger.core.lifecycle import State

    states = ledger.column("state")
    if State.IN_PROGRESS not in states:
        return ledger.remarks
    begun = ledger.some([at for at, state in enumerate(states) if state == State.IN_PROGRESS])
    return Remarks(partial(_left, session, begun, ledger.remarks))


def _left(
    session: Session, begun: Iterable[TaskRow], remarks: Mapping[str, str]
) -> Mapping[str, str]:
    from tkledger.claims.standing import unheld

    known = session.glance()
    free = {row.id: words for row in begun if (words := unheld(row, known.get(row.id)))}
    both = {key: (free.get(key, ""), remarks.get(key, "")) for key in (*remarks, *free)}
    return {key: "; ".join(filter(None, words)) for key, words in both.items()}
