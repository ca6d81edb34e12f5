"""What must hold of an accepted history, written down a second time.

Imports nothing of tkledger: the table is copied as data, reachability, ancestry and every check are
its own, so that a mistake in the rules is not repeated here. Slow and plain on purpose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

POLICY = ".tasks/config.yaml"

TABLE = {
    "backlog": {"todo"},
    "todo": {"in_progress", "blocked", "cancelled"},
    "in_progress": {"in_review", "done", "blocked", "cancelled"},
    "in_review": {"done", "in_progress", "blocked", "cancelled"},
    "blocked": {"in_progress", "todo", "cancelled"},
    "done": set(),
    "cancelled": set(),
}
ENDED = ("done", "cancelled")
ENDINGS = {
    "done": ("completed", "merged", "no_pr"),
    "cancelled": ("dropped", "failed", "duplicate", "superseded", "rejected", "timeout", "mistake"),
}
LATE_FIELDS = ("notes", "concerns", "settled", "labels", "x")
QUALIFIERS = ("owner", "wait", "error", "resolution")
SINGLE = ("type", "priority", "parent", "origin", "reopens", "imported", "creator")
FREE = ("title", "description")
LISTS = ("notes", "criteria", "met", "waived")
SETS = ("depends_on", "labels")


def closure(edges: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """What can be reached from each node; each reaches itself."""
    reach = {node: {node, *others} for node, others in edges.items()}
    for middle in reach:
        for node in reach:
            if middle in reach[node]:
                reach[node] |= reach[middle]
    return reach


REACHED = closure({**TABLE, "cancelled": {"done"}})
"""Through moves and merges: a merge may put done in the place of cancelled."""


class Commit(NamedTuple):
    """An accepted commit: its ledger by key, the numbers of its parents, all its ancestors and
    itself as a set of bits, and the ledgers of its merge bases.
    """

    number: int
    entries: Mapping[str, Any]
    parents: tuple[int, ...]
    lineage: int
    bases: tuple[Mapping[str, Any], ...] = ()


def merge_bases(history: Sequence[int], commits: Sequence[int]) -> list[int]:
    """The best common ancestors of commits; ``history`` has each commit's lineage as bits."""
    common = ~0
    for number in commits:
        common &= history[number]
    candidates = list(_bits(common & ((1 << len(history)) - 1)))
    return [
        one
        for one in candidates
        if not any(other != one and history[other] >> one & 1 for other in candidates)
    ]


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def wrongs(commits: Sequence[Commit], new: Commit) -> list[str]:
    """What is wrong with the newest commit of a history whose earlier ones were right."""
    parents = [commits[number] for number in new.parents]
    changed = {
        key
        for key in {*new.entries, *(key for parent in parents for key in parent.entries)}
        if not parents or any(parent.entries.get(key) != new.entries.get(key) for parent in parents)
    }
    found = [*_form(new, changed), *_kept(parents, new), *_policy(commits, parents, new, changed)]
    if found:
        return found
    touched = [key for key in sorted(changed) if "/" not in key]
    for key in touched:
        task = new.entries[key]
        found += _qualified(key, task)
        for version in _versions(key, commits, new):
            found += _descends(key, version, task)
        found += _frozen(key, commits, new)
        if len(parents) == 1:
            found += _ordinary(key, parents[0], new)
        elif parents:
            found += _joined(key, parents, new)
    return found + (list(_standing(commits, new)) if touched else [])


def _versions(key: str, commits: Sequence[Commit], new: Commit) -> Iterator[Any]:
    """The different versions of a task in all ancestors."""
    seen: set[int] = set()
    for ancestor in _bits(new.lineage & ~(1 << new.number)):
        version = commits[ancestor].entries.get(key)
        if version is not None and id(version) not in seen:
            seen.add(id(version))
            yield version


def _form(new: Commit, changed: set[str]) -> Iterator[str]:
    for key in changed & new.entries.keys():
        entry = new.entries[key]
        if "/" in key:
            if key != POLICY or not hasattr(entry, "version"):
                yield f"{key}: is no policy"
        elif not hasattr(entry, "notes"):
            yield f"{key}: cannot be read"
        elif entry.id != key:
            yield f"{key}: holds another id"


def _kept(parents: Sequence[Commit], new: Commit) -> Iterator[str]:
    for parent in parents:
        for key in parent.entries.keys() - new.entries.keys():
            yield f"{key}: is gone"


