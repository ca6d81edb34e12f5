"""Sins: what makes a commit of a random history (`raw_histories`) illegal, each aimed at a rule."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.support.raw_histories import (
    ACTORS,
    EDGES,
    ENDED,
    POLICY,
    STATES,
    WAITS,
    File,
    Made,
    Sin,
    State,
    Task,
    Weaver,
    accepted,
    changed,
)

# fmt: off
NAMES = (
    *(".tasks/x.txt", ".tasks/a", ".tasks/notes.md", ".tasks/d/y") * 3,
    ".tasks/sub/t1.yaml", ".tasks/deep/er/x", ".tasks/README", ".tasks/T1.yaml",
    ".tasks/t1.YAML", ".tasks/Config.yaml", ".tasks/ﬁ.yaml", ".tasks/con.yaml", ".tasks/x y.yaml",
    ".tasks/-a.yaml", ".tasks/.yaml", ".tasks/a.b.yaml", ".tasks/t\u200b1.yaml", ".tasks/é.yaml",
    ".tasks/sub/T1.yaml", ".tasks/t1.yaml ", ".Tasks/x", ".TASKS/t1.yaml", "TASKS~1",
    ".tasks\u200b/x", ".t\u0430sks/x", ".tasks./x", ".tasks:x", "tasks/x", ".tasksx",
    "\uff0etasks/x", ".tas\u212as/x", "tasks~12/x",
)
BAD = ("", '""', " x", "'x'", "2024", "[a]", "{}", "no", "null", "a: b", "x #y", '"x"', "|", "x\u2028")
ENDS = (
    "labels:\n- b\n- a\n", "labels:\n- a\n- a\n", "labels: []\n", "labels: a\n", "x:\n  a: 1\n",
    "x:\n  b: 1\n  a: 1\n", "x:\n  a:\n    b:\n      c:\n        d: 1\n", "x:\n  a: 1.5\n",
    "x:\n  a:\n    b:\n      c:\n      - 1\n", "x: {}\n", "budget:\n  steps: -1\n", "pr: 12\n",
    'pr: "12"\n', "pr: http://x\n", "budget:\n  cost: 1\n", 'budget:\n  cost: "01"\n',
    "attempt: 0\n", "attempt: 1\n", "priority: 2\n", "type: task\n", "type: Bug\n",
    "branch: a..b\n", "branch: a\nbase: -x\n", "retry:\n  not_before: 2026-01-01T00:00:00Z\n",
    'retry:\n  not_before: "2026-02-30T00:00:00Z"\n', 'notes:\n- "x\\n"\n', "notes:\n- |\n  x\n",
    "notes:\n- |\n  x\n  y\n", "notes:\n- |\n  x\n\n", "notes:\n - x\n", "notes:\n- - x\n",
    "concerns:\n- x\n", "concerns:\n- 'design: x'\n", 'concerns:\n- "design: x"\n',
    "x:\n  a: no\n", "description: |\n  a\n  b\n", "description: >\n  a\n  b\n",
    "owner: a\nowner: b\n", "\udcff", "notes: &a\n- x\n", "notes: !!seq\n- x\n", "x:\n  1: a\n",
    'x:\n  "1": a\n', "x:\n  é: a\n", "labels:\n- -a\n", "labels:\n- a b\n", 'x:\n  "a": 1\n',
    'x:\n  "no": 1\n', "x:\n  no: 1\n", 'owner: "a\\tb"\n', 'owner: "a\\u0007b"\n',
    'owner: "a\\u200bb"\n', 'owner: "\\u00e9"\n', "x:\n  a: true\n  b: false\n",
    'x:\n  a: "true"\n', "x:\n  a: 9007199254740992\n", "error:\n  kind: x\n",
    "wait:\n  reason: memory\n", "wait:\n  key: a b\n", "wait:\n  key: a/b#1\n", "wait:\n  key: -a\n",
    'wait:\n  until: "2026-02-30T00:00:00Z"\n', 'wait:\n  until: "2026-01-30T00:00:00Z"\n',
    "wait:\n  tasks:\n  - b\n  - a\n", "wait:\n  tasks:\n  - a\n  - b\n", "wait:\n  tasks:\n  - con\n",
    "wait:\n  choices:\n  - b\n  - a\n  - b\n", f"wait:\n  prompt: {'p' * 501}\n", "wait:\n  by: b*\n",
    "wait:\n  then: cancel\n", "wait:\n  then: go\n", "wait:\n  set_by: a\n  reason: user\n",
    "wait:\n  earlier:\n    then: cancel\n", "wait:\n  earlier:\n    earlier:\n      key: a\n",
    "depends_on:\n- 1\n", 'depends_on:\n- "1"\n', "wait:\n  earlier: x\n", "wait:\n  colour: red\n",
    "wait:\n  reason: sleep\n", "resolution: gone\n", f"agent: {'a' * 201}\n",
)
# fmt: on


SINS: list[Sin] = []


def _sin(sin: Sin) -> Sin:
    SINS.append(sin)
    return sin


def _on(
    *states: str,
) -> Callable[[Callable[[Weaver, State, Task], Task | None]], Sin]:
    """A sin against one task in one of some states."""

    def declare(sin: Callable[[Weaver, State, Task], Task | None]) -> Sin:
        def whole(weaver: Weaver, made: Made) -> Made:
            task = weaver.pick(made.state, *states)
            new = sin(weaver, made.state, task) if task else None
            return made._replace(state=made.state.put(new)) if new else made

        return _sin(whole)

    return declare


@_on()
def jump(weaver: Weaver, state: State, task: Task) -> Task:
    """TK201: to any state."""
    return weaver.moved(task, weaver.rng.choice(STATES))


@_on("done", "cancelled")
def reopened(weaver: Weaver, state: State, task: Task) -> Task:
    """TK201, from an end."""
    return weaver.moved(task, weaver.rng.choice(STATES[:5]))


def _with(weaver: Weaver, state: State, *names: str) -> Task | None:
    """A task that has one of some fields."""
    found = [one for _, one in sorted(state.tasks.items()) if {*names} & {*one}]
    return weaver.rng.choice(found) if found else None


def _birth_with(*ways: Task) -> Sin:
    def sin(weaver: Weaver, made: Made) -> Made:
        task = changed(weaver.born(made.state, made.actor), **weaver.rng.choice(ways))
        return made._replace(state=made.state.put(task))

    return _sin(sin)


_birth_with(*({"state": one, "wait": None} for one in ("in_progress", "in_review", "done")))
with_a_past = _birth_with({"attempt": 2}, {"spent": {"steps": 1}}, {"attempt": 1})
unknown_parts = _birth_with({"origin": "nobody"}, {"parent": "nobody"}, {"depends_on": ["nobody"]})
reopened_early = _birth_with({"reopens": "nobody", "origin": None})
_birth_with({"state": "done", "concerns": ["design: x"]}, {"state": "in_progress"})


def _related(name: str, *states: str, **fields: Any) -> Sin:
    """A new task that is linked to one there is."""

    def sin(weaver: Weaver, made: Made) -> Made:
        other = weaver.pick(made.state, *states)
        if other is None:
            return made
        copied = {key: other.get(one) for key, one in fields.items() if isinstance(one, str)}
        more = {key: one for key, one in fields.items() if not isinstance(one, str)}
        task = changed(weaver.born(made.state, made.actor), **{name: other["id"]})
        task = changed(task, **copied, **more)
        return made._replace(state=made.state.put(task))

    return _sin(sin)


_related("reopens", "todo", "in_progress", "backlog", origin=None)
_related("reopens", *ENDED)
_related("parent", *ENDED)
respawned = _related("origin", title="title", type="type", reopens=None)
_related("parent", owner="owner", type="type")
own_child = _related("parent", "in_progress", "in_review", "todo", creator="owner", type="type")
_related("parent")
_related("origin", reopens=None)


@_on("in_progress", "in_review", "todo")
def guarded(weaver: Weaver, state: State, task: Task) -> Task:
    """TK507, TK508: into a state that may be guarded, or out from under a guard."""
    rng = weaver.rng
    labels = sorted({*task.get("labels", ())} ^ {rng.choice(("l1", "l2"))})
    other = {"type": rng.choice(("bug", "task", None)), "labels": labels}
    new = weaver.moved(task, rng.choice(EDGES[task["state"]]), rng.choice(ACTORS))
    return changed(rng.choice((new, new, task)), **rng.choice(({}, other)))


@_on("in_progress", "in_review")
def unshown(weaver: Weaver, state: State, task: Task) -> Task:
    """TK515: done without what was to be shown, or something else shown."""
    new = changed(task, criteria=[*task.get("criteria", ()), "shows x"])
    ways = (new, changed(new, met=["shows y"]), changed(new, waived=["shows x -- so", "z -- so"]))
    return weaver.moved(weaver.rng.choice(ways), weaver.rng.choice(("done", "done", task["state"])))


@_on("in_progress", "in_review", "blocked")
def thawed(weaver: Weaver, state: State, task: Task) -> Task:
    """TK516: what is asked for changes after the start."""
    ways: tuple[Task, ...] = (
        {"title": "another"},
        {"description": "else"},
        {"criteria": [*task.get("criteria", ()), "shows z"]},
        {"depends_on": None},
    )
    return changed(task, **weaver.rng.choice(ways))


@_sin
def decided_for_another(weaver: Weaver, made: Made) -> Made:
    """TK518."""
    task, rng = weaver.pick(made.state, "todo", "in_progress", "in_review", "blocked"), weaver.rng
    if task is None:
        return made
    line = f'{rng.choice(ACTORS)} - "which?" "that" "so it is" "this" "it was late"'
    new = changed(task, decisions=[*task.get("decisions", ()), line])
    if rng.random() < 0.2:
        new = changed(weaver.born(made.state, made.actor), decisions=[line])
    return made._replace(state=made.state.put(new))


@_on("backlog", "todo")
def unwanted(weaver: Weaver, state: State, task: Task) -> Task:
    """TK517: admitted, or not wanted any more."""
    blank = {"consumer": weaver.rng.choice((" ", "\u200b", "x")), "pain_point": "p"}
    new = changed(task, admission=weaver.rng.choice((None, blank)))
    return weaver.moved(new, "todo") if task["state"] == "backlog" else new


@_sin
def overridden(weaver: Weaver, made: Made) -> Made:
    """TK510, or a sin that is set aside."""
    reason = weaver.rng.choice(("so be it", "-", ""))
    sin = weaver.rng.choice((guarded, unshown, unwanted, jump))
    return sin(weaver, made)._replace(message=f"x\n\nTk-Override: {reason}\n")


@_sin
def too_deep(weaver: Weaver, made: Made) -> Made:
    """TK307."""
    parent = weaver.pick(made.state, "todo", "backlog", "in_progress")
    if parent is None:
        return made
    task = changed(weaver.born(made.state, made.actor), parent=parent["id"], budget={"depth": 0})
    return made._replace(state=made.state.put(task))


@_sin
def many(weaver: Weaver, made: Made) -> Made:
    """TK308, TK307, TK311, TK312: one below the other, or many below one."""
    state, last = made.state, weaver.pick(made.state)
    way = weaver.rng.choice(("parent", "origin"))
    is_deep = weaver.rng.random() < 0.5
    for _ in range(weaver.rng.randrange(2, 5)):
        new = changed(weaver.born(state, made.actor), depends_on=None, reopens=None, origin=None)
        new = changed(new, **{way: last["id"] if last else None})
        state = state.put(new)
        last = new if is_deep or last is None else last
    return made._replace(state=state)


@_sin
def deleted(weaver: Weaver, made: Made) -> Made:
    """TK204."""
    task = weaver.pick(made.state)
    tasks = {k: one for k, one in made.state.tasks.items() if not task or k != task["id"]}
    return made._replace(state=made.state._replace(tasks=tasks))


@_sin
def back_again(weaver: Weaver, made: Made) -> Made:
    """A task by an id that was there once, in its history or elsewhere."""
    known = sorted({key for one in weaver.made for key in one.state.tasks} - {*made.state.tasks})
    if not known:
        return made
    key = weaver.rng.choice(known)
    versions = [one.state.tasks[key] for one in weaver.made if key in one.state.tasks]
    task = weaver.rng.choice(versions)
    if weaver.rng.random() < 0.5:
        task = weaver.moved(task, weaver.rng.choice(STATES))
    return made._replace(state=made.state.put(task))


@_on("blocked")
def for_nothing(weaver: Weaver, state: State, task: Task) -> Task:
    """TK205."""
    return changed(task, wait=weaver.rng.choice((None, {"detail": "x"})))


@_on("todo", "in_progress", "in_review")
def blocked_for_nothing(weaver: Weaver, state: State, task: Task) -> Task:
    """TK205."""
    return changed(task, state="blocked", wait=None)


@_on()
def out_of_place(weaver: Weaver, state: State, task: Task) -> Task:
    """TK206."""
    ways: tuple[Task, ...] = (
        {"wait": {"reason": "user"}},
        {"error": {"message": "x"}},
        {"resolution": weaver.rng.choice(("merged", "dropped"))},
    )
    return changed(task, **weaver.rng.choice(ways))


@_on()
def frozen(weaver: Weaver, state: State, task: Task) -> Task:
    """TK207."""
    name = weaver.rng.choice(("creator", "origin", "reopens", "imported"))
    return changed(task, **{name: weaver.rng.choice((None, *sorted(state.tasks)))})


@_on(*ENDED)
def after_the_end(weaver: Weaver, state: State, task: Task) -> Task:
    """TK208."""
    ways: tuple[Task, ...] = ({"title": "other"}, {"owner": "x"}, {"priority": 0}, {"parent": None})
    return changed(task, **weaver.rng.choice(ways))


@_on()
def refunded(weaver: Weaver, state: State, task: Task) -> Task:
    """TK209."""
    task = _with(weaver, state, "spent", "attempt") or task
    spent = task.get("spent", {})
    if "steps" not in spent:
        return changed(task, spent={"steps": 3, "cost": "2.50"}, attempt=2)
    ways: tuple[Task, ...] = ({"steps": spent["steps"] - 1}, {}, {**spent, "cost": "0.1"})
    return changed(task, spent=weaver.rng.choice(ways), attempt=weaver.rng.choice((None, 1)))


@_on()
def rewritten(weaver: Weaver, state: State, task: Task) -> Task:
    """TK210."""
    name = weaver.rng.choice(
        ("notes", "concerns", "settled", "met", "verdicts", "decisions", "answers")
    )
    task = _with(weaver, state, name) or task
    old = task.get(name, [])
    if not old:
        return changed(task, concerns=["design: a", "ops: b"])
    return changed(task, **{name: weaver.rng.choice((old[:-1], old[1:], [*old[1:], old[0]]))})


@_on("todo", "backlog", "blocked", "in_review")
def too_early(weaver: Weaver, state: State, task: Task) -> Task:
    """TK211."""
    others = [key for key, one in sorted(state.tasks.items()) if one["state"] != "done"]
    new = weaver.moved(task, "in_progress")
    return changed(new, depends_on=sorted({weaver.rng.choice(others), *task.get("depends_on", ())}))


@_sin
def orphaned(weaver: Weaver, made: Made) -> Made:
    """TK212: a parent ends before its children."""
    parents = {one.get("parent") for one in made.state.tasks.values() if one["state"] not in ENDED}
    found = [one for key, one in sorted(made.state.tasks.items()) if key in parents]
    if not found:
        return made
    task = weaver.rng.choice(found)
    return made._replace(state=made.state.put(weaver.moved(task, weaver.rng.choice(ENDED))))


@_on("todo", "in_progress", "backlog", "blocked")
def under_an_end(weaver: Weaver, state: State, task: Task) -> Task | None:
    """TK213."""
    ended = weaver.pick(state, *ENDED)
    return changed(task, parent=ended["id"]) if ended else None


@_on("in_progress", "in_review")
def concerned(weaver: Weaver, state: State, task: Task) -> Task:
    """TK214."""
    return weaver.moved(changed(task, concerns=[*task.get("concerns", ()), "design: y"]), "done")


@_on()
def settled_for_nothing(weaver: Weaver, state: State, task: Task) -> Task:
    """TK215."""
    return changed(task, settled=[*task.get("settled", ()), f"ops: {weaver.rng.randrange(9)}"])


@_on("blocked", "todo", "in_progress")
def miscounted(weaver: Weaver, state: State, task: Task) -> Task:
    """TK216."""
    end = "todo" if task["state"] == "blocked" else weaver.rng.choice(EDGES[task["state"]])
    more = weaver.rng.choice((0, 1, 2, 3))
    return changed(weaver.moved(task, end), attempt=task.get("attempt", 1) + more)


@_on()
def nowhere(weaver: Weaver, state: State, task: Task) -> Task:
    """TK301, TK302."""
    depends = sorted({"nobody", *task.get("depends_on", ())})
    return changed(task, **weaver.rng.choice(({"parent": "nobody"}, {"depends_on": depends})))


@_sin
def circular(weaver: Weaver, made: Made) -> Made:
    """TK304 to TK306."""
    state, rng = made.state, weaver.rng
    keys = rng.sample(sorted(state.tasks), min(len(state.tasks), rng.randrange(1, 4)))
    way = rng.choice(("parent", "depends_on", "both"))
    for key, other in zip(keys, [*keys[1:], *keys[:1]]):
        task = state.tasks[key]
        if way == "parent" or (way == "both" and key == keys[0]):
            key, other = (key, other) if way == "parent" else (other, key)
            state = state.put(changed(state.tasks[key], parent=other))
        else:
            state = state.put(
                changed(task, depends_on=sorted({other, *task.get("depends_on", ())}))
            )
    return made._replace(state=state)


@_on("todo", "in_progress", "backlog", "blocked", "in_review")
def loosened(weaver: Weaver, state: State, task: Task) -> Task:
    """TK501."""
    budget = task.get("budget", {})
    ways: tuple[Task, ...] = (
        {"budget": {**budget, "steps": 100}},
        {"budget": {**budget, "cost": "100"}},
        {"budget": None},
        {"budget": {**budget, "scope": "attempt"}},
        {"retry": {"max": 9}},
        {"retry": None},
        {"type": weaver.rng.choice(("bug", None))},
        {"parent": None},
    )
    return changed(task, **weaver.rng.choice(ways))


@_sin
def approved(weaver: Weaver, made: Made) -> Made:
    """TK503."""
    task = weaver.pick(made.state, "in_review") or weaver.pick(made.state, "in_progress")
    if task is None:
        return made
    end = "done" if task["state"] == "in_review" else "in_review"
    actor = weaver.rng.choice((task.get("owner", "bob"), *ACTORS))
    return made._replace(state=made.state.put(weaver.moved(task, end)), actor=actor)


# -- sins of form ----------------------------------------------------------------------------


def _spoiled(weaver: Weaver, made: Made, path: str, file: File | None) -> Made:
    return made._replace(state=made.state._replace(odd={**made.state.odd, path: file}))


@_sin
def spoiled(weaver: Weaver, made: Made) -> Made:
    """TK101 to TK109: the bytes of a task's file, or its mode."""
    task, rng = weaver.pick(made.state), weaver.rng
    if task is None:
        return made
    spoil = rng.choice(SPOILS)
    return _spoiled(weaver, made, f".tasks/{task['id']}.yaml", ("100644", spoil(task, rng)))


