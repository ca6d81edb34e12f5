"""What is asked on top of the panes: whether to move a task and why, where to look; and the list of keys."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tkledger.ui.keys import groups
from tkledger.ui.panes import Manner, TextPane
from tkledger.views.style import STRONG
from tkledger.views.text_layout import Frame, Line, Lines, cells, led, pad, wrap

_BOX = """
{name} {{ align: center middle; }}
{name} > Vertical {{
    width: 72; max-width: 100%; height: auto; max-height: 100%; border: round ansi_default; padding: 0 1;
    background: ansi_default; color: ansi_default;
}}
{name}.ascii > Vertical {{ border: ascii ansi_default; }}
"""


class TypedLine(Input):
    """One line to type in, without a frame."""

    DEFAULT_CSS = """
    TypedLine, TypedLine:focus {
        border: none; height: 1; padding: 0; background: ansi_default; color: ansi_default; text-style: underline;
    }
    """


class Ask(ModalScreen[str | None]):
    """A question, with a line to type in if there is something to say; None if it is not to be."""

    DEFAULT_CSS = _BOX.format(name="Ask")

    def __init__(self, question: str, asks: str, manner: Manner, *, required: bool = False) -> None:
        super().__init__(classes="ascii" if manner.ascii else None)
        self._question, self._asks, self._required = question, asks, required

    def compose(self) -> ComposeResult:
        """The question, the line, and the keys."""
        with Vertical():
            yield Static(self._question, markup=False)
            if self._asks:
                yield TypedLine(placeholder=self._asks)
            yield Static("Enter: yes   Esc: no", markup=False, classes="dim")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with what was typed."""
        text = event.value.strip()
        if text or not self._required:
            self.dismiss(text)

    def on_key(self, event: events.Key) -> None:
        """It is not to be; or it is, if there is nothing to type."""
        if event.key != "escape" and (event.key != "enter" or self._asks):
            return
        event.stop()  # else it would be a key for what is below, too
        self.dismiss(None if event.key == "escape" else "")


class Help(ModalScreen[None]):
    """All keys."""

    DEFAULT_CSS = _BOX.format(name="Help") + "Help > Vertical { height: 100%; }"

    def __init__(self, manner: Manner) -> None:
        super().__init__(classes="ascii" if manner.ascii else None)
        self._manner = manner

    def compose(self) -> ComposeResult:
        """The list, which can be gone through."""
        with Vertical():
            yield TextPane("keys", self._manner)

    def on_key(self, event: events.Key) -> None:
        """Lead back."""
        if event.key in ("escape", "q", "question_mark", "enter"):
            event.stop()
            self.dismiss()

    def on_mount(self) -> None:
        """Show it."""
        text = self.query_one(TextPane)
        text.show(keys(), "keys · Esc leads back", from_top=True)
        text.focus()


def keys() -> Lines:
    """The keys, and what each does."""

    def draw(frame: Frame) -> Iterator[Line]:
        for number, (title, some) in enumerate(groups()):
            if number:
                yield ()
            yield [(title, STRONG)]
            for key, words in some:
                lead = pad(f"  {key}", 10)
                lines = wrap(words, max(frame.width - cells(lead), 16))
                yield from led([(lead, "bold")], [((line, ""),) for line in lines])

    return Lines(draw)
