"""All short histories of two actors and a keeper over one task: ``python -m stress.bounded [STEPS] [TITLE]``.

From each history every step is tried that a hostile actor could commit by hand: moves, work, verdicts, other types
and labels, another policy, branches, merges, cherry-picks (`bounded_steps.py`). A history is wrong if a task got
done although the policy in force asks for more, or if the policy was changed by one whom it binds.

Histories that the law cannot tell apart from here on, and that are as true, are followed once. Two branches live
at a time; to begin one is a step.
"""

from __future__ import annotations

import sys
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

from stress.bounded_steps import (
    ACTORS,
    BOB,
    KIM,
    Book,
    Point,
    Setting,
    Step,
    code_of,
    commits,
    merges,
    newest,
    picks,
    work_of,
    wrong,
)
from tkledger.core import policy_fields
from tkledger.core.change import Change, change
from tkledger.core.claim import is_work
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import DEFAULT, Approvals, Policy
from tkledger.core.rules import RULES, judge
from tkledger.core.rules.rule import Rule
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, task
from tkledger.core.usage import Account, Activity, Usage

Tips = tuple[int, ...]
"""The tip of a branch; or those of two, and the commit at which they parted. By the numbers of their points."""

Made = tuple[str, int]
"""What a step is called, and the point that it makes."""


OFTEN = {"TK201", "TK502", "TK503", "TK504", "TK505", "TK507", "TK508", "TK512", "TK513", "TK514"}
"""The rules that refuse most steps."""


