"""All short histories of two actors and a keeper over one task: ``python -m stress.bounded [STEPS] [PROCESSES]``.

From each history every step is tried that a hostile actor could commit by hand: moves, work, verdicts, other types
and labels, another policy, branches, merges, cherry-picks. Nothing of git is in it. The world remembers
who really did what; the law sees only what the commits say, and who signed them. A history is wrong if a task got
done although the policy in force asks for more, or if the policy was changed by one whom it binds.

Histories that the law cannot tell apart from here on, and that are as true, are followed once.
"""

from __future__ import annotations

import hashlib
import sys
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from tkledger.core import policy as policies
from tkledger.core.change import Change, change
from tkledger.core.field import FieldError
from tkledger.core.layout import POLICY_PATH
from tkledger.core.lifecycle import TRANSITIONS, Event, State
from tkledger.core.merge import merged
from tkledger.core.policy import DEFAULT, Approvals, Policy
from tkledger.core.rules import RULES, judge
from tkledger.core.rules.rule import Rule
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, Wait, changed, is_work, task
from tkledger.core.usage import Account, Activity, Usage
from tkledger.files import codec

ANN, BOB, KIM = "ann", "bob", "kim"
"""Two actors, and the keeper of the policy."""

ACTORS = (ANN, BOB, KIM)


class Work(NamedTuple):
    """A commit of work: its id, the attempt, who it says made it and who did, what came before it."""

    oid: str
    attempt: int
    name: str
    by: str
    after: frozenset[str]


class Point(NamedTuple):
    """A commit, as far as it matters for what comes after it.

    works: all commits of work in its history; moves: by attempt, who moved the task as work does, by name and in
    truth; lines: who really wrote each verdict
    """

    task: bytes
    policy: bytes
    works: frozenset[Work] = frozenset()
    moves: frozenset[tuple[int, str, str]] = frozenset()
    lines: frozenset[tuple[str, str]] = frozenset()


class Tips(NamedTuple):
    """The tips of two branches, and the commit at which they parted."""

    here: Point
    there: Point
    base: Point


class Step(NamedTuple):
    """A commit to be tried: words for it, its parents, what it holds and says, who makes it in truth."""

    words: str
    parents: tuple[Point, ...]
    task: Task
    policy: Policy
    name: str
    by: str
    works: bool = False


class Setting(NamedTuple):
    """Where histories begin, and what is tried besides the moves of a review. With ``forged`` the first actor
    writes any name, and all commits are signed. So much work at most is in a history.
    """

    title: str
    policy: Policy
    task: Task
    tried: frozenset[str]
    forged: bool = False
    most_work: int = 2


