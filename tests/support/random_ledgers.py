"""Random histories of a ledger, judged commit by commit in memory; it knows nothing of git.

A few branches, and on them everything that may come: legal and illegal moves, births, edits, notes,
deletions, unreadable files, merges of every kind, changes of the policy. What the gate accepts
makes the history, and `independent_rules` says whether all of that should have been accepted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

from tests.support import independent_rules
from tkledger.core import policy_fields
from tkledger.core.change import Change, Violation, change
from tkledger.core.field import FieldError
from tkledger.core.layout import POLICY_PATH
from tkledger.core.lifecycle import State
from tkledger.core.merge import merged
from tkledger.core.policy import DEFAULT, EDGES, Policy
from tkledger.core.presets import PRESETS
from tkledger.core.rules import RULES, judge
from tkledger.core.rules.rule import Rule
from tkledger.core.snapshot import Entry, Flaw, Snapshot
from tkledger.core.task import Task, changed, task
from tkledger.core.task_parts import RESOLUTIONS, Admission

BRANCHES = 4
OPERATIONS = 50
FEW = 6
"""So many tasks are soon there; more of them come seldom, so that links and branches meet."""
REPAIRS = 12
"""How many rounds of mending a pair of heads may take before it counts as not mergeable."""

AGENTS = ("ann", "bob", "cy")
KINDS = ("task", "bug")
SHARED = ("s1", "s2", "s3")
"""Ids that several branches may give birth to."""


class Tally(NamedTuple):
    """What came of histories; pairs are of heads, ``repairs`` the commits that mended them."""

    accepted: int = 0
    rejected: int = 0
    pairs: int = 0
    merged: int = 0
    repairs: int = 0
    merges: int = 0
    criss_crosses: int = 0
    wrongs: tuple[str, ...] = ()
    codes: tuple[tuple[str, int], ...] = ()
    """How often each rule refused something."""

    def __add__(self, other: object) -> Tally:
        assert isinstance(other, Tally)
        *mine, codes = self
        *theirs, more = other
        both = Counter(dict(codes)) + Counter(dict(more))
        return Tally(*(a + b for a, b in zip(mine, theirs)), tuple(sorted(both.items())))  # type: ignore[operator,call-arg]


class World:
    """One random history under some rules; ``wrongs`` is what the oracle says against it."""

    def __init__(
        self,
        seed: int,
        rules: tuple[Rule, ...] = RULES,
        wild: float = 0.3,
        amending: float = 0.07,
    ) -> None:
        self.rng = Random(seed)
        self.rules = rules
        self.wild = wild
        self.amending = amending
        self.snapshots: list[Snapshot] = []
        self.history: list[independent_rules.Commit] = []
        self.refused: Counter[str] = Counter()
        self.rejected = self.merges = self.criss_crosses = self.births = 0
        self.wrongs: list[str] = []
        first = self.rng.choice((DEFAULT, DEFAULT, PRESETS["agents"]))._replace(depth=3, children=2)
        self.attempt((), Snapshot({POLICY_PATH: first}, first))
        self.heads = [0] * BRANCHES

    # -- the gate ----------------------------------------------------------------------------

    def bases(self, parents: tuple[int, ...]) -> list[int]:
        """Git's merge bases."""
        lineages = [commit.lineage for commit in self.history]
        return independent_rules.merge_bases(lineages, parents)

    def sides(self, parents: tuple[int, ...]) -> tuple[int, ...]:
        """The parents that count as sides of a merge: of more than two those that no other has in its
        history; one that is left counts twice.
        """
        if len(parents) < 3:
            return parents
        lineages = {number: self.history[number].lineage for number in parents}
        left = tuple(
            one
            for one in lineages
            if not any(other != one and lineages[other] >> one & 1 for other in lineages)
        )
        return left if len(left) > 1 else left * 2

    def proposed(self, parents: tuple[int, ...], after: Snapshot) -> Change:
        parents = self.sides(parents)
        bases = self.bases(parents) if len(parents) > 1 else []
        return change(
            tuple(self.snapshots[number] for number in parents),
            after,
            bases=tuple(self.snapshots[number] for number in bases),
        )

    def attempt(self, parents: tuple[int, ...], after: Snapshot) -> int | None:
        """The number of the new commit; None if the gate refuses it."""
        made = self.proposed(parents, after)
        violations = judge(made, self.rules)
        self.judged(parents, after, violations)
        if violations:
            self.rejected += 1
            self.refused.update({violation.code for violation in violations})
            return None
        number = len(self.history)
        lineage = 1 << number
        for parent in parents:
            lineage |= self.history[parent].lineage
        bases = tuple(base.entries for base in made.bases)
        sides = tuple(dict.fromkeys(self.sides(parents)))
        commit = independent_rules.Commit(number, after.entries, sides, lineage, bases)
        self.wrongs += independent_rules.wrongs(self.history, commit)
        self.history.append(commit)
        self.snapshots.append(after)
        self.merges += len(parents) > 1
        self.criss_crosses += len(bases) > 1
        return number

    def judged(
        self, parents: tuple[int, ...], after: Snapshot, violations: Sequence[Violation]
    ) -> None:
        """Called with each proposal and its verdict, before it is accepted or refused."""

    # -- what happens ------------------------------------------------------------------------

    def run(self, operations: int = OPERATIONS) -> World:
        """So many operations, or until something is wrong."""
        for _ in range(operations):
            if self.wrongs:
                break
            try:
                self._operate(self.rng.randrange(BRANCHES))
            except FieldError:  # a value that no file can hold is no commit
                continue
        return self

    def _operate(self, at: int) -> None:
        roll = self.rng.random()
        if roll < 0.3:
            self._merge(at)
        elif roll < 0.33:
            self.heads[at] = self.rng.choice(self.heads)
        else:
            after = self._changed(self.snapshots[self.heads[at]])
            self._advance(at, self.attempt((self.heads[at],), after))

    def _advance(self, at: int, number: int | None) -> None:
        if number is not None:
            self.heads[at] = number

    def _is_wild(self) -> bool:
        return self.rng.random() < self.wild

    def _changed(self, before: Snapshot) -> Snapshot:
        if self.rng.random() < self.amending:
            return self._amended(before)
        after = before
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            tasks = list(after.tasks())
            if not tasks or self.rng.random() < (0.3 if len(tasks) < FEW else 0.05):
                after = after.put(self._born(after, tasks))
            elif self._is_wild() and self.rng.random() < 0.1:
                after = self._vandalised(after, self.rng.choice(tasks).id)
            else:
                one = self.rng.choice(tasks)
                after = after.put(self._stepped(one, tasks))
        return after

    def _born(self, ledger: Snapshot, tasks: list[Task]) -> Task:
        self.births += 1
        shared = [one for one in SHARED if one not in ledger.entries]
        if shared and self.rng.random() < 0.15:
            once = {"id": self.rng.choice(shared), "title": "shared", "state": "todo"}
            return task({**once, "admission": dict.fromkeys(Admission._fields, "as ever")})
        fields: dict[str, Any] = {
            "id": f"t{self.births}",
            "title": self.rng.choice(("Fix it", "fix it", "Build", "Test", "Ship")),
            "state": self.rng.choice(("todo", "todo", "backlog")),
            "creator": self.rng.choice(AGENTS),
            "type": self.rng.choice(KINDS),
        }
        for name, odds in (("parent", 0.6), ("origin", 0.3)):
            if tasks and self.rng.random() < odds:
                fields[name] = self.rng.choice(tasks).id
        ended = [one.id for one in tasks if one.ended]
        if ended and "origin" not in fields and self.rng.random() < 0.2:
            fields["reopens"] = self.rng.choice(ended)
        if tasks and self.rng.random() < 0.3:
            fields["depends_on"] = [self.rng.choice(tasks).id]
        if self.rng.random() < 0.3:
            fields["owner"] = self.rng.choice(AGENTS)
        if self.rng.random() < 0.9:
            fields["admission"] = dict.fromkeys(Admission._fields, "as ever")
        if self.rng.random() < 0.1:
            fields["budget"] = {"depth": self.rng.randrange(1, 4)}
        if self._is_wild():
            fields |= self.rng.choice(
                (
                    {"state": self.rng.choice(list(State)).value},
                    {"spent": {"tokens": 5}},
                    {"attempt": 2},
                    {"parent": "nobody"},
                    {"origin": "nobody"},
                    {"reopens": self.rng.choice(["nobody", *(one.id for one in tasks)])},
                    {"depends_on": ["nobody"]},
                )
            )
        return task(fields)

    def _stepped(self, old: Task, tasks: list[Task]) -> Task:
        verbs: tuple[Callable[[Task, list[Task]], Task], ...] = (
            *(self._moved, self._moved, self._moved),
            *(self._edited, self._edited, self._linked, self._linked, self._noted),
        )
        return self.rng.choice(verbs)(old, tasks)

    def _moved(self, old: Task, tasks: list[Task]) -> Task:
        """The task along an edge of the oracle's table, or anywhere."""
        ways = sorted(independent_rules.TABLE[old.state.value])
        if not ways or self._is_wild():
            ways = [state.value for state in State]
        target = self.rng.choice(ways)
        values: dict[str, Any] = {"state": target, "wait": None, "error": None, "resolution": None}
        if target == "blocked":
            values["wait"] = {"reason": self.rng.choice(("user", "other"))}
        if target == "in_progress":
            values["owner"] = self.rng.choice(AGENTS)
        if target == "todo" and old.state is State.BLOCKED:
            values |= {"owner": None, "attempt": old.tries + (0 if self._is_wild() else 1)}
        if target in ("done", "cancelled") and self.rng.random() < 0.3:
            values["resolution"] = self.rng.choice(RESOLUTIONS[State(target)])
        if target == "cancelled" and self.rng.random() < 0.3:
            values["error"] = {"message": "no use"}
        if self._is_wild() and self.rng.random() < 0.3:  # what goes with the old state stays
            del values[self.rng.choice(("wait", "error", "resolution"))]
        return changed(old, **values)

    def _linked(self, old: Task, tasks: list[Task]) -> Task:
        other = self.rng.choice(tasks).id
        if self.rng.random() < 0.6:
            return changed(old, parent=self.rng.choice((other, other, None)))
        return changed(old, depends_on=sorted(set(old.depends_on) ^ {other}))

    def _edited(self, old: Task, tasks: list[Task]) -> Task:
        text = f"word {self.rng.randrange(4)}"
        number = self.rng.randrange(4)
        options: list[dict[str, Any]] = [
            {"title": text},
            {"description": text},
            {"type": self.rng.choice(KINDS)},
            {"priority": number},
            {"owner": self.rng.choice((*AGENTS, None))},
            {"labels": sorted(set(old.labels) ^ {f"l{number}"})},
            {"x": {**old.x, "k": number}},
            {"x": {**old.x, "l": text}},
            {"admission": {**old.admission._asdict(), "consumer": text}},
            {"spent": {"tokens": (old.spent.tokens or 0) + number, "cost": old.spent.cost}},
            {"spent": {"tokens": old.spent.tokens, "cost": f"{number + 5}.5"}},
            {"budget": {"depth": number, "tokens": number}},
        ]
        if old.state is State.BLOCKED:
            options += [{"error": {"message": text}}, {"wait": {"reason": "until"}}]
        if self._is_wild():
            other = self.rng.choice(tasks).id
            options = [
                {"creator": "zed"},
                {"origin": other},
                {"spent": {"tokens": old.spent.tokens, "cost": "5"}},
                {"spent": None},
                {"attempt": self.rng.choice((None, old.tries + 1))},
                {"notes": old.notes[:-1]},
                {"notes": ("other", *old.notes[1:])},
                {"error": {"message": text}},
                {"wait": {"reason": "user"} if old.wait.reason is None else None},
                {"resolution": "merged"},
                {"parent": "nobody"},
                {"depends_on": ["nobody"]},
                {"parent": old.id},
                {
                    "admission": {
                        **old.admission._asdict(),
                        "consumer": self.rng.choice((None, " ")),
                    }
                },
            ]
        return changed(old, **self.rng.choice(options))

    def _noted(self, old: Task, tasks: list[Task]) -> Task:
        name = self.rng.choice(("notes", "notes", "criteria", "met", "waived"))
        text = f"note {self.rng.randrange(30)}"
        known = old.criteria if name in ("met", "waived") and not self._is_wild() else ()
        text = self.rng.choice(known) if known else text
        text = f"{text} -- no use" if name == "waived" else text
        return changed(old, **{name: (*getattr(old, name), text)})

    def _vandalised(self, before: Snapshot, task_id: str) -> Snapshot:
        code = f"TK1{self.rng.randrange(1, 11):02}"
        key = self.rng.choice((task_id, f"new{self.births}", ".tasks/stray"))
        spoiled: list[dict[str, Entry | None]] = [
            {task_id: None},
            {key: Flaw(code, key, "is bad", "mend it", str(self.rng.random()))},
        ]
        return before.evolve(self.rng.choice(spoiled))

    def _amended(self, before: Snapshot) -> Snapshot:
        old = before.policy
        assert old is not None
        trap = self.rng.choice(("backlog", "todo", "blocked"))
        values: dict[str, Any] = self.rng.choice(
            (
                {"forbid": [edge for edge in EDGES if edge.startswith(trap)]},
                {"depth": self.rng.randrange(2, 5)},
                {"children": self.rng.choice((1, 2, None))},
                {"squash": self.rng.choice(("path", "refuse", "refuse"))},
                {"review": self.rng.choice(("optional", "required"))},
                {"admission": self.rng.choice(("off", "required"))},
                {"forbid": self.rng.sample(EDGES, self.rng.randrange(5))},
                {
                    "loops": dict.fromkeys(
                        self.rng.sample(("identity", "respawn"), self.rng.randrange(3)), "refuse"
                    )
                },
            )
        )
        new: Policy = policy_fields.changed(old, **values)
        if self._is_wild():
            new = new._replace(version=self.rng.choice((old.version, old.version + 2)))
        after = before.evolve({POLICY_PATH: new})
        if self._is_wild() and self.rng.random() < 0.5:
            tasks = list(before.tasks())
            after = after.put(self._born(after, tasks))
        if self._is_wild() and self.rng.random() < 0.3:
            after = before.evolve({POLICY_PATH: None})
        return after

    # -- merges ------------------------------------------------------------------------------

    def _merge(self, at: int) -> None:
        ours = self.heads[at]
        roll = self.rng.random()
        if roll < 0.03:
            self._graft(ours)
        elif roll < 0.12:
            self._octopus(at)
        elif roll < 0.22:  # any commit at all: one of the past, an ancestor, itself
            theirs = self.rng.randrange(len(self.history))
            self._advance(at, self._joined(ours, theirs))
        else:
            other = self.rng.randrange(BRANCHES)
            theirs = self.heads[other]
            self._advance(at, self._joined(ours, theirs))
            if roll < 0.4:  # and at the same time the other way round
                self._advance(other, self._joined(theirs, ours))

    def _joined(self, ours: int, theirs: int) -> int | None:
        if ours == theirs:
            return None
        roll = self.rng.random()
        parents = (ours, theirs)
        if roll < 0.1:
            return self.attempt(parents, self.snapshots[ours])
        base = self.rng.choice(self.bases(parents) or [0])
        after = self.by_law(base, *parents)
        if roll < 0.35:
            after = self._evil(after, base, *parents)
        return self.attempt(parents, after)

    def by_law(self, base: int, *parents: int) -> Snapshot:
        """The merge as the law has it, with what it leaves open taken from either side."""
        root, (ours, theirs) = self.snapshots[base], (self.snapshots[n] for n in parents)
        newest = max((ours.policy, theirs.policy), key=lambda one: one.version if one else 0)
        assert newest is not None
        entries: dict[str, Entry | None] = {POLICY_PATH: newest}
        for key in sorted({*ours.ids(), *theirs.ids()}):
            a, b = ours.task(key), theirs.task(key)
            if a is None or b is None:
                entries[key] = a or b
                continue
            sides = (a, b) if self.rng.random() < 0.5 else (b, a)
            entries[key] = merged(root.task(key), *sides, newest.lifecycle).task
        return ours.evolve(entries)

    def _evil(self, after: Snapshot, base: int, ours: int, theirs: int) -> Snapshot:
        """A merge that also does something else."""
        tasks = list(after.tasks())
        roll = self.rng.random()
        if not tasks or roll < 0.1:
            return self._amended(after)
        one = self.rng.choice(tasks)
        if roll < 0.2:
            return self._vandalised(after, one.id)
        if roll < 0.6:
            sides = [self.snapshots[n].task(one.id) for n in (base, ours, theirs)]
            side = self.rng.choice([version for version in sides if version] or [one])
            name = self.rng.choice(Task._fields[1:])
            return after.put(changed(one, **{name: getattr(side, name)}))
        if roll < 0.7:
            return after.put(self._born(after, tasks))
        return after.put(self._stepped(one, tasks))

    def _octopus(self, at: int) -> None:
        heads = list(dict.fromkeys([self.heads[at], *self.rng.sample(self.heads, 2)]))
        if len(heads) < 3:
            return
        (base,) = self.bases(tuple(heads))[:1] or [0]
        after = self.snapshots[base]
        for head in heads:  # each side's changes over those before: right where they are disjoint
            side = self.snapshots[head]
            new: dict[str, Entry | None] = {
                key: entry
                for key, entry in side.entries.items()
                if entry != self.snapshots[base].entries.get(key)
                and (key != POLICY_PATH or entry.version > after.entries[key].version)  # type: ignore[union-attr]
            }
            after = after.evolve(new)
        if self._is_wild():
            after = self._changed(after)
        self._advance(at, self.attempt(tuple(heads), after))

    def _graft(self, ours: int) -> None:
        """A ledger that began elsewhere, merged into this one."""
        alien = self.attempt((), Snapshot({POLICY_PATH: DEFAULT}, DEFAULT))
        if alien is not None:
            self.attempt((ours, alien), self.snapshots[ours])

    # -- can everything be merged? -----------------------------------------------------------

    def pairs(self) -> Tally:
        """Try to merge every pair of heads, mending either side by legal commits if need be."""
        heads = sorted(set(self.heads))
        tried = done = repairs = 0
        for number, ours in enumerate(heads):
            for theirs in heads[number + 1 :]:
                tried += 1
                mended = self._mended(ours, theirs)
                if mended is None:
                    self.wrongs.append(f"commits {ours} and {theirs} cannot be merged")
                else:
                    done += 1
                    repairs += mended
        return Tally(pairs=tried, merged=done, repairs=repairs)

    def _mended(self, ours: int, theirs: int) -> int | None:
        """How many commits it took to make two heads mergeable; None if they stayed apart."""
        repairs = 0
        for _ in range(REPAIRS):
            violations: tuple[Violation, ...] = ()
            for base in self.bases((ours, theirs)):
                after = self.by_law(base, ours, theirs)
                violations = judge(self.proposed((ours, theirs), after), self.rules)
                if not violations:
                    return repairs if self.attempt((ours, theirs), after) is not None else None
            keys = self._knotted(after, violations)
            better = [self._repaired(head, keys) for head in (ours, theirs)]
            repairs += sum(new != old for new, old in zip(better, (ours, theirs)))
            ours, theirs = better
        return None

    def _knotted(self, after: Snapshot, violations: tuple[Violation, ...]) -> set[str]:
        """The tasks to mend: those named, their children, and all that they hang on."""
        keys = {violation.task for violation in violations if violation.task in after.entries}
        for key in list(keys):
            keys.update(after.children(key), after.ancestors(key))
        grown = 0
        while grown < len(keys):  # a knot: follow its links until nothing is new
            grown = len(keys)
            for key in list(keys):
                one = after.task(key)
                keys.update(one.depends_on if one and not one.ended else ())
        return keys

    def _repaired(self, head: int, keys: set[str]) -> int:
        """The head after taking links and leftovers out of its open tasks among ``keys``."""
        after = self.snapshots[head]
        for key in keys:
            one = after.task(key)
            if one is not None and not one.ended:
                error = None if one.state is State.BLOCKED else one.error
                after = after.put(
                    changed(one, parent=None, depends_on=None, error=error, budget=None)
                )
        if after.entries == self.snapshots[head].entries:
            return head
        number = self.attempt((head,), after)
        return head if number is None else number


def tally(seed: int, rules: tuple[Rule, ...] = RULES, wild: float = 0.3) -> Tally:
    """What comes of one history, pairs of heads included."""
    world = World(seed, rules, wild).run()
    pairs = world.pairs() if not world.wrongs else Tally()
    return pairs + Tally(
        accepted=len(world.history),
        rejected=world.rejected,
        merges=world.merges,
        criss_crosses=world.criss_crosses,
        wrongs=tuple(f"history {seed}: {wrong}" for wrong in world.wrongs),
        codes=tuple(sorted(world.refused.items())),
    )


def first_wrong(rules: tuple[Rule, ...], histories: int) -> str | None:
    """What the oracle says first against histories under other rules; None if nothing."""
    for seed in range(histories):
        world = World(seed, rules, wild=0.5).run()
        if world.wrongs:
            return f"history {seed}: {world.wrongs[0]}"
    return None
