"""What commits did to a task, as values: entries in, counts and times out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from tkledger.core.budget import Gauge, amount
from tkledger.core.lifecycle import TRANSITIONS, Event, State
from tkledger.core.quoting import many
from tkledger.core.task import FIELDS, Task
from tkledger.core.task_parts import PARTS
from tkledger.core.trailers import ACTOR, REASON, folded, lines
from tkledger.core.typing import TYPE_CHECKING, Any, NamedTuple
from tkledger.core.usage import Used

if TYPE_CHECKING:
    from tkledger.core.approvals import ApprovalCount
    from tkledger.core.gates import GateStanding
    from tkledger.core.run import RunLine


class FieldChange(NamedTuple):
    """A field that a commit changed, by its name in the file, and its values; None for absent."""

    name: str
    old: Any
    new: Any


class Joint(NamedTuple):
    """A merge that changed no task, and joins commits that did; ``at`` in seconds since 1970."""

    commit: str
    at: int
    actor: str
    subject: str


class HistoryEntry(NamedTuple):
    """What one commit did to one task; ``at`` in seconds since 1970 by the committer's clock.

    ``source`` is None for a creation; ``event`` is the verb, ``edit`` where the state stayed, ``step``,
    ``spend`` or ``run`` if the task's file did too. ``reasons`` are what was said of this task. ``changes`` are
    of fields that no verb of the lifecycle sets. ``used`` is what the commit charges the task. ``override`` is
    why it set rules aside; empty if it did not. ``run`` is what a command came to that was run on it.
    ``notes`` are those that it added.
    """

    commit: str
    at: int
    actor: str
    task: str
    title: str
    event: str
    source: State | None
    target: State
    message: str
    reasons: tuple[str, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    used: Used = Used()
    override: str = ""
    run: RunLine | None = None
    notes: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """What a commit not made by tk says of itself, or a step in words of its own; else nothing."""
        subject, _, _ = self.message.partition("\n")
        did = f"{self.event} {self.task}"
        titled = f"\n{ACTOR}: " in self.message and did in subject  # in another form, by the policy
        if not (subject.startswith("tk: ") or titled):
            return subject
        _, _, own = subject.partition(f"{did} ")
        return own if self.event in CHARGES and own != " ".join(self.title.split()) else ""

    @property
    def reason(self) -> str:
        """All that was said of this task, one after the other."""
        return "\n".join(self.reasons)

    @property
    def why(self) -> str:
        """The same in one line, set apart."""
        return "; ".join(map(folded, self.reasons))

    @property
    def said(self) -> str:
        """What is to be said of what happened: the subject of a commit not made by tk, the reasons, what a run
        came to, the fields that changed, and what it charges.
        """
        parts = [self.subject, self.why]
        parts += [self.run.words] if self.run else []
        parts += [f"rules set aside: {folded(self.override)}"] if self.override else []
        parts += [f"{one.name} {_value(one.old)} -> {_value(one.new)}" for one in self.changes]
        used = self.used
        if used.steps and self.event != "step":
            parts.append("1 step")
        parts += [many(used.tokens, "token")] if used.tokens else []
        parts += [f"${amount('cost', used.cost)}"] if used.cost else []
        parts += [many(used.calls, "call")] if used.calls else []
        return "; ".join(part for part in parts if part)


LONGEST_VALUE = 40
"""How many letters of a value are said of a change."""


def _value(value: object) -> str:
    """A field's value in short, ``-`` for none."""
    if isinstance(value, (tuple, list)):
        value = ", ".join(map(str, value))
    if value in (None, ""):
        return "-"
    text = folded(str(value))
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1].rstrip()}…"


DECIDE = "decide"
"""The event of a decision."""

CHARGES = ("step", "spend", "run")
"""The events that leave a task's file as it is."""

_LISTS = {
    **{"criteria": "criterion", "met": "met", "waived": "waived"},
    **{"checklist": "step", "checked": "checked", "skipped": "skipped"},
    **{"lessons": "lesson", "tried": "tried"},
}
"""Lists that only grow; each new entry is printed with a word before it."""

_SET_BY_MOVES = ("owner", "attempt", "branch", "base", "spent", "retry", "attempts")
_IN_TEXTS = (
    *("id", "state", "wait", "error", "notes", "concerns"),
    *("verdicts", "evidence", "decisions", "artifacts", *_LISTS),
)