class World:
    """All histories of a setting, layer by layer, under some rules."""

    def __init__(self, setting: Setting, rules: tuple[Rule, ...] = RULES) -> None:
        self.setting = setting
        self.rules = rules
        self.tasks: dict[bytes, Task] = {}
        self.policies: dict[bytes, Policy] = {}
        self.refused: Counter[str] = Counter()
        self.accepted = self.done = 0
        self.wrongs: list[str] = []
        self.judged: dict[tuple[object, ...], Point | None] = {}
        root = Point(self.of_task(setting.task), self.of_policy(setting.policy))
        self.layer: dict[Tips, str] = {Tips(root, root, root): ""}
        self.seen = set(self.layer)

    def of_task(self, now: Task) -> bytes:
        """The bytes of a task, by which it is known."""
        data = codec.dump_task(now)
        self.tasks.setdefault(data, now)
        return data

    def of_policy(self, law: Policy) -> bytes:
        """The bytes of a policy."""
        data = codec.dump_policy(law)
        self.policies.setdefault(data, law)
        return data

    def grow(self) -> None:
        """One step more of every history."""
        layer: dict[Tips, str] = {}
        for tips, story in self.layer.items():
            for step in steps(self, tips):
                made = self.attempt(step, tips)
                if made is None:
                    continue
                for after in self.after(tips, step, made):
                    if after not in self.seen:
                        self.seen.add(after)
                        layer[after] = f"{story}; {step.words}"
                        self.wrongs += (f"{one}: {layer[after]}" for one in wrong(self, step, made))
        self.layer = layer

    def after(self, tips: Tips, step: Step, made: Point) -> Iterator[Tips]:
        """The tips after a step; the other branch may stay, or go along."""
        if len(step.parents) > 1:
            yield Tips(made, tips.there, tips.there)
        elif step.parents[0] == tips.here:
            if "branches" in self.setting.tried:
                yield Tips(made, tips.there, tips.base)
            if tips.there == tips.base or "branches" not in self.setting.tried:
                yield Tips(made, made, made)
        else:
            yield Tips(tips.here, made, tips.base)

    def attempt(self, step: Step, tips: Tips) -> Point | None:
        """The commit of a step; None if the law refuses it."""
        key = (
            *step[1:2],
            self.of_task(step.task),
            self.of_policy(step.policy),
            *step[4:],
            tips.base,
        )
        if key not in self.judged:
            found = judge(self.change(step, tips), self.rules)
            self.refused.update({one.code for one in found})
            self.judged[key] = None if found else self.point(step)
            self.accepted += not found
        return self.judged[key]

    def point(self, step: Step) -> Point:
        """What a step makes."""
        works, moves, lines = (
            frozenset().union(*(getattr(parent, name) for parent in step.parents))
            for name in ("works", "moves", "lines")
        )
        if len(step.parents) == 1:
            old = self.tasks[step.parents[0].task]
            if step.works:
                works |= {work_of(works, old.tries, step.name, step.by)}
            if is_work(old, step.task):
                moves |= {(old.tries, step.name, step.by)}
            lines |= {(line, step.by) for line in step.task.verdicts[len(old.verdicts) :]}
        return Point(self.of_task(step.task), self.of_policy(step.policy), works, moves, lines)

    # -- what the law is told ------------------------------------------------------------------

    def ledger(self, point: Point) -> Snapshot:
        """The ledger of a commit."""
        law, now = self.policies[point.policy], self.tasks[point.task]
        return Snapshot({POLICY_PATH: law, now.id: now}, law)

    def change(self, step: Step, tips: Tips) -> Change:
        """What a step does, as the law is told."""
        point = self.point(step)
        made = change(
            tuple(map(self.ledger, step.parents)),
            self.ledger(point),
            bases=(self.ledger(tips.base),) if len(step.parents) > 1 else (),
        )
        charge = f"\nTk-Task: {step.task.id}\n" if step.works else ""
        told = made._replace(
            actor=step.name,
            message=f"words\n\nTk-Reason: so\n{charge}",
            tally=lambda: _Usage(point),
        )
        if self.setting.forged:
            told = told._replace(signature=partial(_signature, step.by))
        return told


class _Usage(Usage):
    """What was used up to a commit; nothing is limited here."""

    def __init__(self, point: Point) -> None:
        super().__init__(lambda task: Account(), lambda task: Activity(), 0)
        self._point = point

    def workers(self, task: Task) -> frozenset[str]:
        """Who worked, by the names in the commits."""
        return frozenset(name for name, _ in workers(self._point, task.tries))

    def newest(self, task: Task) -> tuple[str, ...]:
        """The commits of work that no other has in its history."""
        return newest(self._point.works)


def workers(point: Point, attempt: int) -> set[tuple[str, str]]:
    """Who worked in an attempt or later, by name and in truth."""
    found = {(name, by) for at, name, by in point.moves if at >= attempt}
    return found | {(one.name, one.by) for one in point.works if one.attempt >= attempt}


def newest(works: Iterable[Work]) -> tuple[str, ...]:
    """The commits of work that no other has in its history."""
    works = list(works)
    behind = frozenset().union(*(one.after for one in works))
    return tuple(sorted(one.oid for one in works if one.oid not in behind))


def work_of(works: frozenset[Work], attempt: int, name: str, by: str) -> Work:
    """A new commit of work on top of others."""
    after = frozenset(one.oid for one in works)
    oid = hashlib.sha1(repr((sorted(after), attempt, name, by)).encode()).hexdigest()
    return Work(oid, attempt, name, by, after)


# -- what can be tried ---------------------------------------------------------------------------


def steps(world: World, tips: Tips) -> Iterator[Step]:
    """All that may be committed next."""
    apart = tips.here != tips.there and "branches" in world.setting.tried
    points = [tips.here, tips.there] if apart else [tips.here]
    for by in ACTORS:
        names = ACTORS if world.setting.forged and by == ANN else (by,)
        for point in points:
            for name in names:
                yield from _commits(world, point, name, by)
        if len(points) > 1:
            yield from _merges(world, tips, by)
            yield from _picks(world, tips, by)


def _commits(world: World, point: Point, name: str, by: str) -> Iterator[Step]:
    now, law = world.tasks[point.task], world.policies[point.policy]
    who = name if name == by else f"{by} as {name}"

    def step(words: str, after: Task = now, policy: Policy = law, **more: Any) -> Step:
        return Step(f"{who}: {words}", (point,), after, policy, name, by, **more)

    tried = world.setting.tried
    reviews = by == KIM and now.state is State.IN_REVIEW  # the keeper does no work of others
    if not now.ended and (by != KIM or reviews):
        if not reviews and len(point.works) < world.setting.most_work:
            yield step("work", works=True)
        for words, after in _edits(now, law, point, name, tried):
            yield step(words, after)
    if "policy" in tried and law.version < world.setting.policy.version + 2:
        for words, policy in _policies(law, name):
            yield step(words, policy=policy)


