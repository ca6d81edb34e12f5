"""What commits do to the ledger, those of history and one about to be made; whether it is legal is not asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, partial
from itertools import chain

from tkledger.core.change import Change, change
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import Policy
from tkledger.core.snapshot import Entry, Snapshot, governing, in_order, touched
from tkledger.core.trailers import PREFIX
from tkledger.core.typing import TYPE_CHECKING
from tkledger.core.usage import Usage
from tkledger.files.look_alikes import look_alike
from tkledger.files.reader import TreeReader, twice
from tkledger.git import history
from tkledger.git.commit import Commit
from tkledger.git.objects import ABSENT, Oid
from tkledger.ledger.counting import CommitWork, Walk
from tkledger.ledger.diffs import Step, read_ahead, steps
from tkledger.ledger.proposal import about_to_be
from tkledger.ledger.reader import Ledger
from tkledger.ledger.tally import Tally

if TYPE_CHECKING:
    from tkledger.core.signature import Signature

_MOST_WAITING = 4_000
"""So many commits that may have to be counted are kept in memory."""


def walk(
    ledger: Ledger, *revisions: str, policy: Policy | None = None
) -> Iterator[tuple[Commit, Change | None]]:
    """Every commit that ``revisions`` select, parents first, with what it does to the ledger; None if
    it does nothing.

    ``policy`` governs instead of the one in the ledger. Everything is read from objects; nothing
    depends on the checkout, the clock or what was cached.
    """
    counting = _Counting(ledger.tally, partial(history.parents, ledger.repo, *revisions))
    for step in read_ahead(ledger.files, steps(ledger.repo, ledger.files, revisions)):
        commit = step.commit
        parents = tuple(ledger.history_at(oid) for oid in commit.parents)
        before = parents[0] if parents else ledger.empty()
        entries = _changed_entries(ledger, step, before)
        after = before.evolve(entries) if entries else before
        ledger.keep(commit.oid, after)
        counting.add(ledger.tally.work(step))
        keys = in_order(entries) if len(parents) < 2 else None
        joined: Sequence[Oid] = commit.parents
        if len(parents) > 2 and any(side.entries is not after.entries for side in parents):
            joined = independent(ledger, joined)
            parents = tuple(ledger.history_at(oid) for oid in joined)
        made = _made_by(ledger, commit, joined, parents, after, keys, policy)
        if made is not None:
            places = [commit.parents.index(oid) for oid in joined] if made.is_merge else []
            if made.touched:
                ledger.former.note(commit.oid, made)
            asked = made.touched and parents
            made = made._replace(
                tally=partial(counting.usage, commit.oid),
                signature=partial(_signature, ledger, commit.oid),
                code=partial(_code, ledger, commit.tree, joined),
                work_in=partial(counting.newest_in, commit.parents, places) if places else None,
                earlier=partial(ledger.former.versions, made, joined) if asked else None,
            )
        yield commit, made


def governed(ledger: Ledger, commit: Commit, made: Change) -> Change:
    """What a commit does, by the policy that governed it instead of another: also who its actor is."""
    law, actor = governing(made.parents, made.after), commit.author.actor
    files = _asked_files(ledger, law, actor, commit, independent(ledger, commit.parents))
    name = law.author(actor) if law is not None else actor
    return made._replace(policy=law, actor=name, files=files)


def _signature(ledger: Ledger, commit: Oid, policy: Policy) -> Signature:
    return ledger.signatures.of(commit, policy)


def _code(ledger: Ledger, tree: Oid, parents: Sequence[Oid]) -> tuple[Oid, ...]:
    from tkledger.ledger.code_trees import code_trees  # few policies have gates

    return code_trees(ledger.repo, tree, parents)


def proposed(
    ledger: Ledger, parents: Sequence[Oid], tree: Oid, message: str | None = None
) -> Change:
    """What a commit of ``tree`` on top of ``parents`` would do; git has not made it yet."""
    merge = Commit("", tree, tuple(parents), 0, "", message or "")
    parents = independent(ledger, parents)
    sides = tuple(ledger.history_at(oid) for oid in parents)
    made = change(sides, ledger.in_tree(tree))
    if made.is_merge and message:
        made = made._replace(own_content=ledger.charges(merge))
    made = about_to_be(ledger, made, parents, message)
    files = _asked_files(ledger, made.policy, made.actor, merge, parents)
    made = made._replace(files=files, code=partial(_code, ledger, tree, parents))
    judged = made.touched or made.charged or files
    return _with_bases(ledger, made, parents) if made.is_merge and judged else made


def independent(ledger: Ledger, parents: Sequence[Oid]) -> Sequence[Oid]:
    """The parents that a Change of a commit on ``parents`` has: of more than two, those that no other
    has in its history, since edition 2 of the law. A single one that is left counts twice: a commit
    that joins nothing is still a merge, and authors nothing in the ledger.

    Of two, the ancestor is their merge base, and so not a side that moved.
    """
    if len(parents) < 3:
        return parents
    law = governing(tuple(ledger.history_at(oid) for oid in parents), ledger.empty())
    if law is not None and law.law < 2:
        return parents
    left = history.independent(ledger.repo, parents)
    return left if len(left) > 1 else left * 2


class _Counting:
    """Counts along a walk of changes, from the first time that the usage at a commit is asked for."""

    def __init__(self, tally: Tally, parents: Callable[[], Mapping[Oid, tuple[Oid, ...]]]) -> None:
        self._tally = tally
        self._parents = parents
        self._walk: Walk | None = None
        self._waiting: list[CommitWork] = []

    def add(self, work: CommitWork) -> None:
        """Add the next commit. Of many that no one asked about the older ones are dropped: if they
        should be needed, they are counted from the objects, as what came before the walk is.
        """
        self._waiting.append(work)
        if self._walk is None and len(self._waiting) > _MOST_WAITING:
            del self._waiting[: _MOST_WAITING // 2]

    def newest_in(
        self, parents: Sequence[Oid], places: Sequence[int], number: int, task: str
    ) -> tuple[Oid, ...]:
        """The newest commits of work on a task in the history of one of the sides of the last commit, a
        merge; ``places`` are those of the sides among its parents.
        """
        walk, place = self._counted(), places[number]
        return self._tally.newest(walk, walk.sides[place], [parents[place]], task)

    def usage(self, commit: Oid) -> Usage:
        """What is used up to a commit of the walk, the last one that was added."""
        return self._tally.of(self._counted(), commit)

    def _counted(self) -> Walk:
        if self._walk is None:
            children = Counter(chain.from_iterable(self._parents().values()))
            self._walk = self._tally.walk(children)
        for waiting in self._waiting:
            self._walk.add(waiting)
        self._waiting.clear()
        return self._walk


def _changed_entries(ledger: Ledger, step: Step, before: Snapshot) -> dict[str, Entry | None]:
    """The entries that a commit changes in its first parent's ledger, ``before``; None if removed."""
    in_order = step.before.in_order and step.after.in_order
    changed = _compared(ledger.files, step.commit, before) if in_order else None
    if changed is None:  # comparing such trees means nothing
        after = ledger.in_tree(step.commit.tree)
        return {key: after.entries.get(key) for key in touched([before], after)}
    if step.before.alike != step.after.alike:
        for name in step.before.alike:
            changed.update(dict.fromkeys(look_alike(name)))
        for name in step.after.alike:
            changed.update(look_alike(name))
    return changed


