"""TK1xx, form: what lies under ``.tasks/`` can be read, in one way only.

The reader finds the flaws, since it alone sees bytes and modes; each rule here answers for one
kind of them, and only where the change brought the flaw.
"""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core import policy as policy_file
from tkledger.core import policy_fields, written
from tkledger.core import task as task_file
from tkledger.core.change import Change
from tkledger.core.field import newer
from tkledger.core.flaws import (
    BAD_VALUE,
    CONFLICT_MARKERS,
    LOOK_ALIKE,
    NOT_A_PLAIN_FILE,
    NOT_CANONICAL,
    STRAY_FILE,
    TOO_FULL,
    TOO_LARGE,
    UNKNOWN_FIELD,
    UNREADABLE,
    WRONG_NAME,
)
from tkledger.core.policy import Policy
from tkledger.core.rules.rule import Finding, rule
from tkledger.core.snapshot import Entry, Flaw
from tkledger.core.task import Task
from tkledger.core.task_parts import BUDGET, PARTS, WAIT

_AGAIN, _COMMIT = ", then commit again", ", then commit it"


def _flaws(change: Change, code: str) -> Iterator[Finding]:
    for flaw in change.once(_new_flaws):
        if flaw.code == code:
            repair = flaw.remedy.removeprefix("tk resolve, or ").removesuffix(_AGAIN)
            yield Finding(flaw.subject, flaw.message, flaw.remedy, repair + _COMMIT)


def _new_flaws(change: Change) -> list[Flaw]:
    """What is wrong with files and was not so in every parent."""
    entries = ((key, change.after.entry(key)) for key in change.touched)
    flaws = ((key, entry) for key, entry in entries if isinstance(entry, Flaw))
    return [
        flaw for key, flaw in flaws if all(parent.entry(key) != flaw for parent in change.parents)
    ]


@rule(UNREADABLE)
def unreadable(change: Change) -> Iterator[Finding]:
    """A file under `.tasks/` is not the YAML that tk reads.

    It is not UTF-8, is not YAML, holds control characters, anchors, tags, comments, several
    documents, the same key twice, or nests deeper than four levels.

    Why: what two readers could read in two ways cannot be judged.

    Remedy: open the file, put right the line named, and commit again.
    """
    return _flaws(change, UNREADABLE)


@rule(CONFLICT_MARKERS)
def conflict_markers(change: Change) -> Iterator[Finding]:
    """A task file still holds the markers of a merge conflict.

    Why: the file says two things at once.

    Remedy: keep the right lines, take out the markers, and commit again.
    """
    return _flaws(change, CONFLICT_MARKERS)


@rule(UNKNOWN_FIELD)
def unknown_field(change: Change) -> Iterator[Finding]:
    """A file has a field that tk does not know, or that a later `format` than the policy's brought.

    Why: a misspelt field would be ignored silently, and an older tk cannot read a newer one.

    Remedy: spell it as the message suggests, or keep what is your own under `x:`; for a field of a
    later format, `tk config set format N` first.
    """
    yield from _flaws(change, UNKNOWN_FIELD)
    format = change.law.format
    for key in change.touched if format < policy_file.FORMAT else ():
        known = {name for parent in change.parents for name in _newer(parent.entry(key), format)}
        for name in _newer(change.after.entry(key), format):
            if name not in known:
                yield Finding(
                    key,
                    f"{name} came with a later format of the files than {format}",
                    f"if everybody here has this tk: tk config set format {policy_file.FORMAT}",
                    f"tk config set format {policy_file.FORMAT}",
                )


def _newer(entry: Entry | None, format: int) -> list[str]:
    """The fields of a file that a later format brought."""
    if isinstance(entry, Policy):
        later = [name for name in entry.roles if name not in policy_file.ROLES]
        roles = [f"the role {name}" for name in later] if format < 2 else []
        limits = {"budget": entry.budget}
        limits |= {f"budgets.{kind}": one for kind, one in entry.budgets.items()}
        calls = [
            f"{part}.{name}" for part, one in limits.items() for name in newer(BUDGET, one, format)
        ]
        repeats = ["loops.repeats" for name in entry.loops if name == "repeats" and format < 2]
        return [*newer(policy_fields.FIELDS, entry, format), *roles, *calls, *repeats]
    if not isinstance(entry, Task):
        return []
    leaves = (
        f"{part}.{name}"
        for part, fields in (*PARTS.items(), ("wait", WAIT))
        for name in newer(fields, getattr(entry, part), format)
    )
    return [*newer(task_file.FIELDS, entry, format), *leaves]


@rule(BAD_VALUE)
def bad_value(change: Change) -> Iterator[Finding]:
    """A field is missing, or has a value that it does not take.

    Why: every later answer rests on the values.

    Remedy: give the field a value of the kind that the message names.
    """
    return _flaws(change, BAD_VALUE)


