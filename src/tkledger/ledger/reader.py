"""Reads ledgers out of commits, builds Changes, and is the only writer: `Ledger.record`."""

from __future__ import annotations

import os
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import lru_cache, partial
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from tkledger.core.budget import Gauge, booked, gauges, limits, pressing
from tkledger.core.change import Change, Refused, change
from tkledger.core.history import HistoryEntry, event_name
from tkledger.core.layout import FOLDER, POLICY_PATH, path_at, path_of
from tkledger.core.policy import Policy
from tkledger.core.rules import judge
from tkledger.core.snapshot import Entry, Flaw, Pending, Snapshot, touched
from tkledger.core.task import Task
from tkledger.core.usage import Bill, Usage, bills
from tkledger.errors import Exit, TkError, unusable, usage
from tkledger.files import codec
from tkledger.files.look_alikes import look_alike
from tkledger.files.reader import Root, TreeReader, twice
from tkledger.git import history, identity, refs
from tkledger.git.cat_file import BATCH
from tkledger.git.commit import ABSENT, Commit
from tkledger.git.errors import GitError, Locked, RefMoved
from tkledger.git.message import ACTOR, folded, trailers
from tkledger.git.objects import NewObject, Oid, oid_of
from tkledger.git.refs import RefSwap
from tkledger.git.repo import Repo
from tkledger.git.writing import write_commit
from tkledger.ledger.checkout import Checkout, dirty
from tkledger.ledger.counting import CommitWork, Walk, work_of
from tkledger.ledger.diffs import Step, steps
from tkledger.ledger.tally import Tally
from tkledger.local.lock import retrying, writing
from tkledger.local.sums import SumsFile
from tkledger.local.verdicts import note_judged

if TYPE_CHECKING:
    from tkledger.local.task_cache import TaskCache

_TRIES = 20
"""How often a lost race is run again before giving up BUSY."""

_PATIENCE = 5.0
"""How long to wait, in seconds, for somebody's commit that may be taking a move along."""

_SNAPSHOTS = 64
"""How many commits' ledgers are kept in memory on a walk through history."""

_ENTRIES = 500_000
"""How many entries in all of them are too many to keep so many."""

_MANY = 1_000
"""How many changed files are enough to be read at once."""


class Proposal(NamedTuple):
    """What a command wants: the ledger as it should be, and the words of the commit."""

    after: Snapshot
    subject: str
    trailers: tuple[tuple[str, str], ...] = ()
    others: tuple[tuple[str, bytes], ...] = ()
    """Files outside the ledger that go with it; only ``tk init`` has any."""
    always: bool = False
    """Whether it is a commit even if it changes nothing: what its words charge is enough."""


class Recorded(NamedTuple):
    """What came of a proposal: the commit (None for a dry run or an earlier answer's absence)."""

    commit: Oid | None
    before: Snapshot
    after: Snapshot
    touched: tuple[str, ...]
    warning: str = ""


class Together(NamedTuple):
    """What lands with a commit or not at all: refs beside the branch, and objects for them."""

    swaps: tuple[RefSwap, ...] = ()
    objects: tuple[NewObject, ...] = ()


Companions = Callable[[Recorded], AbstractContextManager[Together]]
"""Says, once a proposal was found legal, what is to land with it; left by an exception if the
commit could not be made.
"""


def _alone(recorded: Recorded) -> AbstractContextManager[Together]:
    return nullcontext(Together())


class _Attempt(NamedTuple):
    """A try to commit: on top of what, and what files and index held then."""

    base: Oid | None
    files: Mapping[str, Oid]
    recorded: Recorded


