"""Task: what one task file says; nothing of bytes, files or other tasks."""

from __future__ import annotations

from collections.abc import Mapping

from tkledger.core.field import (
    URL,
    Field,
    FieldError,
    Merge,
    choice,
    day,
    free,
    line,
    list_of,
    matching,
    part_of,
    read,
    ref_name,
    set_of,
    task_id,
    text,
    whole,
)
from tkledger.core.lifecycle import INITIAL, State
from tkledger.core.task_parts import (
    DEFAULT_PRIORITY,
    DEFAULT_TYPE,
    FAILURE,
    KIND,
    MISTAKE,
    NAME,
    PARTS,
    RESOLUTIONS,
    WAIT,
    Admission,
    Budget,
    Failure,
    Retry,
    Spec,
    Spent,
    Wait,
    entry,
)
from tkledger.core.typing import Any, NamedTuple


class Task(NamedTuple):
    """One task, made by `task` only, so that every value in it is good by itself.

    None means that the file leaves the field out; ``estimate`` is in seconds. Whether the fields fit each other
    and the rest of the ledger is for the rules.
    """

    id: str
    title: str
    type: str | None
    state: State
    priority: int | None = None
    parent: str | None = None
    origin: str | None = None
    reopens: str | None = None
    imported: str | None = None
    depends_on: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    stream: str | None = None
    due: str | None = None
    estimate: int | None = None
    links: tuple[str, ...] = ()
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
    def is_untouched(self) -> bool:
        """Whether no work on the task has begun, and it has not ended."""
        return self.state in INITIAL and self.tries == 1

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


LABEL = matching(r"[A-Za-z0-9][A-Za-z0-9_./:+@-]{0,62}", "a word of letters, digits and _./:+@-")
IMPORTED = matching(
    r"[a-z][a-z0-9-]{0,31}:.{1,200}",
    "KIND:KEY, a word of a-z, 0-9 and -, and at most 200 characters",
)
NOT_JUDGED = "imported, not judged"
"""How a task is marked that comes from another tracker."""

LINK = matching(URL, "an address (https://...)")
_PR = matching(rf"([1-9][0-9]{{0,9}}|{URL})", "a number, or an address (https://...)")
_AGENT = matching(r".{1,200}", "a line of at most 200 characters")
_LISTS = {
    **dict.fromkeys(("criteria", "met"), "criterion"),
    "waived": "waived",
    **dict.fromkeys(("checklist", "checked"), "criterion"),
    **{"skipped": "waived", "verdicts": "verdict", "evidence": "evidence"},
    **{"answers": "answer", "decisions": "decision"},
    **{"lessons": "learnt", "tried": "learnt", "attempts": "attempt", "artifacts": "artifact"},
}

FIELDS = (
    Field("id", task_id),
    Field("title", line, Merge.TEXT),
    Field("type", KIND),
    Field("state", _state),
    Field("priority", whole(0, 4)),
    Field("parent", task_id),
    Field("origin", task_id),
    Field("reopens", task_id, since=2),
    Field("imported", IMPORTED, since=2),
    Field("depends_on", set_of(task_id), Merge.SET),
    Field("labels", set_of(LABEL), Merge.SET),
    Field("stream", NAME, since=2),
    Field("due", day, since=2),
    Field("estimate", whole(1), since=2),
    Field("links", set_of(LINK), Merge.SET, since=2),
    Field("owner", line, Merge.QUALIFIER),
    Field("creator", line),
    Field("attempt", whole(1), Merge.MARK),
    Field("branch", ref_name),
    Field("base", ref_name),
    Field("pr", _PR),
    Field("agent", _AGENT),
    Field("budget", part_of(Budget, PARTS["budget"]), Merge.LEAVES),
    Field("spent", part_of(Spent, PARTS["spent"]), Merge.LEAVES),
    Field("retry", part_of(Retry, PARTS["retry"]), Merge.LEAVES),
    Field("admission", part_of(Admission, PARTS["admission"]), Merge.LEAVES),
    Field("spec", part_of(Spec, PARTS["spec"]), Merge.LEAVES, since=2),
    Field("wait", part_of(Wait, WAIT), Merge.QUALIFIER),
    Field("error", part_of(Failure, FAILURE), Merge.QUALIFIER),
    Field(
        "resolution",
        choice(sum(RESOLUTIONS.values(), ())),
        Merge.QUALIFIER,
        values_since={MISTAKE: 2},
    ),
    Field("description", text, Merge.TEXT),
    Field("concerns", list_of(entry("concern")), Merge.LOG),
    Field("settled", list_of(entry("concern")), Merge.LOG),
    *(Field(name, list_of(entry(kind)), Merge.LOG, since=2) for name, kind in _LISTS.items()),
    Field("notes", list_of(text), Merge.LOG),
    Field("x", free, Merge.LEAVES),
)
"""Every field of a task file, in the order in which it is written."""

WORKED = ("state", "owner", "attempt", "wait", "error", "resolution")
"""The fields that work on a task changes; others may comment on it, or change its priority, meanwhile."""

FROZEN = ("id", "creator", "origin", "reopens", "imported")
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