@rule(WRONG_NAME)
def wrong_name(change: Change) -> Iterator[Finding]:
    """A task file's name is not an id, or not the id in the file.

    Why: the id is also the name of a file on every system and a part of a ref's name.

    Remedy: name the file `.tasks/<id>.yaml`, with the id in it.
    """
    return _flaws(change, WRONG_NAME)


@rule(LOOK_ALIKE)
def look_alike(change: Change) -> Iterator[Finding]:
    """A name differs from `.tasks` or from what a task's file could be called only by case, by the form
    of its letters, or by invisible characters; or it is `.tasks` in letters of another script, or
    in what a file system takes for it, such as `TASKS~1`. docs/judging.md has them.

    Why: on some file systems both are the same file, and people cannot tell them apart.

    Remedy: give it a name that differs in plain letters.
    """
    return _flaws(change, LOOK_ALIKE)


@rule(NOT_A_PLAIN_FILE)
def not_a_plain_file(change: Change) -> Iterator[Finding]:
    """A file under `.tasks/` is a symbolic link, a submodule or executable, or `.tasks` itself is
    not a folder.

    Why: what a link points to is not in the history.

    Remedy: commit it as an ordinary file of mode 100644.
    """
    return _flaws(change, NOT_A_PLAIN_FILE)


@rule(NOT_CANONICAL)
def not_canonical(change: Change) -> Iterator[Finding]:
    """A file says what it says in another form than the one tk writes.

    Why: with one form only, one changed field is one changed line, merges are clean, and nothing
    hides in comments or in the gaps between two readers of YAML.

    Remedy: `tk fmt` rewrites the files and loses nothing; then commit again.
    """
    return _flaws(change, NOT_CANONICAL)


@rule(TOO_LARGE)
def too_large(change: Change) -> Iterator[Finding]:
    """A file under `.tasks/` is larger than 64 KiB.

    Why: a ledger is read whole, by people and at every door.

    Remedy: keep the task short, and the material in a file of the repository that it names.
    """
    return _flaws(change, TOO_LARGE)


@rule(STRAY_FILE)
def stray_file(change: Change) -> Iterator[Finding]:
    """Something lies under `.tasks/` that is neither a task nor the policy.

    Why: what is not read is not judged.

    Remedy: move it elsewhere in the repository.
    """
    return _flaws(change, STRAY_FILE)


@rule(TOO_FULL, since=2)
def too_full(change: Change) -> Iterator[Finding]:
    """A task's file is so full, or a list of it so long, that its end would lack the room.

    Of the 64 KiB that a file may have 8 KiB are reserved. Beyond 56 KiB it takes only what its end
    needs: moves, and entries of the lists that settle, meet or show something, up to 63 KiB;
    moves alone up to 63.5 KiB; and a move to an end up to 64 KiB. An open concern or criterion counts
    with the entry that will settle it. What makes the file no larger is always legal. A merge
    leaves no task that has not ended beyond 63.5 KiB.

    A list grows up to so many entries, and bytes of all of them together: `notes` to 1,000 and 48 KiB,
    `concerns` and `criteria` to 100 and 12 KiB, the others to 200 and 24 KiB. A merge may exceed that.

    Why: a task that cannot be ended would stay open.

    Remedy: keep the task short, and the material in a file of the repository that it names.
    """
    for task in change.present():
        if written.is_small(task):
            continue
        from tkledger.core import room  # as a rule they are small

        olds: tuple[Task | None, ...] = change.former(task.id) or (None,)
        for old in olds if not change.is_merge else ():
            yield from _crowded(task, old)
        if change.is_merge and not task.ended and room.taken(task) > room.MERGED:
            fact = f"the merge makes it take more than the {room.MERGED} bytes that leave room for its end"
            yield Finding(task.id, fact, "rebase one branch onto the other, without its long texts")


def _crowded(task: Task, old: Task | None) -> Iterator[Finding]:
    """Where a task that an ordinary commit changes has no room left."""
    from tkledger.core import room

    for name, cap in room.CAPS.items():
        entries, before = getattr(task, name), getattr(old, name) if old else ()
        if len(entries) <= len(before):
            continue
        for what, much, most in (
            ("entries", len(entries), cap.entries),
            ("bytes", sum(len(one.encode()) for one in entries), cap.bytes),
        ):
            if much > most:
                yield Finding(task.id, f"{name} has {much} {what}, the limit is {most}", _ELSEWHERE)
    limit = room.limit_for(old, task)
    much = room.size(task) if task.ended else room.taken(task)
    if much > limit and (old is None or much > room.taken(old)):
        fact = f"takes {much} bytes, the limit is {limit}: the rest is for its end"
        yield Finding(task.id, fact, _ELSEWHERE)


_ELSEWHERE = "commit the long text as a file of its own, and name that file in the task"