@_sin
def mended(weaver: Weaver, made: Made) -> Made:
    """What was odd is as it should be again, or gone."""
    odd = sorted(made.state.odd)
    if not odd:
        return spoiled(weaver, made)
    path = weaver.rng.choice(odd)
    kept = {key: one for key, one in made.state.odd.items() if key != path}
    state = made.state._replace(odd=kept)
    key = path[7:-5]
    if key in state.tasks and weaver.rng.random() < 0.5:
        state = state.put(weaver.moved(state.tasks[key], weaver.rng.choice(STATES)))
    return made._replace(state=state)


@_sin
def moded(weaver: Weaver, made: Made) -> Made:
    """TK107: of another mode."""
    task, rng = weaver.pick(made.state), weaver.rng
    mode = rng.choice(("100755", "120000", "160000", "100755"))
    data = b"1" * 40 if mode == "160000" else b"x"
    path = f".tasks/{task['id']}.yaml" if task else POLICY
    if not task:
        return made
    if rng.random() < 0.1:
        return _spoiled(weaver, made, ".tasks", (mode, data))
    return _spoiled(weaver, made, path, (mode, data))


@_sin
def stray(weaver: Weaver, made: Made) -> Made:
    """TK105, TK106, TK110: what does not belong there."""
    return _spoiled(weaver, made, weaver.rng.choice(NAMES), ("100644", b"x\n"))


