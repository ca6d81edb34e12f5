"""The parts of a task that are maps, the words that a task uses, and what each takes; not the task itself."""

from __future__ import annotations

from collections.abc import Callable

from tkledger.core.field import (
    Field,
    Merge,
    choice,
    decimal,
    is_blank,
    line,
    list_of,
    matching,
    moment,
    part_of,
    set_of,
    task_id,
    text,
    whole,
)
from tkledger.core.lifecycle import State
from tkledger.core.typing import Any, NamedTuple

PAUSED = "paused"
LATER_REASONS = ("rate_limit", "checkpoint", "cost", "memory", PAUSED)
REASONS = (
    *("user", "event", "until", "job", "child", "dependency", "approval", "failed", "stale"),
    *("other", *LATER_REASONS),
)
"""What a blocked task waits for; the later ones came with format 2."""

MISTAKE = "mistake"
"""How a task ended that should not have been created: views hide it."""

RESOLUTIONS: dict[State, tuple[str, ...]] = {
    State.DONE: ("completed", "merged", "no_pr"),
    State.CANCELLED: (
        *("dropped", "failed", "duplicate", "superseded", "rejected", "timeout", MISTAKE),
    ),
}
"""How a task ended; absent means the first."""

ERRORS = ("transient", "permanent", "timeout", "limit", "input", "cancelled")
"""Kinds of errors that commands know; a file may name others."""

SCOPES = ("lifetime", "attempt")
"""What a budget limits: all attempts together, or each by itself."""

TIERS = ("retry", "peer", "owner", "approval")
"""Whom a failed task is escalated to: another attempt, another actor, its creator, an approver."""

CONCERNS = ("design", "ops")
"""What a concern is about: an open design concern prevents ``done``."""

CHILDREN = ("cascade", "wait", "detach")
"""What a cancel does about open children: cancels them, waits for their end, or gives them no parent."""

DEFAULT_TYPE = "task"
DEFAULT_PRIORITY = 2


class Budget(NamedTuple):
    """Limits of a task and all below it; ``seconds`` of active time, ``cost`` in US dollars,
    ``depth`` the deepest level its subtree may reach (a root is at 0), ``rework`` how often it may
    go back into work, ``calls`` those of tools and models. ``scope`` says whether a new attempt begins at nothing.
    """

    steps: int | None = None
    seconds: int | None = None
    tokens: int | None = None
    cost: str | None = None
    depth: int | None = None
    rework: int | None = None
    calls: int | None = None
    scope: str | None = None


class Spent(NamedTuple):
    """High-water marks of what a task used; they never fall."""

    steps: int | None = None
    seconds: int | None = None
    tokens: int | None = None
    cost: str | None = None
    rework: int | None = None
    calls: int | None = None


class Retry(NamedTuple):
    """How many attempts a task may have, and before when the present one must not begin."""

    max: int | None = None
    not_before: str | None = None


class Admission(NamedTuple):
    """Why the work is wanted: who asks, what hurts, what it brings, how that is shown."""

    consumer: str | None = None
    pain_point: str | None = None
    expected_value: str | None = None
    validation_path: str | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that say nothing, in their order: those that are left out or blank."""
        return tuple(
            name for name, text in zip(self._fields, self) if text is None or is_blank(text)
        )


ADMISSION_OPTIONS = dict(zip(Admission._fields, ("consumer", "pain", "value", "validation")))
"""What commands call these fields."""


class Spec(NamedTuple):
    """What the work must keep to, the goal it serves, what to read first, which model does it, the form of its
    output, the paths it is in (``*`` is any letters), and as what it is done, such as tester.
    """

    constraints: str | None = None
    goal: str | None = None
    inputs: tuple[str, ...] = ()
    model: str | None = None
    output: str | None = None
    paths: tuple[str, ...] = ()
    role: str | None = None


class Wait(NamedTuple):
    """What a blocked task waits for, and the sentence that says what ends it.

    An answer of ``key`` ends it, or the time ``until``, or the end of all ``tasks``. ``by`` is who may
    answer: an actor, a pattern or a role. A paused task keeps its ``earlier`` wait. ``then`` is the
    state of the task once it is over, if it is not resumed.
    """

    reason: str | None = None
    detail: str | None = None
    key: str | None = None
    until: str | None = None
    tasks: tuple[str, ...] = ()
    prompt: str | None = None
    choices: tuple[str, ...] = ()
    by: str | None = None
    set_by: str | None = None
    then: str | None = None
    earlier: Wait | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The reason, and what else there is to read of it."""
        return tuple(filter(None, (self.reason, (self.detail or "").strip(), self.prompt)))


