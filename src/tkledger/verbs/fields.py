"""The verbs that write fields of a task: a new one, other values, notes and concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tkledger.core.field import WHOLE, FieldError
from tkledger.core.lifecycle import State
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed, task
from tkledger.core.task_parts import (
    ADMISSION_OPTIONS,
    CONCERNS,
    DEFAULT_PRIORITY,
    DEFAULT_TYPE,
    Admission,
    Spec,
)
from tkledger.core.trailers import REASON
from tkledger.core.typing import Any
from tkledger.errors import usage_error
from tkledger.verbs.ids import existing, find, fresh_id, require_free
from tkledger.verbs.verb import ME, NOW, Options, Proposed, override_in

_LINES = ("title", "owner", "pr", "agent")
"""One line each; an empty value removes it."""

_SEPARATORS = frozenset("\u2028\u2029")


def new(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A new task."""
    wanted = options.get("id")
    if wanted is not None:
        wanted = wanted.lower()
        require_free(ledger, wanted, "leave out --id to get a new one")
    entries = ledger.entries
    prefix = ledger.policy.prefix if ledger.policy else "tk"
    task_id = wanted or fresh_id(prefix, len(entries), entries, seed(options, actor))
    origin = options.get("from")
    _require_lines(options)
    fields = {
        **_described(ledger, options),
        "id": task_id,
        "title": options.get("title") or "",
        "type": options.get("type") or DEFAULT_TYPE,
        "priority": DEFAULT_PRIORITY if options.get("priority") is None else options["priority"],
        "state": (State.BACKLOG if options.get("backlog") else State.TODO).value,
        "origin": find(ledger, origin) if origin else None,
        "owner": actor if options.get("owner") == ME else options.get("owner") or None,
        "creator": actor,
    }
    if not fields["title"].strip():
        raise usage_error("no-title", "a task needs a title", "tk new TITLE")
    after = ledger.put(task(fields))
    words = f"new {task_id} {_title(after, task_id)}"
    return Proposed(after, task_id, words, (*_reason(options), *override_in(options)))


def seed(options: Options, actor: str) -> str | None:
    """What the id of a command with a key is made of, so that it is the same again."""
    return f"{actor} {options['key']}" if options.get("key") else None