def _policy(
    commits: Sequence[Commit], parents: Sequence[Commit], new: Commit, changed: set[str]
) -> Iterator[str]:
    policy = new.entries.get(POLICY)
    roots = [n for n in _bits(new.lineage) if n < len(commits) and not commits[n].parents]
    if len(roots) > 1:
        yield "two ledgers are one"
    if POLICY not in changed or policy is None or not hasattr(policy, "version"):
        return
    olds = [parent.entries[POLICY] for parent in parents]
    edges = allowed(policy)
    for state, reached in closure(edges).items():
        if not reached & set(ENDED):
            yield f"policy: no way out of {state}"
    if len(olds) == 1:
        if policy.version != olds[0].version + 1:
            yield "policy: its version is not the next"
        if len(changed) > 1:
            yield "policy: did not change alone"
        if policy.law < olds[0].law or policy.format < olds[0].format:
            yield "policy: an older law"
    elif olds:
        newest = max(old.version for old in olds)
        if all(policy != old for old in olds if old.version == newest):
            yield "policy: the merge has not the newest"


def allowed(policy: Any) -> dict[str, set[str]]:
    """The edges that a policy leaves."""
    return {
        source: {
            target
            for target in targets
            if f"{source}->{target}" not in policy.forbid
            and not (policy.review == "required" and (source, target) == ("in_progress", "done"))
        }
        for source, targets in TABLE.items()
    }


def _qualified(key: str, task: Any) -> Iterator[str]:
    if (task.state == "blocked") != (task.wait.reason is not None):
        yield f"{key}: wait and state do not fit"
    if task.wait.detail is not None and task.state != "blocked":
        yield f"{key}: a wait out of place"
    if any(task.error) and task.state not in ("blocked", "cancelled"):
        yield f"{key}: an error out of place"
    if task.resolution is not None and task.resolution not in ENDINGS.get(task.state, ()):
        yield f"{key}: a resolution out of place"


def _descends(key: str, old: Any, new: Any) -> Iterator[str]:
    """Whether a later version keeps what every earlier one stands for."""
    if new.state.value not in REACHED[old.state.value]:
        yield f"{key}: {new.state.value} cannot come of {old.state.value}"
    for name in LISTS:
        if Counter(getattr(old, name)) - Counter(getattr(new, name)):
            yield f"{key}: an entry of {name} is lost"
    if (new.attempt or 1) < (old.attempt or 1):
        yield f"{key}: attempt fell"
    for name, was in old.spent._asdict().items():
        if _amount(getattr(new.spent, name)) < _amount(was):
            yield f"{key}: spent {name} fell"


def _frozen(key: str, commits: Sequence[Commit], new: Commit) -> Iterator[str]:
    """Whether creator, origin and what it reopens are those of the birth, or of one of several births."""
    births = [
        one.entries[key]
        for one in (new, *(commits[n] for n in _bits(new.lineage & ~(1 << new.number))))
        if key in one.entries and not any(key in commits[n].entries for n in one.parents)
    ]
    for name in ("creator", "origin", "reopens", "imported"):
        if getattr(new.entries[key], name) not in [getattr(one, name) for one in births]:
            yield f"{key}: {name} is not that of its birth"


def _amount(mark: Any) -> Decimal:
    return Decimal(mark or 0)


def _ordinary(key: str, parent: Commit, new: Commit) -> Iterator[str]:
    task, policy = new.entries[key], parent.entries[POLICY]
    edges = allowed(policy)
    old = parent.entries.get(key)
    if old is None:
        begins = {"todo", "backlog"}
        if policy.squash == "path":
            begins |= _unguarded(policy)["todo"]
        if task.state.value not in begins:
            yield f"{key}: born {task.state.value}"
        if any(task.spent) or (task.attempt or 1) > 1:
            yield f"{key}: born with a past"
        yield from _sane_birth(task, policy, new.entries)
    else:
        yield from _edited(key, old, task)
        if old.state != task.state and task.state.value not in edges[old.state.value]:
            if policy.squash != "path" or (
                task.state.value not in _unguarded(policy)[old.state.value]
            ):
                yield f"{key}: {old.state.value} to {task.state.value} is no edge"
        if policy.law >= 2 and not _attempts_fit(old, task, policy):
            yield f"{key}: attempt and requeues do not fit"
    yield from _shown(key, old, task)
    if not _is_wanted(old, task, policy):
        yield f"{key}: does not say why it is wanted"
    enters = task.state == "in_progress" and (old is None or old.state != "in_progress")
    if enters and any(new.entries[other].state != "done" for other in task.depends_on):
        yield f"{key}: begun before its dependencies are done"
    if policy.children is not None and task.parent:
        if old is None or old.parent != task.parent:
            if _children(new.entries, task.parent) > policy.children:
                yield f"{key}: one child too many"


