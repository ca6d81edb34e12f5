"""Tickets of ticket, a file of Markdown each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tkledger.core.lifecycle import State
from tkledger.core.pattern import pattern
from tkledger.exchange.foreign import Comment, Foreign
from tkledger.exchange.front_matter import front_matter
from tkledger.exchange.raw import Raw, distinct
from tkledger.exchange.sources import files_in, folder_in
from tkledger.exchange.texts import addresses, filled, items, kind, page, remarks, split_sections
from tkledger.exchange.times import moment

_EXPECTED = "a ticket"
_STATES = {"in_progress": State.IN_PROGRESS, "closed": State.DONE}
_DESIGN, _CRITERIA, _NOTES = "Design", "Acceptance Criteria", "Notes"
_STAMP = pattern(r"\*\*(\d{4}-\d\d-\d\dT[\d:.]+Z)\*\*\s*\Z")


def read(path: Path) -> Iterator[Foreign]:
    """The tickets in a folder of ticket's, in the .tickets of a folder, or in one file; raises BadSource."""
    files = files_in(folder_in(path, ".tickets") or path, ".md") if path.is_dir() else [path]
    found = ((str(file), _ticket(file)) for file in files)
    yield from distinct(found, path, "it holds no .tickets with files of Markdown")


def _ticket(path: Path) -> Foreign:
    values, body = front_matter(path, _EXPECTED)
    sections = split_sections(body, (_DESIGN, _CRITERIA, _NOTES))
    first, _, text = sections.pop("").strip().partition("\n")
    title = first[2:].strip() if first.startswith("# ") else None
    ticket = Raw({**values, "title": title}, str(path), _EXPECTED)
    criteria = items(sections.get(_CRITERIA))
    asked = [] if criteria else [("Acceptance criteria", sections.get(_CRITERIA))]
    notes = _notes(sections.get(_NOTES, ""))
    links, references = addresses(ticket.texts("external-ref"))
    status = ticket.text("status") or "open"
    told = [
        ("status", None if status in (*_STATES, "open") else status),
        ("linked", ", ".join(ticket.texts("links"))),
        ("external reference", ", ".join(references)),
    ]
    fields = {
        "type": ticket.text_as("type", kind),
        "priority": ticket.whole("priority"),
        "owner": ticket.text("assignee"),
        "labels": ticket.texts("tags"),
        "links": links,
        "description": page(text, [("Design", sections.get(_DESIGN)), *asked]),
        "criteria": criteria.all if criteria else (),
        "met": criteria.ticked if criteria else (),
    }
    written = sum(bool(part) for part in (text.strip(), *map(str.strip, sections.values())))
    return Foreign(
        *(ticket.needed("id"), ticket.needed("title"), _STATES.get(status, State.TODO)),
        parent=ticket.text("parent"),
        depends_on=ticket.texts("deps"),
        fields=filled(fields),
        comments=tuple(notes),
        told=remarks(told),
        created=ticket.text_as("created", moment),
        extra=ticket.rest(),
        read=ticket.read() + written + max(0, len(notes) - 1),
    )


def _notes(text: str) -> list[Comment]:
    """The notes of a ticket; what stands before the first time is one, too."""
    times: list[str | None] = [None]
    texts: list[list[str]] = [[]]
    for row in text.split("\n"):
        if stamp := _STAMP.match(row):
            times.append(moment(stamp[1]))
            texts.append([])
        else:
            texts[-1].append(row)
    pairs = [("\n".join(rows).strip(), at) for rows, at in zip(texts, times)]
    return [Comment(said, None, at) for said, at in pairs if said]
