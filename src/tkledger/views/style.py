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
    State.IN_REVIEW: Look("◑", "bright_blue", "in_review"),
    State.BLOCKED: Look("✗", "red", "blocked"),
    State.DONE: Look("●", "green", "done"),
    State.CANCELLED: Look("⊘", "dim", "cancelled"),
}
"""One look a state, in the order of the lifecycle; labels are the words of the file."""

URGENCIES = ("bold", "bold", "", "dim", "dim")
"""The weight of P0 to P4: hues say other things."""

DIM = "dim"
STRONG = "bold"
ID = "cyan"
PERSON = "magenta"
BAD = "red"
GOOD = "green"
"""One meaning a colour, out of the user's own palette, which fits their background: what is being done is yellow,
what is in review blue; blocked, over a limit or against a rule is red, done or well green. No white, no black.
"""

ENDLESS = 1_000_000
"""The width, in cells, of what is not a terminal: no text of a task file (64 KiB) reaches it."""


_TITLES = {State.CANCELLED: "dim strike", State.DONE: DIM, State.BACKLOG: DIM}


def urgency(value: int) -> tuple[str, str]:
    """A priority as text and colour."""
    return f"P{value}", URGENCIES[value]


def title_colour(state: State) -> str:
    """The colour of a title: what is not to be worked on steps back."""
    return _TITLES.get(state, "")


def console(stdout: TextIO, *, coloured: bool | None = None) -> Console:
    """The console for ``stdout``.

    A terminal gets its own width (or COLUMNS), and colours unless NO_COLOR is set; so does anything else if it is
    to be ``coloured``. Otherwise it gets plain text that is never cut. Letters that ``stdout`` cannot encode
    become ``?``.
    """
    _encode_what_it_can(stdout)
    from rich.console import Console

    if coloured is None:
        coloured = stdout.isatty() and not os.environ.get("NO_COLOR")
    terminal = coloured or stdout.isatty()
    knows = stdout.isatty() and os.environ.get("TERM") not in (None, "dumb", "unknown")
    return Console(
        file=stdout,
        force_terminal=terminal,
        color_system=("auto" if knows else "standard") if coloured else None,
        no_color=not coloured,
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


def drawn(view: Lines, stdout: TextIO, *, coloured: bool | None = None, ascii: bool = False) -> str:
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