class World:
    """All histories of a setting, layer by layer, under some rules.

    refused: how often each rule that was asked refused a step; accepted: how many steps the law accepted;
    wrongs: what it should not have accepted, and how it came about; seen: each pair of tips, how it came
    about, and its last step
    """

    def __init__(self, setting: Setting, rules: tuple[Rule, ...] = RULES) -> None:
        self.setting = setting
        self.rules = rules
        self._often = tuple(rule for rule in rules if rule.code in OFTEN)
        self._signed = tuple(rule for rule in rules if rule.code == "TK512")
        self._rarely = tuple(rule for rule in rules if rule.code not in OFTEN)
        self.book = Book()
        self.refused: Counter[str] = Counter()
        self.accepted = 0
        self.wrongs: list[str] = []
        self._last = False
        self._points: list[Point] = []
        self._numbers: dict[Point, int] = {}
        self._found: dict[tuple[object, ...], frozenset[str]] = {}
        self._commits = cache(self._commits_of)
        self._picks = cache(self._picks_of)
        root = Point(self.book.task(setting.task), self.book.policy(setting.policy))
        self.layer: list[Tips] = [(self._number(root),)]
        self.seen: dict[Tips, tuple[Tips, str]] = {self.layer[0]: ((), "")}

    def grow(self, *, last: bool = False) -> None:
        """One step more of every history; nothing follows the last, so that it is only looked at."""
        layer, seen = [], self.seen
        self._last = last
        for tips in self.layer:
            wrongs = len(self.wrongs)
            for words, after in self._steps(tips):
                if not last and after not in seen:
                    seen[after] = (tips, words)
                    if self._goes_on(after):
                        layer.append(after)
            self.wrongs[wrongs:] = [f"{self.story(tips)}; {one}" for one in self.wrongs[wrongs:]]
        self.layer = layer

    def story(self, tips: Tips) -> str:
        """How some tips came about."""
        words: list[str] = []
        while tips:
            tips, step = self.seen[tips]
            words.append(step)
        return "; ".join(words[-2::-1])

    def _goes_on(self, tips: Tips) -> bool:
        """Whether anything may go wrong from here on."""
        if "policy" in self.setting.tried:
            return True
        return not all(self.book.tasks[self._points[tip].task].ended for tip in tips[:2])

    def _steps(self, tips: Tips) -> Iterator[tuple[str, Tips]]:
        """All steps that the law accepts, and the tips after them. Which branch is whose does not matter."""
        if len(tips) == 1:
            (tip,) = tips
            yield from ((words, (made,)) for words, made in self._commits(tip))
            if "branches" in self.setting.tried:
                yield "branch", (tip, tip, tip)
            return
        base = tips[2]
        for mine, other in (tips[:2], tips[1::-1]) if tips[0] != tips[1] else (tips[:2],):
            for words, made in (*self._commits(mine), *self._picks(mine, other)):
                yield words, (min(made, other), max(made, other), base)
            yield "branch", (mine, mine, mine)
            if mine != other:
                for words, made in self._merges(mine, other, base):
                    yield words, (min(made, other), max(made, other), other)

    # -- each step, once -----------------------------------------------------------------------

    def _commits_of(self, tip: int) -> tuple[Made, ...]:
        steps = commits(self.setting, self.book, self._points[tip])
        return tuple(made for step in steps if (made := self._attempt(step)))

    def _picks_of(self, mine: int, other: int) -> tuple[Made, ...]:
        steps = picks(self.setting, self.book, self._points[mine], self._points[other])
        return tuple(made for step in steps if (made := self._attempt(step)))

    def _merges(self, mine: int, other: int, base: int) -> Iterator[Made]:
        known = self._points
        for step in merges(self.book, known[mine], known[other], known[base]):
            if made := self._attempt(step, known[base]):
                yield made

    def _attempt(self, step: Step, base: Point | None = None) -> Made | None:
        """The commit of a step; None if the law refuses it."""
        point = self.point(step)
        what = [f"{step.words}: {one}" for one in wrong(self.book, step, point)]
        if self._last and not what:
            return None  # whatever the law says of it
        found = self.broken(step, point, base, whole=False)
        if found:
            self.refused.update(found)
            return None
        self.accepted += 1
        self.wrongs += what
        return step.words, self._number(point)

    def broken(
        self, step: Step, point: Point, base: Point | None, *, whole: bool = True
    ) -> frozenset[str]:
        """The rules that a step breaks by what it makes; a merge has a base. If not ``whole``, all the others
        are asked only if it breaks none of those that it often breaks.
        """
        signed = (step.name, step.by) if self.setting.forged else step.name
        law = self.setting.policy
        ledgers = tuple((one.task, one.policy) for one in (point, *step.parents, base) if one)
        codes = tuple(code_of(one.works) for one in step.parents) if law.gates else ()
        key = (
            ledgers,
            base is None,
            step.works,
            signed,
            _names(point),
            newest(point.works),
            codes,
            whole,
        )
        found = self._found.get(key)
        if found is None:
            made = self._change(step, point, base)
            rules = (self.rules,) if whole else (self._often, self._rarely)
            if step.name != step.by and not whole:
                rules = (self._signed, *rules)
            asked = ({one.code for one in judge(made, some)} for some in rules)
            found = self._found[key] = frozenset(next(filter(None, asked), ()))
        return found

    def point(self, step: Step) -> Point:
        """What a step makes."""
        works, moves, lines = (
            frozenset().union(*(getattr(parent, name) for parent in step.parents))
            for name in ("works", "moves", "lines")
        )
        if len(step.parents) == 1:
            old = self.book.tasks[step.parents[0].task]
            if step.works:
                works |= {work_of(works, old.tries, step.name, step.by)}
            if is_work(old, step.task):
                moves |= {(old.tries, step.name, step.by)}
            for field in ("verdicts", "evidence"):
                new = getattr(step.task, field)[len(getattr(old, field)) :]
                lines |= {(line, step.by) for line in new}
        return Point(self.book.task(step.task), self.book.policy(step.policy), works, moves, lines)

    def _number(self, point: Point) -> int:
        number = self._numbers.setdefault(point, len(self._points))
        if number == len(self._points):
            self._points.append(point)
        return number

    # -- what the law is told ------------------------------------------------------------------

    def _ledger(self, point: Point) -> Snapshot:
        law, now = self.book.policies[point.policy], self.book.tasks[point.task]
        return Snapshot({POLICY_PATH: law, now.id: now}, law)

    def _change(self, step: Step, point: Point, base: Point | None) -> Change:
        """What a step does, as the law is told."""
        made = change(
            tuple(map(self._ledger, step.parents)),
            self._ledger(point),
            bases=(self._ledger(base),) if base else (),
        )
        charge = f"\nTk-Task: {step.task.id}\n" if step.works else ""
        told = made._replace(
            actor=step.name,
            message=f"words\n\nTk-Reason: so\n{charge}",
            tally=lambda: _Usage(point),
            code=lambda: tuple(code_of(one.works) for one in (point, *step.parents)),
        )
        if self.setting.forged:
            told = told._replace(signature=partial(_signature, step.by))
        return told


