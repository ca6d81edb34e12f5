"""What two actors and a keeper may try to commit to one task, and what must not come of it; for `bounded.py`.

Nothing of git is in it. A point remembers who really did what; the law sees only what the commits say, and who
signed them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from tkledger.core.evidence import EvidenceLine, parsed
from tkledger.core.field import FieldError
from tkledger.core.lifecycle import TRANSITIONS, Event, State
from tkledger.core.merge import merged
from tkledger.core.policy import Approvals, Policy
from tkledger.core.task import Task, changed
from tkledger.core.task_parts import Wait
from tkledger.files import codec
from tkledger.git.objects import oid_of

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
    """A commit, as far as it matters for what comes after it: its task and policy are numbers of a book.

    works: all commits of work in its history; moves: by attempt, who moved the task as work does, by name and in
    truth; lines: who really wrote each verdict and each line of evidence
    """

    task: int
    policy: int
    works: frozenset[Work] = frozenset()
    moves: frozenset[tuple[int, str, str]] = frozenset()
    lines: frozenset[tuple[str, str]] = frozenset()


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
    writes any name, and all commits are signed. A history has so much work, and so many lines of evidence and of
    verdicts, at most.
    """

    title: str
    policy: Policy
    task: Task
    tried: frozenset[str]
    forged: bool = False
    most_work: int = 2
    most_evidence: int = 2
    most_verdicts: int = 8


