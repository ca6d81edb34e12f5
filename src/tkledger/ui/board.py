"""The pane of the board: the states side by side, as many as there is room for."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events

from tkledger.core.lifecycle import State
from tkledger.ui.lists import NARROW, Tasks
from tkledger.ui.panes import CURSOR, CURSOR_AWAY, selected
from tkledger.ui.picture import Picture
from tkledger.views.board import GUTTER, LEAST, Column, card_of
from tkledger.views.style import DIM, LOOKS
from tkledger.views.text_layout import Line, Span, cut, cut_line, line_cells
from tkledger.views.words import badge, out_of


class Board(Tasks):
    """The tasks by their state; one column is the selected one, and one task in each."""

    def take(self, picture: Picture) -> None:
        """Show another picture."""
        before = self.selected_id() if hasattr(self, "picture") else None
        self.picture = picture
        self._states = [state for state in LOOKS if picture.stacks[state]] or [State.TODO]
        if not hasattr(self, "_at"):
            self._at, self._first = dict.fromkeys(LOOKS, 0), dict.fromkeys(LOOKS, 0)
            self._column, self._left = State.TODO, 0
        if self._column not in self._states:
            self._column = self._states[0]
        for state in LOOKS:
            self._at[state] = max(0, min(self._at[state], len(picture.stacks[state]) - 1))
        self.find(before)
        self._settle()

    def selected_id(self) -> str | None:
        """The id of the selected task."""
        stack = self.picture.stacks[self._column]
        if not stack:
            return None
        found: str = self.picture.overview.column("id")[stack[self._at[self._column]]]
        return found

    def find(self, task_id: str | None) -> bool:
        """Select a task."""
        row = self.picture.overview.task(task_id or "")
        place = self.picture.overview.places.get(task_id or "")
        if row is None or place is None or place not in self.picture.stacks[row.state]:
            return False
        self._column = row.state
        self._at[row.state] = self.picture.stacks[row.state].index(place)
        self._settle()
        return True

    # -- moving about --------------------------------------------------------------------------

    def move(self, by: int) -> None:
        """Select another task of the column."""
        last = len(self.picture.stacks[self._column]) - 1
        self._at[self._column] = max(0, min(self._at[self._column] + by, last))
        self._settle()
        self.post_message(self.Selected())

    def go(self, to_end: bool) -> None:
        """Go to the first task of the column or the last."""
        size = len(self.picture.stacks[self._column])
        self.move(size if to_end else -size)

    def sideways(self, by: int) -> None:
        """Go to the column beside this one."""
        place = self._states.index(self._column) + by
        self._column = self._states[max(0, min(place, len(self._states) - 1))]
        self._settle()
        self.post_message(self.Selected())

    def show_from(self, top: int) -> None:
        """The mouse's wheel goes through the column."""
        self.move(1 if top > self.top else -1)

    def on_resize(self) -> None:
        """Keep the selected task in sight."""
        self._settle()

    def on_click(self, event: events.Click) -> None:
        """Select the column that was clicked on."""
        number = self._left + event.x // (self._wide() + GUTTER)
        if number < len(self._states):
            self._column = self._states[number]
            self.sideways(0)

    def _settle(self) -> None:
        """Have the selected column and its task in sight."""
        number, fit = self._states.index(self._column), self._fit()
        self._left = max(min(self._left, number), number - fit + 1, 0)
        self._left = min(self._left, max(0, len(self._states) - fit))
        state = self._column
        self._first[state] = min(self._first[state], self._at[state])
        left, first = self.room - 2, self._at[state]
        stack = self.picture.stacks[state]
        for place in reversed(range(self._first[state], min(first + 1, len(stack)))):
            left -= len(self._card(state, place)) + 1
            if left < -1:
                break
            first = place
        self._first[state] = first
        self.refresh()

    # -- drawing -------------------------------------------------------------------------------

    def heading(self) -> str:
        """How many columns, and of how many."""
        fit = self._fit()
        last = self._left + fit
        which = f"column {last}" if fit == 1 else f"columns {self._left + 1}–{last}"
        some = f" · {which} of {len(self._states)}" if fit < len(self._states) else ""
        whole = sum(self.picture.wholes.values())
        number = out_of(sum(map(len, self.picture.stacks.values())), whole)
        return f"board · {number} tasks{some}"

    def count(self) -> int:
        """It is always as high as there is room."""
        return self.room

    def _fit(self) -> int:
        """How many columns there is room for."""
        return min(len(self._states), max(1, (self.size.width + GUTTER) // (LEAST + GUTTER)))

    def _wide(self) -> int:
        """How wide each is."""
        fit = self._fit()
        return max(1, (self.size.width + GUTTER) // fit - GUTTER)

    def line(self, number: int, width: int) -> Line:
        """The same line of each column."""
        if number == 0:
            self._drawn = [list(self._lines(state)) for state in self._seen()]
        size = self._wide()
        spans: list[Span] = []
        for column in self._drawn:
            line = cut_line(column[number], size) if number < len(column) else ()
            used = line_cells(line)
            spans += [*line, (" " * (size - used + GUTTER), "")]
        return spans[:-1]

    def _seen(self) -> list[State]:
        return self._states[self._left : self._left + self._fit()]

    def _lines(self, state: State) -> Iterator[Line]:
        size, stack = self._wide(), self.picture.stacks[state]
        column = Column(*badge(state), stack, self.picture.wholes[state])
        first = self._first[state]
        before = f" ↑{first:,}" if first else ""
        yield [(cut(f"{column.name} {column.number}{before}", size), column.style)]
        yield [("─" * size, column.colour or DIM)]
        left = self.room - 2
        for place in range(first, len(stack)):
            lines = self._card(state, place)
            if left < len(lines):
                yield from ([(cut(f"… {len(stack) - place:,} more", size), DIM)],) if left else ()
                return
            is_selected = state is self._column and place == self._at[state]
            style = CURSOR if self.has_focus else CURSOR_AWAY
            yield from (selected(one, size, style) for one in lines) if is_selected else lines
            yield ()
            left -= len(lines) + 1

    def _card(self, state: State, place: int) -> list[Line]:
        row = self.picture.overview.at(self.picture.stacks[state][place])
        row = row._replace(owner=self.looks(NARROW).names[row.owner])
        lines = list(card_of(row, self.picture.overview, self._wide()))
        if row.id in self.fresh:
            lines = [[(text, f"{style} bold".strip()) for text, style in one] for one in lines]
        return lines