def edit(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """Other values for fields of a task; an empty value takes a field out."""
    before = existing(ledger, options.get("id"))
    _require_lines(options)
    fields: dict[str, Any] = _described(ledger, options, before)
    for name in _LINES:
        if options.get(name) is not None:
            fields[name] = options[name] or None
    if options.get("owner") == ME:
        fields["owner"] = actor
    if options.get("error_kind") is not None:
        fields["error"] = before.error._replace(kind=options["error_kind"] or None)
    for name, field in (("label", "labels"), ("depends_on", "depends_on"), ("link", "links")):
        more, less = _items(options, name), _items(options, f"no_{name}")
        if name == "depends_on":
            less = [one if one in before.depends_on else find(ledger, one) for one in less]
        if more or less:
            fields[field] = sorted({*getattr(before, field), *fields.get(field, ())} - {*less})
    after = ledger.put(changed(before, **fields))
    words = f"edit {before.id} {_title(after, before.id)}"
    return Proposed(after, before.id, words, _reason(options))


def _reason(options: Options) -> tuple[tuple[str, str], ...]:
    """The trailer that says why, if the options do."""
    return ((REASON, options["reason"]),) if options.get("reason") else ()


def note(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """One more note on a task."""
    before = existing(ledger, options.get("id"))
    text = options.get("message")
    if not text or not text.strip():
        raise usage_error("no-text", "a note needs text", f"tk note {before.id} TEXT")
    after = ledger.put(changed(before, notes=(*before.notes, text)))
    return Proposed(after, before.id, f"note {before.id} {before.title}")


def concern(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A doubt about a task; or one settled, which is named by its number."""
    before = existing(ledger, options.get("id"))
    text = (options.get("message") or "").strip()
    number, kind = options.get("settle"), options.get("kind")
    if number is not None:
        settled = _open_concern(before, number)
        how = (f"settled {settled}\n{text}",) if text else ()
        after = ledger.put(
            changed(before, settled=(*before.settled, settled), notes=(*before.notes, *how))
        )
        return Proposed(after, before.id, f"settle {before.id} {before.title}")
    if not text:
        raise usage_error("no-text", "a concern needs text", f"tk concern {before.id} TEXT")
    words = f"{kind or CONCERNS[0]}: {text}"
    if words in before.concerns:
        number = before.concerns.index(words) + 1
        fact = f"{before.id} already has this concern, as number {number}"
        raise usage_error("known-concern", fact, f"tk show {before.id}, or word it differently")
    after = ledger.put(changed(before, concerns=(*before.concerns, words)))
    return Proposed(after, before.id, f"concern {before.id} {before.title}")


def _open_concern(before: Task, number: int) -> str:
    """The words of a concern by its number, from 1."""
    if not 1 <= number <= len(before.concerns):
        fact = f"{before.id} has no concern {number}; it has {len(before.concerns)}"
        raise usage_error("no-such-concern", fact, f"tk show {before.id}")
    words = before.concerns[number - 1]
    if words in before.settled:
        raise usage_error(
            "settled", f"concern {number} of {before.id} is settled", f"tk show {before.id}"
        )
    return words


def _require_lines(options: Options) -> None:
    """Raises FieldError if a title, or another field of one line, holds a line separator of Unicode:
    files that have one stay readable, but none is written.
    """
    for name in _LINES:
        if _SEPARATORS & {*(options.get(name) or "")}:
            raise FieldError(name, "must be one line")


def _title(ledger: Snapshot, task_id: str) -> str:
    found = ledger.task(task_id)
    return found.title if found else ""


def _described(ledger: Snapshot, options: Options, before: Task | None = None) -> dict[str, Any]:
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
        fields["budget"] = _budget(options["budget"], before)
    if options.get("stream") is not None:
        fields["stream"] = options["stream"] or None
    if options.get("due") is not None:
        fields["due"] = _day(options)
    if options.get("estimate") is not None:
        fields["estimate"] = _seconds(options["estimate"])
    if _items(options, "link"):
        fields["links"] = _items(options, "link")
    if options.get("spec"):
        fields["spec"] = _spec(_items(options, "spec"), before.spec if before else Spec())
    if any(options.get(name) is not None for name in ADMISSION_OPTIONS.values()):
        fields["admission"] = admitted(options, before.admission if before else Admission())
    return fields


def _day(options: Options) -> str | None:
    if not options["due"]:
        return None
    from tkledger.verbs.typed_times import day  # few tasks are due

    return day("due", options["due"], options[NOW])


def _seconds(raw: str) -> int | None:
    """An estimate as it was typed; None for an empty one. Raises FieldError."""
    if not raw:
        return None
    from tkledger.core.messages import seconds

    try:
        return seconds(raw) or None
    except ValueError as error:
        raise FieldError("estimate", str(error)) from None


def admitted(options: Options, known: Admission) -> dict[str, str]:
    """Why a task is wanted: what the options say, and what was known before; '' takes a field out."""
    said = {field: options.get(name) for field, name in ADMISSION_OPTIONS.items()}
    every = {**known._asdict(), **{field: text for field, text in said.items() if text is not None}}
    return {field: text for field, text in every.items() if text}


_LISTS = ("inputs", "paths")
"""The fields of a specification that hold several, with commas between them where they are typed."""


def _spec(pairs: Sequence[str], known: Spec) -> dict[str, Any]:
    """A specification out of ``role=tester``; ``role=`` takes a field out."""
    fields: dict[str, Any] = {name: one for name, one in known._asdict().items() if one}
    said: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals:
            fact = f"not a field of a specification: {pair[:60]!r}"
            raise usage_error("bad-spec", fact, "--spec role=tester")
        if name in _LISTS:
            more = [part for one in value.split(",") if (part := one.strip())]
            said[name] = [*said.get(name, ()), *more]
        else:
            said[name] = value
    return {name: value for name, value in {**fields, **said}.items() if value}


def _items(options: Options, name: str) -> list[str]:
    value = options.get(name) or []
    return [value] if isinstance(value, str) else list(value)


def _budget(raw: str | Mapping[str, Any], before: Task | None) -> dict[str, Any]:
    """A budget out of ``steps=50,cost=1.50``; ``steps=`` takes a limit out, nothing all of them."""
    if raw == "":
        return {}
    known = {k: v for k, v in before.budget._asdict().items() if v is not None} if before else {}
    if isinstance(raw, Mapping):
        return {**known, **raw}
    for pair in raw.split(","):
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals:
            raise usage_error(
                "bad-budget", f"not a limit: {pair!r}", "--budget steps=50,seconds=1800"
            )
        known[name] = int(value) if WHOLE.match(value) and name != "cost" else value
    return {name: value for name, value in known.items() if value != ""}
