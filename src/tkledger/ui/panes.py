"""Panes that draw the lines that are seen and no others, so that a key costs the same in any ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tkledger.core.typing import NamedTuple
from tkledger.report import in_ascii
from tkledger.ui.keys import WITHIN
from tkledger.views.style import DIM
from tkledger.views.text_layout import Frame, Line, Lines, Span, cells, cut_line, segments

CURSOR, CURSOR_AWAY = "reverse", "bold"
"""The selected line in the pane that has the keys, and in another."""


class Manner(NamedTuple):
    """How its user likes the screen: in colour, and whether glyphs are of ASCII."""

    coloured: bool = True
    ascii: bool = False


class Pane(Widget, can_focus=True):
    """A heading, and below it those of many lines that there is room for."""

    BINDINGS = [Binding(one.keys, one.action, show=False) for one in WITHIN]  # noqa: RUF012 - textual's own
    DEFAULT_CSS = """
    Pane { width: 1fr; height: 1fr; background: ansi_default; color: ansi_default; }
    """

    class Selected(Message):
        """Another line is selected."""

    class Opened(Message):
        """The selected line is to be opened."""

    def __init__(self, name: str, manner: Manner) -> None:
        super().__init__(id=name)
        self.manner = manner
        self.top = 0
        """The first line that is shown."""

    # -- what the panes say --------------------------------------------------------------------

    def heading(self) -> str:
        """What the pane shows, and of how much."""
        return str(self.id)

    def count(self) -> int:
        """How many lines there are."""
        return 0

    def nothing(self) -> str:
        """What there is to say if there is nothing to show."""
        return ""

    def line(self, number: int, width: int) -> Line:
        """One of them."""
        raise NotImplementedError

    def is_selected(self, number: int) -> bool:
        """Whether a line is the selected one."""
        return False

    def move(self, by: int) -> None:
        """Go down by so many lines, or up."""
        self.show_from(self.top + by)

    def go(self, to_end: bool) -> None:
        """Go to the first line or the last."""
        self.move(self.count() if to_end else -self.count())

    def sideways(self, by: int) -> None:
        """Go to the left or to the right."""

    # -- drawing -------------------------------------------------------------------------------

    @property
    def room(self) -> int:
        """How many lines are shown."""
        return max(1, self.size.height - 1)

    def show_from(self, top: int) -> None:
        """Show the lines from one on, as far as there are so many."""
        self.top = max(0, min(top, self.count() - self.room))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.size.width
        if y == 0:
            return self._strip(self._heading(width), width)
        number = self.top + y - 1
        if y == 1 and not self.count():
            return self._strip([(self.nothing(), DIM)], width)
        if number >= self.count():
            return self._strip((), width)
        line = self.line(number, width)
        if self.is_selected(number):
            line = selected(line, width, CURSOR if self.has_focus else CURSOR_AWAY)
        return self._strip(line, width)

    def _heading(self, width: int) -> Line:
        where = f" {self.where()}" if self.count() > self.room else ""
        name = f" {self.heading()}{where} "
        text = cut_line([("─" + name, "")], width)[0][0]
        fill = "─" * (width - cells(text))
        return [(text, "bold" if self.has_focus else DIM), (fill, "" if self.has_focus else DIM)]

    def where(self) -> str:
        """Which of the lines are shown."""
        last = min(self.count(), self.top + self.room)
        return f"{self.top + 1:,}–{last:,} of {self.count():,}"

    def _strip(self, line: Line, width: int) -> Strip:
        return strip(line, width, self.manner)

    # -- keys and the mouse --------------------------------------------------------------------

    def action_by(self, lines: int) -> None:
        """Go down by so many lines, or up."""
        self.move(lines)

    def action_pages(self, pages: int) -> None:
        """Go down by so many pages, or up; a line of the last one stays in sight."""
        self.move(pages * (self.room - 1))

    def action_go(self, to_end: bool) -> None:
        """Go to the first line or the last."""
        self.go(to_end)

    def action_sideways(self, by: int) -> None:
        """Go to the left or to the right."""
        self.sideways(by)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Show what is below."""
        self.show_from(self.top + 3)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Show what is above."""
        self.show_from(self.top - 3)
        event.stop()

    def on_focus(self) -> None:
        """Show that keys go here."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that keys go elsewhere."""
        self.refresh()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All the width there is."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """All the height there is."""
        return container.height


def selected(line: Line, width: int, style: str) -> list[Span]:
    """A line as the selected one: all of it, in one look."""
    shown = cut_line(line, width)
    text = "".join(text for text, _ in shown)
    return [(text + " " * (width - cells(text)), style)]


def strip(line: Line, width: int, manner: Manner) -> Strip:
    """A line of the screen, as wide as it is to be."""
    line = cut_line(line, width)
    if manner.ascii:
        line = [(in_ascii(text), style) for text, style in line]
    if not manner.coloured:
        line = [(text, _without_colour(style)) for text, style in line]
    return Strip(segments(line)).adjust_cell_length(width)


def _without_colour(style: str) -> str:
    kept = ("bold", "dim", "reverse", "strike", "underline", "italic")
    return " ".join(word for word in style.split() if word in kept)


class CursorPane(Pane):
    """Lines of which one is selected."""

    cursor = 0

    def is_selected(self, number: int) -> bool:
        """Whether a line is the selected one."""
        return number == self.cursor

    def move(self, by: int) -> None:
        """Select another line, so many further on."""
        self.select(self.cursor + by)

    def select(self, number: int) -> None:
        """Select a line, and show it."""
        before = self.cursor
        self.cursor = max(0, min(number, self.count() - 1))
        top = min(self.top, self.cursor)
        self.show_from(max(top, self.cursor - self.room + 1))
        if self.cursor != before:
            self.post_message(self.Selected())

    def on_resize(self) -> None:
        """Keep the selected line in sight."""
        self.select(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """Select the line that was clicked on; open it at the second click."""
        number = self.top + event.y - 1
        if event.y and number < self.count():
            self.select(number)
            if event.chain == 2:
                self.post_message(self.Opened())


class TextPane(Pane):
    """A view as it is drawn, line by line."""

    def __init__(self, name: str, manner: Manner) -> None:
        super().__init__(name, manner)
        self._view = Lines(lambda frame: ())
        self._title = name
        self._drawn: Sequence[Line] = ()
        self._width = 0

    def show(self, view: Lines, title: str, *, from_top: bool) -> None:
        """Show another view."""
        self._view, self._title, self._width = view, title, 0
        self.show_from(0 if from_top else self.top)

    def heading(self) -> str:
        """The title of the view."""
        return self._title

    def count(self) -> int:
        """How many lines it has at the width that there is."""
        if self._width != self.size.width:
            self._width = self.size.width
            self._drawn = [*_spans(self._view.draw(Frame(max(self._width, 1), piped=False)))]
        return len(self._drawn)

    def line(self, number: int, width: int) -> Line:
        """One of them."""
        return self._drawn[number]


def _spans(lines: Iterable[Line | str]) -> Iterable[Line]:
    for line in lines:
        yield [(line, "")] if isinstance(line, str) else line
