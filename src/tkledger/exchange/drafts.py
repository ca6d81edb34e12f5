"""One task of another tracker as tk can hold it: what its fields do not take is told, and goes under ``x``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from json import dumps

from tkledger.core.criteria import entry_of
from tkledger.core.field import CONTROL, MAX_INT, FieldError, Merge, own_key
from tkledger.core.lifecycle import State, is_terminal
from tkledger.core.pattern import pattern
from tkledger.core.room import CAPS, limit_for, taken
from tkledger.core.task import FIELDS, Task, task
from tkledger.core.task_parts import RESOLUTIONS
from tkledger.core.typing import Any, NamedTuple
from tkledger.exchange.foreign import Comment, Foreign, leaves
from tkledger.exchange.texts import numbered

_FIELDS = {field.name: field for field in FIELDS}
_ODD = pattern(r"[^A-Za-z0-9_./:+@-]+")
_ODD_KEY = pattern(r"[^A-Za-z0-9_.-]+")
_LONGEST_TITLE = 500
_SMALL = 8 * 1024
"""So few letters, each at most six bytes in a file, are sure to fit."""

_LONGEST_LABEL = 63
_NOT_COUNTED = ("verdicts", "evidence")
"""What counts for an open task only if it was judged here."""


class Lost(NamedTuple):
    """A field that has no place in tk: how many values it has, why, and whether it is kept under ``x``."""

    key: str
    field: str
    why: str
    values: int = 1
    kept: bool = True


class Draft:
    """The values of one task as its file is to have them, and what of the other tracker's is lost."""

    def __init__(self, kind: str, source: Foreign) -> None:
        self.source = source
        self.lost: list[Lost] = []
        self._kind = kind
        self._own: dict[str, Any] = {}
        self.values: dict[str, Any] = {"state": source.state}
        if source.task is not None:
            self._whole(source.task)
            return
        self._title()
        for name, value in source.fields.items():
            self._take(name, value)
        self._state()
        self._notes()
        for name, value in source.extra.items():
            self.lose(name, value, _NO_FIELD)

    def lose(self, name: str, value: Any, why: str) -> None:
        """Put a value under ``x``, and tell that it has no other place."""
        count = leaves(value)
        if count:
            self.lost.append(Lost(self.source.key, name, why, count))
            self._own[_free_key(name, self._own)] = _free(value)

    def task(self, id: str) -> Task:
        """The task by its id, with as much as its file has room for. Raises FieldError if nothing fits."""
        self.values["id"] = id
        own = dict(self.values.get("x", {}))
        if self._own:
            known = own.get(self._kind, {})
            own[self._kind] = {
                **(known if isinstance(known, Mapping) else {"": known}),
                **self._own,
            }
        made = task({**self.values, "x": own})
        if len(repr(made)) < _SMALL:
            return made  # as nearly always; how large it is as a file takes longer
        while (over := taken(made) - limit_for(None, made)) > 0:
            if not self._cut(over):
                raise FieldError("title", "leaves no room for anything else")
            made = task({**self.values, "x": {}})
        return made

    def _cut(self, over: int) -> bool:
        """Take out what is longest, a note or the description; False if there is nothing to take."""
        notes = self.values.get("notes", ())
        text = self.values.get("description") or ""
        self.values.pop("x", None)
        if self._own:
            self.lost += [Lost(self.source.key, name, _NO_ROOM, 0, False) for name in self._own]
            self._own.clear()
            return True
        if notes and len(notes[-1]) + len(text) > 0:
            longest = max(range(len(notes)), key=lambda place: len(notes[place]))
            self.values["notes"] = (*notes[:longest], *notes[longest + 1 :])
            self.lost.append(Lost(self.source.key, "note", _NO_ROOM, 1, False))
            return True
        if text:
            keep = text.encode()[: max(0, len(text.encode()) - over - 200)].decode(errors="ignore")
            self.lost.append(Lost(self.source.key, "description", _NO_ROOM, 1, False))
            self.values["description"] = _tidy(keep) or None
            return True
        return False

    # -- the fields ------------------------------------------------------------------------

    def _whole(self, source: Task) -> None:
        """A task of tk, as it is; but what counts only where it was judged."""
        self.values["title"] = source.title
        for name, value in source._asdict().items():
            if value is not None and name not in _OF_IMPORTER:
                self.values[name] = value
        for name in _NOT_COUNTED if not self.has_ended else ():
            lines = self.values.pop(name)
            self.lose(name, [*lines], _NOT_JUDGED)

    def _title(self) -> None:
        title = one_line(self.source.title) or "(without a title)"
        if len(title) > _LONGEST_TITLE:
            self.values["notes"] = (f"Its title is: {title}",)
            title = title[: _LONGEST_TITLE - 1].rstrip() + "…"
        self.values["title"] = title

    def _take(self, name: str, value: Any) -> None:
        field = _FIELDS.get(name)
        if name in _LINKS:
            return  # the importer finds the task
        if field is None or name in _OF_IMPORTER:
            self.lose(name, value, _NO_FIELD)
        elif name == "x":
            self.values["x"] = value
        elif name in _NOT_COUNTED and not self.has_ended:
            self.lose(name, value, _NOT_JUDGED)
        elif field.merge in (Merge.SET, Merge.LOG) and isinstance(value, (list, tuple)):
            self._list(name, value)
        elif isinstance(value, Mapping):
            self._part(name, value)
        else:
            self._one(name, value)

    def _one(self, name: str, value: Any) -> None:
        if isinstance(value, str) and not value.strip():
            return  # it says nothing
        found, why = _fitted(name, value)
        if why:
            self.lose(name, value, why)
        elif found not in (None, ""):
            self.values[name] = found

    def _list(self, name: str, items: Iterable[Any]) -> None:
        cap = CAPS.get(name)
        found: list[Any] = list(self.values.get(name, ()))
        size = sum(len(str(one).encode()) for one in found)
        left: list[Any] = []
        for item in items:
            fitted, why = _fitted(name, [_label(item) if name == "labels" else item])
            one = fitted[0] if fitted else None
            size += len(str(one).encode())
            if why or one is None or (cap and (len(found) >= cap.entries or size > cap.bytes)):
                left.append(item)
                size -= len(str(one).encode())
            else:
                found.append(one)
        if found:
            self.values[name] = tuple(found)
        if left:
            self.lose(name, left, "an entry is too long, too many, or not of the form")

    def _part(self, name: str, values: Mapping[str, Any]) -> None:
        whole, why = _fitted(name, values)
        if not why:
            self.values[name] = whole
            return
        kept = {}
        for leaf, value in values.items():
            _, why = _fitted(name, {leaf: value})
            if why:
                self.lose(f"{name}.{leaf}", value, why)
            else:
                kept[leaf] = value
        if kept:
            self.values[name] = _fitted(name, kept)[0]

    # -- what goes with a state ------------------------------------------------------------

    @property
    def has_ended(self) -> bool:
        """Whether the task is done or cancelled."""
        return is_terminal(self.source.state)

    def _state(self) -> None:
        state = self.source.state
        resolution = self.values.get("resolution")
        if resolution is not None and resolution not in RESOLUTIONS.get(state, ()):
            self.lose("resolution", self.values.pop("resolution"), f"a task is {state} without it")
        if state is not State.BLOCKED and "wait" in self.values:
            self.values.pop("wait")
            self.lose("wait", self.source.fields["wait"], "only a blocked task waits")
        if state not in (State.BLOCKED, State.CANCELLED) and "error" in self.values:
            self.values.pop("error")
            self.lose("error", self.source.fields["error"], f"a task that is {state} has none")
        if state is State.BLOCKED and not getattr(self.values.get("wait"), "reason", None):
            wait = self.values.get("wait")
            self.values["wait"] = wait._replace(reason="other") if wait else {"reason": "other"}
        for part, whole in _PARTS_OF.items():
            known = {*self.values.get(whole, ())}
            lines = self.values.get(part, ())
            if strays := [one for one in lines if known.isdisjoint((one, entry_of(one)))]:
                rest = tuple(one for one in self.values[part] if one not in strays)
                self.values[part] = rest
                self.lose(part, strays, f"it is of no entry of {whole}")

    def _notes(self) -> None:
        source = self.source
        dates = [("created", source.created), ("ended", source.ended)]
        told = [(name, said) for name, said in (*dates, *source.told) if said]
        rows = [f"{one_line(name)}: {one_line(said)}" for name, said in told]
        there = [Comment("\n".join([f"In {self._kind}:", *rows]))] if rows else []
        texts = [_note(one) for one in (*source.comments, *there)]
        self._list("notes", [one for one in texts if one])