class _Counting:
    """Counts on a walk of changes, but not before somebody asks."""

    def __init__(self, tally: Tally, parents: Callable[[], Mapping[Oid, tuple[Oid, ...]]]) -> None:
        self._tally = tally
        self._parents = parents
        self._walk: Walk | None = None
        self._waiting: list[CommitWork] = []

    def add(self, commit: Commit) -> None:
        """The next commit."""
        self._waiting.append(work_of(commit))

    def usage(self, commit: Oid) -> Usage:
        """What is used up to a commit of the walk, the last one that was added."""
        if self._walk is None:
            children = Counter(chain.from_iterable(self._parents().values()))
            self._walk = self._tally.walk(children)
        for waiting in self._waiting:
            self._walk.add(waiting)
        self._waiting.clear()
        return self._tally.of(self._walk, commit)


class Ledger:
    """The ledger of one repository."""

    def __init__(
        self, repo: Repo, cache: TaskCache | None = None, sums: SumsFile | None = None
    ) -> None:
        self.repo = repo
        self._reader = TreeReader(repo, cache)
        self.tally = Tally(repo, self._reader, sums)
        self._snapshots: OrderedDict[Oid, Snapshot] = OrderedDict()

    # -- reading ---------------------------------------------------------------------------

    def head(self) -> Snapshot:
        """The ledger in HEAD's commit; empty before the first commit."""
        return self.at(self.repo.head) if self.repo.head else self._empty()

    def at(self, commit: Oid) -> Snapshot:
        """The ledger in a commit."""
        return self.in_tree(f"{commit}^{{tree}}")

    def in_tree(self, tree: str) -> Snapshot:
        """The ledger in a tree, which no commit need have yet."""
        entries = self._reader.entries(tree)
        policy = entries.get(POLICY_PATH)
        return Snapshot(entries, policy if isinstance(policy, Policy) else None, self._reader.load)

    def _empty(self) -> Snapshot:
        return Snapshot({}, None, self._reader.load)

    def usable(self, snapshot: Snapshot) -> Snapshot:
        """``snapshot``, if there is a ledger in it to work with; else raises."""
        folder = snapshot.entry(f"{FOLDER}/")
        policy = snapshot.entry(POLICY_PATH)
        for flaw in (folder, policy):
            if isinstance(flaw, Flaw):
                raise unusable("bad-ledger", f"{flaw.subject}: {flaw.message}", flaw.remedy)
        if snapshot.policy is None:
            raise unusable("no-ledger", "there is no ledger here", "tk init")
        return snapshot

    # -- history ---------------------------------------------------------------------------

    def changes(
        self, *revisions: str, policy: Policy | None = None
    ) -> Iterator[tuple[Commit, Change | None]]:
        """Every commit that ``revisions`` select, parents first, with what it does to the ledger.

        None where it does nothing. ``policy`` judges instead of the one that governs. Everything
        is read from objects; nothing depends on the checkout, the clock or what was cached.
        """
        counting = _Counting(self.tally, partial(history.parents, self.repo, *revisions))
        for commit, old, new in self._read_ahead(steps(self.repo, self._reader, revisions)):
            parents = tuple(self.history_at(oid) for oid in commit.parents)
            before = parents[0] if parents else self._empty()
            entries = self._changed_entries(commit, before, old, new)
            after = before.evolve(entries) if entries else before
            self._remember(commit.oid, after)
            counting.add(commit)
            keys = frozenset(entries) if len(parents) < 2 else None
            made = self._change(parents, after, keys, commit, policy)
            yield commit, made and made._replace(tally=partial(counting.usage, commit.oid))

    def _read_ahead(self, walk: Iterator[Step]) -> Iterator[Step]:
        """The same, after reading the files of a few at once: one by one costs a wait for git each
        (measured: 50 us).
        """
        while batch := list(_some(walk)):
            diffs = (diff for step in batch for diff in step.commit.diffs)
            files = (diff for diff in diffs if diff.new_mode != ABSENT)
            entries = (self._reader.entry(diff.path, diff.new_mode, diff.new) for diff in files)
            self._reader.load(
                [one for found in entries for one in found.values() if isinstance(one, Pending)]
            )
            yield from batch

    def _changed_entries(
        self, commit: Commit, before: Snapshot, old: Root, new: Root
    ) -> dict[str, Entry | None]:
        """What a commit makes of the entries of its first parent's ledger, ``before``."""
        changes = self._compared(commit, before) if old.in_order and new.in_order else None
        if changes is None:  # no comparison of such trees means anything
            after = self.in_tree(commit.tree)
            return {key: after.entries.get(key) for key in touched([before], after)}
        if old.alike != new.alike:
            for name in old.alike:
                changes.update(dict.fromkeys(look_alike(name)))
            for name in new.alike:
                changes.update(look_alike(name))
        return changes

    def _compared(self, commit: Commit, before: Snapshot) -> dict[str, Entry | None] | None:
        """What git says that changed under the ledger's folder; None where a name stands twice in
        it, before or after: then it is also one that did not change.
        """
        changes: dict[str, Entry | None] = {}
        for diff in commit.diffs:
            gone, new = diff.new_mode == ABSENT, diff.old_mode == ABSENT
            side = (diff.old_mode, diff.old) if gone else (diff.new_mode, diff.new)
            for key, entry in self._reader.entry(diff.path, *side).items():
                there = before.entries.get(key)
                if key in changes or (there and (new or there == twice(diff.path))):
                    return None
                changes[key] = None if gone else entry
        return changes

    def proposed(self, parents: Sequence[Oid], tree: Oid, message: str | None = None) -> Change:
        """What a commit of ``tree`` on top of ``parents`` would do; git has not made it yet."""
        sides = tuple(self.history_at(oid) for oid in parents)
        made = self.counted(change(sides, self.in_tree(tree)), parents, message)
        return self._with_bases(made, parents) if made.is_merge and made.touched else made

    def counted(self, made: Change, parents: Sequence[Oid], message: str | None) -> Change:
        """A change that is about to be committed, by whom and with what is used up to then."""
        made = made._replace(message=message)
        if made.policy is None:
            return made
        name = trailers(message or "").get(ACTOR)
        laws = (made.policy, *(side.policy for side in made.parents))
        # only roles ask for an e-mail, which costs a process
        asked = not name and any(law and law.roles for law in laws)
        who = identity.known_by(name, identity.author_email(self.repo) if asked else "")
        next_ = CommitWork("", tuple(parents), int(time.time()), made.charged, ())
        edits = [*made.edits(), *((None, task) for task in made.births())]
        return made._replace(
            actor=made.policy.actor(who.actor), tally=lambda: self.tally.usage(next_, edits)
        )

    def _with_bases(self, made: Change, parents: Sequence[Oid]) -> Change:
        found = [self.history_at(oid) for oid in history.merge_bases(self.repo, parents)]
        # what lay there before the ledger is no version of a task
        bases = [self._empty() if base.policy is None else base for base in found]
        return made._replace(bases=tuple(bases))

    def booked(self, before: Snapshot, after: Snapshot, words: str) -> Snapshot:
        """The ledger after moves with the marks that they leave, where somebody counts; ``words``
        are those of the commit to come.
        """
        charged = bills(words)
        usage = lru_cache(maxsize=1)(partial(self.usage, charged=charged))
        return booked(before, after, usage, [bill.task for bill in charged])

    def usage(self, tip: Oid | None = None, charged: Iterable[Bill] = ()) -> Usage:
        """What was used up to now, with HEAD or ``tip`` as the last commit, and what a commit to come
        charges.
        """
        head = tip or self.repo.head
        words = tuple(charged)
        next_ = CommitWork("", (head,) if head else (), int(time.time()), words, ())
        return self.tally.usage(next_, [])

    def gauges(self, snapshot: Snapshot, task: Task, charged: Iterable[Bill] = ()) -> list[Gauge]:
        """The limits of a task in HEAD's ledger, and what is used of them."""
        policy = snapshot.policy
        if policy is None or next(limits(policy, snapshot, task), None) is None:
            return []
        return gauges(policy, snapshot, task, self.usage(charged=charged))

    def remarks(self, snapshot: Snapshot, tip: Oid | None) -> dict[str, str]:
        """The tasks of which a limit is nearly used up, at HEAD or ``tip``, and the words for it."""
        if snapshot.policy is None:
            return {}
        usage = lru_cache(maxsize=1)(partial(self.usage, tip))
        near = pressing(snapshot.policy, snapshot, usage)
        return {task_id: one.told_of(task_id) for task_id, one in near.items()}

    def _change(
        self,
        parents: tuple[Snapshot, ...],
        after: Snapshot,
        keys: frozenset[str] | None,
        commit: Commit,
        policy: Policy | None,
    ) -> Change | None:
        if all(parent.entries is after.entries for parent in parents) and "Tk-" not in (
            commit.message
        ):
            if parents or not after.entries:
                return None
        made = change(parents, after, policy=policy, keys=keys)
        if made.policy is None:
            return None
        actor = made.policy.actor(commit.author.actor)
        made = made._replace(actor=actor, message=commit.message)
        if not (made.touched or made.charged):
            return None
        return self._with_bases(made, commit.parents) if made.is_merge else made

    def history_at(self, oid: Oid) -> Snapshot:
        """The ledger in a commit on a walk; under the last policy that could be read."""
        known = self._snapshots.get(oid)
        if known is None:
            known = self.at(oid)
            if known.policy is None:
                known.policy = self._last_policy(oid)
            self._remember(oid, known)
        return known

    def _remember(self, oid: Oid, snapshot: Snapshot) -> None:
        self._snapshots[oid] = snapshot
        self._snapshots.move_to_end(oid)
        many = sum(len(one.entries) for one in self._snapshots.values()) > _ENTRIES
        if len(self._snapshots) > (2 if many else _SNAPSHOTS):
            self._snapshots.popitem(last=False)

    def _last_policy(self, oid: Oid) -> Policy | None:
        policy: Policy | None = None
        for commit in history.log(self.repo, oid, path=POLICY_PATH):
            for diff in commit.diffs:
                if diff.new_mode != ABSENT:
                    entry = self._reader.entry(diff.path, diff.new_mode, diff.new).get(POLICY_PATH)
                    policy = entry if isinstance(entry, Policy) else policy
        return policy

    def entries(self, tip: Oid, task_id: str | None = None) -> Iterator[HistoryEntry]:
        """What each ordinary commit up to ``tip`` did to one task, or to all, oldest first.

        Merges are left out: they author nothing.
        """
        path = path_of(task_id) if task_id else FOLDER
        for commit in history.log(self.repo, tip, path=path):
            if len(commit.parents) < 2:
                yield from self._done_by(commit)

    def _done_by(self, commit: Commit) -> Iterator[HistoryEntry]:
        for diff in commit.diffs:
            old, new = (
                self._reader.task(diff.path, mode, oid)
                for mode, oid in ((diff.old_mode, diff.old), (diff.new_mode, diff.new))
            )
            if new is not None:
                source = old.state if old else None
                yield HistoryEntry(
                    commit.oid,
                    commit.at,
                    commit.author.actor,
                    new.id,
                    new.title,
                    event_name(source, new.state),
                    source,
                    new.state,
                    commit.message.strip(),
                )

    # -- writing ---------------------------------------------------------------------------

    def record(
        self,
        propose: Callable[[Snapshot], Proposal],
        *,
        dry_run: bool = False,
        key: str | None = None,
        companions: Companions = _alone,
    ) -> Recorded:
        """Read HEAD, propose, judge, and commit by compare-and-swap; again if a race is lost.
        ``companions`` land with the commit or not at all.

        Nothing is written before the verdict; on a refusal (Refused) or any other error one just
        walks away. The user's index and working files are touched at these paths only, and are
        brought back to HEAD if the ref does not move. A ``key`` used before gives the first answer again.
        """
        self._require_branch()
        if dry_run:
            return self._judged(propose)[0]
        with writing(self.repo) as waited:
            if waited:
                self.repo.refresh()
            checkout = Checkout(self.repo)
            try:
                return self._retried(checkout, propose, key, companions)
            except BaseException:
                self._take_back(checkout)
                raise

    def _retried(
        self,
        checkout: Checkout,
        propose: Callable[[Snapshot], Proposal],
        key: str | None,
        companions: Companions,
    ) -> Recorded:
        """Try until the swap is won. Between two tries index and files are not brought back: a
        commit that took the move from the index may land at any time, and the next one, made from
        an index that was brought back, would undo it.
        """
        tried: list[_Attempt] = []
        end = time.monotonic() + _PATIENCE
        for attempt in retrying(_TRIES, lambda attempt: 0.002 * 2 ** min(attempt, 6)):
            if attempt:
                self.repo.refresh()
                self._require_branch()
            else:
                checkout.heal()
            try:
                return self._attempt(checkout, propose, key, tried, companions)
            except RefMoved:
                pass
            except Locked:
                # perhaps by a commit of the index, which takes this move along: only when that
                # has ended can it be told what became of the move
                if not tried or time.monotonic() > end:
                    raise
        raise TkError(
            Exit.BUSY,
            "busy",
            f"{self.repo.head_ref} moved {_TRIES} times meanwhile",
            "run it again",
        )

    def _attempt(
        self,
        checkout: Checkout,
        propose: Callable[[Snapshot], Proposal],
        key: str | None,
        tried: list[_Attempt],
        companions: Companions,
    ) -> Recorded:
        """One try to record, after what became of those before it; raises RefMoved, Locked."""
        earlier = (self._answered(key) if key else None) or self._taken_along(tried)
        recorded, proposal = (earlier, None) if earlier else self._judged(propose)
        if proposal is None or not (recorded.touched or proposal.always):
            if tried:
                checkout.heal(again=True)
            return recorded
        with companions(recorded) as together:
            return self._commit(checkout, recorded, proposal, tried, together)

    def _require_branch(self) -> None:
        if self.repo.is_bare:
            raise unusable(
                "bare",
                "this is a bare repository: there is nothing to work in",
                "git worktree add PATH",
            )
        if self.repo.is_detached:
            raise unusable(
                "detached", "HEAD is on no branch, so a move would be lost", "git switch BRANCH"
            )
        if os.path.exists(os.path.join(self.repo.git_dir, "MERGE_HEAD")):
            raise unusable(
                "merging", "a merge is going on here, and its commit comes first", "git commit"
            )

    def _answered(self, key: str) -> Recorded | None:
        """What the commit with this key recorded, if there is one on this branch."""
        if self.repo.head is None:
            return None
        key = folded(key)
        for commit in history.log(self.repo, self.repo.head, path=FOLDER, grep=f"Tk-Key: {key}"):
            if commit.trailers.get("Tk-Key") == key:
                before = self.at(commit.parents[0]) if commit.parents else self._empty()
                after = self.at(commit.oid)
                return Recorded(
                    commit.oid, before, after, tuple(sorted(change((before,), after).touched))
                )
        return None

    def _judged(self, propose: Callable[[Snapshot], Proposal]) -> tuple[Recorded, Proposal]:
        before = self.head()
        proposal = propose(before)
        heads = [self.repo.head] if self.repo.head else []
        made = change((before,) if heads else (), proposal.after)
        made = self.counted(made, heads, _message(proposal))
        violations = judge(made)
        if violations:
            raise Refused(*violations)
        for key in made.touched:
            if len(_bytes(proposal.after, key) or b"") > codec.MAX_BYTES:
                raise usage(
                    "too-large",
                    f"{key} would take more than {codec.MAX_BYTES} bytes",
                    "commit the long text as a file of its own, and name that file in the task",
                )
        return Recorded(None, before, proposal.after, tuple(sorted(made.touched))), proposal

    def _commit(
        self,
        checkout: Checkout,
        recorded: Recorded,
        proposal: Proposal,
        tried: list[_Attempt],
        together: Together,
    ) -> Recorded:
        files = {
            path_at(key): (_bytes(recorded.before, key), _bytes(recorded.after, key) or b"")
            for key in recorded.touched
        }
        for path, data in proposal.others:
            found = self.repo.read(f"HEAD:{path}") if self.repo.head else None
            files[path] = (found[2] if found else None, data)
        new = {path: data for path, (_, data) in files.items()}
        author, committer, config = identity.identities(self.repo)
        ref, base = self.repo.head_ref, self.repo.head
        try:
            checkout.require_clean({path: old for path, (old, _) in files.items()})
            commit = write_commit(
                self.repo,
                new,
                _message(proposal),
                parent=base,
                author=author,
                committer=committer,
                sign=config.get("commit.gpgsign", "").lower() in ("true", "yes", "on", "1"),
                others=together.objects,
            )
            known = checkout.note(files)
            note_judged(self.repo, commit)
            for path in checkout.project(new, known):
                raise dirty(path, "was changed just now")
            tried.append(
                _Attempt(
                    base,
                    {path: oid_of("blob", data, self.repo.width) for path, data in new.items()},
                    recorded,
                )
            )
            swaps = (RefSwap(ref, commit, base), *together.swaps)
            refs.swap(self.repo, swaps, f"tk: {proposal.subject}")
        except (RefMoved, TkError) as error:
            if not self._has_moved():
                raise
            raise RefMoved(str(error)) from None  # a TkError compared with a HEAD that is no more
        self.repo.head = commit
        if self.repo.branch_now() != ref:
            self._take_back(checkout)
            warning = f"committed to {ref}, but HEAD is {self.repo.head_ref} now"
            return recorded._replace(commit=commit, warning=warning)
        if all(path in files for attempt in tried for path in attempt.files):
            checkout.forget()
        else:  # an earlier try was to write other files
            checkout.heal()
        return recorded._replace(commit=commit)

    def _has_moved(self) -> bool:
        """Whether HEAD is elsewhere now; read again."""
        with suppress(GitError, OSError, TkError):
            return self.repo.refresh()
        return False

    def _take_back(self, checkout: Checkout) -> None:
        """Bring the checkout to where HEAD is now; what fails is left for the next command."""
        with suppress(GitError, OSError, TkError):
            if checkout.is_unfinished:
                self.repo.refresh()
                checkout.heal(again=True)

    def _taken_along(self, tried: Sequence[_Attempt]) -> Recorded | None:
        """What was recorded all the same: somebody who committed in the middle of a try that then
        lost its race committed its files. Never a commit of another tk, which has its own winner.
        """
        if self.repo.head is None:
            return None
        for base, files, recorded in tried:
            since = [f"^{base}"] if base else []
            for commit in history.log(self.repo, self.repo.head, *since, path=FOLDER):
                there = {diff.path: diff.new for diff in commit.diffs}
                if files.items() <= there.items() and ACTOR not in commit.trailers:
                    return recorded._replace(commit=commit.oid)
        return None


def _some(walk: Iterator[Step]) -> Iterator[Step]:
    """`BATCH` steps, fewer where they change a lot."""
    count = 0
    for step in islice(walk, BATCH):
        yield step
        count += len(step.commit.diffs)
        if count > _MANY:
            break


def _bytes(snapshot: Snapshot, key: str) -> bytes | None:
    entry = snapshot.entry(key)
    if isinstance(entry, Task):
        return codec.dump_task(entry)
    if isinstance(entry, Policy):
        return codec.dump_policy(entry)
    return None


def _message(proposal: Proposal) -> str:
    lines = [f"{name}: {folded(value)}" for name, value in proposal.trailers]
    return f"tk: {proposal.subject}\n" + (f"\n{chr(10).join(lines)}\n" if lines else "")