def field_changes(old: Task | None, new: Task) -> tuple[FieldChange, ...]:
    """The fields that a commit changed, each leaf of a part by itself, except those of `texts` and those
    that a move sets. Nothing of a new task, which is all new.
    """
    if old is None:
        return ()
    left_out = _IN_TEXTS + (_SET_BY_MOVES if old.state is not new.state else ("spent",))
    found = []
    for field in FIELDS:
        was, now = getattr(old, field.name), getattr(new, field.name)
        if was == now or field.name in left_out:
            continue
        if field.name not in PARTS:
            found.append(FieldChange(field.name, was, now))
            continue
        for leaf in PARTS[field.name]:
            sides = getattr(was, leaf.name), getattr(now, leaf.name)
            if sides[0] != sides[1]:
                found.append(FieldChange(f"{field.name}.{leaf.name}", *sides))
    return tuple(found)


def texts(old: Task | None, new: Task) -> list[str]:
    """What a change says in the task itself: why it waits, what went wrong, its new notes, concerns,
    verdicts, evidence, decisions and artifacts, what it has to show, what was learnt and tried.
    """

    def more(name: str) -> tuple[str, ...]:
        now: tuple[str, ...] = getattr(new, name)
        return now[len(getattr(old, name)) if old else 0 :]

    said = []
    was = old.wait if old else None
    if new.state is State.BLOCKED and new.wait != was:
        said.append(": ".join(new.wait.words))
    if new.error.message and (old is None or new.error != old.error):
        said += [new.error.message] if new.error.message != new.wait.detail else []
    said += (*more("notes"), *more("concerns"))
    for name, word in _LISTS.items():
        said += [f"{word}: {one}" for one in more(name)]
    if given := more("verdicts"):
        from tkledger.core import verdict  # few changes give one

        said += filter(None, map(verdict.said_in, verdict.verdicts(given)))
    if shown := more("evidence"):
        from tkledger.core import evidence

        said += map(evidence.said_in, evidence.evidence(shown))
    if decided := more("decisions"):
        from tkledger.core import decision

        said += map(decision.said_in, decision.decisions(decided))
    if attached := more("artifacts"):
        from tkledger.core import artifact

        said += map(artifact.said_in, artifact.artifacts(attached))
    return [text.strip() for text in said]


class Given(NamedTuple):
    """The reasons that a commit's message gives, and what the tasks that it changed say themselves.

    by_task: the reasons that begin with a name, without it; common: those that name none of these tasks
    told: how many of these tasks say a text; tasks: their ids
    """

    by_task: Mapping[str, Sequence[str]] = {}
    common: Sequence[str] = ()
    told: Mapping[str, int] = {}
    tasks: Collection[str] = ()


def given(message: str, edits: Iterable[tuple[Task | None, Task]]) -> Given:
    """What a message gives for all the ``edits`` of its commit, found once."""
    lines = dict.fromkeys(value for name, value in _pairs(message) if name == REASON)
    if not lines:
        return Given()
    told: Counter[str] = Counter()
    tasks = set()
    for old, new in edits:
        tasks.add(new.id)
        told.update(_said(old, new))
    by_task: dict[str, list[str]] = {}
    for line in lines:
        name, colon, text = line.partition(": ")
        if colon:
            by_task.setdefault(name, []).append(text)
    common = [line for line in lines if line.partition(": ")[0] not in tasks]
    return Given(by_task, common, told, tasks)


def _said(old: Task | None, new: Task) -> set[str]:
    return {folded(text) for text in (*texts(old, new), *new.wait.words)}


def reasons(old: Task | None, new: Task, why: Given) -> tuple[str, ...]:
    """Why a commit did what it did to one task: the texts it added to it, and a ``Tk-Reason`` that is not about
    another one that it changed. Of an imported task not what was said of it elsewhere.
    """
    imported = new.imported if old is None else None
    own = [f"imported from {imported}"] if imported else texts(old, new)
    left = why.by_task.get(new.id, ())
    if not left and why.common:
        mine = _said(old, new) if new.id in why.tasks else ()
        left = [one for one in why.common if why.told.get(one, 0) <= (one in mine)]
    if len(left) == 1:
        known = folded(" ".join((*own, *new.wait.words)))
        own += [one for one in left if one not in known]
    return tuple(own)


def _pairs(message: str) -> Iterator[tuple[str, str]]:
    for row in lines(message):
        name, colon, value = row.partition(": ")
        if colon:
            yield name, value.strip()