_NO_FIELD = "there is no such field"
_NOT_JUDGED = "it counts only where it was judged"
_NO_ROOM = "its file has no room for it"
_LINKS = ("origin", "reopens")
_OF_IMPORTER = ("id", "title", "state", "imported", "parent", "depends_on", *_LINKS)
_PARTS_OF = {
    **{"met": "criteria", "waived": "criteria", "checked": "checklist", "skipped": "checklist"},
    "settled": "concerns",
}


def plain(text: str) -> str:
    """A text without control characters: each is a sign that there was one. Lines end with a newline."""
    return CONTROL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """A text as one line, with one blank between words."""
    return " ".join(plain(text).split())


def _tidy(text: str) -> str:
    return plain(text).rstrip("\n") if text.strip() else ""


def _note(comment: Comment) -> str:
    head = ", ".join(one_line(word) for word in (comment.author, comment.at) if word)
    text = _tidy(comment.text)
    return f"{head}:\n{text}" if head and text else text or head


def _fitted(name: str, value: Any) -> tuple[Any, str]:
    """A value as its field keeps it, and why it cannot; text is tried as it is, then as one line."""
    field, why = _FIELDS[name], ""
    for way in (_tidy, one_line):
        try:
            return field.clean(_each(value, way)), ""
        except (ValueError, TypeError) as error:
            why = why or str(error)
    return None, one_line(why)[:200] or "it is not of the form"


def _each(value: Any, way: Any) -> Any:
    if isinstance(value, str):
        return way(value)
    if isinstance(value, Mapping):
        return {key: _each(one, way) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_each(one, way) for one in value]
    return value


def _label(item: Any) -> Any:
    if not isinstance(item, str):
        return item
    word = _ODD.sub("-", item.strip())[:_LONGEST_LABEL]
    return word.strip("_./:+@-") if not word[:1].isalnum() else word.rstrip("-")


# -- what is one's own -----------------------------------------------------------------------


def _free_key(name: str, known: Mapping[str, Any]) -> str:
    """A key that ``x`` takes and that is not there yet."""
    word = _ODD_KEY.sub("_", name)[:50] or "value"
    word = word if word[0].isalpha() or word[0] == "_" else f"_{word}"
    return next(one for one in numbered(own_key(word), "_") if one not in known)


def _free(value: Any) -> Any:
    """A value as ``x`` takes it: text, a whole number, a boolean, a list of such; anything else as JSON."""
    if isinstance(value, (list, tuple)) and value:
        if not any(isinstance(one, (Mapping, list, tuple)) for one in value):
            return [_scalar(one) for one in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= MAX_INT:
        return value
    if isinstance(value, str):
        return plain(value)
    return plain(dumps(value, ensure_ascii=False, default=str))