def _text(task: Task) -> str:
    lines = f"id: {task['id']}\ntitle: T\nstate: {task['state']}\n"
    return lines + ("wait:\n  reason: user\n" if task["state"] == "blocked" else "")


SPOILS: tuple[Callable[[Task, Random], bytes], ...] = (
    lambda task, rng: _text(task).encode() + b"colour: red\n",
    lambda task, rng: f"{_text(task)}priority: {rng.choice(('5', '-1', 'x', 'true'))}\n".encode(),
    lambda task, rng: _text(task).replace("title: T", "title: " + rng.choice(BAD)).encode(),
    lambda task, rng: (_text(task) + rng.choice(ENDS)).encode(errors="surrogateescape"),
    *(
        lambda task, rng: (
            _text(task).replace("id:", rng.choice(("# x\nid:", "\x07id:", "&a id:"))).encode()
        ),
    )
    * 2,
    lambda task, rng: _text(task).replace(f"id: {task['id']}", "id: other").encode(),
    *(lambda task, rng: b"<<<<<<< ours\n" + _text(task).encode(),) * 8,
    lambda task, rng: f"title: T\nid: {task['id']}\nstate: {task['state']}\n".encode(),
    *(
        lambda task, rng: (
            _text(task).encode() + rng.choice((b"\xff\n", b"\x01: x\n", b"# x\n", b"x: *a\n"))
        ),
    )
    * 3,
    lambda task, rng: f'id: "{task["id"]}"\ntitle: T\nstate: {task["state"]}\n'.encode(),
    lambda task, rng: f"id: {task['id']}\ntitle: T\n".encode(),
    *(lambda task, rng: _text(task).encode() + b"description: " + b"x" * 70000 + b"\n",) * 9,
    lambda task, rng: _text(task).replace("\n", rng.choice(("\r\n", "\n\n", " \n"))).encode(),
    lambda task, rng: _text(task).encode()[: rng.randrange(1, 12)],
    lambda task, rng: _flipped(_text(task).encode(), rng),
    lambda task, rng: rng.choice((b"", b"\n", b"x", b"\xff\xfe", b"---\n", b"[]\n", b"id: a\n")),
)


