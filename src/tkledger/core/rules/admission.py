"""Admission: a task says why it is wanted, and is of a type that is listed, where the policy asks."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.change import Change
from tkledger.core.lifecycle import State
from tkledger.core.quoting import few
from tkledger.core.rules.rule import Finding, open_imports, rule
from tkledger.core.task import Task
from tkledger.core.task_parts import ADMISSION_OPTIONS


@rule("TK517", since=2, overridable=True)
def admission_incomplete(change: Change) -> Iterator[Finding]:
    """A task is created in another state than `backlog`, or admitted, and does not say why it is wanted; or
    a task that is not in `backlog` loses a part of that.

    Its `admission` says who asks for it (`consumer`), what hurts without it (`pain_point`), what it gains
    (`expected_value`) and how that will be shown (`validation_path`). What is blank says nothing. Asked
    where the policy says `admission: required`, as in `tk init --preset agents`; where it says `agents`,
    if the task's `creator` or the commit's actor has the role `agents`, or no one has. A task in `backlog`
    may be incomplete, and of a change that leaves a task cancelled it is not asked.

    Why: work that no one asked for costs as much as any other, and agents find no end of it.

    Remedy: `tk new TITLE` with `--consumer`, `--pain`, `--value` and `--validation`, or with `--backlog`;
    of a task that is there, `tk edit ID` with the same.
    """
    if change.law.admission == "off":
        return
    for task in change.births():
        missing = task.admission.missing
        if missing and task.state is not State.BACKLOG and _asked(change, task):
            edit = "" if task.ended else f"tk edit {task.id} {_options(missing)}"
            yield _incomplete("create", task, missing, _again(task, missing), edit)
    for old, new in change.edits():
        missing, known = new.admission.missing, old.admission.missing
        admitted = old.state is State.BACKLOG and new.state is not old.state
        emptied = new.state is not State.BACKLOG and bool({*missing}.difference(known))
        if not missing or new.state is State.CANCELLED or not (admitted or emptied):
            continue
        if _asked(change, new):
            edit = f"tk edit {new.id} {_options(missing)}"
            verb, then = ("admit", f", then tk admit {new.id}") if admitted else ("change", "")
            yield _incomplete(verb, new, missing, f"{edit}{then}", edit)


@rule("TK523", since=2)
def type_not_listed(change: Change) -> Iterator[Finding]:
    """A task is created with a type that the policy's `types` does not list, or gets such a type.

    Asked where the policy lists any. A task without a type is a `task`. A task that had the type before
    keeps it.

    Why: budgets, guards and gates go by type; a misspelt one is under none of them.

    Remedy: `tk edit ID --type TYPE` with one that is listed: `tk config show`.
    """
    known = change.law.types
    born = (*change.births(), *open_imports(change)) if known else ()
    pairs = [*((None, task) for task in born), *change.edits()] if known else []
    for old, new in pairs:
        if new.kind not in known and (old is None or old.kind != new.kind):
            fact = f"has the type {new.kind}, which is not listed: {few(known)}"
            edit = f"tk edit {new.id} --type TYPE"
            yield Finding(
                new.id, fact, edit if old else "give it one of these by --type TYPE", edit
            )


def _asked(change: Change, task: Task) -> bool:
    """Whether the policy asks of this task why it is wanted."""
    return change.law.asks_why(task.creator, change.actor)


def _incomplete(
    verb: str, task: Task, missing: tuple[str, ...], remedy: str, repair: str = ""
) -> Finding:
    """In the words of the tool that had this first."""
    what = f"admission schema incomplete (missing: {', '.join(missing)})"
    return Finding(task.id, f"Cannot {verb} task '{task.title}': {what}", remedy, repair)


def _again(task: Task, missing: tuple[str, ...]) -> str:
    """The command that creates such a task, as far as is known which it was."""
    if task.reopens:
        return f"tk reopen {task.reopens} {_options(missing)}"
    return f"tk new with {_options(missing)} as well, or with --backlog"


def _options(missing: tuple[str, ...]) -> str:
    return " ".join(f"--{ADMISSION_OPTIONS[name]} TEXT" for name in missing)