class Failure(NamedTuple):
    """What went wrong with a blocked or cancelled task."""

    kind: str | None = None
    message: str | None = None


def entry(kind: str) -> Callable[[Any], str]:
    """How an entry of a list is checked; by a module of its own, since most tasks have none."""

    def checked(raw: Any) -> str:
        from tkledger.core import list_entries

        found: str = getattr(list_entries, kind)(raw)
        return found

    return checked


KIND = matching(r"[a-z][a-z0-9_-]{0,31}", "a word of a-z, 0-9, _ and -")
NAME = matching(r"[a-z0-9][a-z0-9_-]{0,62}", "1 to 63 of a-z, 0-9, _ and -")
_AMOUNT = whole(0)

BUDGET = (
    Field("cost", decimal, Merge.LIMIT),
    *(Field(name, _AMOUNT, Merge.LIMIT) for name in ("depth", "rework")),
    Field("scope", choice(SCOPES), Merge.LIMIT),
    *(Field(name, _AMOUNT, Merge.LIMIT) for name in ("seconds", "steps", "tokens")),
    Field("calls", _AMOUNT, Merge.LIMIT, since=2),
)
"""The leaves of a budget."""

_SPENT = tuple(field._replace(merge=Merge.MARK) for field in BUDGET if field.name in Spent._fields)
_RETRY = (Field("max", whole(1), Merge.LIMIT), Field("not_before", moment, Merge.LIMIT))
_ADMISSION = tuple(Field(name, text) for name in Admission._fields)
_KEY = matching(r"[A-Za-z0-9][A-Za-z0-9_./:@+#-]{0,99}", "a word of letters, digits and _./:@+#-")
_ASKED = matching(r".{1,500}", "one line of at most 500 characters")
_EARLIER = (
    Field("reason", choice(REASONS), values_since=dict.fromkeys(LATER_REASONS, 2)),
    Field("detail", text),
    Field("key", _KEY, since=2),
    Field("until", moment, since=2),
    Field("tasks", set_of(task_id), since=2),
    Field("prompt", _ASKED, since=2),
    Field("choices", list_of(_ASKED), since=2),
    Field("by", line, since=2),
    Field("set_by", line, since=2),
    Field("then", choice(("cancel",)), since=2),
)
_wait = part_of(Wait, _EARLIER)
WAIT = (*_EARLIER, Field("earlier", lambda raw: next(filter(any, [_wait(raw)]), None), since=2))
"""The leaves of a wait."""
_SPEC = (
    *(Field(name, text) for name in ("constraints", "output")),
    *(Field(name, entry("short")) for name in ("goal", "model")),
    Field("inputs", set_of(entry("short")), Merge.SET),
    Field("paths", set_of(entry("path")), Merge.SET),
    Field("role", NAME),
)
FAILURE = (Field("kind", KIND), Field("message", text))

PARTS: dict[str, tuple[Field, ...]] = {
    "budget": BUDGET,
    "spent": _SPENT,
    "retry": _RETRY,
    "admission": _ADMISSION,
    "spec": _SPEC,
}
"""The fields that merge leaf by leaf, and their leaves."""