def _shown(key: str, old: Any, task: Any) -> Iterator[str]:
    """What is wrong with the criteria of a task by an ordinary commit."""
    settled = {*task.met, *(one.split(" -- ")[0] for one in task.waived)}
    if task.state == "done" and (old is None or old.state != "done"):
        if {*task.criteria} - settled:
            yield f"{key}: is done with a criterion that is not met"
    known = {*old.met, *(one.split(" -- ")[0] for one in old.waived)} if old is not None else set()
    if settled - known - {*task.criteria}:
        yield f"{key}: meets or waives what is no criterion"


def _is_wanted(old: Any, task: Any, policy: Any) -> bool:
    """Whether a task that comes to be open says why it is wanted, and one that said so still does."""
    if policy.admission == "off" or task.state in ("backlog", "cancelled"):
        return True
    now, was = (
        {name for name, text in one.admission._asdict().items() if (text or "").strip()}
        for one in (task, old or task)
    )
    comes = old is None or old.state == "backlog"
    return len(now) == 4 if comes else now >= was


def _attempts_fit(old: Any, task: Any, policy: Any) -> bool:
    """Whether the number of attempts rose by the requeues that lie between two versions."""
    source, target = old.state.value, task.state.value
    more = (task.attempt or 1) - (old.attempt or 1)
    if policy.squash != "path":
        return bool(more == ((source, target) == ("blocked", "todo")))
    edges = _unguarded(policy), allowed(policy)
    if more == 0:
        without = {**edges[1], "blocked": edges[1]["blocked"] - {"todo"}}
        if target in without[source]:
            return True
        if policy.review == "required":
            without["in_review"] = without["in_review"] - {"done"}
        return target in closure(without)[source]
    through = "blocked" in edges[0][source] and target in edges[0]["todo"]
    return more > 0 and through and "todo" in edges[1]["blocked"]


def _unguarded(policy: Any) -> dict[str, set[str]]:
    edges = allowed(policy)
    if policy.review == "required":
        edges["in_review"] = edges["in_review"] - {"done"}
    return closure(edges)


def _children(entries: Mapping[str, Any], parent: str) -> int:
    return sum(1 for key, one in entries.items() if "/" not in key and one.parent == parent)


def _sane_birth(task: Any, policy: Any, entries: Mapping[str, Any]) -> Iterator[str]:
    above = entries.get(task.parent)
    if "identity" in policy.loops and above is not None and above.owner:
        if (above.type or "task") == (task.type or "task"):
            if above.owner in (task.creator, task.owner):
                yield f"{task.id}: made by an agent for itself"
    if task.reopens is not None:
        again = entries.get(task.reopens)
        if again is None or again.state.value not in ENDED or task.origin:
            yield f"{task.id}: reopens what goes on, or besides an origin"
    seen, other, only_reopened = {task.id}, task, True
    while "respawn" in policy.loops:
        only_reopened = only_reopened and other.reopens is not None
        before = other.reopens or other.origin
        if before not in entries or before in seen:
            break
        other = entries[before]
        seen.add(other.id)
        if only_reopened and other.state.value in ENDED:
            continue
        if (other.title.lower(), other.type or "task") == (task.title.lower(), task.type or "task"):
            yield f"{task.id}: is {other.id} again"


def _edited(key: str, old: Any, task: Any) -> Iterator[str]:
    for name in LISTS:
        was = getattr(old, name)
        if getattr(task, name)[: len(was)] != was:
            yield f"{key}: its {name} were rewritten"
    if old.state.value in ENDED:
        for name, was in old._asdict().items():
            if name not in LATE_FIELDS and getattr(task, name) != was:
                yield f"{key}: {name} changed after its end"


def _joined(key: str, parents: Sequence[Commit], new: Commit) -> Iterator[str]:
    """Whether a merge took every field from a side, and no step back."""
    task = new.entries[key]
    sides = [parent.entries[key] for parent in parents if key in parent.entries]
    if not sides:
        yield f"{key}: born in a merge"
        return
    ended = {side.state.value for side in sides} & set(ENDED)
    if ended and task.state.value != ("done" if "done" in ended else "cancelled"):
        yield f"{key}: an end was undone"
    moved_apart = len(parents) == 2 and len(sides) == 2 and sides[0] != sides[1]
    leaves = [dict(_leaves(side)) for side in sides]
    for name, value in _leaves(task):
        values = [side.get(name) for side in leaves]
        if not _from_sides(name, value, values, moved_apart=moved_apart):
            yield f"{key}: the merge authors {name}"
    if len(new.bases) == 1 and len(parents) == 2:
        yield from _not_lost(key, new.bases[0].get(key), sides, task)


