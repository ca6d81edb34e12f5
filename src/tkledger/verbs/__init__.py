"""The writing commands as functions: a ledger and options by name in, a step out.

The command line, ``tk batch`` and whoever else drives the ledger share them; they write nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tkledger.core.field import WHOLE, FieldError, decimal, is_id, line, whole
from tkledger.core.lifecycle import Event, State
from tkledger.core.snapshot import Flaw, Snapshot
from tkledger.core.task import CONCERNS, DEFAULT_PRIORITY, DEFAULT_TYPE, REASONS, RESOLUTIONS, Task
from tkledger.errors import unusable, usage
from tkledger.verbs import moves
from tkledger.verbs.ids import find, fresh_id

Options = Mapping[str, Any]


MAX_TOKENS = 10**15 - 1
"""The most tokens that one record of usage may name."""


class Step(NamedTuple):
    """The ledger after one verb, the task it was about, and the words for it."""

    ledger: Snapshot
    id: str
    words: str
    trailers: tuple[tuple[str, str], ...] = ()
    work: bool = False
    """Whether it charges the task, so that it is a commit even if the ledger stays as it is."""


_ADMISSION = {
    "consumer": "consumer",
    "pain": "pain_point",
    "value": "expected_value",
    "validation": "validation_path",
}
_LINES = ("title", "owner", "pr", "agent")
"""What only edit sets, and an empty value takes out."""

_PLACE = ("branch", "base")


def new(ledger: Snapshot, options: Options, actor: str) -> Step:
    """A new task."""
    wanted = options.get("id")
    if wanted is not None and wanted in ledger.entries:
        raise usage("id-taken", f"there is a task {wanted} already", f"tk show {wanted}")
    if wanted is not None and not is_id(wanted):
        raise usage(
            "bad-id",
            f"{wanted!r} is no id: a-z, 0-9, _ and -, at most 63, first a letter or digit; not config,"
            " nor a device name such as con",
            "leave --id out and get one",
        )
    entries = ledger.entries
    prefix = ledger.policy.prefix if ledger.policy else "tk"
    task_id = wanted or fresh_id(prefix, len(entries), entries)
    origin = options.get("from")
    fields = {
        **_described(ledger, options),
        "id": task_id,
        "title": options.get("title") or "",
        "type": options.get("type") or DEFAULT_TYPE,
        "priority": DEFAULT_PRIORITY if options.get("priority") is None else options["priority"],
        "state": (State.BACKLOG if options.get("backlog") else State.TODO).value,
        "origin": find(ledger, origin) if origin else None,
        "creator": actor,
    }
    if not fields["title"].strip():
        raise usage("no-title", "a task needs a title", "tk new TITLE")
    after = moves.new(ledger, fields)
    return Step(after, task_id, f"new {task_id} {_title(after, task_id)}")


def edit(ledger: Snapshot, options: Options, actor: str) -> Step:
    """Other values for fields of a task; an empty value takes a field out."""
    task = existing(ledger, options.get("id"))
    fields: dict[str, Any] = _described(ledger, options, task)
    for name in _LINES:
        if options.get(name) is not None:
            fields[name] = options[name] or None
    for name, field in (("label", "labels"), ("depends_on", "depends_on")):
        more, less = _items(options, name), _items(options, f"no_{name}")
        if name == "depends_on":
            less = [one if one in task.depends_on else find(ledger, one) for one in less]
        if more or less:
            fields[field] = sorted({*getattr(task, field), *fields.get(field, ())} - {*less})
    after = moves.edit(ledger, task, fields)
    why = (("Tk-Reason", options["reason"]),) if options.get("reason") else ()
    return Step(after, task.id, f"edit {task.id} {_title(after, task.id)}", why)


def note(ledger: Snapshot, options: Options, actor: str) -> Step:
    """One more note on a task."""
    task = existing(ledger, options.get("id"))
    text = options.get("message")
    if not text or not text.strip():
        raise usage("no-text", "a note needs a text", f"tk note {task.id} TEXT")
    return Step(moves.note(ledger, task, text), task.id, f"note {task.id} {task.title}")


def concern(ledger: Snapshot, options: Options, actor: str) -> Step:
    """A doubt about a task, or the end of one, which is named by its number."""
    task = existing(ledger, options.get("id"))
    text = (options.get("message") or "").strip()
    number, kind = options.get("settle"), options.get("kind")
    if number is not None:
        after = moves.settle(ledger, task, _open_concern(task, number), text or None)
        return Step(after, task.id, f"settle {task.id} {task.title}")
    if not text:
        raise usage("no-text", "a concern needs a text", f"tk concern {task.id} TEXT")
    words = f"{kind or CONCERNS[0]}: {text}"
    if words in task.concerns:
        number = task.concerns.index(words) + 1
        fact = f"{task.id} has this concern already, as number {number}"
        raise usage("known-concern", fact, f"tk show {task.id}, or say it in other words")
    return Step(moves.concern(ledger, task, words), task.id, f"concern {task.id} {task.title}")


def _open_concern(task: Task, number: int) -> str:
    """The words of a concern by its number, from 1."""
    if not 1 <= number <= len(task.concerns):
        fact = f"{task.id} has no concern {number}; it has {len(task.concerns)}"
        raise usage("no-such-concern", fact, f"tk show {task.id}")
    words = task.concerns[number - 1]
    if words in task.settled:
        raise usage("settled", f"concern {number} of {task.id} is settled", f"tk show {task.id}")
    return words


def step(ledger: Snapshot, options: Options, actor: str) -> Step:
    """One step of work on a task, counted though no file of the work is in the commit."""
    task = existing(ledger, options.get("id"))
    words = options.get("message") or task.title
    return Step(ledger, task.id, f"step {task.id} {words}", (("Tk-Task", task.id),), work=True)


def spend(ledger: Snapshot, options: Options, actor: str) -> Step:
    """What work on a task used that no commit shows: tokens, and US dollars."""
    task = existing(ledger, options.get("id"))
    amounts = [
        ("Tk-Tokens-In", whole(0, MAX_TOKENS), options.get("tokens_in")),
        ("Tk-Tokens-Out", whole(0, MAX_TOKENS), options.get("tokens_out")),
        ("Tk-Cost", decimal, options.get("cost")),
        ("Tk-Model", line, options.get("model")),
    ]
    trailers = [("Tk-Spend", task.id)]
    for name, clean, value in amounts:
        if value is not None:
            try:
                trailers.append((name, str(clean(value))))
            except ValueError as error:
                option = name.removeprefix("Tk-").lower()
                raise usage("bad-amount", f"--{option} {error}", "tk spend --help") from None
    if not {"Tk-Tokens-In", "Tk-Tokens-Out", "Tk-Cost"} & {name for name, _ in trailers}:
        raise usage(
            "no-amount",
            f"what was spent on {task.id}?",
            f"tk spend {task.id} --tokens-in N --tokens-out N --cost USD",
        )
    words = options.get("message") or task.title
    return Step(ledger, task.id, f"spend {task.id} {words}", tuple(trailers), work=True)


def move(event: Event) -> Callable[[Snapshot, Options, str], Step]:
    """The verb of an event of the lifecycle."""

    def verb(ledger: Snapshot, options: Options, actor: str) -> Step:
        task = existing(ledger, options.get("id"))
        assert ledger.policy is not None
        text, reason = options.get("message"), options.get("reason")
        if event is Event.BLOCK and not reason:
            raise usage(
                "no-reason",
                f"blocking needs a reason: {', '.join(REASONS)}",
                f"tk block {task.id} --reason other -m TEXT",
            )
        resolution = options.get("resolution")
        ways = RESOLUTIONS.get(moves.TARGETS[event], ())
        if resolution and resolution not in ways:
            raise FieldError("resolution", f"{resolution!r} must be one of {', '.join(ways)}")
        after = moves.move(
            ledger,
            task,
            event,
            ledger.policy,
            actor=actor,
            reason=reason,
            resolution=resolution,
            text=text,
            place={name: options[name] for name in _PLACE if options.get(name)},
        )
        why = reason or text
        trailers = (("Tk-Reason", why),) if why else ()
        return Step(after, task.id, f"{event.value} {task.id} {task.title}", trailers)

    return verb


VERBS: dict[str, Callable[[Snapshot, Options, str], Step]] = {
    "new": new,
    "edit": edit,
    "note": note,
    "concern": concern,
    "step": step,
    "spend": spend,
    **{event.value: move(event) for event in moves.TARGETS},
}


def existing(ledger: Snapshot, text: str | None) -> Task:
    """The task that is meant, if it can be read."""
    if not text:
        raise usage("no-id", "which task?", "tk list")
    task_id = find(ledger, text)
    entry = ledger.entry(task_id)
    if isinstance(entry, Flaw):
        raise unusable("unreadable", f"{entry.subject}: {entry.message}", entry.remedy)
    assert isinstance(entry, Task)
    return entry


def _title(ledger: Snapshot, task_id: str) -> str:
    task = ledger.task(task_id)
    return task.title if task else ""


def _described(ledger: Snapshot, options: Options, task: Task | None = None) -> dict[str, Any]:
    """The fields that new and edit have in common."""
    fields: dict[str, Any] = {}
    for name in ("type", "priority"):
        if options.get(name) is not None:
            fields[name] = options[name]
    if options.get("message") is not None:
        fields["description"] = options["message"] or None
    if options.get("parent") is not None:
        fields["parent"] = find(ledger, options["parent"]) if options["parent"] else None
    if _items(options, "depends_on"):
        fields["depends_on"] = [find(ledger, one) for one in _items(options, "depends_on")]
    if _items(options, "label"):
        fields["labels"] = _items(options, "label")
    if options.get("budget") is not None:
        fields["budget"] = _budget(options["budget"], task)
    admission = {
        field: options[name] for name, field in _ADMISSION.items() if options.get(name) is not None
    }
    if admission:
        known = task.admission._asdict() if task else {}
        fields["admission"] = {k: v for k, v in {**known, **admission}.items() if v}
    return fields


def _items(options: Options, name: str) -> list[str]:
    value = options.get(name) or []
    return [value] if isinstance(value, str) else list(value)


def _budget(raw: str | Mapping[str, Any], task: Task | None) -> dict[str, Any]:
    """A budget out of ``steps=50,cost=1.50``; ``steps=`` takes a limit out, nothing all of them."""
    if raw == "":
        return {}
    known = {k: v for k, v in task.budget._asdict().items() if v is not None} if task else {}
    if isinstance(raw, Mapping):
        return {**known, **raw}
    for pair in raw.split(","):
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals:
            raise usage("bad-budget", f"{pair!r} is no limit", "--budget steps=50,seconds=1800")
        known[name] = int(value) if WHOLE.match(value) and name != "cost" else value
    return {name: value for name, value in known.items() if value != ""}
