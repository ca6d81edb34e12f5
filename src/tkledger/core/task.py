"""Task and its parts: what one task file says; nothing of bytes, files or other tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tkledger.core.field import (
    URL,
    Field,
    FieldError,
    Merge,
    choice,
    decimal,
    free,
    is_blank,
    line,
    list_of,
    matching,
    moment,
    part_of,
    read,
    ref_name,
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
    go back into work. ``scope`` says whether a new attempt begins at nothing.
    """

    steps: int | None = None
    seconds: int | None = None
    tokens: int | None = None
    cost: str | None = None
    depth: int | None = None
    rework: int | None = None
    scope: str | None = None


class Spent(NamedTuple):
    """High-water marks of what a task used; they never fall."""

    steps: int | None = None
    seconds: int | None = None
    tokens: int | None = None
    cost: str | None = None
    rework: int | None = None


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
    answer: an actor, a pattern or a role. A paused task keeps its ``earlier`` wait. ``then`` is what the
    task comes to once it is over, if it does not go on.
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


class Task(NamedTuple):
    """One task, made by `task` only, so that every value in it is good by itself.

    None means that the file leaves the field out. Whether the fields fit each other and the
    rest of the ledger is for the rules.
    """

    id: str
    title: str
    type: str | None
    state: State
    priority: int | None = None
    parent: str | None = None
    origin: str | None = None
    reopens: str | None = None
    depends_on: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    stream: str | None = None
    owner: str | None = None
    creator: str | None = None
    attempt: int | None = None
    branch: str | None = None
    base: str | None = None
    pr: str | None = None
    agent: str | None = None
    budget: Budget = Budget()
    spent: Spent = Spent()
    retry: Retry = Retry()
    admission: Admission = Admission()
    spec: Spec = Spec()
    wait: Wait = Wait()
    error: Failure = Failure()
    resolution: str | None = None
    description: str | None = None
    concerns: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    lessons: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    attempts: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    x: Mapping[str, Any] = {}

    @property
    def kind(self) -> str:
        """The type in force."""
        return self.type or DEFAULT_TYPE

    @property
    def urgency(self) -> int:
        """The priority in force: 0 most urgent, 4 least."""
        return DEFAULT_PRIORITY if self.priority is None else self.priority

    @property
    def tries(self) -> int:
        """Which attempt this is, from 1."""
        return self.attempt or 1

    @property
    def came_from(self) -> str | None:
        """The id of the task that this one came out of: which it reopens, else its origin."""
        return self.reopens or self.origin

    @property
    def ended(self) -> bool:
        """Whether the task is done or cancelled."""
        return self.state is State.DONE or self.state is State.CANCELLED

    @property
    def is_mistake(self) -> bool:
        """Whether the task should not have been created, and is hidden."""
        return self.resolution == MISTAKE

    def open_concerns(self, kind: str = "") -> tuple[str, ...]:
        """The concerns not settled yet; only those of a kind, if one is named."""
        return tuple(
            one for one in self.concerns if one not in self.settled and one.startswith(kind)
        )


def _state(raw: Any) -> State:
    return State(choice([state.value for state in State])(raw))


def _entry(kind: str) -> Callable[[Any], str]:
    """How an entry of a list is checked; by a module of its own, since most tasks have none."""

    def checked(raw: Any) -> str:
        from tkledger.core import list_entries

        found: str = getattr(list_entries, kind)(raw)
        return found

    return checked


KIND = matching(r"[a-z][a-z0-9_-]{0,31}", "a word of a-z, 0-9, _ and -")
LABEL = matching(r"[A-Za-z0-9][A-Za-z0-9_./:+@-]{0,62}", "a word of letters, digits and _./:+@-")
NAME = matching(r"[a-z0-9][a-z0-9_-]{0,62}", "1 to 63 of a-z, 0-9, _ and -")
_PR = matching(rf"([1-9][0-9]{{0,9}}|{URL})", "a number, or an address (https://...)")
_AGENT = matching(r".{1,200}", "a line of at most 200 characters")
_AMOUNT = whole(0)