def _edits(
    now: Task, law: Policy, point: Point, name: str, tried: Collection[str]
) -> Iterator[tuple[str, Task]]:
    """The task as an actor may leave it."""

    def with_(**values: Any) -> Task:
        return changed(now, **values)

    approved = {one: (*now.verdicts, verdict(now, "approved", one, point)) for one in ACTORS}
    rejected = (*now.verdicts, verdict(now, "rejected", name, point))
    for edge in TRANSITIONS:
        if edge.source is not now.state or edge.event is Event.CANCEL:
            continue
        if State.BLOCKED in (edge.source, edge.target) and "pauses" not in tried:
            continue
        moved = {"state": edge.target.value}
        words = edge.event.value
        if edge.event is Event.START:
            yield words, with_(**moved, owner=name)
            yield f"{words} for another", with_(**moved, owner=BOB if name == ANN else ANN)
        elif edge.event is Event.BLOCK:
            yield words, with_(**moved, wait=Wait("other"))
        elif edge.event is Event.RESUME:
            yield words, with_(**moved, wait=None)
        elif edge.event is Event.REQUEUE:
            yield words, with_(**moved, wait=None, owner=None, attempt=now.tries + 1)
        elif edge.target is State.DONE:
            yield words, with_(**moved)
            for one, lines in approved.items():
                yield f"{words} with the line of {one}", with_(**moved, verdicts=lines)
        elif edge.event is Event.REJECT:
            yield words, with_(**moved)
            yield f"{words} with a line", with_(**moved, verdicts=rejected)
        else:
            yield words, with_(**moved)
    if now.state is State.IN_REVIEW:
        for one, lines in approved.items():
            yield f"a line of {one}", with_(verdicts=lines)
    if now.owner and "owners" in tried:
        yield "another owner", with_(owner=BOB if now.owner == ANN else ANN)
    if now.labels and "labels" in tried:
        yield "no label", with_(labels=None)
    if "types" in tried:
        yield "another type", with_(type=None if now.type else "bug")


def verdict(now: Task, kind: str, name: str, point: Point) -> str:
    """A line of verdict, as it would be true."""
    mine = [line for line in now.verdicts if line.startswith(f"{now.tries}.")]
    rounds = 1 + sum(" rejected " in line for line in mine)
    return f"{now.tries}.{rounds} {kind} {name} {'+'.join(newest(point.works)) or '-'}"


def _policies(law: Policy, name: str) -> Iterator[tuple[str, Policy]]:
    """Other policies that an actor may want."""
    keepers = law.roles.get("policy", ())
    loose = law._replace(approvals=Approvals(), guards={}, review="optional")
    granted = law._replace(roles={**law.roles, "policy": tuple(sorted({*keepers, name}))})
    for words, wanted in (("a looser policy", loose), ("the policy is mine", granted)):
        if wanted != law:
            yield words, wanted._replace(version=law.version + 1)


def _merges(world: World, tips: Tips, by: str) -> Iterator[Step]:
    parents = (tips.here, tips.there)
    here, there, base = (world.tasks[one.task] for one in tips)
    laws = [world.policies[one.policy] for one in parents]
    law = max(laws, key=lambda one: one.version)
    try:
        found = merged(base, here, there, law.lifecycle)
    except FieldError:
        return
    for words, now in (("merge", found.task), ("merge, theirs", found.other)):
        if words == "merge" or now != found.task:
            yield Step(f"{by}: {words}", parents, now, law, by, by)


def _picks(world: World, tips: Tips, by: str) -> Iterator[Step]:
    """Cherry-picks of lines that the other branch has; they keep their author."""
    for mine, other in ((tips.here, tips.there), (tips.there, tips.here)):
        now, theirs = world.tasks[mine.task], world.tasks[other.task]
        if now.ended:
            continue
        for line in theirs.verdicts:
            if line in now.verdicts:
                continue
            author = line.split()[2]
            true = by if world.setting.forged else author  # who picks it says nothing
            for state in {now.state, theirs.state}:
                with suppress(FieldError):
                    lines = (*now.verdicts, line)
                    after = changed(now, verdicts=lines, state=state.value)
                    law = world.policies[mine.policy]
                    yield Step(f"{by}: pick '{line[:30]}'", (mine,), after, law, author, true)


# -- what must not be ----------------------------------------------------------------------------