def _flipped(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


# -- sins against the policy -----------------------------------------------------------------


@_sin
def amended(weaver: Weaver, made: Made) -> Made:
    """TK502, TK602, TK603, TK606 to TK608: any change of the policy."""
    old, rng = made.state.policy, weaver.rng
    if old is None:
        return made._replace(state=made.state._replace(policy=weaver.made[0].state.policy))
    ways: tuple[Task, ...] = (
        {"version": old["version"] + 1, "depth": 4},
        *[{"version": old["version"] + rng.choice((0, -1, 2)), "depth": 4}] * 3,
        {"version": old["version"] + 1, "forbid": ["backlog->todo"]},
        {
            "version": old["version"] + 1,
            "forbid": ["blocked->cancelled", "blocked->in_progress", "blocked->todo"],
        },
        {"version": old["version"] + 1, "law": 3 - old["law"]},
        {"version": old["version"] + 1, "format": 3 - old["format"]},
        {"version": old["version"] + 1, "accepted": None},
        {"version": old["version"] + 1, **accepted(rng)},
        {"version": old["version"] + 1, "proof": "pusher"},
        {"version": old["version"] + 1, "proof": "signature", "keys": None},
    )
    policy = changed(old, **rng.choice(ways))
    state = made.state._replace(policy=policy)
    if rng.random() < 0.3:
        state = state.put(weaver.born(state, made.actor))
    return made._replace(state=state)


SINS += [amended] * 4


@_sin
def lawless(weaver: Weaver, made: Made) -> Made:
    """TK601, and a policy that cannot be read."""
    if weaver.rng.random() < 0.6:
        return made._replace(state=made.state._replace(policy=None))
    text = weaver.rng.choice(
        (b"version: 1\n", b"x: 1\n", b"", b"version: 1\nformat: 2\nlaw: 2\n\n")
    )
    return _spoiled(weaver, made, POLICY, ("100644", text))


@_sin
def imported(weaver: Weaver, made: Made) -> Made:
    """TK217, TK218, what is asked of imports that are legal, and of new tasks that say that they were imported."""
    rng, state = weaver.rng, made.state
    keepers = (state.policy or {}).get("roles", {}).get("policy", ())
    actor = rng.choice((made.actor, *keepers)).replace("*", "ob")
    ways: tuple[Task, ...] = (
        *({}, {}, {"attempt": 2}, {"spent": {"steps": 3}}, {"type": "chore"}),
        *({"concerns": ["design: x"]}, {"verdicts": [f"1.1 approved {actor} -"]}),
        {"decisions": ['cy - "which?" "this" "it fits"']},
    )
    for _ in range(rng.randrange(1, 4)):
        task = changed(weaver.born(state, actor), imported=f"github:{rng.randrange(7)}")
        task = changed(weaver.moved(task, rng.choice(STATES)), **rng.choice(ways))
        state = state.put(task)
    if rng.random() < 0.2:
        state = state.put(weaver.born(state, actor))
    return made._replace(state=state, actor=actor)


SINS += [imported] * 2


@_sin
def from_a_later_format(weaver: Weaver, made: Made) -> Made:
    """TK103, under format 1."""
    ended = weaver.pick(made.state, *ENDED)
    task = weaver.pick(made.state, "todo", "blocked", "in_progress")
    if task is None:
        return made
    if weaver.rng.random() < 0.4:
        wait = weaver.rng.choice(WAITS[2:])
        task = changed(weaver.moved(task, "blocked"), wait=wait)
        if weaver.rng.random() < 0.3:
            task = changed(task, wait={"reason": weaver.rng.choice(("cost", "paused"))})
    elif ended is None or weaver.rng.random() < 0.5:
        task = changed(weaver.moved(task, "cancelled"), resolution="mistake")
    else:
        task = changed(weaver.born(made.state, "ann"), origin=None, reopens=ended["id"])
    return made._replace(state=made.state.put(task))


@_sin
def coded(weaver: Weaver, made: Made) -> Made:
    """Work, in code and in words; no sin by itself."""
    task = weaver.pick(made.state, "in_progress")
    code = {**made.state.code}
    for path in weaver.rng.choice((["a.txt"], ["a.txt", "c.txt"], ["c.txt", "b/b.txt", "d.txt"])):
        lines = code.get(path, b"a\nb\nc\nd\ne\n").split(b"\n")
        lines[weaver.rng.randrange(len(lines))] += b"x"
        code[path] = b"\n".join(lines)
    state = made.state._replace(code=code)
    words = f"work\n\nTk-Task: {task['id'] if task else 't1'}\n"
    return made._replace(state=state, message=words)
