"""The lines above and below the panes: where one is, what was said, and which keys there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tkledger.report import visible
from tkledger.ui.keys import MOVES
from tkledger.ui.panes import Manner, strip
from tkledger.ui.picture import Card, Picture
from tkledger.views.style import BAD, DIM, LOOKS, PERSON, STRONG
from tkledger.views.text_layout import Line, Span, cells, cut_line, safe, wrap

_MOST = 8
"""Lines that are said at most."""


class _Lines(Widget):
    """A few lines, which take no keys."""

    DEFAULT_CSS = "_Lines { height: 1; width: 1fr; background: ansi_default; color: ansi_default; }"

    def __init__(self, name: str, manner: Manner) -> None:
        super().__init__(id=name)
        self._manner = manner

    def lines(self, width: int) -> Sequence[Line]:
        """What there is to show."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        shown = self.lines(self.size.width)
        return strip(shown[y] if y < len(shown) else (), self.size.width, self._manner)


class StatusLine(_Lines):
    """Where one is."""

    _picture: Picture | None = None

    def show(self, picture: Picture) -> None:
        """Show where that is."""
        self._picture = picture
        self.refresh()

    def lines(self, width: int) -> Sequence[Line]:
        """The branch, who acts, and the filter; or the time that is looked at."""
        one = self._picture
        if one is None:
            return ()
        if not one.is_now:
            words = f" PAST, nothing can be moved (0: now)  {safe(one.moment)}"
            text = cut_line([(words, "")], width)[0][0]
            return ([(text + " " * (width - cells(text)), "reverse")],)
        parts: list[Span] = [
            ("tk", "bold"),
            (safe(one.branch), STRONG),
            (safe(one.actor), PERSON),
        ]
        number = len(one.overview.flaws)
        parts += [(f"{number} cannot be read (tk verify)", BAD)] if number else []
        parts += [(f"/{safe(one.asked.words)}", STRONG)] if one.asked.words else []
        parts += [
            (f"{look.glyph} {len(one.stacks[state]):,}", look.colour)
            for state, look in LOOKS.items()
            if one.stacks[state]
        ]
        return ([span for part in parts if part[0] for span in (part, ("  ", ""))],)


class SaidLines(_Lines):
    """What was said last."""

    DEFAULT_CSS = "SaidLines { height: auto; }"

    def __init__(self, name: str, manner: Manner) -> None:
        super().__init__(name, manner)
        self._text, self._is_bad = "", False

    def say(self, text: str, *, is_bad: bool = False) -> None:
        """Say something else; nothing takes no room."""
        if text != self._text:
            self._text, self._is_bad = text, is_bad
            self.refresh(layout=True)

    def lines(self, width: int) -> Sequence[Line]:
        """The words, as wide as there is room."""
        return [[(text, BAD if self._is_bad else "")] for text in self._wrapped(width)][:_MOST]

    def _wrapped(self, width: int) -> Iterator[str]:
        for line in self._text.split("\n") if self._text else ():
            yield from wrap(visible(line), max(width, 8))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are words for."""
        return min(_MOST, len([*self._wrapped(width)]))


class KeyLine(_Lines):
    """Which keys there are: first the moves that are legal."""

    _card: Card | None = None
    _picture: Picture | None = None

    def show(self, card: Card | None, picture: Picture) -> None:
        """Show those of a task; None while it is being read."""
        self._card, self._picture = card, picture
        self.refresh()

    def lines(self, width: int) -> Sequence[Line]:
        """As many as there is room for; the help has all."""
        always = [("/", "filter"), ("?", "help"), ("q", "quit")]
        found: list[tuple[str, str]] = []
        if self._picture is not None and self._picture.is_now and self._card is not None:
            legal = (*self._card.legal, "note")
            found = [(one.key, one.verb) for one in MOVES if one.verb in legal]
        elif self._picture is not None and not self._picture.is_now:
            found = [("[", "older"), ("]", "newer"), ("0", "now")]
        room = width - sum(len(key) + len(word) + 3 for key, word in always)
        shown: list[tuple[str, str]] = []
        for key, word in found:
            room -= len(key) + len(word) + 3
            if room >= 0:
                shown.append((key, word))
        spans: list[Span] = []
        for key, word in (*shown, *always):
            spans += [(key, "bold"), (f" {word}", DIM), ("  ", "")]
        return (spans,)