def _compared(
    files: TreeReader, commit: Commit, before: Snapshot
) -> dict[str, Entry | None] | None:
    """The entries that change by what git says of the ledger's folder; None if a name is in it
    twice, before or after: then one of the two did not change.
    """
    changed: dict[str, Entry | None] = {}
    for diff in commit.diffs:
        gone, new = diff.new_mode == ABSENT, diff.old_mode == ABSENT
        side = (diff.old_mode, diff.old) if gone else (diff.new_mode, diff.new)
        for key, entry in files.entry(diff.path, *side).items():
            there = before.entries.get(key)
            if key in changed or (there and (new or there == twice(diff.path))):
                return None
            changed[key] = None if gone else entry
    return changed


def _made_by(
    ledger: Ledger,
    commit: Commit,
    joined: Sequence[Oid],
    parents: tuple[Snapshot, ...],
    after: Snapshot,
    keys: AbstractSet[str] | None,
    policy: Policy | None,
) -> Change | None:
    """What a commit does to the ledger; None if nothing. ``parents`` are the ledgers in those that it
    has ``joined``; ``keys`` may have changed; None: any.
    """
    same = all(parent.entries is after.entries for parent in parents)
    law = policy or governing(parents, after)
    files = _asked_files(ledger, law, commit.author.actor, commit, joined)
    plain = same and PREFIX not in commit.message and files is None
    if law is None or (plain and (parents or not after.entries)):
        return None
    made = change(parents, after, policy=policy, keys=keys)
    actor = law.author(commit.author.actor)
    own = made.is_merge and ledger.charges(commit)
    made = made._replace(actor=actor, message=commit.message, own_content=own, files=files)
    if not (made.touched or made.charged or files):
        return _if_ledgers_join(ledger, made, joined)
    return _with_bases(ledger, made, joined) if made.is_merge else made


def _asked_files(
    ledger: Ledger, law: Policy | None, actor: str, commit: Commit, parents: Sequence[Oid]
) -> Callable[[], tuple[str, ...]] | None:
    """Gives the files outside the ledger that a commit touches, if the law limits its actor to some. What a
    merge brings from a side without a ledger is its own, since nothing else answers for that.
    """
    if law is None or not law.may or not any(one.paths for one in law.limits_of(actor).values()):
        return None
    from tkledger.ledger.touched import touched  # few policies limit anybody

    known = tuple(oid for oid in parents if ledger.history_at(oid).policy is not None)
    return cache(partial(touched, ledger.repo, commit._replace(parents=known or tuple(parents))))


def _if_ledgers_join(ledger: Ledger, made: Change, parents: Sequence[Oid]) -> Change | None:
    """A merge that changes no file, if its sides may be two ledgers; edition 2 of the law asks."""
    sides = [side.entries for side in made.parents if POLICY_PATH in side.entries]
    if made.law.law < 2 or all(one is sides[0] for one in sides):
        return None
    joined = _with_bases(ledger, made, parents)
    return joined if joined.bases else joined._replace(bases=(ledger.empty(),))


def _with_bases(ledger: Ledger, made: Change, parents: Sequence[Oid]) -> Change:
    found = [ledger.history_at(oid) for oid in history.merge_bases(ledger.repo, parents)]
    # a file that lay there before the ledger is not a version of a task
    bases = [base if base.begun else ledger.empty() for base in found]
    return made._replace(bases=tuple(bases))
