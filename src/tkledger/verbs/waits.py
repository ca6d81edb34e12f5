"""The verbs of waits: a task waits for something, is answered, is paused, and goes back to an earlier wait."""

from __future__ import annotations

from tkledger.core.field import FieldError
from tkledger.core.lifecycle import Event, State
from tkledger.core.quoting import quoted
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, changed
from tkledger.core.task_parts import PAUSED, Wait
from tkledger.core.time import iso
from tkledger.core.trailers import REASON, folded
from tkledger.core.typing import Any
from tkledger.core.waits import LONGEST, AnswerLine, answer_to, fresh_key, open_keys, over_from
from tkledger.errors import usage_error
from tkledger.verbs.ids import existing, find
from tkledger.verbs.moves import move, moved
from tkledger.verbs.typed_text import texts
from tkledger.verbs.verb import NOW, Options, Proposed, learnt_in

_KINDS = {
    **{"event": "event", "ask": "user", "job": "job", "child": "child", "on": "dependency"},
    "approval": "approval",
}
"""What a task can wait for, by its option, and the reason that it is."""

_VERDICTS = ("approve", "reject")


def wait(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A task that waits for one thing, or for a time; blocked until then."""
    task = existing(ledger, options.get("id"))
    held = wanted(ledger, task, options, actor)
    after = moved(
        ledger, task, Event.BLOCK, actor=actor, reason=held.reason, text=held.detail,
        more=learnt_in(task, options),
    )  # fmt: skip
    after = after.put(changed(existing(after, task.id), wait=held))
    return Proposed(after, task.id, f"wait {task.id} {task.title}", ((REASON, _words(options)),))


def wanted(ledger: Snapshot, task: Task, options: Options, actor: str) -> Wait:
    """What a task is to wait for, as the options say. Raises TkError if they do not fit each other."""
    kinds = [name for name in _KINDS if options.get(name)]
    until = _until(options)
    if len(kinds) > 1 or not (kinds or until):
        fact = f"what does {task.id} wait for? one of --until, {', '.join(f'--{one}' for one in _KINDS)}"
        raise usage_error("no-reason", fact, f"tk wait {task.id} --event NAME --timeout 2h")
    kind = kinds[0] if kinds else ""
    if options.get("choice") and kind not in ("ask", "approval"):
        fact = "choices are of a question or an approval"
        raise usage_error(
            "no-question", fact, f"tk wait {task.id} --ask TEXT --choice A --choice B"
        )
    found = _of_kind(ledger, task, kind, options)
    by = {"by": options["by"]} if options.get("by") else {}
    said = Wait(_KINDS.get(kind, "until"), options.get("message"), until=until, set_by=actor)
    return said._replace(**found, **by)


def _of_kind(ledger: Snapshot, task: Task, kind: str, options: Options) -> dict[str, Any]:
    """The fields of a wait of this kind."""
    if kind in ("event", "job"):
        return {"key": fresh_key(task, options[kind])}
    if kind in ("child", "on"):
        tasks = sorted({find(ledger, one) for one in texts(options[kind])})
        strange = [one for one in tasks if one == task.id or _is_no_child(ledger, task, one, kind)]
        if strange:
            fact = f"{strange[0]} is not a child of {task.id}"
            if strange[0] == task.id:
                fact = f"{task.id} cannot wait for itself"
            raise usage_error("no-child", fact, f"tk wait {task.id} --on ID, or tk tree {task.id}")
        return {"tasks": tasks}
    if kind == "ask":
        asked, choices = folded(options["ask"]), texts(options.get("choice"))
        return {"prompt": asked, "choices": choices, "key": _key(task, "ask", asked, *choices)}
    if kind == "approval":
        role = options["approval"]
        if ledger.policy is not None and role not in ledger.policy.roles:
            way = f"tk config set {quoted(f'roles.{role}')} ACTOR"
            raise usage_error("no-such-role", f"no actor has the role {role}", way)
        choices = texts(options.get("choice")) or list(_VERDICTS)
        key = _key(task, f"approval-{role}", options.get("message") or "", *choices)
        return {"by": role, "choices": choices, "key": key}
    return {}


def _is_no_child(ledger: Snapshot, task: Task, other: str, kind: str) -> bool:
    return kind == "child" and ledger.parent(other) != task.id


def _key(task: Task, name: str, *said: str) -> str:
    """A key of what is asked, so that of two questions each has its own."""
    from hashlib import sha256

    return fresh_key(task, f"{name}-{sha256(chr(0).join(said).encode()).hexdigest()[:8]}")


def _until(options: Options) -> str | None:
    """When a wait is over in any case."""
    until, timeout = options.get("until"), options.get("timeout")
    if until is not None and timeout is not None:
        fact = "--until and --timeout exclude each other"
        raise usage_error("both", fact, "--until TIME, or --timeout 2h")
    if until is not None:
        from tkledger.verbs.typed_times import time_in_utc

        return time_in_utc("until", until, options[NOW])
    if timeout is None:
        return None
    from tkledger.core.messages import seconds

    try:
        long = seconds(str(timeout))
    except ValueError as error:
        raise FieldError("timeout", str(error)) from None
    if not long:
        raise FieldError("timeout", "must be longer than nothing")
    return iso(options[NOW] + long)


def _words(options: Options) -> str:
    """What a task waits for, as it was said."""
    said = [
        " ".join(map(folded, texts(options[one])))
        for one in (*_KINDS, "message")
        if options.get(one)
    ]
    until, timeout = options.get("until"), options.get("timeout")
    last = [f"until {until}"] if until else [f"for {timeout}"] if timeout else []
    return ", ".join([*said, *last])


def answer(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """The answer that a task waits for, in the task."""
    task = existing(ledger, options.get("id"))
    value = folded(options.get("value") or "").strip()
    asked = next(open_keys(task), None)
    if asked is None or asked.key is None:
        raise usage_error("no-question", _why_not(task), f"tk show {task.id}")
    if not value or len(value) > LONGEST:
        raise FieldError("value", f"must be a line of 1 to {LONGEST} letters")
    line = AnswerLine(asked.key, value).text
    after = ledger.put(changed(task, answers=(*task.answers, line)))
    return Proposed(after, task.id, f"answer {task.id} {task.title}")


def _why_not(task: Task) -> str:
    if task.state is not State.BLOCKED:
        return f"{task.id} is {task.state.value} and waits for no answer"
    known = answer_to(task, task.wait.key)
    if known is not None:
        return f"{task.id} has its answer already: {known}"
    return f"{task.id} waits for {task.wait.reason or 'nothing'}, and for no answer"


def pause(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A task that waits until it is resumed; what it waited for is kept."""
    task, text = existing(ledger, options.get("id")), options.get("message")
    words = f"pause {task.id} {task.title}"
    why = ((REASON, text),) if text else ()
    if task.state is not State.BLOCKED:
        after = moved(ledger, task, Event.BLOCK, actor=actor, reason=PAUSED, text=text)
        blocked = existing(after, task.id)
        after = after.put(changed(blocked, wait=blocked.wait._replace(set_by=actor)))
        return Proposed(after, task.id, words, why)
    if task.wait.reason == PAUSED:
        by = f" by {task.wait.set_by}" if task.wait.set_by else ""
        raise usage_error("paused", f"{task.id} is paused already{by}", f"tk resume {task.id}")
    paused = Wait(PAUSED, text, set_by=actor, earlier=task.wait)
    return Proposed(ledger.put(changed(task, wait=paused)), task.id, words, why)


def resume(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """A paused task as it was before: at work, or at what it waited for, if that is not over."""
    task = existing(ledger, options.get("id"))
    earlier = task.wait.earlier
    since = over_from(task, earlier, ledger) if earlier is not None else 0
    if earlier is None or (since is not None and since <= options[NOW]):
        return move(Event.RESUME)(ledger, options, actor)
    text = options.get("message")
    notes = (*task.notes, text) if text else task.notes
    after = ledger.put(changed(task, wait=earlier, notes=notes))
    return Proposed(
        after, task.id, f"resume {task.id} {task.title}", ((REASON, text),) if text else ()
    )