def event_name(source: State | None, target: State) -> str:
    """The verb for what a commit did to the state; ``jump`` where no edge leads there."""
    if source is None:
        return Event.NEW.value
    if source is target:
        return "edit"
    for edge in TRANSITIONS:
        if (edge.source, edge.target) == (source, target):
            return edge.event.value
    return "jump"


def did(old: Task | None, new: Task) -> str:
    """The verb for what a commit did to a task; so are an approval that did not end the review, and a decision."""
    if old is not None and old.state is new.state:
        if len(new.verdicts) > len(old.verdicts):
            return Event.APPROVE.value
        if len(new.decisions) > len(old.decisions):
            return DECIDE
    return event_name(old.state if old else None, new.state)


class Times(NamedTuple):
    """When a task was made, last changed and first started, in seconds since 1970."""

    created_at: int | None
    updated_at: int | None
    started_at: int | None


def times(entries: Iterable[HistoryEntry], *, whole: bool = True) -> Times:
    """The times of one task out of its entries, oldest first; time never runs backwards.

    If the history is not ``whole``, what may lie before it is not known, unless the task's birth is there.
    """
    created = started = None
    clock = 0
    for entry in entries:
        clock = max(clock, entry.at)
        whole = whole or entry.source is None
        created = clock if created is None else created
        if started is None and entry.target is State.IN_PROGRESS:
            started = clock
    updated = clock if created is not None else None
    return Times(created, updated, started) if whole else Times(None, updated, None)


class Related(NamedTuple):
    """A task that another one names, or that names it; without a state if it cannot be read. ``branch`` is the
    other branch that it is shown as of, if it is.
    """

    id: str
    state: State | None = None
    title: str = ""
    owner: str = ""
    branch: str = ""


def noted(notes: Iterable[str], entries: Iterable[HistoryEntry]) -> list[HistoryEntry | None]:
    """Which entry of a task's history added each of its notes; None if that is not known."""
    added: dict[str, list[HistoryEntry]] = {}
    for entry in entries:
        for note in entry.notes:
            added.setdefault(note, []).append(entry)
    return [found.pop(0) if (found := added.get(note)) else None for note in notes]


def entered(entries: Iterable[HistoryEntry]) -> HistoryEntry | None:
    """The entry by which a task came to its state, of those of its history, oldest first; None without one."""
    found = None
    for entry in entries:
        found = entry if entry.source is not entry.target else found
    return found


class WorkCommit(NamedTuple):
    """A commit of work on a task; ``at`` in seconds since 1970, ``subject`` the first line of its message."""

    commit: str
    at: int
    actor: str
    subject: str


class Details(NamedTuple):
    """What is known of a task beyond its file, out of the commits and of its neighbours.

    Times are in seconds since 1970; ``legal`` holds the verbs that are legal now, ``claim`` its claim by
    the names of its JSON. ``gauges`` are the limits that hold for it, as of ``at``, in seconds since 1970.
    ``held_back`` says who has claimed it if that keeps it from being started, and the way on.
    ``onward`` is the command that continues a task that has ended here.
    ``depends_on`` are the tasks that it waits for, or has waited for, ``needed_by`` those that depend on it.
    ``entries`` are what commits did to it, oldest first; ``run`` is the last one on it; ``approvals`` how many a
    review has, if the policy asks for any; ``gates`` where those stand that the policy asks of it.
    ``place`` says on which other branch it is shown as of, and the way on from here; ``shallow`` that
    older history is missing, so that times may be absent and more may have been used.
    """

    created_at: int | None = None
    updated_at: int | None = None
    started_at: int | None = None
    used: Used = Used()
    depth: int = 0
    parent: Related | None = None
    children: tuple[Related, ...] = ()
    depends_on: tuple[Related, ...] = ()
    needed_by: tuple[Related, ...] = ()
    blocked_by: tuple[str, ...] = ()
    legal: tuple[str, ...] | None = None
    held_back: tuple[str, ...] = ()
    claim: Mapping[str, object] | None = None
    reopened_as: tuple[str, ...] = ()
    onward: str = ""
    work: tuple[WorkCommit, ...] = ()
    steps_in_all: int = 0
    gauges: tuple[Gauge, ...] = ()
    at: int = 0
    place: tuple[str, str] | None = None
    shallow: bool = False
    entries: tuple[HistoryEntry, ...] = ()
    run: HistoryEntry | None = None
    approvals: ApprovalCount | None = None
    gates: tuple[GateStanding, ...] = ()

    @property
    def overrides(self) -> list[HistoryEntry]:
        """What it says for having set rules aside, oldest first."""
        return [one for one in self.entries if one.override]
