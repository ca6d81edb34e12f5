"""``tk status``, and ``tk`` alone: what needs you now."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.agents.status import SHOWN, Item, Section, Status
from tkledger.agents.status import status as found_now
from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, say_flaws
from tkledger.core.messages import SHORT_ID
from tkledger.core.quoting import many
from tkledger.core.time import iso
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.errors import TkError
from tkledger.git.errors import GitError

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines

_NAMES = {
    **{"in_progress": "in progress", "sent_back": "sent back", "review": "to review"},
    **{"submitted": "in review", "nobodys": "no owner"},
    **{"expired": "lease over", "unmerged": "not merged", "unpublished": "not sent"},
    **{"checkouts": "left over", "under_way": "unfinished", "files": "task files"},
}
"""What sections are called that people know by more than one word."""


def status(limit: int = SHOWN, actor: str | None = None, path: str = ".") -> Answer:
    """Show what needs you now; of each kind the first ``limit``."""
    session = Session(path, actor=actor, progress=TERMINAL)
    found = found_now(session, limit)
    say_flaws(found.flaws)
    return Answer(lambda: _json(found), lambda: _view(found))


def alone() -> Answer:
    """What ``tk`` without words is: the status, or where there is no ledger what tk is and how to begin."""
    try:
        return status()
    except (TkError, GitError) as error:
        if begin := _how_to_begin(error):
            return Answer(lambda: None, lambda: begin)
        raise


def _how_to_begin(error: TkError | GitError) -> list[str]:
    """What tk is and how to begin, where there is no ledger yet; nothing if anything else is wrong."""
    if isinstance(error, TkError) and error.kind == "no-ledger":
        first = f"There is no ledger in this repository yet. To begin one: {error.remedy}"
    elif isinstance(error, GitError) and error.is_outside:
        first = "This folder is not in a git repository. To begin: git init, then tk init"
    else:
        return []
    return [
        "tk is a task ledger that lives in the Git repository it is about: tasks are files under",
        ".tasks/, and every change of a task is a commit that is checked.",
        "",
        first,
        "Then: tk new TITLE, tk start ID, tk done ID, and tk alone says what needs you.",
        "To see it at work in a throw-away repository: tk demo. All commands: tk --help",
    ]


# -- for programs ------------------------------------------------------------------------------


def _json(found: Status) -> dict[str, Any]:
    """Each section by its name: how many there are, those shown, and the command for the rest."""
    sections = {
        one.name: {
            "total": one.total,
            "command": one.command,
            "items": [item_json(item) for item in one.items],
        }
        for one in found.sections
    }
    head = {"actor": found.actor, "branch": found.branch, "tasks": found.tasks, "open": found.open}
    return {**head, **({"idle": found.idle} if found.idle else {}), **sections}


def item_json(item: Item) -> dict[str, Any]:
    """A line of a section, with its times as dates; what does not apply is left out."""
    times = {name: iso(at) for name in ("since", "before") if (at := getattr(item, name))}
    return without_empty({**item._asdict(), "since": None, "before": None, **times})


# -- for people --------------------------------------------------------------------------------


def _view(found: Status) -> Iterable[Lines]:
    from tkledger.views.status import Block, Row, overview

    blocks = []
    for one in found.sections:
        rows = [Row(*_sentence(one))] if one.name in _SENTENCES else []
        left = 0 if rows else one.total - len(one.items)
        rows = rows or [
            Row(_id(one, item), item.title, _note(one, item, found.now), item.priority)
            for item in one.items
        ]
        more = f"and {left:,} more: {one.command}" if left else ""
        blocks.append(Block(_NAMES.get(one.name, one.name), rows, more))
    head = f"{found.actor} on {found.branch}: {many(found.open, 'open task')}"
    return [overview(head, blocks, list(_advice(found)))]


_SENTENCES = ("proposal", "under_way", "files", "illegal", "refused", "unpublished", "hooks")
"""The sections that are one sentence, whatever is in them."""


def _sentence(one: Section) -> tuple[str, str]:
    if one.name == "hooks":
        return "", f"{one.total} of git's hooks are not installed: {one.command}"
    if one.name != "unpublished":
        return "", f"{_named(one)}: {one.command}"
    way = f": {one.command}" if one.command == "tk sync" else ""  # else it was said above
    return "", f"{many(one.total, 'commit')} that {one.items[0].id} does not have{way}"


def _named(one: Section) -> str:
    """What is amiss, and which files or commit it is about."""
    first, names = one.items[0], [item.id for item in one.items if item.id]
    more = f" and {one.total - len(names)} more" if one.total > len(names) else ""
    if one.name == "refused":
        return f"{first.id}: {first.why}"
    if one.name == "illegal":
        return f"{first.why} ({first.id}){f', and {one.total - 1:,} more' if one.total > 1 else ''}"
    unmerged = ", unmerged" if one.name == "under_way" else ""
    return f"{first.why}{unmerged}: {', '.join(names)}{more}" if names else first.why


def _id(section: Section, item: Item) -> str:
    return item.id[:SHORT_ID] if section.name == "messages" else item.id


def _note(section: Section, item: Item, now: int) -> str:
    """Who, how long, where and why, as far as that is known."""
    from tkledger.views.words import duration

    long = ""
    if item.since is not None:
        long = duration(max(now - item.since, 0))
    elif item.before is not None:
        long = f"more than {duration(max(now - item.before, 0))}"
    if section.name == "unmerged":
        return f"{item.state}: {item.why}"
    if section.name == "checkouts":
        return f"{item.state}: {section.command}"
    if section.name == "expired":
        return f"{item.by}, {long} ago: tk reap"
    place = f"on {item.place}" if item.place else ""
    facts = ", ".join(part for part in (item.by, long, place) if part)
    return ": ".join(part for part in (facts, item.why) if part)


def _advice(found: Status) -> Iterable[str]:
    if not found.tasks:
        yield "There are no tasks yet. To write one down: tk new TITLE"
    elif not found.open:
        yield "All tasks have ended. To write down another: tk new TITLE, or see them: tk list --all"
    elif not found.sections:
        yield "Nothing needs you now. All open tasks: tk list"
    if found.idle:
        yield f"No more work for you now: {found.idle}"