class Book:
    """The tasks and policies that were met, each by a number."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.policies: list[Policy] = []
        self._numbers: dict[bytes, int] = {}
        self._known: dict[int, tuple[Task | Policy, int]] = {}
        self._edits: dict[tuple[object, ...], list[tuple[str, Task]]] = {}

    def task(self, now: Task) -> int:
        """The number of a task."""
        known = self._known.get(id(now))
        if known is not None and known[0] is now:
            return known[1]
        return self._number(codec.dump_task(now), self.tasks, now)

    def policy(self, law: Policy) -> int:
        """The number of a policy."""
        known = self._known.get(id(law))
        if known is None or known[0] is not law:
            known = law, self._number(codec.dump_policy(law), self.policies, law)
            self._known[id(law)] = known
        return known[1]

    def edits(
        self, key: tuple[object, ...], made: Callable[[], Iterable[tuple[str, Task]]]
    ) -> list[tuple[str, Task]]:
        """What may be made of a task, made and numbered once for each ``key``."""
        if key not in self._edits:
            found = list(made())
            self._known |= {id(after): (after, self.task(after)) for _, after in found}
            self._edits[key] = found
        return self._edits[key]

    def _number(self, data: bytes, known: list[Any], value: Any) -> int:
        number = self._numbers.setdefault(data, len(known))
        if number == len(known):
            known.append(value)
        return number


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


SHOWN = "0" * 64
"""The output of a gate."""

BLOB = oid_of("blob", b"work\n")
"""What each commit of work adds, in a file of its own."""


def code_of(works: Iterable[Work]) -> str:
    """The code that commits of work make, as git names its tree: a folder with a file of each."""
    names = sorted(one.oid for one in works)
    if not names:
        return oid_of("tree", b"")
    blob = bytes.fromhex(BLOB)
    files = b"".join(b"100644 %s\0%s" % (name.encode(), blob) for name in names)
    return oid_of("tree", b"40000 code\0" + bytes.fromhex(oid_of("tree", files)))


# -- what can be tried ---------------------------------------------------------------------------


def commits(setting: Setting, book: Book, point: Point) -> Iterator[Step]:
    """All that may be committed on top of a commit."""
    for by in ACTORS:
        for name in ACTORS if setting.forged and by == ANN else (by,):
            yield from _commits(setting, book, point, name, by)


def _commits(setting: Setting, book: Book, point: Point, name: str, by: str) -> Iterator[Step]:
    now, law = book.tasks[point.task], book.policies[point.policy]
    who = name if name == by else f"{by} as {name}"

    def step(words: str, after: Task = now, policy: Policy = law, **more: Any) -> Step:
        return Step(f"{who}: {words}", (point,), after, policy, name, by, **more)

    reviews = by == KIM and now.state is State.IN_REVIEW  # the keeper does no work of others
    if not now.ended and (by != KIM or reviews):
        if not reviews and len(point.works) < setting.most_work:
            yield step("work", works=True)
        key = (point.task, point.policy, name, newest(point.works))
        made = partial(_edits, now, law, point, name, setting)
        for words, after in book.edits(key, made):
            yield step(words, after)
    at_it = now.state in (State.IN_PROGRESS, State.IN_REVIEW)
    if at_it and len(now.evidence) < setting.most_evidence:
        for words, after in _recorded(now, law, point, name):
            yield step(words, after)
    if "policy" in setting.tried and law.version < setting.policy.version + 2:
        for words, policy in _policies(law, name):
            yield step(words, policy=policy)


def _edits(
    now: Task, law: Policy, point: Point, name: str, setting: Setting
) -> Iterator[tuple[str, Task]]:
    """The task as an actor may leave it."""

    def with_(**values: Any) -> Task:
        return changed(now, **values)

    tried, judged = setting.tried, len(now.verdicts) < setting.most_verdicts
    givers = ACTORS if judged else ()
    approved = {one: (*now.verdicts, verdict(now, "approved", one, point)) for one in givers}
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
            if judged:
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


def _recorded(now: Task, law: Policy, point: Point, name: str) -> Iterator[tuple[str, Task]]:
    """Evidence as an actor may record it: in any name, of the code as it is or as it was in the beginning."""
    code, first = code_of(point.works), code_of(())
    for gate, asked in law.gates.items():
        ran = EvidenceLine(gate, True, code, name, "0", "1", SHOWN, asked.run)
        lines = {
            **{f"{gate} passed for {one}": ran._replace(actor=one) for one in ACTORS},
            f"{gate} failed": ran._replace(passed=False, exit="1"),
            f"{gate} passed at last": ran._replace(flaky=True),
        }
        if code != first:
            lines[f"{gate} passed before"] = ran._replace(tree=first)
        for words, one in lines.items():
            yield words, changed(now, evidence=(*now.evidence, one.text))


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


def merges(book: Book, here: Point, there: Point, base: Point) -> Iterator[Step]:
    """All merges of one branch into another."""
    law = max((book.policies[one.policy] for one in (here, there)), key=lambda one: one.version)
    sides = (here.task, there.task, base.task)
    found = book.edits(("merge", *sides, book.policy(law)), lambda: _merged(book, sides, law))
    for by in ACTORS:
        for words, now in found:
            yield Step(f"{by}: {words}", (here, there), now, law, by, by)


def _merged(book: Book, sides: tuple[int, int, int], law: Policy) -> Iterator[tuple[str, Task]]:
    """What a merge of two tasks may be: where both differ, the choice of either."""
    mine, theirs, before = (book.tasks[one] for one in sides)
    try:
        found = merged(before, mine, theirs, law.lifecycle)
    except FieldError:
        return
    yield "merge", found.task
    if found.other != found.task:
        yield "merge, theirs", found.other


def picks(setting: Setting, book: Book, mine: Point, other: Point) -> Iterator[Step]:
    """Cherry-picks of lines that the other branch has; they keep their author."""
    now, theirs = book.tasks[mine.task], book.tasks[other.task]
    if now.ended:
        return
    law = book.policies[mine.policy]
    new = [
        *(("verdicts", one, one.split()[2]) for one in theirs.verdicts if one not in now.verdicts),
        *(("evidence", one, one.split()[3]) for one in theirs.evidence if one not in now.evidence),
    ]
    for (field, line, author), by in ((one, by) for one in new for by in ACTORS):
        true = by if setting.forged else author  # who picks it says nothing
        for state in {now.state, theirs.state}:
            key = ("pick", mine.task, field, line, state)
            for words, after in book.edits(key, partial(_picked, now, field, line, state)):
                yield Step(f"{by}: {words}", (mine,), after, law, author, true)


def _picked(now: Task, field: str, line: str, state: State) -> Iterator[tuple[str, Task]]:
    """What a task is with one line more, in a state."""
    with suppress(FieldError):
        values = {field: (*getattr(now, field), line), "state": state.value}
        yield f"pick '{line[:30]}'", changed(now, **values)


# -- what must not be ----------------------------------------------------------------------------


def wrong(book: Book, step: Step, made: Point) -> Iterator[str]:
    """What is wrong with a commit that the law accepts, by what is true."""
    now = step.task
    before = [book.tasks[parent.task] for parent in step.parents]
    ends = now.state is State.DONE and all(old.state is not State.DONE for old in before)
    if len(step.parents) > 1:
        if ends:
            yield "done by a merge of two that are not"
        if made.policy not in {parent.policy for parent in step.parents}:
            yield "the policy was changed by a merge"
        return
    (parent,), (old,) = step.parents, before
    law = book.policies[parent.policy]
    if made.policy != parent.policy and step.by not in law.roles.get("policy", ()):
        yield "the policy was changed by one who may not"
    for name, guard in law.guards.items():
        left = guard.selects(old) and not guard.selects(now)
        if left and step.by not in law.roles.get(guard.role or "", ()):
            yield f"{step.by} takes it out from under the guard {name}"
    for name, gate in law.gates.items():
        left = old.kind in gate.type and now.kind not in gate.type
        if left and step.by not in law.roles.get("policy", ()):
            yield f"{step.by} takes it out from under the gate {name}"
    if not ends:
        return
    owners = {one for one in (old.owner, now.owner) if one}
    worked = {by for _, by in workers(made, now.tries)} | owners
    reviewed = law.review == "required" or old.state is State.IN_REVIEW
    if law.approvals != Approvals() and reviewed:
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
    for name, gate in law.gates.items():
        if State.DONE in gate.state and (not gate.type or {old.kind, now.kind} & {*gate.type}):
            lines = {line: parsed(line) for line in now.evidence}
            code = code_of(made.works)
            provers = {
                by
                for line, by in made.lines
                if line in lines and lines[line].passed and lines[line].is_of(name, gate.run, code)
            }
            if not provers - (worked if law.approvals.independent else set()):
                yield f"done, {name} passed for {sorted(provers)}, worked on by {sorted(worked)}"