def _from_sides(name: str, value: Any, values: list[Any], *, moved_apart: bool) -> bool:
    if all(one == values[0] for one in values):
        return bool(value == values[0])
    if name in SETS:
        every = set().union(*values)
        return set.intersection(*map(set, values)) <= set(value) <= every
    if name in LISTS:
        return set(value) == set().union(*values)
    if name == "attempt" or name.startswith("spent."):
        return _amount(value) == max(map(_amount, values))
    return value in values or (name in FREE and moved_apart)


def _not_lost(key: str, base: Any, sides: list[Any], task: Any) -> Iterator[str]:
    """Where one side stands as the only base does, what the other did must not be lost."""
    if len(sides) < 2:
        if task != sides[0]:
            yield f"{key}: a birth was changed by the merge"
        return
    if base is None:
        return
    was, result = dict(_leaves(base)), dict(_leaves(task))
    ours, theirs = (dict(_leaves(side)) for side in sides)
    for name in {*was, *ours, *theirs}:
        if name in QUALIFIERS and base.state not in (sides[0].state, sides[1].state):
            continue
        for one, other in ((ours, theirs), (theirs, ours)):
            if one.get(name) == was.get(name) and result.get(name) != other.get(name):
                yield f"{key}: the merge lost {name}"
    if base.state not in (sides[0].state, sides[1].state):
        mine = [getattr(task, name) for name in QUALIFIERS]
        if not any(
            [getattr(side, name) for name in QUALIFIERS] == mine
            for side in sides
            if side.state == task.state
        ):
            yield f"{key}: the merge mixes the sides' qualifiers"


def _leaves(task: Any) -> Iterator[tuple[str, Any]]:
    for name in ("state", "attempt", *LISTS, *SINGLE, *FREE, *SETS, *QUALIFIERS):
        yield name, getattr(task, name)
    for name in ("budget", "spent", "admission"):
        for leaf, value in getattr(task, name)._asdict().items():
            yield f"{name}.{leaf}", value
    for leaf, value in task.x.items():
        yield f"x.{leaf}", value


def _standing(commits: Sequence[Commit], new: Commit) -> Iterator[str]:
    """What must hold of every ledger as a whole."""
    tasks = {key: one for key, one in new.entries.items() if "/" not in key}
    live = {key for key, one in tasks.items() if one.state.value not in ENDED}
    for key, task in tasks.items():
        for name, other in (
            *(("parent", task.parent), ("origin", task.origin)),
            ("forerunner", task.reopens),
        ):
            if other is not None and other not in tasks:
                yield f"{key}: its {name} is no task"
        if not tasks.keys() >= set(task.depends_on):
            yield f"{key}: a dependency is no task"
        if key in live and task.parent in tasks and task.parent not in live:
            yield f"{key}: is open under an ended parent"
    above = {key: {tasks[key].parent} & live for key in live}
    below: dict[str, set[str]] = {key: set() for key in live}
    for key in live:
        for parent in above[key]:
            below[parent].add(key)
    needs = {key: set(tasks[key].depends_on) & live for key in live}
    for what, edges in (
        ("parents", above),
        ("dependencies", needs),
        ("parents and dependencies", {key: needs[key] | below[key] for key in live}),
    ):
        if _has_cycle(edges):
            yield f"{what} run in a circle"
            return
    policies = [commits[n].entries[POLICY].depth for n in _bits(new.lineage) if n < len(commits)]
    policies.append(new.entries[POLICY].depth)
    for key in live:
        chain = [key]
        while above[chain[-1]]:
            chain += above[chain[-1]]
        depth = len(chain) - 1
        limits = [tasks[one].budget.depth for one in chain[1:]]
        least = min((one for one in limits if one is not None), default=depth)
        if depth > max(policies) or least < depth <= min(policies):
            yield f"{key}: is too deep"


def _has_cycle(edges: Mapping[str, set[str]]) -> bool:
    """Whether something is left after taking away, again and again, what leads nowhere."""
    left = dict(edges)
    while left:
        leaves = [node for node, others in left.items() if not others & left.keys()]
        if not leaves:
            return True
        for node in leaves:
            del left[node]
    return False
