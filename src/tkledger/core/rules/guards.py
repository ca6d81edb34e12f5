"""Guards: what a task needs before it enters a state, and who may take it out from under a guard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tkledger.core.change import Change
from tkledger.core.lifecycle import State
from tkledger.core.quoting import any_of, few, quoted
from tkledger.core.rules.lifecycle import arrivals
from tkledger.core.rules.overrides import way_around
from tkledger.core.rules.rule import Finding, code_of, rule
from tkledger.core.task import Task
from tkledger.core.task_parts import ADMISSION_OPTIONS
from tkledger.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tkledger.core.guard import Guard


class Entry(NamedTuple):
    """A task that enters a guarded state: before, None at its birth, and after; by which guard."""

    before: Task | None
    task: Task
    state: str
    name: str
    guard: Guard


def entries(change: Change, guards: Mapping[str, Guard] | None = None) -> Iterator[Entry]:
    """The guarded states that tasks enter, by every guard of the task as it was or as it is; by those of the
    policy if no others are given.
    """
    guards = change.law.guards if guards is None else guards
    for before, task, states in arrivals(change) if guards else ():
        for name, guard in guards.items():
            if guard.selects(before) or guard.selects(task):
                for state in states:
                    if state.value in guard.state:
                        yield Entry(before, task, state.value, name, guard)


@rule("TK507", since=2, overridable=True)
def guard_not_met(change: Change) -> Iterator[Finding]:
    """A task enters a state that a guard of the policy keeps, and does not have what the guard asks for.

    `guards` in the policy says by name which `state` is guarded, for which `type` and `label`, from which
    `attempt` on, and what it takes: an actor with a `role`, a number of `approvals`, `fields` that say
    something, `concerns: settled`, `criteria: met`, `evidence` of gates. An approval counts as for TK505, by
    what `approvals` in the policy asks but for the number, and evidence as for TK513. A guard holds for the
    task as it was before the commit and as it is after it, for a task that is created, and for each state on
    the way of a squashed branch. A merge chooses between what its sides did, and each was asked.

    Why: what is done should be done for everyone, not only as far as its author looked.

    Remedy: bring what the message names, or let an actor with the role make the move.
    """
    for entry in entries(change):
        for fact, remedy in _unmet(change, entry):
            fact = f"cannot enter {entry.state}: {fact} (guard {entry.name})"
            yield Finding(entry.task.id, fact, f"{remedy}{way_around(change)}")


def _unmet(change: Change, entry: Entry) -> Iterator[tuple[str, str]]:
    """What a guard asks for and an entry does not have: the fact, and the remedy."""
    task, guard = entry.task, entry.guard
    if guard.role and lacks(change, guard.role):
        yield f"that takes the role {guard.role}", ask(change, guard.role)
    if guard.approvals:
        yield from _unapproved(change, entry, guard.approvals)
    missing = guard.missing(task)
    if missing:
        say = "says" if len(missing) == 1 else "say"
        yield f"{few(missing)} {say} nothing", _give(entry, missing)
    if guard.criteria and task.criteria:
        yield from _unshown(task)
    yield from lacking(change, entry)
    concerns = task.open_concerns() if guard.concerns else ()
    if concerns:
        number = task.concerns.index(concerns[0]) + 1
        more = f" and {len(concerns) - 1} more" if len(concerns) > 1 else ""
        yield (
            f"its concern {number} is open{more} ({concerns[0]})",
            f"tk concern {task.id} TEXT --settle {number}",
        )


def lacking(change: Change, entry: Entry) -> Iterator[tuple[str, str]]:
    """The gates that a guard asks for and that have not passed on the code: the fact, and the remedy."""
    if not entry.guard.evidence:
        return
    from tkledger.core.gates import Gates  # few guards ask for them

    before, task = entry.before, entry.task
    own, *others = change.once(code_of) or ("",)  # that of no line
    gates = Gates(change.law, before or task, lambda: change.usage, own, task)
    for name in entry.guard.evidence:
        found = gates.standing(name)
        if not found.passed:
            way = gates.way(name, change.actor, failed=found.failed)
            here = before is not None and own in others
            leave = f"leave {task.id} as it is in this commit; then {way}"
            yield f"the gate {name} {found.why}", way if here else leave


def _unshown(task: Task) -> Iterator[tuple[str, str]]:
    from tkledger.core.criteria import unmet  # few guards ask

    left = unmet(task)
    if left:
        number = task.criteria.index(left[0]) + 1
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        meet = f"tk criteria {task.id} --met {number}"
        waive = f"tk criteria {task.id} --waive {number} --reason TEXT"
        yield f"its criterion {number} is not met{more} ({left[0]})", f"{meet}, or {waive}"


def _unapproved(change: Change, entry: Entry, count: int) -> Iterator[tuple[str, str]]:
    """Approvals that are missing; who ends the review approves it by that."""
    from tkledger.core.approvals import OpenReview  # few guards ask for them

    before, task = entry.before, entry.task
    asks = change.law.approvals._replace(count=count)
    review = OpenReview(change.law, before or task, lambda: change.usage, task, asks)
    in_review = before is not None and before.state is State.IN_REVIEW
    found = review.standing(task.verdicts, *([change.actor] if in_review and change.actor else ()))
    if not found.enough:
        first = "" if in_review or before is None else f"tk submit {task.id}, then "
        yield f"it has {found.words}", f"{first}{found.others} runs tk approve {task.id}"


def _give(entry: Entry, missing: list[str]) -> str:
    """How a task gets the fields that it lacks; in an editor if one of them has no option."""
    options = [_OPTIONS.get(name) or _limit(name) for name in missing]
    words = " ".join(dict.fromkeys(options)) if all(options) else ""
    if entry.before is None:
        return f"give it {words}" if words else "write them into its file"
    return f"tk edit {entry.task.id} {words}".rstrip()


def _limit(name: str) -> str:
    part, _, leaf = name.partition(".")
    return f"--budget {leaf}=N" if part == "budget" and leaf else ""


_OPTIONS = {
    **{"type": "--type T", "priority": "--priority N", "parent": "--parent ID"},
    **{"depends_on": "--depends-on ID", "labels": "--label L", "owner": "--owner ACTOR"},
    **{"pr": "--pr URL", "agent": "--agent ADDRESS", "description": "-m TEXT"},
    **{f"admission.{name}": f"--{word} TEXT" for name, word in ADMISSION_OPTIONS.items()},
}
"""What gives a task a field."""


def lacks(change: Change, role: str) -> bool:
    """Whether the actor of a change is known and does not have a role."""
    return bool(change.actor) and not change.law.has_role(change.actor, role)


def ask(change: Change, role: str) -> str:
    """Whom to ask for what takes a role, as a remedy."""
    from tkledger.core.roles import by_keeper, holders  # only a refusal asks

    law = change.law
    named = holders(law, role)
    if named:
        return f"ask {any_of(named)} to do it"
    grant = f"tk config set {quoted(f'roles.{role}')} ACTOR"
    return f"no actor has that role: {by_keeper(law, change.actor, grant)}"


@rule("TK508", since=2)
def guard_dropped(change: Change) -> Iterator[Finding]:
    """A task's type or labels changed so that a guard or a gate of the policy no longer holds for it, by an
    actor without the role that the guard asks for.

    A gate, or a guard without a role, is dropped by an actor with the role `policy`, if the policy names who has
    it. A task that has ended enters no state any more. Labels that a merge takes out were taken out by
    one of its sides; of two types that its sides gave the task it is asked for the one that the merge
    leaves.

    Why: a guard that is dropped by taking a label away guards nothing.

    Remedy: an actor with the role makes the change, or leave the type and the labels.
    """
    for task, name, role in dropped(change):
        if lacks(change, role):
            yield Finding(
                task.id,
                f"the {name} would no longer hold for it: that takes the role {role}",
                ask(change, role),
            )


def dropped(change: Change) -> Iterator[tuple[Task, str, str]]:
    """The tasks that a guard or a gate held for and does not any more, which, and the role that it takes."""
    law = change.law
    guards = {f"guard {name}": guard for name, guard in law.guards.items()}
    guards |= {f"gate {name}": gate.as_guard(name) for name, gate in law.gates.items()}
    if not guards:
        return
    pairs = [*change.edits(), *_chosen(change)]
    for old, new in pairs:
        same = old.kind == new.kind and old.labels == new.labels
        for name, guard in guards.items() if not (same or new.ended) else ():
            role = guard.role or ("policy" if law.roles.get("policy") else "")
            if role and guard.selects(old) and not guard.selects(new):
                yield new, name, role


def _chosen(change: Change) -> Iterator[tuple[Task, Task]]:
    """The tasks of a merge whose type both sides moved: with the type that it leaves, and as they are."""
    for task in change.present() if change.is_merge else ():
        sides = [one for side in change.parents if (one := side.task(task.id)) is not None]
        bases = [one for base in change.bases if (one := base.task(task.id)) is not None]
        for kind in {one.type for one in sides} - {one.type for one in bases} - {task.type}:
            yield task._replace(type=kind), task