BUDGET = (
    Field("cost", decimal, Merge.LIMIT),
    *(Field(name, _AMOUNT, Merge.LIMIT) for name in ("depth", "rework")),
    Field("scope", choice(SCOPES), Merge.LIMIT),
    *(Field(name, _AMOUNT, Merge.LIMIT) for name in ("seconds", "steps", "tokens")),
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
    *(Field(name, _entry("short")) for name in ("goal", "model")),
    Field("inputs", set_of(_entry("short")), Merge.SET),
    Field("paths", set_of(_entry("path")), Merge.SET),
    Field("role", NAME),
)
_FAILURE = (Field("kind", KIND), Field("message", text))
_LISTS = {
    **dict.fromkeys(("criteria", "met"), "criterion"),
    "waived": "waived",
    **dict.fromkeys(("checklist", "checked"), "criterion"),
    **{"skipped": "waived", "verdicts": "verdict", "evidence": "evidence"},
    **{"answers": "answer", "decisions": "decision"},
    **{"lessons": "learnt", "tried": "learnt", "attempts": "attempt", "artifacts": "artifact"},
}

PARTS: dict[str, tuple[Field, ...]] = {
    "budget": BUDGET,
    "spent": _SPENT,
    "retry": _RETRY,
    "admission": _ADMISSION,
    "spec": _SPEC,
}
"""The fields that merge leaf by leaf, and their leaves."""

FIELDS = (
    Field("id", task_id),
    Field("title", line, Merge.TEXT),
    Field("type", KIND),
    Field("state", _state),
    Field("priority", whole(0, 4)),
    Field("parent", task_id),
    Field("origin", task_id),
    Field("reopens", task_id, since=2),
    Field("depends_on", set_of(task_id), Merge.SET),
    Field("labels", set_of(LABEL), Merge.SET),
    Field("stream", NAME, since=2),
    Field("owner", line, Merge.QUALIFIER),
    Field("creator", line),
    Field("attempt", whole(1), Merge.MARK),
    Field("branch", ref_name),
    Field("base", ref_name),
    Field("pr", _PR),
    Field("agent", _AGENT),
    Field("budget", part_of(Budget, BUDGET), Merge.LEAVES),
    Field("spent", part_of(Spent, _SPENT), Merge.LEAVES),
    Field("retry", part_of(Retry, _RETRY), Merge.LEAVES),
    Field("admission", part_of(Admission, _ADMISSION), Merge.LEAVES),
    Field("spec", part_of(Spec, _SPEC), Merge.LEAVES, since=2),
    Field("wait", part_of(Wait, WAIT), Merge.QUALIFIER),
    Field("error", part_of(Failure, _FAILURE), Merge.QUALIFIER),
    Field(
        "resolution",
        choice(sum(RESOLUTIONS.values(), ())),
        Merge.QUALIFIER,
        values_since={MISTAKE: 2},
    ),
    Field("description", text, Merge.TEXT),
    Field("concerns", list_of(_entry("concern")), Merge.LOG),
    Field("settled", list_of(_entry("concern")), Merge.LOG),
    *(Field(name, list_of(_entry(kind)), Merge.LOG, since=2) for name, kind in _LISTS.items()),
    Field("notes", list_of(text), Merge.LOG),
    Field("x", free, Merge.LEAVES),
)
"""Every field of a task file, in the order in which it is written."""

WORKED = ("state", "owner", "attempt", "wait", "error", "resolution")
"""The fields that work on a task changes; others may comment on it, or change its priority, meanwhile."""

FROZEN = ("id", "creator", "origin", "reopens")
OPEN_WHEN_ENDED = ("notes", "concerns", "settled", "labels", "x")
LOGS = tuple(field.name for field in FIELDS if field.merge is Merge.LOG)
"""The fields that are only added to."""


def task(raw: Mapping[str, Any]) -> Task:
    """The task that ``raw`` field values make; raises FieldError."""
    return of_fields(read(FIELDS, raw))


def of_fields(values: Mapping[str, Any]) -> Task:
    """The task with these values, each checked already; raises FieldError if one is missing."""
    for name in ("id", "title", "state"):
        if name not in values:
            raise FieldError(name, "is missing")
    return Task(**{"type": None, **values})


def changed(before: Task, **values: Any) -> Task:
    """``before`` with other values, checked; None takes a field out. Raises FieldError."""
    return task({**before._asdict(), **values})
