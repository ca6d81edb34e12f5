"""The parts of a policy that say who may do what: guards of states, gates, and limits of single actors."""

from __future__ import annotations

from tkledger.core import task as task_file
from tkledger.core.field import (
    Field,
    FieldError,
    choice,
    flag,
    is_blank,
    line,
    matching,
    own_key,
    part_of,
    read,
    set_of,
    whole,
)
from tkledger.core.lifecycle import Event, State
from tkledger.core.policy import Policy
from tkledger.core.policy_fields import ROLE
from tkledger.core.task import LABEL, Task
from tkledger.core.task_parts import KIND, PARTS
from tkledger.core.typing import Any, NamedTuple


class Guard(NamedTuple):
    """What a task has to have, and who has to bring it, before it enters a state.

    state: the states that are guarded
    type: of tasks of which types; of any if empty
    label: of tasks with one of which labels; of any if empty
    attempt: of tasks from which attempt on; of any if it does not say
    role: who brings it there has this role
    approvals: how many actors have to have approved it in this round of reviews, as `approvals` has it
    fields: the fields that must say something: ``pr``, ``admission.consumer``, ``x.risk``
    concerns: ``settled`` if none may be open, of any kind
    criteria: ``met`` if each of them is to be met or waived, also before it is done
    evidence: the gates that have to have passed for the code that it has then
    signed: whether the commit has to be signed with a key of its actor's, whatever `proof` asks
    """

    state: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    attempt: int | None = None
    role: str | None = None
    approvals: int | None = None
    fields: tuple[str, ...] = ()
    concerns: str | None = None
    criteria: str | None = None
    evidence: tuple[str, ...] = ()
    signed: bool | None = None

    def selects(self, task: Task | None) -> bool:
        """Whether it guards such a task."""
        if task is None or (self.type and task.kind not in self.type):
            return False
        if self.attempt is not None and task.tries < self.attempt:
            return False
        return not self.label or not set(self.label).isdisjoint(task.labels)

    def missing(self, task: Task) -> list[str]:
        """The fields that say nothing, though they should."""
        return [name for name in self.fields if value_of(task, name) is None]


class Gate(NamedTuple):
    """What is run on the code of a task, and before which states it has to have passed.

    run: the command, a line for `sh`; it may be left out if there is a role
    timeout: how many seconds it may take; half an hour if it does not say
    state: the states that a task enters only with a pass for the code that it has then; if none, a guard
        has to name the gate
    type: of tasks of which types; of any if empty
    role: who says what it came to has this role; only then may it have been run elsewhere
    """

    run: str | None = None
    timeout: int | None = None
    state: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    role: str | None = None

    def as_guard(self, name: str) -> Guard:
        """The guard that a gate of this name is by itself."""
        return Guard(self.state, self.type, evidence=(name,))


class Allowance(NamedTuple):
    """What the actors of a pattern may do; each that is empty leaves them what everybody may.

    verbs: what they may do to tasks
    paths: the files outside the ledger that their commits may touch, by patterns such as ``src/*``
    branches: the branches that they may push to, by patterns such as ``tk/*``
    """

    verbs: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()


VERBS = (*(event.value for event in Event), "edit", "note")
"""What is done to tasks: an event of the lifecycle; `edit` changes fields, `note` only adds to lists."""

_STATE = choice([state.value for state in State])
_LEAVES = {
    *(field.name for field in task_file.FIELDS),
    *(f"{part}.{leaf.name}" for part, leaves in PARTS.items() for leaf in leaves),
}


def _field(raw: Any) -> str:
    value = line(raw)
    if value.startswith("x."):
        own_key(value.removeprefix("x."))
    elif value not in _LEAVES:
        raise ValueError(f"{value!r} is not a field of a task")
    return value


_GUARD = part_of(
    Guard,
    (
        Field("state", set_of(_STATE)),
        Field("type", set_of(KIND)),
        Field("label", set_of(LABEL)),
        Field("attempt", whole(1)),
        Field("role", ROLE),
        Field("approvals", whole(1)),
        Field("fields", set_of(_field)),
        Field("concerns", choice(("settled",))),
        Field("criteria", choice(("met",))),
        Field("evidence", set_of(ROLE)),
        Field("signed", flag),
    ),
)


def guard(raw: Any) -> Guard:
    """A guard with a state; raises ValueError without one."""
    made: Guard = _GUARD(raw)
    if not made.state:
        raise ValueError("must name a state: state=done")
    return made


_GATE = part_of(
    Gate,
    (
        Field("run", matching(r".{1,300}", "a command of at most 300 letters")),
        Field("timeout", whole(1, 86_400)),
        Field("state", set_of(_STATE)),
        Field("type", set_of(KIND)),
        Field("role", ROLE),
    ),
)


def gate(raw: Any) -> Gate:
    """A gate with a command, or a role by which it is told; raises ValueError without either."""
    made: Gate = _GATE(raw)
    if made.run is None and made.role is None:
        raise ValueError("must name a command, or a role: run='make test'")
    return made


allowance = part_of(
    Allowance,
    (
        Field("verbs", set_of(choice(VERBS))),
        Field("paths", set_of(line)),
        Field("branches", set_of(line)),
    ),
)
"""What the actors of a pattern may do; raises ValueError."""


class NextPolicy(NamedTuple):
    """The next policy, as one of those who may change this one proposes it for another to approve.

    by: who proposes it
    policy: the policy with its version; in the file as text, in a policy's own form
    """

    by: str
    policy: Policy


def next_policy(raw: Any) -> NextPolicy:
    """A proposal with both parts; raises ValueError."""
    values = {
        **{"by": None, "policy": None},
        **read((Field("by", line), Field("policy", _next)), _as_map(raw)),
    }
    for name, value in values.items():
        if value is None:
            raise FieldError(name, "is missing")
    return NextPolicy(**values)


def _as_map(raw: Any) -> Any:
    return raw._asdict() if isinstance(raw, NextPolicy) else raw


def _next(raw: Any) -> Policy:
    if not isinstance(raw, Policy):
        raise ValueError("must be the text of a policy")
    if raw.proposal is not None:
        raise ValueError("must not hold a proposal itself")
    return raw


def value_of(task: Task, field: str) -> Any:
    """What a task has in a field, or in a leaf of one, by its dotted name; None if that is nothing, or blank."""
    name, _, leaf = field.partition(".")
    value = getattr(task, name)
    if leaf:
        value = value.get(leaf) if name == "x" else getattr(value, leaf)
    blank = is_blank(value) if isinstance(value, str) else value in ((), {})
    return None if blank or _is_empty(value) else value


def _is_empty(value: Any) -> bool:
    return hasattr(value, "_asdict") and not any(one not in (None, ()) for one in value)