def wrong(world: World, step: Step, made: Point) -> Iterator[str]:
    """What is wrong with a commit that the law accepts, by what is true."""
    if len(step.parents) > 1:
        return
    (parent,) = step.parents
    old, law = world.tasks[parent.task], world.policies[parent.policy]
    if made.policy != parent.policy and step.by not in law.roles.get("policy", ()):
        yield "the policy was changed by one who may not"
    now = step.task
    for name, guard in law.guards.items():
        left = guard.selects(old) and not guard.selects(now)
        if left and step.by not in law.roles.get(guard.role or "", ()):
            yield f"{step.by} takes it out from under the guard {name}"
    if now.state is not State.DONE or old.state is State.DONE:
        return
    owners = {one for one in (old.owner, now.owner) if one}
    if law.approvals != Approvals():
        worked = {by for _, by in workers(made, now.tries)} | owners
        at, _, about = verdict(old, "approved", "", parent).split()
        by_line = {
            by
            for line, by in made.lines
            if line in now.verdicts and line.split() == [at, "approved", line.split()[2], about]
        }
        approvers = by_line | ({step.by} if old.state is State.IN_REVIEW else set())
        good = approvers - worked if law.approvals.independent else approvers
        if len(good) < (law.approvals.count or 1):
            yield f"done, approved by {sorted(approvers)}, worked on by {sorted(worked)}"
    for name, guard in law.guards.items():
        held = guard.selects(old) or guard.selects(now)
        if held and guard.role and step.by not in law.roles.get(guard.role, ()):
            yield f"done by {step.by} past the guard {name}"


# -- settings ------------------------------------------------------------------------------------

_STRICT = DEFAULT._replace(
    review="required",
    approvals=Approvals(independent=True),
    roles={"policy": (KIM,), "lead": (BOB,)},
    protected=(),
)
"""Whoever approves is independent, and one actor keeps the policy."""


def _signature(by: str, law: Policy) -> Any:
    from tkledger.core.signature import GOOD, Signature

    return Signature(frozenset({by}), by, GOOD)


def _key(name: str) -> str:
    """A public key of an actor, in the form of ssh."""
    kind, bytes_ = b"ssh-ed25519", name.encode().ljust(32)
    blob = b"".join(len(one).to_bytes(4, "big") + one for one in (kind, bytes_))
    return f"ssh-ed25519 {b64encode(blob).decode()}"


def settings() -> list[Setting]:
    """The settings that are tried: what the policy asks for, and what is tried besides reviews."""
    guard = {"state": ["done"], "label": ["care"], "role": "lead"}
    typed = {"state": ["done"], "type": ["bug"], "role": "lead"}
    asked: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
        ("one approval", {}, ("branches",)),
        ("one approval, pauses", {}, ("pauses", "owners")),
        ("two approvals", {"approvals": Approvals(count=2, independent=True)}, ("branches",)),
        ("by role", {"approvals": Approvals(independent=True, role="lead")}, ("owners",)),
        ("the policy", {}, ("policy", "branches")),
        ("a guard of a label", {"guards": {"care": guard}}, ("labels", "branches")),
        ("a guard of a type", {"guards": {"care": typed}}, ("types",)),
    ]
    found = []
    for title, values, tried in asked:
        law = policies.policy({**_STRICT._asdict(), **values})
        begun = task({"id": "t", "title": "t", "state": "todo", "labels": ["care"], "type": "bug"})
        keys = {name: (_key(name),) for name in ACTORS}
        signed = law._replace(proof="signature", keys=keys)
        found += [
            Setting(title, law, begun, frozenset(tried)),
            Setting(f"{title}, forged", signed, begun, frozenset(tried), forged=True),
        ]
    return found


def explored(setting: Setting, most: int, rules: tuple[Rule, ...] = RULES) -> World:
    """All histories of so many steps, or those up to where something is wrong."""
    world = World(setting, rules)
    for _ in range(most):
        if world.wrongs:
            break
        world.grow()
    return world


def main(most: int) -> int:
    """Every setting; 1 if anything is wrong."""
    bad = 0
    for setting in settings():
        begun = time.perf_counter()
        world = explored(setting, most)
        took = time.perf_counter() - begun
        codes = ", ".join(f"{code} {count:,}" for code, count in sorted(world.refused.items()))
        print(
            f"{setting.title}: {len(world.seen):,} histories, {world.accepted:,} commits accepted,"
            f" {took:.0f} s; refused by {codes}",
            flush=True,
        )
        for one in world.wrongs[:3]:
            print(f"  WRONG {one}", flush=True)
        bad += bool(world.wrongs)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:] or ["8"])))
