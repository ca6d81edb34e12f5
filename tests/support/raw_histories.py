"""Random histories as bytes, messages and modes: what is legal, and among it one sin or another (`sins`).
Only makes them; who judges them is the caller's.

A history is a list of commits with whole ledgers, so that each can be written by git whatever became
of those before it. Most of what is made means to be legal; some of that fails, and what means to sin
may happen to be allowed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

Task = dict[str, Any]
File = tuple[str, bytes]
"""A mode, and the content; of a submodule its commit."""

POLICY = ".tasks/config.yaml"
ACTORS = ("ann", "bob", "cy", "rev")
STATES = ("backlog", "todo", "in_progress", "in_review", "blocked", "done", "cancelled")
ENDED = ("done", "cancelled")
EDGES = {
    "backlog": ["todo"],
    "todo": ["in_progress", "in_progress", "blocked", "cancelled"],
    "in_progress": ["in_review", "in_review", "in_review", "done", "blocked", "cancelled"],
    "in_review": ["done", "done", "in_progress", "blocked", "cancelled"],
    "blocked": ["in_progress", "todo", "cancelled"],
}
LISTS = (
    *("notes", "concerns", "settled", "criteria", "met", "waived", "verdicts", "evidence"),
    *("checklist", "checked", "skipped", "answers"),
    *("decisions", "lessons", "tried", "attempts", "artifacts"),
)
BEGIN = 1_700_000_000


class State(NamedTuple):
    """A ledger: tasks and policy by their fields, other files and what stands in place of a task's by
    path; None: nothing. ``code`` are the files outside.
    """

    tasks: Mapping[str, Task]
    policy: Task | None
    odd: Mapping[str, File | None] = {}
    code: Mapping[str, bytes] = {}

    def put(self, *tasks: Task) -> State:
        """With these tasks."""
        return self._replace(tasks={**self.tasks, **{one["id"]: one for one in tasks}})

    def files(self, write: Callable[[Task, bool], bytes]) -> dict[str, File]:
        """All files; ``write`` makes those of tasks (False) and of the policy (True)."""
        found: dict[str, File | None] = {
            f".tasks/{key}.yaml": ("100644", write(one, False)) for key, one in self.tasks.items()
        }
        found[POLICY] = ("100644", write(self.policy, True)) if self.policy else None
        found |= {path: ("100644", data) for path, data in self.code.items()}
        found |= self.odd
        return {path: one for path, one in found.items() if one is not None}


class Made(NamedTuple):
    """One commit: its parents by number, what it holds, who made it, and the rest of its message."""

    parents: tuple[int, ...]
    state: State
    actor: str = "ann"
    message: str = "woven"


Sin = Callable[["Weaver", Made], Made]
"""What makes a commit illegal, mostly."""


def changed(task: Task, **fields: Any) -> Task:
    """A task with other fields; None takes one out."""
    merged = {**task, **fields}
    return {key: one for key, one in merged.items() if one not in (None, [], {})}


class Weaver:
    """Makes one history; the policy of one that is ``restrained`` says more."""

    def __init__(
        self, seed: int, sins: Sequence[Sin] = (), share: float = 0.2, *, restrained: bool = False
    ) -> None:
        self.rng = Random(seed)
        self.restrained = restrained
        self.sins = sins
        self.share = share if sins else 0
        self.births = 0
        self.made: list[Made] = []
        self.sinned: list[bool] = []
        self.ancestors: list[int] = []
        first = self._first_policy()
        self._add(Made((), State({}, first, code={"a.txt": b"a\nb\nc\nd\ne\n"})), False)
        self.heads = [0, 0, 0]

    def _first_policy(self) -> Task:
        rng = self.rng
        policy: Task = {"version": 1, "format": 2, "law": 2}
        if rng.random() < 0.15:
            policy |= rng.choice(({"law": 1}, {"format": 1}, {"law": 1, "format": 1}))
        for odds, ways in LAWS:
            if rng.random() < odds * (1.6 if self.restrained else 1):
                one = rng.choice(ways)
                later = {*one} & LATER or {*one.get("roles", ())} - {"budget", "policy"}
                if policy["format"] > 1 or not later:
                    policy |= {**one, "roles": {**policy.get("roles", {}), **one.get("roles", {})}}
        policy = changed(policy)
        return policy

    # -- commits -----------------------------------------------------------------------------

    def _add(self, made: Made, sinned: bool) -> int:
        number = len(self.made)
        self.made.append(made)
        self.sinned.append(sinned)
        mine = 1 << number
        for parent in made.parents:
            mine |= self.ancestors[parent]
        self.ancestors.append(mine)
        return number

    def add(self, made: Made) -> int:
        """Put in what a sin needs besides its own commit, and is none itself; its number."""
        return self._add(made, False)

    def run(self, commits: int) -> Weaver:
        """Go on until there are so many commits."""
        while len(self.made) < commits:
            at = self.rng.randrange(len(self.heads))
            if self.rng.random() < 0.2:
                self._merge(at)
            elif self.rng.random() < 0.02:
                self.heads[at] = self.rng.choice(self.heads)
            else:
                self._ordinary(at)
        return self

    def _ordinary(self, at: int) -> None:
        head = self.heads[at]
        before = self.made[head].state
        is_sin = self.rng.random() < self.share
        made = Made((head,), before, self.rng.choice(ACTORS), self.rng.choice(MESSAGES))
        if is_sin:
            made = self.rng.choice(self.sins)(self, self._legal(made) if self._odds(0.2) else made)
        else:
            made = self._legal(made)
        if made.state == before and self._odds(0.8):
            return
        number = self._add(made, is_sin)
        if not is_sin or self._odds(0.08):
            self.heads[at] = number

    def _odds(self, share: float) -> bool:
        return self.rng.random() < share

    # -- what means to be legal --------------------------------------------------------------

    def _legal(self, made: Made) -> Made:
        if made.state.policy and self._odds(0.1):
            ways = (self._reviewed, self._reviewed, self._worked, self._gated)
            made = self.rng.choice(ways)(made)
            if made.state != self._before(made):
                return made
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            if self._odds(0.05) and made.state.policy and made.state == self._before(made):
                return self._amended(made)
            way = self.rng.choice((self._move, self._move, self._move, self._edit, self._birth))
            made = way(made)
        return made

    def _before(self, made: Made) -> State:
        return self.made[made.parents[0]].state if made.parents else State({}, None)

    def pick(self, state: State, *states: str) -> Task | None:
        """A task in one of some states, or in any."""
        found = [
            one
            for key, one in sorted(state.tasks.items())
            if (not states or one["state"] in states) and f".tasks/{key}.yaml" not in state.odd
        ]
        return self.rng.choice(found) if found else None

    def _worked(self, made: Made) -> Made:
        """Work, in code and in words."""
        task = self.pick(made.state, "in_progress", "in_review")
        if task is None:
            return made
        lines = made.state.code.get("a.txt", b"a\nb\nc\nd\ne\n").split(b"\n")
        lines[self.rng.randrange(len(lines))] += b"y"
        state = made.state._replace(code={**made.state.code, "a.txt": b"\n".join(lines)})
        return made._replace(state=state, message=f"work\n\nTk-Task: {task['id']}\n")

    def _gated(self, made: Made) -> Made:
        """Evidence as it is."""
        gates = sorted((made.state.policy or {}).get("gates", {}).items())
        task = self.pick(made.state, "todo", "in_progress", "in_review", "blocked")
        if task is None or not gates or (made.state.policy or {}).get("format", 2) < 2:
            return made
        name, gate = self.rng.choice(gates)
        made = made._replace(actor=self.rng.choice(("rev", "cy", made.actor)), message="ran")
        said = self.evidence(made, name, gate)
        new = changed(task, evidence=[*task.get("evidence", ()), said])
        ways = EDGES[task["state"]]
        new = self.moved(new, self.rng.choice(ways), made.actor) if self._odds(0.4) else new
        return made._replace(state=made.state.put(new))

    def evidence(self, made: Made, name: str, gate: Task) -> str:
        """What the actor of a commit says of a gate, on its code or on that of its parent."""
        rng = self.rng
        actors = (made.state.policy or {}).get("actors", {})
        passed = rng.random() < 0.75
        run = f'"{gate["run"]}"' if "run" in gate else "-"
        end = f"{'0' if passed else rng.choice(('1', 'timeout'))} 1.5 {'e' * 64}"
        end = end if "role" not in gate or self._odds(0.5) else "- - -"
        words = [
            name,
            "pass" if passed else "fail",
            code_of(rng.choice((made.state, self._before(made)))),
        ]
        words += [actors.get(made.actor, made.actor), end, run]
        words += ["flaky"] if self._odds(0.3) else []
        return " ".join(words + (["https://x/1"] if self._odds(0.2) else []))

    def _reviewed(self, made: Made) -> Made:
        """A verdict as it is."""
        task, rng = self.pick(made.state, "in_review"), self.rng
        if task is None or (made.state.policy or {}).get("format", 2) < 2:
            return made
        made = made._replace(actor=rng.choice(("rev", "cy", "bob", made.actor)), message="looked")
        said = self.verdict(made, task)
        end = "in_review" if self._odds(0.7) else "done"
        end = end if " approved " in said else "in_progress"
        new = self.moved(task, end, made.actor) if end != task["state"] else task
        new = changed(new, verdicts=[*task.get("verdicts", ()), said])
        return made._replace(state=made.state.put(new))

    def verdict(self, made: Made, task: Task) -> str:
        """A line of a review of a task by the actor of a commit; `@` and numbers stand for commits."""
        attempt, known = task.get("attempt", 1), task.get("verdicts", ())
        back = sum(one.startswith(f"{attempt}.") and " rejected " in one for one in known)
        actors = (made.state.policy or {}).get("actors", {})
        actor = actors.get(made.actor, made.actor)
        newest = "+".join(map(str, self.newest_work(made.parents, task["id"])))
        words = [f"{attempt}.{back + 1}", "approved" if self._odds(0.8) else "rejected", actor]
        words += ["@" + newest if newest else "-"]
        words += [self.rng.choice(("5", "7", "8.5"))] if self._odds(0.7) else []
        words += ['"no test"'] if words[1] == "rejected" and self._odds(0.5) else []
        return " ".join(words)

    def newest_work(self, parents: Iterable[int], key: str) -> list[int]:
        """The newest commits of work on a task in the history of some; merges are not looked at."""
        past, older, found = 0, 0, list[int]()
        for parent in parents:
            past |= self.ancestors[parent]
        for number in range(past.bit_length() - 1, -1, -1):
            one = self.made[number]
            if past >> number & 1 and f"Tk-Task: {key}\n" in one.message and key in one.state.tasks:
                if len(one.parents) < 2:
                    found += [] if older >> number & 1 else [number]
                    older |= self.ancestors[number]
        return found

    def _move(self, made: Made) -> Made:
        state, rng = made.state, self.rng
        task = self.pick(state, *EDGES)
        if task is None:
            return self._birth(made)
        if task["state"] == "in_review" and self._odds(0.6):
            return self._edit(made)
        policy = state.policy or {}
        ways = [
            one
            for one in EDGES[task["state"]]
            if f"{task['state']}->{one}" not in policy.get("forbid", ())
        ]
        if policy.get("review") == "required" and task["state"] == "in_progress":
            ways = [one for one in ways if one != "done"]
        for end in rng.sample(ways, len(ways)):
            needs = [state.tasks.get(one, {}).get("state") for one in task.get("depends_on", ())]
            below = [one for one in state.tasks.values() if one.get("parent") == task["id"]]
            if end == "in_progress" and any(one != "done" for one in needs):
                continue
            if end in ENDED and any(one["state"] not in ENDED for one in below):
                continue
            settled = task.get("settled", ())
            shown = {one.partition(" -- ")[0] for one in task.get("waived", ())}
            left = {*task.get("criteria", ())} - {*task.get("met", ())} - shown
            if end == "done" and left and self._odds(0.8):
                return made._replace(state=state.put(changed(task, met=task["criteria"])))
            if end == "done" and any(
                one[0] == "d" and one not in settled for one in task.get("concerns", ())
            ):
                continue
            actor = "rev" if task["state"] == "in_review" and self._odds(0.7) else made.actor
            return made._replace(state=state.put(self.moved(task, end, actor)), actor=actor)
        return self._edit(made)

    def moved(self, task: Task, end: str, actor: str = "ann") -> Task:
        """A task in another state, with what goes with it."""
        rng = self.rng
        new = changed(task, state=end, wait=None, error=None, resolution=None)
        if end == "blocked":
            is_later = (self.made[0].state.policy or {}).get("format", 2) > 1 and self._odds(0.6)
            ways = WAITS if is_later else WAITS[:2]
            new = changed(new, wait=rng.choice(ways))
            new = changed(new, error=rng.choice((None, None, {"message": "no"})))
        if end == "in_progress" and "key" in task.get("wait", {}):
            said = f"{task['wait']['key']}: {rng.choice('ab')}"
            new = changed(new, answers=[*task.get("answers", ()), said])
        if (task["state"], end) == ("todo", "in_progress"):
            new = changed(new, owner=actor)
        if (task["state"], end) == ("blocked", "todo"):
            attempt = task.get("attempt", 1)
            new = changed(new, owner=None, attempt=attempt + 1)
            if task.get("wait", {}).keys() > {"reason"}:
                said = f"{attempt} {task['wait']['reason']} {actor} - {task.get('branch', '-')}"
                new = changed(new, attempts=[*task.get("attempts", ()), said])
        if end == "done":
            new = changed(new, resolution=rng.choice((None, None, "merged", "completed")))
        if end == "cancelled":
            new = changed(new, resolution=rng.choice((None, "failed", "duplicate")))
        return new

    def _edit(self, made: Made) -> Made:
        task = self.pick(made.state)
        if task is None:
            return self._birth(made)
        rng, number = self.rng, self.rng.randrange(6)
        ways: list[Task] = [
            {"notes": [*task.get("notes", ()), rng.choice(TEXTS)]},
            {"labels": sorted({*task.get("labels", ())} ^ {f"l{number}"})},
            {"x": {**task.get("x", {}), rng.choice("klm"): rng.choice(OWN)}},
            {"concerns": [*task.get("concerns", ()), f"{rng.choice(('design', 'ops'))}: {number}"]},
        ]
        law = made.state.policy or {}
        if law.get("format", 2) > 1 and task["state"] not in ENDED:
            ways += [{"admission": WANTED}, {"stream": rng.choice(("s1", "s2"))}]
            ways += [{"due": f"2026-01-{number % 28 + 1:02d}", "estimate": number + 1}]
            ways += [{"links": sorted({*task.get("links", ()), f"https://example.org/{number}"})}]
            ways += [
                {"spec": {"role": rng.choice(("tester", "coder")), "goal": "g"}},
                *self._shown(task),
                self._learnt(made, task),
            ]
            ways += [{"answers": [*task.get("answers", ()), f"k{number}: {rng.choice('abc')}"]}] * 4
            ways += [{"wait": rng.choice(WAITS)}] if task["state"] == "blocked" else []
        open_ = [one for one in task.get("concerns", ()) if one not in task.get("settled", ())]
        if open_:
            settled = [*task.get("settled", ()), rng.choice(open_)]
            ways += [{"settled": settled}] * 3
        if task["state"] not in ENDED:
            others = [key for key in made.state.tasks if key != task["id"]]
            ways += [
                {"title": f"title {number}"},
                {"description": rng.choice(TEXTS)},
                {"priority": rng.choice((None, *range(5)))},
                {"admission": {"consumer": rng.choice(TEXTS), "pain_point": "p"}},
                {"spent": _more_spent(task.get("spent", {}), number)},
                {"branch": f"b/{number}", "base": "main", "pr": "12", "agent": "a@b"},
                {"budget": {**task.get("budget", {}), "steps": number}},
                {"retry": {"max": number + 1, "not_before": f"2026-01-0{number + 1}T00:00:00Z"}},
            ]
            if others:
                other = rng.choice(others)
                depends = sorted({*task.get("depends_on", ())} ^ {other})
                ways += [{"depends_on": depends}, {"parent": rng.choice((other, None))}]
        fields = rng.choice(ways)
        message = made.message
        if "budget" in fields or "retry" in fields:
            message += rng.choice(("\n\nTk-Reason: more to do\n", ""))
            made = made._replace(actor=rng.choice(("ann", made.actor)))
        return made._replace(state=made.state.put(changed(task, **fields)), message=message)

    def _shown(self, task: Task) -> list[Task]:
        """What is to be shown or done of a task, or was, in three ways."""
        if self._odds(0.3):
            listed, done, left_out = "checklist", "checked", "skipped"
        else:
            listed, done, left_out = "criteria", "met", "waived"
        criteria = task.get(listed, [])
        if not criteria:
            return [{listed: [f"shows {self.rng.randrange(9)}"]}]
        one = self.rng.choice(criteria)
        return [
            {listed: [*criteria, f"shows {self.rng.randrange(9)}"]},
            {done: [*task.get(done, ()), one]},
            {done: criteria},
            {left_out: [*task.get(left_out, ()), f"{one} -- why"]},
        ]

    def _learnt(self, made: Made, task: Task) -> Task:
        """What is remembered of a task: a decision by the actor of a commit, a lesson, or what was tried."""
        name = self.rng.choice(("decisions", "decisions", "lessons", "tried", "artifacts"))
        actor = (made.state.policy or {}).get("actors", {}).get(made.actor, made.actor)
        decision = f'{actor} {self.rng.choice(("-", "0", "80"))} "which?" "this" "it fits"'
        one = decision if name == "decisions" else f"{name} {self.rng.randrange(4)}"
        one = f"{'b' * 40} 7 text/plain {one}" if name == "artifacts" else one
        return {name: [*task.get(name, ()), one]}

    def born(self, state: State, actor: str) -> Task:
        """A new task."""
        rng = self.rng
        self.births += 1
        tasks = sorted(state.tasks)
        fields: Task = {
            "id": f"t{self.births}" if self._odds(0.9) else rng.choice(("s1", "s2", "s3")),
            "title": rng.choice(("Fix it", "fix it!", "Build", "Test", *TITLES)),
            "type": rng.choice((None, "task", "bug", "bug")),
            "state": rng.choice(("todo", "todo", "backlog")),
            "creator": rng.choice((actor, None)),
        }
        open_ = [key for key in tasks if state.tasks[key]["state"] not in ENDED]
        ended = [key for key in tasks if key not in open_]
        if open_ and self._odds(0.4):
            fields["parent"] = rng.choice(open_)
        if tasks and self._odds(0.3):
            fields["origin"] = rng.choice(tasks)
        elif ended and self._odds(0.4) and (state.policy or {}).get("format", 2) > 1:
            fields["reopens"] = rng.choice(ended)
        if tasks and self._odds(0.2):
            fields["depends_on"] = [rng.choice(tasks)]
        if self._odds(0.9 if (state.policy or {}).get("admission") else 0.1):
            fields["admission"] = WANTED
        if self._odds(0.2):
            fields["labels"] = [rng.choice(("l1", "l2"))]
        if self._odds(0.2):
            fields["budget"] = {rng.choice(("depth", "steps", "tokens")): rng.randrange(2, 9)}
        return changed(fields)

    def _birth(self, made: Made) -> Made:
        if len(made.state.tasks) > 14 and self._odds(0.9):
            return self._edit(made) if made.state.tasks else made
        return made._replace(state=made.state.put(self.born(made.state, made.actor)))

    def _amended(self, made: Made) -> Made:
        old = made.state.policy or {}
        keepers, said = old.get("roles", {}).get("policy", ()), old.get("proposal")
        if old["law"] > 1 and (len(keepers) > 1 or "*" in "".join(keepers)) and self._odds(0.7):
            names = [one.replace("*", "ob") for one in keepers]
            others = [one for one in names if not said or one != said["by"]]
            actor = self.rng.choice(others or names)
            policy = said["policy"] if said and others else proposed(self, old, actor)
            if isinstance(policy, dict):
                state = made.state._replace(policy=policy)
                return made._replace(state=state, actor=actor, message="law")
        policy = changed(old, **self.rng.choice(AMENDMENTS)(self.rng), version=old["version"] + 1)
        names = [one.replace("*", "ob") for one in keepers or ACTORS]
        return made._replace(
            state=made.state._replace(policy=policy), actor=self.rng.choice(names), message="law"
        )

    # -- merges ------------------------------------------------------------------------------

    def bases(self, *parents: int) -> list[int]:
        """The best common ancestors."""
        common = -1
        for parent in parents:
            common &= self.ancestors[parent]
        found: list[int] = []
        for number in range(common.bit_length() - 1, -1, -1):
            if common >> number & 1:
                found.append(number)
                common &= ~self.ancestors[number]
        return found

    def _merge(self, at: int) -> None:
        rng = self.rng
        others = [rng.choice(self.heads)] if self._odds(0.85) else [rng.randrange(len(self.made))]
        if self._odds(0.1):
            others.append(rng.choice([*self.heads, rng.randrange(len(self.made))]))
        parents = tuple(dict.fromkeys([self.heads[at], *others]))
        if len(parents) < 2:
            return
        if self._odds(0.02):
            alien = self.made[0].state
            parents = (parents[0], self._add(Made((), rng.choice((alien, State({}, None)))), True))
        base = rng.choice(self.bases(*parents) or [0])
        state = self._joined(self.made[base].state, [self.made[one].state for one in parents])
        made = Made(parents, state, rng.choice(ACTORS), rng.choice(MESSAGES))
        is_sin = self._odds(self.share * 0.5)
        if is_sin:
            made = rng.choice((*OF_MERGES, *self.sins))(self, made)
        number = self._add(made, is_sin)
        if not is_sin or self._odds(0.08):
            self.heads[at] = number

    def _joined(self, base: State, sides: list[State]) -> State:
        """A merge by the words of docs/merging.md, as far as that is easy."""
        result = base
        for number, side in enumerate(sides):
            result = side if number == 0 else self._both(base, result, side)
        return result

    def _both(self, base: State, a: State, b: State) -> State:
        tasks = {}
        for key in sorted({*a.tasks, *b.tasks}):
            o, mine, its = (one.tasks.get(key) for one in (base, a, b))
            if mine is None or its is None:
                tasks[key] = mine or its or {}
            else:
                tasks[key] = mine if its in (o, mine) else its if mine == o else None  # type: ignore[assignment]
                tasks[key] = tasks[key] or self._task(o or {}, mine, its)
        policies = [one.policy for one in (a, b) if one.policy]
        policy = max(policies, key=lambda one: int(one["version"])) if policies else None
        accepted = {k: v for one in policies for k, v in one.get("accepted", {}).items()}
        if policy and accepted:
            policy = {**policy, "accepted": {**accepted, **policy.get("accepted", {})}}
        odd = _three(base.odd, a.odd, b.odd)
        odd = {path: one for path, one in odd.items() if one is not None}
        code = {path: one for path, one in _three(base.code, a.code, b.code).items() if one}
        return State(tasks, policy, odd, code)

    def _task(self, o: Task, a: Task, b: Task) -> Task:
        rng = self.rng
        states = [one.get("state") for one in (o, a, b)]
        lead = rng.choice((a, b))
        if states[0] in states[1:]:
            lead = b if states[1] == states[0] else a
        elif {*states[1:]} & {*ENDED}:
            lead = next(one for end in ENDED for one in (a, b) if one["state"] == end)
        one_moved = states[0] in states[1:]
        new: Task = {}
        for name in {**o, **a, **b}:
            was, mine, its = (one.get(name) for one in (o, a, b))
            value = rng.choice((mine, its))
            if name == "state" or (name in ("owner", "wait", "error", "resolution")):
                value = lead.get(name)
                if one_moved and name != "state" and mine != its:
                    value = its if mine == was else mine if its == was else value
            elif mine == its or its == was:
                value = mine
            elif mine == was:
                value = its
            elif name in ("labels", "depends_on", "links"):
                some = [set(one or ()) for one in (was, mine, its)]
                value = sorted(some[1] & some[2] | (some[1] | some[2]) - some[0])
            elif name in LISTS:
                old = was or []
                value = [*(mine or old), *(one for one in its or () if one not in (mine or old))]
            elif name == "attempt":
                value = max(mine or 1, its or 1)
            elif name in ("budget", "spent", "retry", "admission", "spec", "x"):
                parts = _three(was or {}, mine or {}, its or {})
                for key in parts:
                    pair = [(one or {}).get(key) for one in (mine, its)]
                    if None not in pair and name != "x" and key in ("steps", "max", "tokens"):
                        if pair[0] != pair[1] and (was or {}).get(key) not in pair:
                            parts[key] = (max if name == "spent" else min)(pair)  # type: ignore[type-var]
                value = {key: one for key, one in parts.items() if one is not None}
            new[name] = value
        return changed(new)


def code_of(state: State) -> str:
    """The id that git gives to the tree of a commit without the ledger."""
    files = {**{path: ("100644", data) for path, data in state.code.items()}, **state.odd}
    kept = {path: one for path, one in files.items() if path.split("/")[0] != ".tasks" and one}
    return _tree({path: one for path, one in kept.items() if one is not None}).hex()


def _tree(files: Mapping[str, File]) -> bytes:
    folders: dict[str, dict[str, File]] = {}
    found: dict[bytes, bytes] = {}
    for path, (mode, data) in files.items():
        name, _, rest = path.partition("/")
        if rest:
            folders.setdefault(name, {})[rest] = (mode, data)
        else:
            key = name.encode(errors="surrogateescape")
            blob = bytes.fromhex(data.decode()) if mode == "160000" else _hashed(b"blob", data)
            found[key] = b"%s %s\0%s" % (mode.encode(), key, blob)
    for name, inner in folders.items():
        key = name.encode(errors="surrogateescape")
        found[key + b"/"] = b"40000 %s\0%s" % (key, _tree(inner))
    return _hashed(b"tree", b"".join(found[key] for key in sorted(found)))


def _hashed(kind: bytes, data: bytes) -> bytes:
    return hashlib.sha1(b"%s %d\0%s" % (kind, len(data), data)).digest()


def _three(base: Mapping[str, Any], a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    """Maps merged entry by entry; None is absent."""
    keys = sorted({*base, *a, *b})
    return {k: b.get(k) if a.get(k) == base.get(k) else a.get(k) for k in keys}


def _more_spent(spent: Task, number: int) -> Task:
    return {**spent, "steps": spent.get("steps", 0) + number + 1, "cost": f"{number + 1}.5"}


# -- words and values ------------------------------------------------------------------------

# fmt: off
WAITS: list[Task] = [
    {"reason": "user"}, {"reason": "failed"},
    {"reason": "event", "key": "k1", "until": "2026-01-02T00:00:00Z"},
    {"reason": "user", "key": "k2", "prompt": "which?", "choices": ["b", "a"], "by": "b*", "set_by": "ann"},
    {"reason": "child", "tasks": ["t1", "t2"], "then": "cancel"},
    {"reason": "paused", "detail": "d", "set_by": "bob", "earlier": {"reason": "job", "key": "k3"}},
]
"""What a blocked task waits for; all but the first two since format 2."""
WANTED = {"consumer": "c", "expected_value": "v", "pain_point": "p", "validation_path": "w"}
LATER = {"approvals", "guards", "gates", "may", "admission", "spec", "proof", "pushers", "keys"}
LATER |= {"shared_login", "rates", "reservations", "quotas", "warn_at", "repeats", "artifact_size"}
"""What format 2 brought."""
KEY = [f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{one * 43}" for one in "ABC"]
KEYS = {"ann": KEY[:1], "bob": KEY[1:2], "rev": [KEY[0], KEY[2]]}
GUARDS: list[Task] = [
    {"guards": {"g": {"state": ["done"], "role": "lead"}}, "roles": {"lead": ["ann", "rev"]}},
    {"guards": {"g": {"state": ["in_review"], "type": ["bug"], "fields": ["description", "x.k"]}}},
    {"guards": {"g": {"state": ["in_progress", "todo"], "label": ["l1"], "role": "lead"}},
     "roles": {"lead": ["b*", "cy"]}},
    {"guards": {"g": {"state": ["done"], "concerns": "settled"}, "h": {"state": ["cancelled"],
     "type": ["bug"], "label": ["l2"], "role": "x"}}, "roles": {"x": ["*"]}},
    {"guards": {"g": {"state": ["in_review"], "criteria": "met"}}},
    {"guards": {"g": {"state": ["done", "todo"], "label": ["l1", "l2"], "role": "lead"}},
     "roles": {"lead": ["ann"]}},
    {"guards": {"g": {"state": ["blocked", "in_review"], "type": ["bug"], "role": "lead"}},
     "roles": {"lead": ["cy"]}},
    {"guards": {"g": {"state": ["done"], "approvals": 2}}},
    {"guards": {"g": {"state": ["blocked", "in_review"], "attempt": 2, "fields": ["pr"]}}},
    {"guards": {"g": {"state": ["blocked", "done"], "type": ["bug"], "approvals": 1}},
     "approvals": {"independent": True}},
]
SIGNED: list[Task] = [
    {"proof": "signature", "keys": KEYS, "roles": {"policy": ["ann", "bob"]}},
    {"proof": "signature", "keys": KEYS, "approvals": {"independent": True}},
    {"proof": "signature", "keys": {**KEYS, "cy": KEY[1:2]}, "approvals": {"count": 2}},
    {"keys": KEYS, "guards": {"s": {"state": ["done", "in_review"], "signed": True}}},
]
GATES: list[Task] = [
    {"gates": {"t": {"run": "make", "state": ["done", "in_review"]}}},
    {"gates": {"t": {"run": "make", "state": ["in_progress"], "type": ["bug"]}}},
    {"gates": {"ci": {"role": "ci", "state": ["done"]}}, "roles": {"ci": ["cy", "r*"]}},
    {"gates": {"ci": {"role": "ci"}, "t": {"run": "make"}}, "roles": {"ci": ["cy"]},
     "guards": {"e": {"state": ["blocked", "in_review"], "evidence": ["t"]}}},
    {"gates": {"t": {"run": "make", "state": ["done"]}}, "approvals": {"independent": True}},
]
MAY: list[Task] = [
    {"may": {"c*": {"verbs": ["block", "edit", "new", "note", "start", "submit"]}}},
    {"may": {"b*": {"paths": ["b*"]}, "bob": {"branches": ["x/*"], "verbs": ["note", "start"]}}},
]
WHY: list[Task] = [
    {"admission": "required"}, {"admission": "agents", "roles": {"agents": ["bob", "c*"]}},
    {"admission": "agents"},
]
FROZEN: list[Task] = [{"spec": "frozen", "roles": {"spec": ["ann"]}}, {"spec": "frozen"}]
OVERRIDE: list[Task] = [{"roles": {"override": ["ann", "r*"]}}, {"roles": {"override": ["ann"]}}]
APPROVALS: list[Task] = [
    {"approvals": {"count": 2}}, {"approvals": {"count": 1, "independent": True}},
    {"approvals": {"score": "7"}}, {"approvals": {"role": "lead"}, "roles": {"lead": ["c*", "rev"]}},
    *[{"approvals": {"independent": True}}] * 3,
    {"approvals": {"independent": True}, "proof": "pusher", "pushers": {"fleet": ["ann", "cy"]}},
]
USE: list[Task] = [
    {"quotas": {"a*": {"calls": 10**9}}, "budget": {"calls": 9}},
    {"quotas": {"*": {"cost": "1000000", "window": "7d"}}}, {"warn_at": 50, "repeats": 2},
    {"repeats": 3, "loops": {"repeats": "warn"}}, {"artifact_size": 100},
]
KEEPERS: list[Task] = [
    {"roles": {"budget": ["ann"], "policy": ["ann", "bob"]}}, {"roles": {"policy": ["ann"]}},
    {"roles": {"policy": ["ann", "b*"]}},
]
LAWS: list[tuple[float, list[Task]]] = [
    (0.2, [{"squash": "path"}]), (0.2, [{"review": "required"}]), (0.2, [{"depth": 2}, {"depth": 1}]),
    (0.5, [{"children": 2}, {"children": 1}]), (0.6, [{"chain": 1}, {"chain": 1}, {"chain": 2}]),
    (0.4, [{"discovered": 1}, {"discovered": 2}]),
    (0.7, [{"loops": {"identity": "refuse", "respawn": "refuse"}}, {"loops": {"ancestors": "refuse"}},
           {"loops": {"ancestors": "refuse", "respawn": "refuse", "children": "warn"}}]),
    (0.4, KEEPERS), (0.15, [{"budget": {"steps": 5, "cost": "1.5"}, "retry": 2}]),
    (0.1, [{"budgets": {"bug": {"steps": 9, "scope": "attempt"}}}]),
    (0.2, [{"actors": {"b.b": "bob", "c@c": "cy"}}]), (0.3, [{"accepted": {"d" * 40: "so", "e" * 40: "so"}}]),
    (0.8, APPROVALS), (0.5, GUARDS), (0.2, MAY), (0.4, WHY), (0.5, FROZEN), (0.4, OVERRIDE),
    (0.4, GATES), (0.06, SIGNED),
]
"""How often the first policy has what."""
NEW_LAW = [*USE, *GATES, *GUARDS, *MAY, *WHY, *FROZEN, *OVERRIDE, *APPROVALS, *KEEPERS]
MESSAGES = (
    *("woven",) * 30, "work\n\nTk-Task: t1\n", "work\n\nTk-Actor: b.b\nmore words\n",
    "work\n\n  Tk-Task: t2\n\tTk-Task: t1\nTk-Actor: bob\n", "x\n\nTk-Override: so\nTk-Reason: y\n",
    *("words\n\nTk-Reason: as said\n",) * 2,
)
TITLES = ("Ünïcödé", "2024", "no", "a: b", "#x", "-y", "it's", "x #y", "q\u200bq", "tab", "ﬁ", "10%")
TEXTS = (
    "a note", "note", "more", "two\nlines\n", " lead\nx\n", "trail  \nend\n", "a\n\nb\n", "0",
    "<<<<<<< ours\nx\n", "\ttab", "end \n ", "true", "ü", "a\u2028b", "x\u00a0y", " ", "\u200b", "\u2800\u3164",
)
OWN = (1, -2, True, "word", "", ["a", 1, False], {"k": 1, "m": {"n": "deep"}}, "1", "a\nb")
# fmt: on


def proposed(weaver: Weaver, old: Task, actor: str) -> Task:
    """A policy that proposes another."""
    ways = {**weaver.rng.choice(AMENDMENTS)(weaver.rng), "proposal": None}
    policy = changed(old, **ways, version=old["version"] + 2)
    said = {"by": actor, "policy": policy}
    return changed(old, version=old["version"] + 1, proposal=said)


def accepted(rng: Random) -> Task:
    return {"accepted": {f"{rng.randrange(4):040x}": rng.choice(("why", "because"))}}


AMENDMENTS: tuple[Callable[[Random], Task], ...] = (
    lambda rng: {"depth": rng.randrange(1, 5)},
    lambda rng: {"children": rng.choice((1, 2, 3, None))},
    lambda rng: {"chain": rng.choice((1, 2, None)), "discovered": rng.choice((2, 3, None))},
    lambda rng: {"squash": rng.choice((None, "path"))},
    lambda rng: {"review": rng.choice((None, "required"))},
    lambda rng: {"forbid": sorted(rng.sample(["todo->cancelled", "in_review->cancelled"], 1))},
    lambda rng: {"forbid": None},
    lambda rng: {"loops": {"identity": rng.choice(("refuse", "warn")), "respawn": "refuse"}},
    lambda rng: {"roles": rng.choice((None, {"budget": ["ann"], "policy": ["ann", "bob"]}))},
    lambda rng: {"budget": rng.choice((None, {"steps": 3, "scope": "attempt"}, {"cost": "2"}))},
    lambda rng: {"retry": rng.choice((None, 1, 3))},
    lambda rng: {"law": 2, "format": 2},
    lambda rng: {"law": 2, "format": 2, "approvals": rng.choice((None, {"independent": True}))},
    accepted,
    lambda rng: {"subject": rng.choice((None, "chore: {subject}")), "format": 2},
    lambda rng: {"actors": rng.choice((None, {"cy": "ann"}, {"b.b": "bob"}))},
    lambda rng: {"law": 2, "format": 2, **rng.choice(NEW_LAW)},
    lambda rng: {"law": 2, "format": 2, **rng.choice(NEW_LAW)},
    lambda rng: dict.fromkeys(("guards", "may", "admission", "spec")),
)

# -- sins of merges --------------------------------------------------------------------------


def _evil(weaver: Weaver, made: Made) -> Made:
    """TK221, TK222: one field from another commit, or of its own."""
    rng = weaver.rng
    sides = [weaver.made[one].state for one in made.parents]
    sides += [weaver.made[one].state for one in weaver.bases(*made.parents)]
    task = weaver.pick(made.state)
    if task is None:
        return made
    other = rng.choice(sides).tasks.get(task["id"], {})
    names = [name for name in {**task, **other} if name != "id"]
    wrong = [name for name in names if other.get(name) != task.get(name)]
    name = rng.choice(sorted(wrong or names))
    value = other.get(name) if wrong else rng.choice((None, "todo", "x", 1))
    if name in ("title", "state") and value is None:
        return made
    return made._replace(state=made.state.put(changed(task, **{name: value})))


def _ours(weaver: Weaver, made: Made) -> Made:
    """A merge that keeps all of one side."""
    return made._replace(state=weaver.made[weaver.rng.choice(made.parents)].state)


def _one_file(weaver: Weaver, made: Made) -> Made:
    """A merge that takes one task from another side than it should, or loses it."""
    task = weaver.pick(made.state)
    side = weaver.made[weaver.rng.choice(made.parents)].state
    if task is None:
        return made
    tasks = {**made.state.tasks, task["id"]: side.tasks.get(task["id"])}
    kept = {key: one for key, one in tasks.items() if one is not None}
    return made._replace(state=made.state._replace(tasks=kept))


OF_MERGES: tuple[Sin, ...] = (_evil, _evil, _ours, _one_file)


# -- writing ---------------------------------------------------------------------------------


def stream(
    made: list[Made], files: Callable[[State], dict[str, File]], begin: int
) -> Iterator[bytes]:
    """The input of ``git fast-import`` for a history, a commit at a time; ``begin`` are written already. What
    stands for its ``files`` is asked for when it is its turn.
    """
    trees: list[dict[str, File]] = []
    for number, one in enumerate(made):
        trees.append(files(one.state))
        yield _commit(one, begin, number, trees)


def _commit(one: Made, begin: int, number: int, trees: list[dict[str, File]]) -> bytes:
    who = f"T <{one.actor}> {BEGIN + begin + number} +0000"
    mark, words = begin + number + 1, one.message.encode()
    head = f"reset refs/heads/made\nfrom {'0' * 40}\n\ncommit refs/heads/made\nmark :{mark}\n"
    head += f"author {who}\ncommitter {who}\n"
    parts = [head.encode(), b"data %d\n%s\n" % (len(words), words)]
    for place, parent in enumerate(one.parents):
        parts.append(f"{'merge' if place else 'from'} :{begin + parent + 1}\n".encode())
    before = trees[one.parents[0]] if one.parents else {}
    after = trees[number]
    if ".tasks" in before or ".tasks" in after:  # a file in place of the folder hides what is in it
        parts.append(b"deleteall\n")
        before = {}
    parts += [b"D %s\n" % _path(path) for path in sorted(before.keys() - after.keys())]
    for path, (mode, data) in sorted(after.items()):
        if before.get(path) == (mode, data) or (".tasks" in after and path.startswith(".tasks/")):
            continue
        if mode == "160000":
            parts.append(b"M 160000 %s %s\n" % (data, _path(path)))
        else:
            file = b"M %s inline %s\n" % (mode.encode(), _path(path))
            parts.append(file + b"data %d\n%s\n" % (len(data), data))
    return b"".join(parts)


def _path(path: str) -> bytes:
    return b'"' + path.encode(errors="surrogateescape") + b'"'