def _names(point: Point) -> frozenset[tuple[int, str]]:
    """Who worked in which attempt, by the names in the commits."""
    works = {(one.attempt, one.name) for one in point.works}
    return frozenset(works | {(at, name) for at, name, _ in point.moves})


class _Usage(Usage):
    """What was used up to a commit; nothing is limited here."""

    def __init__(self, point: Point) -> None:
        super().__init__(lambda task: Account(), lambda task: Activity(), 0)
        self._point = point

    def workers(self, task: Task) -> frozenset[str]:
        """Who worked, by the names in the commits."""
        return frozenset(name for at, name in _names(self._point) if at >= task.tries)

    def newest(self, task: Task) -> tuple[str, ...]:
        """The commits of work that no other has in its history."""
        return newest(self._point.works)


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
    tests = {"run": "make test", "state": ["done"]}
    free = {"review": "optional"}
    asked: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
        ("one approval", {}, ("branches",)),
        ("one approval, pauses", {}, ("pauses", "owners")),
        ("two approvals", {"approvals": Approvals(count=2, independent=True)}, ("branches",)),
        ("by role", {"approvals": Approvals(independent=True, role="lead")}, ("owners",)),
        ("the policy", {}, ("policy", "branches")),
        ("a guard of a label", {"guards": {"care": guard}}, ("labels", "branches")),
        ("a guard of a type", {"guards": {"care": typed}}, ("types",)),
        ("a gate", {**free, "gates": {"tests": tests}}, ("branches",)),
        ("a gate of a type", {**free, "gates": {"tests": {**tests, "type": ["bug"]}}}, ("types",)),
    ]
    asked += [(f"{title}, more of each", law, tried) for title, law, tried in asked[-2:]]
    found = []
    for title, values, tried in asked:
        law = policy_fields.policy({**_STRICT._asdict(), **values})
        begun = task({"id": "t", "title": "t", "state": "todo", "labels": ["care"], "type": "bug"})
        keys = {name: (_key(name),) for name in ACTORS}
        signed = law._replace(proof="signature", keys=keys)
        most = 1 if law.gates and not title.endswith("more of each") else 2  # gates have many steps
        honest = Setting(
            *(title, law, begun, frozenset(tried)),
            most_work=most,
            most_evidence=most,
            most_verdicts=0 if law.gates and most == 1 else 8,
        )
        found += [honest, honest._replace(title=f"{title}, forged", policy=signed, forged=True)]
    return found


def explored(setting: Setting, most: int, rules: tuple[Rule, ...] = RULES) -> World:
    """All histories of so many steps, or those up to where something is wrong."""
    world = World(setting, rules)
    for number in range(1, most + 1):
        if world.wrongs:
            break
        world.grow(last=number == most)
    return world


def main(most: int, title: str = "") -> int:
    """Every setting, or those whose title begins so; 1 if anything is wrong."""
    bad = 0
    for setting in (one for one in settings() if one.title.startswith(title)):
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
    sys.exit(main(int(sys.argv[1] if sys.argv[1:] else "8"), *sys.argv[2:]))
