"""The panes of many tasks in lines: the list, the tree, and the log."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from tkledger.core.history import HistoryEntry
from tkledger.core.overview import Overview, TaskRow, picked
from tkledger.core.typing import NamedTuple
from tkledger.ui.panes import CursorPane, Manner, Pane
from tkledger.ui.picture import Picture
from tkledger.views.log import words as said
from tkledger.views.style import DIM, ID, LOOKS, PERSON, title_colour, urgency
from tkledger.views.text_layout import GAP, Line, Span, cells, cut, line_cells, pad, safe
from tkledger.views.tree_shape import TreeLine, under_each
from tkledger.views.words import (
    age,
    done_of,
    glyph,
    hindrance,
    hindrance_colour,
    local_minute,
    short_names,
    total,
)

NARROW = 60
"""Below so many cells a line has neither owner nor what a task waits for."""

WIDEST_ID, WIDEST_OWNER = 24, 14
LEAST_TITLE = 28


class Looks(NamedTuple):
    """What lines of tasks look like: which stand out, what owners are called, and how many cells that takes."""

    fresh: frozenset[str]
    names: Mapping[str, str]
    owner_width: int


class Tasks(Pane):
    """A pane of tasks, of which one is selected."""

    picture: Picture

    def __init__(self, name: str, manner: Manner, picture: Picture) -> None:
        super().__init__(name, manner)
        self.fresh: frozenset[str] = frozenset()
        """The tasks that changed last."""
        self._measured: Picture | None = None
        self._names: Mapping[str, str] = {}
        self._widest = 0
        self.take(picture)

    def take(self, picture: Picture) -> None:
        """Show another picture; the same task stays selected if it is still there."""
        raise NotImplementedError

    def nothing(self) -> str:
        """What there is to say without tasks."""
        if not len(self.picture.overview):
            return "no tasks yet (N: a new one)"
        asked = self.picture.asked
        if asked.options:
            return "no task matches (Esc: no filter)"
        return "nothing open (e: ended tasks, too)"

    def where(self) -> str:
        """Which lines are shown; of how many the heading says."""
        return super().where().partition(" ")[0]

    def looks(self, width: int) -> Looks:
        """What lines of tasks look like in so many cells: owners have a column if there is room for it."""
        if self._measured is not self.picture:
            self._measure()
        return Looks(self.fresh, self._names, self._widest if width >= NARROW else 0)

    def _measure(self) -> None:
        """Find out what owners are called, and how wide that is; once for each picture."""
        self._measured = self.picture
        self._names = short_names(self.picture.overview.column("owner"))
        self._widest = min(max(map(cells, self._names.values()), default=0), WIDEST_OWNER)

    def selected_id(self) -> str | None:
        """The id of the selected task; None without any."""
        raise NotImplementedError

    def find(self, task_id: str | None) -> bool:
        """Select a task; whether it is shown."""
        raise NotImplementedError


class TaskList(Tasks, CursorPane):  # in this order: textual finds it by its first base
    """One task a line."""

    def take(self, picture: Picture, places: Sequence[int] | None = None) -> None:
        """Show another picture, or some of its tasks."""
        before = self.selected_id() if hasattr(self, "picture") else None
        self.picture = picture
        self.places = picture.listed.places if places is None else places
        ids = picked(picture.overview.column("id"), self.places)
        self._width = min(max(map(len, ids), default=0), WIDEST_ID)
        if not self.find(before):
            self.select(self.cursor)

    def narrow(self, words: Sequence[str]) -> None:
        """Show only tasks that have all these words in id, title or owner; all without words."""
        places = self.picture.listed.places
        if words:
            rows = zip(*map(self.picture.overview.column, ("id", "title", "owner")))
            texts = ["\n".join(row).lower() for row in rows]
            places = [place for place in places if all(word in texts[place] for word in words)]
        self.take(self.picture, places)

    def selected_id(self) -> str | None:
        """The id of the selected task."""
        if not self.places:
            return None
        found: str = self.picture.overview.column("id")[self.places[self.cursor]]
        return found

    def find(self, task_id: str | None) -> bool:
        """Select a task."""
        place = self.picture.overview.places.get(task_id or "")
        if place is None or place not in self.places:
            return False
        self.select(self.places.index(place))
        return True

    def heading(self) -> str:
        """How many tasks, and of how many."""
        chosen = self.picture.listed
        if self.places is not chosen.places:
            chosen = chosen._replace(places=self.places, filtered=True, matching=len(self.places))
        return f"list · {total(chosen, self.picture.noun)}"

    def count(self) -> int:
        """How many there are."""
        return len(self.places)

    def line(self, number: int, width: int) -> Line:
        """One task."""
        overview = self.picture.overview
        row = overview.at(self.places[number])
        head: list[Span] = [glyph(row.state), (" ", "")]
        head += [(pad(cut(row.id, self._width), self._width), ID), (" ", ""), urgency(row.urgency)]
        head += [(" ", "")]
        room = width - line_cells(head)
        return [*head, *beside(row, overview, room, self.looks(width))]


def beside(
    row: TaskRow, overview: Overview, room: int, looks: Looks, more: Span = ("", "")
) -> list[Span]:
    """The title of a task, and what there is room for besides: its owner in a column at the end."""
    title = safe(row.title)
    colour = "bold" if row.id in looks.fresh else title_colour(row.state)
    why = hindrance(row, overview) if looks.owner_width else ""
    left = room - (looks.owner_width + len(GAP) if looks.owner_width else 0)
    left -= cells(more[0]) + len(GAP) if more[0] else 0
    shown = min(cells(title), max(LEAST_TITLE, left - cells(why) - len(GAP) if why else left))
    spans: list[Span] = [(cut(title, min(shown, left)), colour)]
    spans += [(GAP, ""), more] if more[0] else []
    if why and left - shown > len(GAP) + 3:
        spans += [(GAP, ""), (cut(why, left - shown - len(GAP)), hindrance_colour(row.state))]
    if looks.owner_width and row.owner:
        used = line_cells(spans)
        owner = cut(looks.names[row.owner], looks.owner_width)
        spans += [(" " * (room - looks.owner_width - used), ""), (owner, PERSON)]
    return spans


class TaskTree(Tasks, CursorPane):  # in this order: textual finds it by its first base
    """Tasks under their parents, with branches that can be folded."""

    def take(self, picture: Picture) -> None:
        """Show another picture."""
        before = self.selected_id() if hasattr(self, "picture") else None
        self._folded: set[str] = getattr(self, "_folded", set())
        self.picture = picture
        self._own = {*picked(picture.overview.column("id"), picture.listed.places)}
        self._below, self._done = under_each(picture.overview)
        self._unfold()
        if not self.find(before):
            self.select(self.cursor)

    def _unfold(self) -> None:
        """The lines that are not below a folded one."""
        shown: list[TreeLine] = []
        hidden: int | None = None
        for line in self.picture.tree:
            depth = len(line.guides)
            if hidden is not None and depth > hidden:
                continue
            hidden = depth if line.task in self._folded else None
            shown.append(line)
        self._shown = shown

    def selected_id(self) -> str | None:
        """The id of the selected task."""
        return self._shown[self.cursor].task if self._shown else None

    def find(self, task_id: str | None) -> bool:
        """Select a task, and unfold what is above it."""
        if task_id is None:
            return False
        parent = self.picture.overview.parent(task_id)
        above = set()
        while parent is not None and parent not in above:
            above.add(parent)
            parent = self.picture.overview.parent(parent)
        if self._folded & above:
            self._folded -= above
            self._unfold()
        for number, line in enumerate(self._shown):
            if line.task == task_id:
                self.select(number)
                return True
        return False

    def fold(self, *, is_folded: bool) -> None:
        """Fold the branch at the selected task, or unfold it; what has no branch leads to what is above it."""
        key = self.selected_id()
        if key is None:
            return
        if (key in self._folded) == is_folded or not self._has_branch(self.cursor):
            parent = self.picture.overview.parent(key)
            if is_folded and parent is not None:
                self.find(parent)
            return
        self._folded ^= {key}
        self._unfold()
        self.show_from(self.top)

    def toggle(self) -> bool:
        """Fold the branch at the selected task or unfold it; whether it has one."""
        key = self.selected_id()
        if key is None or not (key in self._folded or self._has_branch(self.cursor)):
            return False
        self.fold(is_folded=key not in self._folded)
        return True

    def _has_branch(self, number: int) -> bool:
        line = self._shown[number]
        if line.task in self._folded:
            return True
        after = self._shown[number + 1 : number + 2]
        return bool(after) and len(after[0].guides) > len(line.guides)

    def sideways(self, by: int) -> None:
        """Fold or unfold."""
        self.fold(is_folded=by < 0)

    def heading(self) -> str:
        """How many tasks, and of how many."""
        return f"tree · {total(self.picture.listed, self.picture.noun)}"

    def count(self) -> int:
        """How many lines there are."""
        return len(self._shown)

    def line(self, number: int, width: int) -> Line:
        """One task, below its parent."""
        node = self._shown[number]
        row = self.picture.overview.task(node.task) if node.task is not None else None
        if row is None:
            return [(node.guides, DIM), (f"… {node.deeper:,} deeper", DIM)]
        mark = "▸ " if node.task in self._folded else "▾ " if self._has_branch(number) else "  "
        guides = cut(node.guides, max(width - 30, 6))
        head: list[Span] = [(guides, DIM), (mark, DIM), glyph(row.state), (" ", "")]
        head += [(cut(row.id, WIDEST_ID), ID), (" ", "")]
        if row.id not in self._own:
            return [*head[:-2], (f"{row.id} ({safe(row.title)})", DIM)]
        head += [urgency(row.urgency), (" ", "")]
        room = width - line_cells(head)
        place = self.picture.overview.places[row.id]
        done = done_of(self._done[place], self._below[place])
        mark = f"{done}  {node.mark}" if node.mark else done
        return [*head, *beside(row, self.picture.overview, room, self.looks(width), (mark, DIM))]


class LogPane(CursorPane):
    """What commits did, the newest first."""

    def __init__(self, name: str, manner: Manner) -> None:
        super().__init__(name, manner)
        self._entries: Sequence[HistoryEntry] = ()
        self._title = "log"
        self._widths = (0, 0, 0)
        self._names: Mapping[str, str] = {}

    def show(self, entries: Sequence[HistoryEntry], title: str) -> None:
        """Show other entries. Of the same log, what is read further down stays where it is."""
        goes_on = title == self._title and bool(self.cursor or self.top)
        before = self.selected() if goes_on else None
        self._entries, self._title = entries, title
        self._names = short_names(one.actor for one in entries)
        self._widths = (
            min(max((len(one.task) for one in entries), default=0), WIDEST_ID),
            max((len(_way(one)) for one in entries), default=0),
            min(max(map(cells, self._names.values()), default=0), WIDEST_OWNER),
        )
        place = self._place(before) if before else None
        if place is None:
            self.select(0)
            return
        self.cursor, further = place, place - self.cursor
        self.show_from(self.top + further)

    def _place(self, wanted: HistoryEntry) -> int | None:
        """Where an entry is, which is what its commit did to its task; None if it is gone."""
        known = (wanted.commit, wanted.task)
        places = (n for n, one in enumerate(self._entries) if (one.commit, one.task) == known)
        return next(places, None)

    def selected(self) -> HistoryEntry | None:
        """The selected entry."""
        return self._entries[self.cursor] if self._entries else None

    def heading(self) -> str:
        """Whose log it is."""
        return self._title

    def count(self) -> int:
        """How many entries there are."""
        return len(self._entries)

    def line(self, number: int, width: int) -> Line:
        """One entry: when, what became of which task, and who did it."""
        one = self._entries[number]
        is_wide = width >= NARROW
        sizes = self._widths if is_wide else (0, 0, 0)
        task, actor = cut(one.task, WIDEST_ID), cut(self._names[one.actor], WIDEST_OWNER)
        texts = zip((task, _way(one), actor), sizes, (ID, LOOKS[one.target].colour, PERSON))
        when = local_minute(one.at)[5:] if is_wide else f"{age(int(time.time()) - one.at):>3}"
        line: list[Span] = [(when, DIM), (" ", "")]
        for text, size, style in texts:
            line += [(pad(text, max(size, cells(text))), style), (" ", "")]
        return [*line, (safe(said(one)), "")]


def _way(entry: HistoryEntry) -> str:
    """The state that a task came to, or else what was done to it."""
    return entry.event if entry.source is entry.target else entry.target.value
