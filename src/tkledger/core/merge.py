"""What a merge may make of two versions of one task; it knows nothing of git.

A merge chooses where both sides moved and authors nothing. However the result was made - by git's
text merge, a person, a program - it is judged by the same law.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from tkledger.core.budget import strictest
from tkledger.core.field import Merge
from tkledger.core.lifecycle import Lifecycle, State, is_terminal
from tkledger.core.policy import LAW
from tkledger.core.task import FIELDS, Task, task
from tkledger.core.task_parts import PARTS
from tkledger.core.typing import Any, NamedTuple

Leaf = tuple[tuple[str, ...], Merge, Any, Any, Any, Any]
"""A field's name after those of the maps it is in, how it merges, and its values in base, ours,
theirs and result."""

QUALIFIERS = tuple(field.name for field in FIELDS if field.merge is Merge.QUALIFIER)


def disputes(
    base: Task | None,
    ours: Task,
    theirs: Task,
    result: Task,
    lifecycle: Lifecycle,
    edition: int = LAW,
) -> tuple[str, ...]:
    """The fields of ``result`` that the merge of two sides may not have; none if it is legal.

    ``base`` is the version both came from; None if both created the task. ``edition`` is that of
    the law: the first lets a merge choose either of two limits.
    """
    found = [
        ".".join(name)
        for name, kind, o, a, b, r in _leaves(base, ours, theirs, result)
        if r not in _unmoved(o, a, b) and not _joins(name[-1], _as_of(edition, kind), o, a, b, r)
    ]
    return tuple(found + list(_state_disputes(base, ours, theirs, result, lifecycle)))


def settled_states(
    base: State | None, ours: State, theirs: State, lifecycle: Lifecycle
) -> tuple[State, ...]:
    """The states a merge may choose.

    Where both sides moved: terminal beats non-terminal, done beats cancelled, and otherwise
    either whose state the other can reach.
    """
    if ours is theirs or theirs is base:
        return (ours,)
    if ours is base:
        return (theirs,)
    ended = [state for state in (ours, theirs) if is_terminal(state)]
    if ended:
        return (State.DONE,) if State.DONE in ended else (State.CANCELLED,)
    reached = tuple(
        winner
        for winner, loser in ((ours, theirs), (theirs, ours))
        if lifecycle.reaches(loser, winner)
    )
    return reached or (ours, theirs)


def _state_disputes(
    base: Task | None, ours: Task, theirs: Task, result: Task, lifecycle: Lifecycle
) -> Iterator[str]:
    o = base.state if base else None
    if result.state not in settled_states(o, ours.state, theirs.state, lifecycle):
        yield "state"
        return
    if o in (ours.state, theirs.state):  # one side moved at most: each qualifier by itself
        for name in QUALIFIERS:
            was = getattr(base, name)
            sides = getattr(ours, name), getattr(theirs, name)
            if getattr(result, name) not in (_unmoved(was, *sides) or sides):
                yield name
        return
    chosen = [side for side in (ours, theirs) if side.state is result.state]
    if all(_qualifiers(side) != _qualifiers(result) for side in chosen):
        nearest = chosen[0]
        yield from (name for name in QUALIFIERS if getattr(nearest, name) != getattr(result, name))


def _qualifiers(task: Task) -> tuple[Any, ...]:
    return tuple(getattr(task, name) for name in QUALIFIERS)


def _unmoved(o: Any, a: Any, b: Any) -> tuple[Any, ...]:
    """The one value that is right where not both sides moved, or both alike; else nothing."""
    if a == b or b == o:
        return (a,)
    return (b,) if a == o else ()


def _as_of(edition: int, kind: Merge) -> Merge:
    return Merge.ONE if kind is Merge.LIMIT and edition < 2 else kind


def _joins(name: str, kind: Merge, o: Any, a: Any, b: Any, r: Any) -> bool:
    """Whether ``r`` is a legal merge of ``a`` and ``b``, which both differ from ``o``."""
    if _unmoved(o, a, b):
        return False
    if kind is Merge.TEXT:
        return r is not None or r in (a, b)
    if kind is Merge.SET:
        return set(r) == (set(a) & set(b)) | (set(a) - set(o or ())) | (set(b) - set(o or ()))
    if kind is Merge.LOG:
        return _is_join(o or (), a, b, r)
    if kind is Merge.MARK:
        from decimal import Decimal  # a mark may be an amount of money, kept as text

        return r in (a, b) and r is not None and Decimal(r) == max(Decimal(x or 0) for x in (a, b))
    if kind is Merge.LIMIT:
        return r in (a, b) and bool(r == strictest(name, (r, a, b)))
    return r in (a, b)


def _is_join(
    o: tuple[str, ...], a: tuple[str, ...], b: tuple[str, ...], r: tuple[str, ...]
) -> bool:
    """Whether a log keeps both sides' items, adds none, and has them in a right order: the base,
    then both sides' additions each in its order; or each side as it is, between the other's.

    The base need not begin a side: of two merges one may have put first what the other put last.
    """
    left, right = _beyond(a, o), _beyond(b, o)
    if not Counter(r) <= Counter((*o, *left, *right)):
        return False
    added = r[len(o) :]
    follows = r[: len(o)] == o and _within(left, added) and _within(right, added)
    return follows or (_within(a, r) and _within(b, r))


def _beyond(log: tuple[str, ...], base: tuple[str, ...]) -> tuple[str, ...]:
    """What a log has more than its base, in its order."""
    known = Counter(base)
    added = []
    for item in log:
        known[item] -= 1
        if known[item] < 0:
            added.append(item)
    return tuple(added)


def _within(some: tuple[str, ...], many: tuple[str, ...]) -> bool:
    """Whether ``some`` are in ``many``, in their order."""
    rest = iter(many)
    return all(item in rest for item in some)


def _leaves(base: Task | None, ours: Task, theirs: Task, result: Task) -> Iterator[Leaf]:
    """Every leaf field but the state and its qualifiers: name, kind, and its four values."""
    tasks = (base, ours, theirs, result)
    for field in FIELDS:
        if field.name == "state" or field.merge is Merge.QUALIFIER:
            continue
        values: list[Any] = [getattr(one, field.name) if one else None for one in tasks]
        if field.merge is not Merge.LEAVES:
            yield _leaf((field.name,), field.merge, values)
        elif field.name in PARTS:
            for leaf in PARTS[field.name]:
                inner = [getattr(part, leaf.name) if part else None for part in values]
                yield _leaf((field.name, leaf.name), leaf.merge, inner)
        else:
            yield from _free_leaves((field.name,), values)


def _leaf(name: tuple[str, ...], kind: Merge, values: list[Any]) -> Leaf:
    base, ours, theirs, result = values
    return name, kind, base, ours, theirs, result


def _free_leaves(prefix: tuple[str, ...], values: list[Any]) -> Iterator[Leaf]:
    maps = [value if isinstance(value, Mapping) else {} for value in values]
    for key in sorted({key for one in maps for key in one}):
        inner = [one.get(key) for one in maps]
        if all(value is None or isinstance(value, Mapping) for value in inner):
            yield from _free_leaves((*prefix, key), inner)
        else:
            yield _leaf((*prefix, key), Merge.ONE, inner)


class MergedTask(NamedTuple):
    """A task merged by the law, and the fields to be chosen by hand.

    In ``task`` ours are chosen, in ``other`` theirs.
    """

    task: Task
    other: Task
    conflicts: tuple[str, ...]


_LATER = (
    State.BACKLOG,
    State.TODO,
    State.BLOCKED,
    State.IN_PROGRESS,
    State.IN_REVIEW,
    State.CANCELLED,
    State.DONE,
)


def merged(base: Task | None, ours: Task, theirs: Task, lifecycle: Lifecycle) -> MergedTask:
    """The merge of two versions of a task, deterministic; `disputes` accepts it whatever is chosen.

    Where the law leaves two states, the one later in a task's life is taken.
    """
    raw: dict[str, Any] = {}
    choices: list[tuple[tuple[str, ...], Any]] = []  # theirs, for the fields to choose
    for name, kind, o, a, b, _ in _leaves(base, ours, theirs, ours):
        value, is_open = _joined(name[-1], kind, o, a, b)
        choices += [(name, b)] if is_open else []
        _put(raw, name, value)
    side = _leading(base, ours, theirs, lifecycle)
    raw["state"] = side.state
    for qualifier in QUALIFIERS:
        was, mine, other = (getattr(one, qualifier, None) for one in (base, ours, theirs))
        settled = _unmoved(was, mine, other)
        if settled and base is not None and base.state in (ours.state, theirs.state):
            _put(raw, (qualifier,), settled[0])
            continue
        _put(raw, (qualifier,), getattr(side, qualifier))
        if ours.state is theirs.state and mine != other:  # neither side's state leads
            choices.append(((qualifier,), other))
    chosen = task(raw)
    for name, value in choices:
        _put(raw, name, value)
    return MergedTask(chosen, task(raw), tuple(".".join(name) for name, _ in choices))


def _leading(base: Task | None, ours: Task, theirs: Task, lifecycle: Lifecycle) -> Task:
    """The side whose state is taken; ours if both are alike."""
    states = settled_states(base.state if base else None, ours.state, theirs.state, lifecycle)
    state = max(states, key=_LATER.index)
    return ours if ours.state is state else theirs


def is_later(one: Task, other: Task, lifecycle: Lifecycle) -> bool:
    """Whether one version of a task is later in its life than another: in a later attempt, or in the state
    that a merge of both would take.
    """
    if one.tries != other.tries:
        return one.tries > other.tries
    states = settled_states(None, one.state, other.state, lifecycle)
    return one.state is not other.state and max(states, key=_LATER.index) is one.state


def _joined(name: str, kind: Merge, o: Any, a: Any, b: Any) -> tuple[Any, bool]:
    """The merged leaf, and whether it has to be chosen by hand."""
    settled = _unmoved(o, a, b)
    if settled:
        return settled[0], False
    if kind is Merge.SET:
        kept = (set(a) & set(b)) | (set(a) - set(o or ())) | (set(b) - set(o or ()))
        return tuple(sorted(kept)), False
    if kind is Merge.LOG:
        return _both(o or (), a, b), False
    if kind is Merge.MARK:
        from decimal import Decimal

        return max((x for x in (a, b) if x is not None), key=Decimal), False
    if kind is Merge.LIMIT:
        return strictest(name, (a, b)), False
    return a, True


def _both(o: tuple[str, ...], a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    """A log with both sides' additions; what both added first is kept once."""
    left, right = _beyond(a, o), _beyond(b, o)
    shared = 0
    while shared < min(len(left), len(right)) and left[shared] == right[shared]:
        shared += 1
    return (*o, *left, *right[shared:])


def _put(raw: dict[str, Any], names: tuple[str, ...], value: Any) -> None:
    """Set a value in maps of maps; nothing, and maps with nothing in them, are left out."""
    head, *rest = names
    if rest:
        inner = raw.setdefault(head, {})
        _put(inner, tuple(rest), value)
        value = inner
    if value is None or value == {}:
        raw.pop(head, None)
    else:
        raw[head] = value
