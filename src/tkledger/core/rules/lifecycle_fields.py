"""TK2xx, lifecycle: what a task keeps at every move, which fields go with a state, and what is imported."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Change
from tkledger.core.layout import is_task_key, path_of
from tkledger.core.lifecycle import INITIAL, State
from tkledger.core.quoting import quoted
from tkledger.core.rules.guards import ask
from tkledger.core.rules.rule import Finding, rule, way_on
from tkledger.core.task import FROZEN, LOGS, OPEN_WHEN_ENDED, Task
from tkledger.core.task_parts import RESOLUTIONS, Spent
from tkledger.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@rule("TK203")
def born_with_a_past(change: Change) -> Iterator[Finding]:
    """A new task already has something spent, or a second attempt.

    Why: nothing can be used up before there is a task.

    Remedy: leave `spent` and `attempt` out of a new file.
    """
    for task in change.births():
        if task.spent != Spent() or task.tries > 1:
            yield Finding(
                task.id,
                "is created with something spent or a later attempt",
                "take 'spent' and 'attempt' out of the new file",
            )


@rule("TK204")
def deleted(change: Change) -> Iterator[Finding]:
    """A task's file is gone.

    A merge deletes what one side deleted only if another side changed it meanwhile.

    Its id stays used up, also if the deletion was accepted: since edition 2 of the law a task created
    by that id is compared with the one that was deleted.

    Why: a ledger that forgets cannot be trusted; and a task deleted and made again has all its
    budget back.

    Remedy: restore the file from the parent commit, and `tk delete ID` what should not be there.
    """
    for key in change.touched:
        if is_task_key(key) and key not in change.after.entries and _loses(change, key):
            path = quoted(path_of(key))
            yield Finding(
                key,
                "its file is deleted",
                f"git restore --staged --worktree {path}",
                f"git restore --source COMMIT~1 --staged --worktree {path}, then commit it",
            )


def _loses(change: Change, key: str) -> bool:
    """Whether a commit itself deletes a file: a merge does, unless one side did and none changed it."""
    sides = [side.entry(key) for side in change.parents]
    known = [None, *(base.entry(key) for base in change.bases)]
    return not change.is_merge or None not in sides or any(side not in known for side in sides)


@rule("TK205")
def qualifier_missing(change: Change) -> Iterator[Finding]:
    """A blocked task does not say what it waits for.

    Why: a task that waits for nothing in particular waits forever.

    Remedy: `tk block ID --reason REASON`, or a `wait:` with a `reason:` in the file.
    """
    for task in change.made():
        if task.state is State.BLOCKED and task.wait.reason is None:
            moved = any(old.state is not State.BLOCKED for old in change.former(task.id))
            by_hand = f"write 'wait:' and '  reason: other' into {path_of(task.id)}"
            yield Finding(
                task.id,
                "is blocked without a reason",
                f"tk block {task.id} --reason other -m TEXT" if moved else by_hand,
                f"tk requeue {task.id}",
            )


@rule("TK206")
def qualifier_out_of_place(change: Change) -> Iterator[Finding]:
    """A field is set in a state in which it has no meaning: `wait` outside of blocked, `error`
    outside of blocked and cancelled, `resolution` outside of done and cancelled or one of the
    other's.

    Why: what is left over from an earlier state misleads the reader.

    Remedy: take the field out in the same commit that changes the state; the verbs do so.
    """
    for task in change.made():
        for name, home in _misplaced(task):
            yield Finding(
                task.id,
                f"{name} belongs to {home}, the task is {task.state.value}",
                take := f"take '{name}' out of {path_of(task.id)}",
                f"{take}, then commit it",
            )


def _misplaced(task: Task) -> Iterator[tuple[str, str]]:
    if any(task.wait) and task.state is not State.BLOCKED:
        yield "wait", "blocked"
    if any(task.error) and task.state not in (State.BLOCKED, State.CANCELLED):
        yield "error", "blocked and cancelled"
    if task.resolution and task.resolution not in RESOLUTIONS.get(task.state, ()):
        home = next(state for state, words in RESOLUTIONS.items() if task.resolution in words)
        yield f"resolution {task.resolution}", home.value


@rule("TK207")
def frozen_field_changed(change: Change) -> Iterator[Finding]:
    """A task's `creator`, `origin`, `reopens` or `imported` changed after its birth.

    Why: who asked for the work, and out of which work it came, is fact.

    Remedy: put the old value back.
    """
    for old, new in change.edits():
        for name in FROZEN:
            if getattr(old, name) != getattr(new, name):
                yield Finding(
                    new.id,
                    f"{name} cannot change after creation",
                    f"put back '{name}: {getattr(old, name)}'"
                    if getattr(old, name)
                    else f"take '{name}' out again",
                )


@rule("TK208")
def ended_task_edited(change: Change) -> Iterator[Finding]:
    """A task that is done or cancelled changed in more than its notes, concerns, labels and `x`.

    If its state changes, too, that is TK201.

    Why: what was finished is a record.

    Remedy: `tk note ID TEXT` adds to it; `tk reopen ID` makes a new task that continues it.
    """
    for old, new in change.edits():
        if old.ended and old.state is new.state:
            names = [
                name
                for name in Task._fields
                if name not in OPEN_WHEN_ENDED and getattr(old, name) != getattr(new, name)
            ]
            if names:
                yield Finding(
                    new.id,
                    f"is {old.state.value}: {', '.join(names)} can no longer change",
                    f"tk note {new.id} TEXT, or {way_on(change.before, new.id, change.law)}",
                )


@rule("TK209")
def mark_fell(change: Change) -> Iterator[Finding]:
    """`attempt` or a mark under `spent` is lower than before.

    Why: they remember what rewritten history forgets; a mark that falls is a refund.

    Remedy: put the higher value back.
    """
    for old, new in change.edits():
        if new.tries < old.tries:
            yield Finding(
                new.id, f"attempt fell from {old.tries}", f"put back 'attempt: {old.tries}'"
            )
        for name in Spent._fields:
            was, now = getattr(old.spent, name), getattr(new.spent, name)
            if was is not None and (now is None or _amount(now) < _amount(was)):
                yield Finding(
                    new.id,
                    f"spent {name} fell from {was}",
                    f"put back '{name}: {was}' under 'spent'",
                )


def _amount(mark: int | str) -> Decimal:
    from decimal import Decimal  # only a task with marks needs it

    return Decimal(mark)


@rule("TK210")
def notes_rewritten(change: Change) -> Iterator[Finding]:
    """A note, an answer, a verdict, evidence, a decision, a lesson, what was tried, an attempt, an artifact, a
    concern, a criterion, a step of the checklist, or an entry that settles, meets or waives one was changed or
    taken away; they are only added, at the end.

    Why: they are the record of what agents and people said, in order.

    Remedy: put the old ones back as they were and add a new one: `tk note ID TEXT`,
    `tk concern ID TEXT`, or `tk criteria ID --add TEXT`.
    """
    for old, new in change.edits():
        for name in LOGS:
            was, now = getattr(old, name), getattr(new, name)
            if now is not was and now[: len(was)] != was:
                yield Finding(
                    new.id,
                    f"{_ENTRIES[name]} was changed or taken away",
                    f"put the old {name} back, then tk note {new.id} TEXT",
                )


_ENTRIES = {
    **{"notes": "a note", "concerns": "a concern", "settled": "a settled concern"},
    **{"criteria": "a criterion", "met": "a met criterion", "waived": "a waived criterion"},
    **{"checklist": "a step", "checked": "a checked step", "skipped": "a skipped step"},
    **{"verdicts": "a verdict", "evidence": "evidence"},
    **{"decisions": "a decision", "lessons": "a lesson", "tried": "what was tried"},
    **{"attempts": "an attempt", "artifacts": "an artifact", "answers": "an answer"},
}


@rule("TK215")
def settled_without_a_concern(change: Change) -> Iterator[Finding]:
    """A task settles a concern that was never raised.

    An entry of `settled` repeats that of `concerns` which it settles, word for word, so that both
    lists merge as they are.

    Why: it would settle a concern before it is raised.

    Remedy: `tk concern ID TEXT --settle N`, or write the concern's own words.
    """
    for task in change.made():
        for one in task.settled:
            if one not in task.concerns:
                yield Finding(
                    task.id,
                    f"settled names no concern of it: {one}",
                    f"tk show {task.id}, then tk concern {task.id} TEXT --settle N",
                )


@rule("TK217", since=2)
def imported_amiss(change: Change) -> Iterator[Finding]:
    """A task with `imported` is created in another state than `todo` or `backlog`, and its commit is not an
    import; or a merge joins it with another task of its id.

    An import touches nothing but tasks that it creates, each of which has `imported: KIND:KEY`, by an actor
    with the role `policy`. Where the policy's `roles` does not say who has that, no task without `imported`
    may have moved: each is in `todo` or `backlog`, in its first attempt. Other files may change with it.

    What an import brings may be in any state, and is not judged as a new task is: by TK202, TK203 and TK211, by
    guards, gates, loops and admission. Of those that have not ended, verdicts (TK504), evidence (TK514),
    limits (TK501) and types (TK523) are judged still. Then each is a task like others.
    A squashed branch that holds more than an import is asked. A merge is only asked where the policy does not
    say who has the role: no two sides of it may have created a task, each another, if one comes from an import
    in another state than `todo` or `backlog`; or, if all come from the same, if one has ended.

    Why: what was done elsewhere was not judged by this ledger's law. It is let in once, by who answers for the
    law, and stays marked.

    Remedy: commit it by itself, as `tk import` does, by an actor with the role; or create it in `todo`.
    """
    for task in change.births():
        if task.imported is not None and task.state not in INITIAL:
            fact, remedy = _why_not(change, task)
            yield Finding(task.id, f"is created as {task.state.value}: {fact}", remedy)
    if change.is_merge and not change.law.roles.get("policy"):
        yield from map(_met, _slipped_in(change))


def _slipped_in(change: Change) -> Iterator[Task]:
    """The imported versions of tasks that sides of a merge created apart and have otherwise: what was not judged
    would win over what is, from a branch that left before the first move.
    """
    for task in change.present():
        sides = [one for side in change.parents if (one := side.task(task.id)) is not None]
        differ = any(one != sides[0] for one in sides)
        if differ and not any(base.task(task.id) for base in change.bases):
            same = all(one.imported == sides[0].imported for one in sides)
            late = (one for one in sides if (one.ended if same else one.state not in INITIAL))
            yield from [one for one in late if one.imported is not None][:1]


def _met(task: Task) -> Finding:
    return Finding(
        task.id,
        f"was created on two sides, and comes from {task.imported} as {task.state.value}",
        "git merge --abort, then tk config set roles.policy ACTOR, the one who imported it, and merge again",
    )


def _why_not(change: Change, task: Task) -> tuple[str, str]:
    created = [one for one in change.created() if one.imported is not None]
    if len(created) < len(change.touched):
        fact = f"it comes from {task.imported}, and the commit does something else, too"
        return fact, "commit what is imported by itself, or 'state: todo'"
    fact = f"to import from {task.imported} takes the role policy"
    moved = "" if change.law.roles.get("policy") else ", since tasks have moved here"
    return f"{fact}{moved}", ask(change, "policy")


@rule("TK218", since=2)
def imported_twice(change: Change) -> Iterator[Finding]:
    """A new task says in `imported` what another task says.

    Asked of each task that an ordinary commit creates; of several that it creates, all but the first by their ids
    break it. A merge is not asked: two branches may have imported the same.

    Why: what is there twice is done twice.

    Remedy: leave it out; `tk import` does so by itself.
    """
    for task in change.created():
        if task.imported is None:
            continue
        others = change.after.imported_as(task.imported)
        is_new, first = min((one not in change.before.entries, one) for one in others)
        if first != task.id:
            remedy = "leave one of the two out" if is_new else f"tk show {first}"
            yield Finding(task.id, f"comes from {task.imported}, as {first} does", remedy)
