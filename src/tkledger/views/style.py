"""How states and priorities look, and the console they are shown on; it knows no view."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator

from tkledger import report
from tkledger.core.lifecycle import State
from tkledger.core.typing import TYPE_CHECKING, NamedTuple, TextIO
from tkledger.views.text_layout import Frame, Line, Lines, text_of

if TYPE_CHECKING:
    from rich.console import Console


class Look(NamedTuple):
    """A state as people see it: the colour only repeats what glyph and label say."""

    glyph: str
    colour: str
    label: str


LOOKS: dict[State, Look] = {
    State.BACKLOG: Look("◌", "dim", "backlog"),
    State.TODO: Look("○", "", "todo"),
    State.IN_PROGRESS: Look("◐", "yellow", "in_progress"),
    State.IN_REVIEW: Look("◑", "cyan", "in_review"),
    State.BLOCKED: Look("✗", "red", "blocked"),
    State.DONE: Look("●", "green", "done"),
    State.CANCELLED: Look("⊘", "dim", "cancelled"),
}
"""One look a state, in the order of the lifecycle; labels are the words of the file."""

URGENCIES = ("bold red", "yellow", "", "dim", "dim")
"""The colour of P0 to P4."""

DIM = "dim"
STRONG = "bold"
ID = "cyan"
BAD = "red"
GOOD = "green"

ENDLESS = 1_000_000
"""The width, in cells, of what is not a terminal: no text of a task file (64 KiB) reaches it."""


_TITLES = {State.CANCELLED: "dim strike", State.DONE: DIM, State.BACKLOG: DIM}


def urgency(value: int) -> tuple[str, str]:
    """A priority as text and colour."""
    return f"P{value}", URGENCIES[value]


def title_colour(state: State) -> str:
    """The colour of a title: what is not to be worked on steps back."""
    return _TITLES.get(state, "")


def console(stdout: TextIO, *, coloured: bool = True) -> Console:
    """The console for ``stdout``.

    A terminal gets its own width (or COLUMNS) and colours unless NO_COLOR is set, or they are not wanted; anything
    else gets plain text that is never cut. Letters that ``stdout`` cannot encode become ``?``.
    """
    _encode_what_it_can(stdout)
    from rich.console import Console

    terminal = stdout.isatty()
    return Console(
        file=stdout,
        force_terminal=terminal,
        color_system="auto" if terminal and coloured and not os.environ.get("NO_COLOR") else None,
        width=None if terminal else ENDLESS,
        highlight=False,
        markup=False,
        emoji=False,
    )


def show(view: Lines, stdout: TextIO) -> None:
    """Print a view: as it is drawn on a terminal, as plain text of whole lines anywhere else."""
    if stdout.isatty():
        stdout.write(drawn(view, stdout))
        return
    _encode_what_it_can(stdout)
    stdout.write(report.fitting("\n".join([*text_of(view, ENDLESS), ""]), stdout))


def drawn(view: Lines, stdout: TextIO, *, coloured: bool = True, ascii: bool = False) -> str:
    """A view as it would be printed on a terminal, for what shows it instead."""
    shown = console(stdout, coloured=coloured)
    with shown.capture() as captured:
        shown.print(in_ascii(view) if ascii or report.lacks_signs(stdout) else view)
    return captured.get()


def in_ascii(view: Lines) -> Lines:
    """A view whose glyphs and lines are of ASCII, each in one cell as before."""

    def draw(frame: Frame) -> Iterator[Line | str]:
        for line in view.draw(frame):
            if isinstance(line, str):
                yield report.in_ascii(line)
            else:
                yield [(report.in_ascii(text), style) for text, style in line]

    return Lines(draw)


def _encode_what_it_can(stdout: TextIO) -> None:
    if isinstance(stdout, io.TextIOWrapper) and report.lacks_signs(stdout):
        stdout.reconfigure(errors="replace")
