"""Sins of reviews, of room in a file and of who keeps the policy, for random histories (`raw_histories`)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from stress.verify_elsewhere import TASK, dumped
from tests.support.raw_histories import (
    ACTORS,
    EDGES,
    ENDED,
    KEY,
    STATES,
    Made,
    State,
    Task,
    Weaver,
    changed,
    code_of,
    proposed,
)
from tests.support.sins import (
    SINS,
    _on,
    _sin,
    amended,
    blocked_for_nothing,
    circular,
    concerned,
    decided_for_another,
    deleted,
    for_nothing,
    frozen,
    guarded,
    lawless,
    many,
    moded,
    nowhere,
    out_of_place,
    own_child,
    refunded,
    reopened_early,
    respawned,
    rewritten,
    settled_for_nothing,
    spoiled,
    stray,
    thawed,
    too_deep,
    too_early,
    under_an_end,
    unknown_parts,
    unshown,
    unwanted,
    with_a_past,
)

# -- reviews ---------------------------------------------------------------------------------


@_on("in_review")
def sent_back(weaver: Weaver, state: State, task: Task) -> Task:
    """TK506."""
    return weaver.moved(task, "in_progress")


@_sin
def ended_alone(weaver: Weaver, made: Made) -> Made:
    """TK503, TK505: by whoever it is, with the lines that there are."""
    task, asks = (
        weaver.pick(made.state, "in_review"),
        (made.state.policy or {}).get("approvals", {}),
    )
    if task is None:
        return made
    owner = task.get("owner", "bob")
    actor = owner if "independent" in asks else weaver.rng.choice((owner, *ACTORS))
    return made._replace(state=made.state.put(weaver.moved(task, "done")), actor=actor)


@_sin
def unguarded(weaver: Weaver, made: Made) -> Made:
    """TK507, TK508: a task enters a state that is guarded, or leaves its guard."""
    rng, state = weaver.rng, made.state
    guards = [*(state.policy or {}).get("guards", {}).values()]
    if not guards:
        return guarded(weaver, made)
    guard = rng.choice(guards)
    tasks = [one for _, one in sorted(state.tasks.items()) if _is_guarded(guard, one)]
    if not tasks:
        return guarded(weaver, made)
    task, actor = rng.choice(tasks), rng.choice(ACTORS)
    if rng.random() < 0.8 and ("label" in guard or "type" in guard):
        labels = [one for one in task.get("labels", ()) if one not in guard.get("label", ())]
        return made._replace(
            state=state.put(changed(task, labels=labels, type="other")), actor=actor
        )
    ways = [one for one in EDGES[task["state"]] if one in guard["state"]]
    task = weaver.moved(task, rng.choice(ways or EDGES[task["state"]]), actor)
    return made._replace(state=state.put(task), actor=actor)


def _is_guarded(guard: Task, task: Task) -> bool:
    kinds, labels = guard.get("type"), guard.get("label")
    fits = task["state"] not in ENDED and (not kinds or task.get("type", "task") in kinds)
    fits = fits and task.get("attempt", 1) >= guard.get("attempt", 1)
    return fits and (not labels or bool({*labels} & {*task.get("labels", ())}))


@_sin
def submitted_and_ended(weaver: Weaver, made: Made) -> Made:
    """TK505: a review that was only now asked for, of a task that was only now submitted, is ended by one."""
    task, policy = weaver.pick(made.state, "in_progress", "todo", "in_review"), made.state.policy
    if task is None or policy is None:
        return made
    if {*policy.get("approvals", ())} <= {"independent"} and policy["law"] > 1 < policy["format"]:
        asks = weaver.rng.choice(({"count": 2}, {"score": "7"}))
        policy = changed(policy, version=policy["version"] + 1, approvals=asks)
    task = weaver.moved(task, "in_review") if task["state"] != "in_review" else task
    before = made._replace(state=made.state.put(task)._replace(policy=policy))
    ended = before.state.put(weaver.moved(task, "done"))
    return made._replace(
        parents=(weaver.add(before),), state=ended, actor=weaver.rng.choice(ACTORS)
    )


@_sin
def reopens_what_goes_on(weaver: Weaver, made: Made) -> Made:
    """TK313: a new task that reopens one that has not ended, or that also has an origin."""
    task = weaver.pick(made.state, *STATES)
    if task is None:
        return made
    origin = task["id"] if task["state"] in ENDED else None
    new = changed(weaver.born(made.state, made.actor), reopens=task["id"], origin=origin)
    return made._replace(state=made.state.put(new))


@_sin
def misjudged(weaver: Weaver, made: Made) -> Made:
    """TK504: a verdict that is not as it is."""
    rng = weaver.rng
    task = weaver.pick(
        made.state, "in_review", *(("in_progress", "done", "todo") if rng.random() < 0.2 else ())
    )
    if task is None:
        return made
    said = weaver.verdict(made, task)
    when, way, actor, work = said.split(" ")[:4]
    turn, attempt = int(when.split(".")[1]), int(when.split(".")[0])
    ways = (
        [f"{attempt}.{turn + 1} {way} {actor} {work}"],
        [f"{attempt + 1}.{turn} {way} {actor} {work}"],
        [f"{when} {way} {rng.choice(ACTORS)} {work}"],
        [f"{when} {way} {actor} {rng.choice(('-', 'a' * 40, '@0', '@0+1'))}"],
        [said, said],
        [f"{when} {rng.choice(('approved', 'rejected'))} {actor} {work}"],
        [*task.get("verdicts", [said])[-1:]],
    )
    end = rng.choice(("in_review", "in_progress", "done"))
    new = weaver.moved(task, end) if end != task["state"] else task
    if rng.random() < 0.1:
        new = weaver.born(made.state, made.actor)
    new = changed(new, verdicts=[*task.get("verdicts", ()), *rng.choice(ways)])
    return made._replace(state=made.state.put(new))


@_sin
def malformed(weaver: Weaver, made: Made) -> Made:
    """TK104: a line that is no verdict, or one in another form."""
    task = weaver.pick(made.state)
    if task is None:
        return made
    lines = {
        "verdicts": LINES,
        "evidence": EVIDENCE,
        "decisions": DECISIONS,
        "artifacts": ARTIFACTS,
        "answers": ANSWERS,
        "attempts": ATTEMPTS,
    }
    name = weaver.rng.choice([*lines])
    new = changed(task, **{name: [weaver.rng.choice(lines[name])]})
    return made._replace(state=made.state.put(new))


ANSWERS = (
    *("k: v", "k:v", "k:  v", "k: ", "k", "a b: v", "-k: v", "k#2/x: a: b", f"{'k' * 101}: v"),
    *(f"{'k' * 100}: {'v' * 1000}", f"k: {'v' * 1001}", "k: \u00a0v", "k: \u2028v", "é: v", "k: é"),
)
ATTEMPTS = (
    *("1 failed ann - -", "1 failed ann - - ", "01 failed ann - -", "0 failed ann - -"),
    *("1 Failed ann - -", "1 nonsense ann x b/1", "1 rate_limit ann X -", '1 failed "ann" - -'),
    *('1 failed "a b" - "é"', '1 failed ann - "-"', '1 failed - - - "x"', "1 failed ann - - x"),
    *('1 failed ann - - ""', '1 failed ann - - " x"', '1 failed ann - - "\\n"', "1 failed ann -"),
    *(f'1 failed ann - - "{"t" * 200}"', f'1 failed ann - - "{"t" * 201}"', '1 _a ann - - "\\""'),
    *(f"{'9' * 9} failed ann - -", f"{'9' * 10} failed ann - -", f"1 {'e' * 33} ann - -"),
    f'1 failed ann - - "{"q" * 100}{chr(92)}"{"q" * 99}"',
)
H = "e" * 64
ARTIFACTS = (
    f"{'b' * 40} 0 - x",
    f"{'b' * 64} 7 a/b x y",
    f"{'b' * 41} 0 - x",
    f"{'b' * 40} 07 - x",
    f"{'b' * 40} {'9' * 10} - x",
    f"{'b' * 40} 7 a x",
    f"{'b' * 40} 7 - a/x",
    f"{'b' * 40} 7 -  x",
    f"{'b' * 40} 7 - {'x' * 201}",
    f"{'b' * 40} 7 - a\\x",
    f"{'b' * 40} 7 -",
    f"{'B' * 40} 7 - x",
)
EVIDENCE = (
    *(f't pass {"a" * 40} ann 0 1.5 {H} "make"', f't pass {"a" * 40} ann 1 1.5 {H} "make"'),
    *(f't fail {"a" * 40} ann 0 1.5 {H} "make"', f"t fail {'a' * 40} ann timeout 1 {H} -"),
    *(
        f"t pass {'a' * 40} ann - - - -",
        f"t pass {'a' * 40} ann - 1 - -",
        f"T pass {'a' * 40} ann - - - -",
    ),
    *(f"t pass {'a' * 39} ann - - - -", f"t pass {'a' * 64} ann - - - - flaky https://x"),
    *(
        f't pass {"a" * 40} "ann" - - - -',
        f't pass {"a" * 40} "a b" - - - - flaky',
        f"t pass {'a' * 40} é - - - -",
    ),
    *(f't fail {"a" * 40} ann 999 0.5 {H} "x"', f't fail {"a" * 40} ann 1000 0.5 {H} "x"'),
    *(
        f't fail {"a" * 40} ann 01 0.5 {H} "x"',
        f't fail {"a" * 40} ann 1 .5 {H} "x"',
        "t pass - ann - - - -",
    ),
    *(
        f"t pass {'a' * 40} ann - - - make",
        f't pass {"a" * 40} ann - - - "" ',
        f't pass {"a" * 40} ann - - - " x"',
    ),
    *(f"t pass {'a' * 40} ann - - - - https://x flaky", f"t pass {'a' * 40} ann - - - - ftp://x"),
    *(
        f"t pass {'a' * 40} ann - - - - https://{'u' * 500}",
        f"t pass {'a' * 40} ann - - - - https://{'u' * 501}",
    ),
)

SAID = '"q" "c" "b"'
DECISIONS = (
    *(f"ann - {SAID}", f"ann 100 {SAID}", f"ann 101 {SAID}", f"ann 01 {SAID}", f"ann  - {SAID}"),
    *(f"ann {SAID}", f'"ann" - {SAID}', f'"a b" 7 {SAID}', f"é 7 {SAID}", f"ann - {SAID} "),
    *(f'ann - {SAID} "a"', f'ann - {SAID} "a" "w"', 'ann - "q" "c"', "ann - q c b"),
    *(f"ann - {SAID}" + ' "a"' * 40, f"ann - {SAID}" + ' "a"' * 42, 'ann - "" "c" "b"'),
    *(f'ann - "c" "b" "{"q" * 500}"', f'ann - "c" "b" "{"q" * 501}"', 'ann - "\\u0071" "c" "b"'),
    *('ann - "q\\n" "c" "b"', 'ann - "\\"q\\"" "c" "b"', 'ann - "q " "c" "b"'),
)

LINES = (
    *("1.1 approved ann", "1.1 approved ann - ", "01.1 approved ann -", "1.0 approved ann -"),
    *("1.1 Approved ann -", '1.1 approved "ann" -', '1.1 approved "a b" -', "1.1 approved a b -"),
    *("1.1 approved ann - 7", "1.1 approved ann - 07", "1.1 approved ann - 7.", "1.1 approved é -"),
    *(
        '1.1 approved "é" -',
        '1.1 approved "\\u00e9" -',
        '1.1 rejected ann - "gap"',
        "1.1 rejected ann - x",
    ),
    *('1.1 approved ann - "gap"', '1.1 rejected ann - 3 "a" "b"', '1.1 rejected ann -  "a"'),
    *('1.1 rejected ann - ""', '1.1 rejected ann - " a"', '1.1 rejected ann - "\\/"'),
    *(
        '1.1 rejected ann - "\\"q\\""',
        f"1.1 rejected ann {'a' * 40}+{'b' * 40}",
        "1.1 approved a\\b -",
    ),
    *(f"1.1 rejected ann {'b' * 40}+{'a' * 40}", f"1.1 rejected ann {'a' * 40}+{'a' * 40}"),
    *(
        f"1.1 rejected ann {'a' * 39}",
        f"1.1 rejected ann {'A' * 40}",
        f"1.1 rejected ann {'a' * 64}",
    ),
    *(
        "1.1 rejected ann -" + ' "x"' * 20,
        "1.1 rejected ann -" + ' "x"' * 21,
        "12345678901.1 rejected ann -",
    ),
    *(
        f'1.1 rejected ann - "{"g" * 500}"',
        f'1.1 rejected ann - "{"g" * 501}"',
        "1.1 rejected ann +",
    ),
)


@_sin
def untried(weaver: Weaver, made: Made) -> Made:
    """TK513: into a state that a gate keeps."""
    rng, law = weaver.rng, made.state.policy or {}
    gates = [one for one in law.get("gates", {}).values() if "state" in one]
    states = {one for gate in gates for one in gate["state"]}
    found = [
        one
        for _, one in sorted(made.state.tasks.items())
        if {*EDGES.get(one["state"], ())} & states
    ]
    if not found:
        return made
    task = rng.choice(found)
    end = rng.choice([one for one in EDGES[task["state"]] if one in states])
    return made._replace(state=made.state.put(weaver.moved(task, end, made.actor)))


@_sin
def misrecorded(weaver: Weaver, made: Made) -> Made:
    """TK514: evidence that is not as it is."""
    rng, law = weaver.rng, made.state.policy or {}
    gates = sorted(law.get("gates", {}).items())
    task = weaver.pick(made.state, "in_progress", "in_review", "todo", "blocked")
    if task is None or not gates:
        return made
    name, gate = rng.choice(gates)
    if rng.random() < 0.3 and "independent" in law.get("approvals", {}):
        made = made._replace(actor=task.get("owner", "ann"))
    said = weaver.evidence(made, name, gate)
    words = said.split(" ")
    past = rng.choice(weaver.made).state
    ways = (
        " ".join([words[0], words[1], code_of(past), *words[3:]]),
        " ".join([*words[:3], rng.choice(ACTORS), *words[4:]]),
        " ".join([rng.choice(("t", "ci", "other")), *words[1:]]),
        said.replace('"make"', rng.choice(('"make all"', "-"))),
        " ".join([*words[:4], "-", "-", "-", words[7]]),
        said,
        *task.get("evidence", ()),
    )
    lines = [rng.choice(ways)] * rng.choice((1, 1, 2))
    new = changed(task, evidence=[*task.get("evidence", ()), *lines])
    state = made.state.put(new)
    if rng.random() < 0.2:
        state = state._replace(code={**state.code, "c.txt": b"new\n"})
    if rng.random() < 0.1:
        state = state.put(changed(weaver.born(state, made.actor), evidence=lines))
    return made._replace(state=state)


# -- room ------------------------------------------------------------------------------------

KIB = 1024
LISTS = {"notes": (1000, 48), "concerns": (100, 12), "criteria": (100, 12), "settled": (200, 24)}
LISTS |= {"answers": (200, 24)}


@_sin
def long_list(weaver: Weaver, made: Made) -> Made:
    """TK111: a list at the most that it may be, or just beyond."""
    task, rng = weaver.pick(made.state, "todo", "in_progress", "in_review", "blocked"), weaver.rng
    if task is None:
        return made
    name = rng.choice([*LISTS])
    count, size = LISTS[name]
    if rng.random() < 0.5:
        size, some = 0, [f"{one}" for one in range(count + rng.choice((0, 1, 1)))]
    else:
        some = [f"{one:02}" + "x" * 400 for one in range(size * KIB // 402)]
        some[-1] += "x" * (size * KIB - sum(map(len, some)) + rng.choice((0, 1, 1)))
    more: Task = {name: some}
    if name in ("concerns", "settled", "answers"):
        short = -5 if size else 0
        more = {name: [f"ops: {one[: short or None]}" for one in some]}
        more = {**more, "concerns": more[name]} if name == "settled" else more
    return made._replace(state=made.state.put(changed(task, **more)))


@_sin
def stuffed(weaver: Weaver, made: Made) -> Made:
    """TK111: a file at a border, by a text or by what settles something."""
    task, rng = weaver.pick(made.state), weaver.rng
    if task is None:
        return made
    if rng.random() < 0.5:
        task = changed(weaver.born(made.state, made.actor))
    if rng.random() < 0.3 and task["state"] not in ENDED:
        end = rng.choice(("blocked", "cancelled", "in_progress", "in_review", "todo"))
        task = weaver.moved(task, end) if end != task["state"] else task
    if rng.random() < 0.3:
        task = changed(task, concerns=[*task.get("concerns", ()), f"ops: {'c' * 300}"])
    border = rng.choice((56, 56, 56, 63, 63.5, 64)) * KIB
    used = len(dumped(task, order=TASK)) + 20 - len(task.get("description", ""))
    text = "x" * int(border - used + rng.choice((-400, -30, 0, 1, 5, 40, 400)))
    return made._replace(state=made.state.put(changed(task, description=text)))


@_sin
def fuller(weaver: Weaver, made: Made) -> Made:
    """TK111: a little more in a file that is near a border."""
    rng = weaver.rng
    full = [
        one
        for _, one in sorted(made.state.tasks.items())
        if len(one.get("description", "")) > 40_000
    ]
    if not full:
        return stuffed(weaver, made)
    task = rng.choice(full)
    open_ = [one for one in task.get("concerns", ()) if one not in task.get("settled", ())]
    ways: list[Task] = [
        {"notes": [*task.get("notes", ()), "n" * rng.choice((1, 60, 600))]},
        {"settled": [*task.get("settled", ()), *open_]},
        {"answers": [*task.get("answers", ()), f"k: {'a' * rng.choice((1, 600, 1000))}"]},
        {
            "waived": [
                *task.get("waived", ()),
                *(f"{one} -- {'w' * 300}" for one in task.get("criteria", ())),
            ]
        },
        {"description": task["description"] + "x" * rng.choice((-9, 1, 60, 600, 6000))},
        {"x": {"k": "x" * rng.choice((1, 600, 6000))}},
        {"error": {"message": "e" * rng.choice((60, 600, 6000))}},
    ]
    new = changed(task, **rng.choice(ways))
    if task["state"] not in ENDED and rng.random() < 0.6:
        ends = ("blocked", "cancelled", "in_progress", "todo", "in_review", "done")
        moved = weaver.moved(task, rng.choice([one for one in ends if one != task["state"]]))
        kept = {key: one for key, one in new.items() if task.get(key) != one}
        new = {**moved, **(kept if rng.random() < 0.6 else {})}
    return made._replace(state=made.state.put(new))


# -- keepers of the policy -------------------------------------------------------------------


@_sin
def proposal(weaver: Weaver, made: Made) -> Made:
    """TK511: a proposal, put in force by one of several, or not what it says."""
    old, rng = made.state.policy, weaver.rng
    if old is None:
        return made
    if "policy" not in old.get("roles", {}):
        roles = {
            **old.get("roles", {}),
            "policy": rng.choice((["ann", "bob"], ["ann", "b*"], ["ann"])),
        }
        policy = changed(old, version=old["version"] + 1, roles=roles)
        return made._replace(state=made.state._replace(policy=policy), actor="ann")
    actor = rng.choice(("ann", "ann", "bob", rng.choice(ACTORS)))
    said = old.get("proposal")
    if said and rng.random() < 0.8:
        policy = said["policy"] if isinstance(said["policy"], dict) else old
        if rng.random() < 0.3:
            policy = changed(policy, depth=rng.randrange(1, 9))
        if rng.random() < 0.1:
            policy = changed(policy, proposal=said)
    else:
        policy = proposed(weaver, old, actor if rng.random() < 0.8 else rng.choice(ACTORS))
        said = policy["proposal"]
        ways: tuple[object, ...] = (
            *("", "x", "version: 3\n"),
            changed(said["policy"], version=old["version"] + 1),
            changed(said["policy"], proposal={"by": "ann", "policy": "x"}),
        )
        if rng.random() < 0.3:
            policy = {**policy, "proposal": {**said, "policy": rng.choice(ways)}}
    return made._replace(state=made.state._replace(policy=policy), actor=actor)


@_sin
def loosened_alone(weaver: Weaver, made: Made) -> Made:
    """TK511, TK502: what is looser, by one actor."""
    old, rng = made.state.policy, weaver.rng
    if old is None:
        return made
    policy = changed(old, version=old["version"] + 1, **rng.choice(LOOSER)(old, rng))
    actor = rng.choice(("ann", "bob", rng.choice(ACTORS)))
    return made._replace(state=made.state._replace(policy=policy), actor=actor)


Change = Callable[[Task, Random], Task]


def _without(name: str) -> Change:
    return lambda old, rng: {name: dict([*old.get(name, {}).items()][1:])}


LOOPS, ROLES = ("respawn", "chain"), ("lead", "x", "budget")
LOOSER: tuple[Change, ...] = (
    lambda old, rng: {"depth": old.get("depth", 10) + rng.choice((1, -1))},
    lambda old, rng: rng.choice(ONE_VALUE),
    lambda old, rng: rng.choice(ONE_VALUE),
    lambda old, rng: {
        "loops": {**old.get("loops", {}), rng.choice(LOOPS): rng.choice(("warn", "refuse"))}
    },
    lambda old, rng: {
        "roles": {**old.get("roles", {}), rng.choice(ROLES): [rng.choice(("cy", "a*", "*"))]}
    },
    lambda old, rng: {"accepted": {**old.get("accepted", {}), "c" * 40: "so"}},
    *map(
        _without, ("guards", "may", "roles", "approvals", "loops", "budgets", "actors", "pushers")
    ),
    lambda old, rng: {"guards": {**old.get("guards", {}), "g": rng.choice(GUARDS)}},
    lambda old, rng: {"may": {**old.get("may", {}), rng.choice(("c*", "b*")): rng.choice(MAY)}},
)
ONE_VALUE: tuple[Task, ...] = (
    *({"retry": one} for one in (None, 9, 1)),
    *({"review": one} for one in (None, "required")),
    *({"squash": one} for one in (None, "path")),
    *({"proof": one} for one in (None, "pusher")),
    *({"protected": one} for one in (None, ["main"], ["main", "next"])),
    *({"claims": one} for one in (None, "remote", "required")),
    *({"shared_login": one} for one in (None, "independent")),
    *({"attribution": one} for one in (None, "required")),
    *(
        {"budget": one}
        for one in (None, {"steps": 2}, {"steps": 9}, {"steps": 5, "scope": "attempt"})
    ),
    *(
        {"approvals": one}
        for one in ({}, {"count": 1}, {"count": 3}, {"score": "7"}, {"role": "x"})
    ),
    *({"wip_actor": one, "failures": 2} for one in (None, 1, 9)),
    *({"prefix": one} for one in ("ab", "cd")),
    *({"lease": one} for one in (60, 90)),
)
GUARDS: tuple[Task, ...] = (
    {"state": ["done"]},
    {"state": ["done", "in_review"], "approvals": 2},
    {"state": ["done"], "approvals": 1},
    {"state": ["done"], "approvals": 1, "attempt": 2},
    {"state": ["done"], "type": ["bug"]},
    {"state": ["done"], "type": ["bug", "task"], "fields": ["title"]},
    {"state": ["done"], "label": ["l1"], "concerns": "settled"},
    {"state": ["done"], "criteria": "met"},
    {"state": ["done"], "role": "lead"},
)
MAY: tuple[Task, ...] = (
    *({"verbs": one} for one in (["note"], ["block"], ["new", "note", "start"])),
    *({"paths": one} for one in (["*"], ["a*", "b*"], ["b*"])),
    {"branches": ["x*"]},
)


@_sin
def taken_back(weaver: Weaver, made: Made) -> Made:
    """TK608: what was accepted is not any more, or for another reason."""
    old, rng = made.state.policy, weaver.rng
    if old is None:
        return made
    known = old.get("accepted", {})
    left = dict([*known.items()][1:]) if rng.random() < 0.5 else dict.fromkeys(known, "other")
    left = left if known else {"d" * 40: "so", "e" * 40: "so"}
    policy = changed(old, version=old["version"] + 1, accepted=left)
    actor = rng.choice(old.get("roles", {}).get("policy", ACTORS))
    return made._replace(state=made.state._replace(policy=policy), actor=actor.replace("*", "ob"))


@_sin
def gone_back(weaver: Weaver, made: Made) -> Made:
    """TK607."""
    old, rng = made.state.policy, weaver.rng
    if old is None:
        return made
    less = {"law": 1} if rng.random() < 0.5 else {"format": 1}
    policy = changed(old, version=old["version"] + 1, **less)
    return made._replace(state=made.state._replace(policy=policy), actor="ann")


@_sin
def two_ledgers(weaver: Weaver, made: Made) -> Made:
    """TK604."""
    other = weaver.rng.choice((weaver.made[0].state, made.state))
    alien = weaver.add(Made((), other))
    return made._replace(parents=(*made.parents, alien))


@_sin
def unsigned(weaver: Weaver, made: Made) -> Made:
    """TK609, or what has to be signed."""
    old, rng = made.state.policy, weaver.rng
    if old is None:
        return made
    if "keys" in old:
        return weaver.rng.choice((ended_alone, guarded, thawed))(weaver, made)
    keys = rng.choice(({}, {}, {"cy": KEY[:1]}, {"ann": KEY[:1]}))
    policy = changed(old, version=old["version"] + 1, proof="signature", keys=keys)
    actor = rng.choice(old.get("roles", {}).get("policy", ACTORS)).replace("*", "ob")
    return made._replace(state=made.state._replace(policy=policy), actor=actor)


for _sin_, _times in (
    *(
        (refunded, 75),
        (rewritten, 120),
        (too_deep, 3),
        (many, 40),
        (taken_back, 20),
        (loosened_alone, 1),
    ),
    *(
        (ended_alone, 260),
        (untried, 20),
        (misrecorded, 45),
        (sent_back, 120),
        (misjudged, 50),
        (thawed, 7),
    ),
    *(
        (unshown, 26),
        (guarded, 2),
        (unguarded, 220),
        (proposal, 2),
        (respawned, 20),
        (own_child, 52),
    ),
    *((stray, 30), (circular, 17), (too_early, 7), (concerned, 18), (nowhere, 9), (lawless, 11)),
    *((out_of_place, 8), (amended, 34), (blocked_for_nothing, 9), (stuffed, 6), (fuller, 6)),
    *((moded, 9), (two_ledgers, 12), (unsigned, 8), (with_a_past, 7), (unknown_parts, 18)),
    *((frozen, 9), (deleted, 5), (reopened_early, 7), (for_nothing, 4), (gone_back, 3)),
    *((settled_for_nothing, 7), (unwanted, 4), (spoiled, 52), (under_an_end, 4)),
):
    SINS += [_sin_] * _times
ALL_SINS = tuple(SINS)
"""Each as often as it takes to break its rule about as often as others."""

RARE = (
    *(sin for sin in (ended_alone, unguarded, rewritten, misjudged) for _ in range(6)),
    *(sin for sin in (sent_back, refunded) for _ in range(4)),
    *(sin for sin in (unshown, thawed, misrecorded, own_child, taken_back) for _ in range(2)),
    *(under_an_end, frozen, malformed, amended, untried, unknown_parts, circular, too_deep),
    decided_for_another,
)
"""Those that rarely succeed: they have some histories for themselves."""

SCARCE = (
    *(sin for sin in (spoiled, stray) for _ in range(4)),
    *(sin for sin in (long_list, fuller) for _ in range(3)),
    *(sin for sin in (submitted_and_ended, reopens_what_goes_on) for _ in range(4)),
    *(ended_alone for _ in range(3)),
    *(
        sin
        for sin in (moded, blocked_for_nothing, many, respawned, deleted, loosened_alone)
        for _ in range(2)
    ),
    *(too_early, under_an_end, concerned, settled_for_nothing, stuffed, circular, out_of_place),
    *(lawless, two_ledgers, unsigned, sent_back, unshown, unguarded),
)
"""Those whose rules are broken the least by all the others; they have some histories for themselves, too."""
