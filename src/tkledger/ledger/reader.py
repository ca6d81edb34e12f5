"""Ledger: reads the ledger in any commit or tree; it walks no history and writes nothing."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property

from tkledger.core.charges import bills
from tkledger.core.layout import FOLDER, POLICY_PATH
from tkledger.core.policy import Policy
from tkledger.core.snapshot import Flaw, Snapshot
from tkledger.core.typing import TYPE_CHECKING
from tkledger.errors import unusable
from tkledger.files.reader import TreeReader
from tkledger.git import history
from tkledger.git.commit import Commit
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.ledger.place import IN_CLONE, Place
from tkledger.local.store import KEYS, SUMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tkledger.ledger.diffs import Step
    from tkledger.ledger.former import Former
    from tkledger.ledger.key_places import KeyPlaces
    from tkledger.ledger.signatures import Signatures
    from tkledger.ledger.tally import Tally
    from tkledger.ledger.traces import Traces
    from tkledger.local.task_cache import TaskCache

_SNAPSHOTS = 64
"""The number of commits whose ledgers are kept in memory on a walk through history."""

_ENTRIES = 500_000
"""The number of entries in all of them above which only two are kept."""


class Ledger:
    """The ledger of one repository.

    ``remembers``: what is counted, and which tasks are linked, is kept for later commands, and read from
    there. ``sums``: only what is counted is, in a file of this name.
    """

    def __init__(
        self,
        repo: Repo,
        cache: TaskCache | None = None,
        *,
        remembers: bool = False,
        sums: str = "",
    ) -> None:
        self.repo = repo
        self.place = Place(repo)
        self.files = TreeReader(repo, cache, repo.common_dir if remembers else None)
        self._remembers = remembers
        self._sums = sums
        self._snapshots: OrderedDict[Oid, Snapshot] = OrderedDict()
        self._kept = 0
        self.asks_of = ""
        """The task whose history is going to be asked for."""
        self._own_content: dict[tuple[Oid, tuple[Oid, ...]], bool] = {}

    @cached_property
    def tally(self) -> Tally:
        """Counts what tasks used, up to any commit."""
        from tkledger.ledger.tally import Tally
        from tkledger.local.sums import SumsFile

        # what a shallow clone counts is wrong as soon as it is deepened
        keep = (self._remembers or self._sums) and not self.repo.is_shallow
        file = SumsFile(self.repo.common_dir, self._sums or SUMS) if keep else None
        return Tally(self.repo, self.files, file, self.charges, self._followed)

    @cached_property
    def traces(self) -> Traces:
        """Where in history tasks were changed or named."""
        from tkledger.ledger.traces import Traces
        from tkledger.local.trace_page import TracePages

        keep = self._remembers and not self.repo.is_shallow
        return Traces(self.repo, TracePages(self.repo.common_dir) if keep else None)

    @cached_property
    def key_places(self) -> KeyPlaces:
        """Where in history commands were run under a key."""
        from tkledger.ledger.key_places import KeyPlaces
        from tkledger.local.trace_page import TracePages

        keep = self._remembers and not self.repo.is_shallow
        return KeyPlaces(self.repo, TracePages(self.repo.common_dir, KEYS) if keep else None)

    def _followed(self, begin: Oid, end: Oid, walked: Iterator[Step]) -> Iterator[Step]:
        """A walk that counts, which finds traces as well if those of a task are going to be asked for."""
        task = self.asks_of
        return self.traces.follow(task, begin, end, walked) if task else walked

    @cached_property
    def former(self) -> Former:
        """Finds the last readable versions of tasks that a commit lacks or cannot read."""
        from tkledger.ledger.former import Former

        return Former(self)

    @cached_property
    def signatures(self) -> Signatures:
        """Finds who signed a commit."""
        from tkledger.ledger.signatures import Signatures

        return Signatures(self.repo)

    def close_signatures(self) -> None:
        """Leave nothing behind of the signatures that were verified, if any were."""
        if "signatures" in self.__dict__:
            self.signatures.close()

    def charges(self, commit: Commit) -> bool:
        """Whether the message of a commit charges tasks: a merge's does if it has content of its own."""
        if len(commit.parents) < 2:
            return True
        return bool(bills(commit.message)) and self.has_own_content(commit)

    def has_own_content(self, merge: Commit) -> bool:
        """Whether a merge holds files outside the ledger that come from none of its parents; one that is
        about to be made has no id yet.
        """
        key = merge.tree, merge.parents
        if key not in self._own_content:
            from tkledger.ledger.own_content import has_own_content

            self._own_content[key] = has_own_content(self, merge)
        return self._own_content[key]

    def head(self) -> Snapshot:
        """The ledger in HEAD's commit; empty before the first commit."""
        tip = self.place.tip
        return self.at(tip) if tip else self.empty()

    def at(self, commit: Oid) -> Snapshot:
        """The ledger in a commit."""
        found = self.in_tree(f"{commit}^{{tree}}")
        found.commit = commit
        return found

    def before(self, commit: Commit) -> Snapshot:
        """The ledger in the first parent of a commit; empty if it has none."""
        return self.at(commit.parents[0]) if commit.parents else self.empty()

    def in_tree(self, tree: str) -> Snapshot:
        """The ledger in a tree, whether or not a commit has it."""
        entries = self.files.entries(tree)
        policy = entries.get(POLICY_PATH)
        return Snapshot(entries, policy if isinstance(policy, Policy) else None, self.files.load)

    def empty(self) -> Snapshot:
        """The ledger before the first commit."""
        return Snapshot({}, None, self.files.load)

    def usable(self, snapshot: Snapshot) -> Snapshot:
        """``snapshot``. Raises TkError if there is no ledger in it, or one that cannot be read."""
        folder = snapshot.entry(f"{FOLDER}/")
        policy = snapshot.entry(POLICY_PATH)
        for flaw in (folder, policy):
            if isinstance(flaw, Flaw):
                raise unusable("bad-ledger", f"{flaw.subject}: {flaw.message}", flaw.remedy)
        if snapshot.policy is None:
            way = IN_CLONE if self.repo.is_bare else "tk init"
            raise unusable("no-ledger", "there is no ledger here", way)
        return snapshot

    def history_at(self, oid: Oid) -> Snapshot:
        """The ledger in a commit, for a walk: with the last policy that could be read, and kept in
        memory for a while.
        """
        known = self._snapshots.get(oid)
        if known is None:
            known = self.at(oid)
            if known.policy is None:
                known.policy = self._last_policy(oid)
            self.keep(oid, known)
        return known

    def keep(self, oid: Oid, snapshot: Snapshot) -> None:
        """Keep the ledger of a commit in memory, and let go of the one kept longest if there are
        too many.
        """
        older = self._snapshots.pop(oid, None)
        self._snapshots[oid] = snapshot
        self._kept += len(snapshot.entries) - (len(older.entries) if older else 0)
        if len(self._snapshots) > (2 if self._kept > _ENTRIES else _SNAPSHOTS):
            _, oldest = self._snapshots.popitem(last=False)
            self._kept -= len(oldest.entries)

    def _last_policy(self, oid: Oid) -> Policy | None:
        """The last policy that could be read along first parents, as a walk carries it on."""
        for commit, *_ in history.first_parents(self.repo, oid, POLICY_PATH):
            policy = self.at(commit).policy
            if policy is not None:
                return policy
        return None
