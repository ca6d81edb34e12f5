"""Lines of coloured spans, cut and padded by terminal cells; it knows nothing of tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from tkledger.core.pattern import pattern
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.report import visible

if TYPE_CHECKING:  # rich costs 45 ms to import, and what is piped does without it
    from rich.console import Console, ConsoleOptions
    from rich.segment import Segment

Span = tuple[str, str]
"""Text, and the rich style it is shown in."""

Line = Sequence[Span]

GAP = "  "
JOINT = " · "
TAB = 4
WIDEST = 40
NARROW = 64
_BLANKS = pattern("  +")
_BREAKS = pattern(r"[\t-\r\x1c-\x20\x85\u2028\u2029]+")
_RIGHT_TO_LEFT = pattern(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_ISOLATE, _POP = "\u2068", "\u2069"
"""What begins and ends a text whose direction is its own, and nothing's around it."""
_FLAGS = pattern("[\U0001f1e6-\U0001f1ff]*$")
_ONE_CELL = frozenset(
    [*map(chr, (*range(0x20, 0x7F), *range(0xA0, 0xAD), *range(0xAE, 0x180))), *"◌○◐◑✗●⊘–…▰▱─│├└"]
)
"""Letters and signs of one cell each; rich knows all others, which takes 3 ms to ask for the first time."""


class Frame(NamedTuple):
    """Where lines go: ``width`` in cells; ``piped`` if it is not a terminal; ``height`` in lines, 0 if it is not
    known.
    """

    width: int
    piped: bool
    height: int = 0

    @property
    def narrow(self) -> bool:
        """Whether it is a terminal with so little room that states are signs, and what is beside goes below."""
        return not self.piped and self.width < NARROW


class Lines:
    """A renderable of whole lines, drawn when the frame is known.

    Segments rather than rich tables: a table of 10,000 rows takes seconds, these milliseconds.
    """

    def __init__(self, draw: Callable[[Frame], Iterable[Line | str]]) -> None:
        self.draw = draw

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """The segments of all lines; without styles if there is no terminal."""
        from rich.segment import Segment

        piped = not options.is_terminal
        keeps = isolated if options.encoding.startswith("utf") else str
        for line in self.draw(Frame(options.max_width, piped, options.size.height)):
            if piped or isinstance(line, str):
                yield Segment(plain(line))
            else:
                yield from segments(line, keeps)
            yield Segment.line()


def segments(line: Line, keeps: Callable[[str], str] | None = None) -> Iterator[Segment]:
    """A line in rich's terms; ``keeps`` is what is done to its texts, by default they are `isolated`."""
    from rich.segment import Segment
    from rich.style import Style

    change = keeps or isolated
    for text, style in line:
        if text:
            yield Segment(change(text), Style.parse(style) if style else None)


def text_of(view: Lines, width: int) -> Iterator[str]:
    """A view's lines as plain text, for what is not a terminal."""
    drawn = view.draw(Frame(width, piped=True))
    return (line.rstrip() if type(line) is str else plain(line) for line in drawn)


def plain(line: Line | str) -> str:
    """A line without its colours, and without blanks at its end."""
    return (line if isinstance(line, str) else "".join([text for text, _ in line])).rstrip()


def safe(text: str) -> str:
    """Text out of a repository in one line, with nothing in it that could steer a terminal."""
    return text if text.isprintable() else visible(_BREAKS.sub(" ", text).strip(" "))


def isolated(text: str) -> str:
    """Text for a terminal: a part of it that is read from right to left turns nothing around it."""
    if text.isascii() or not _RIGHT_TO_LEFT.search(text):
        return text
    return JOINT.join(
        part.replace(own := part.strip(" "), f"{_ISOLATE}{own}{_POP}", 1)
        if _RIGHT_TO_LEFT.search(part)
        else part
        for part in text.split(JOINT)
    )


def safe_lines(text: str) -> list[str]:
    """Text out of a repository line by line; tabs are widened, the rest made visible."""
    return [visible(line.expandtabs(TAB)) for line in text.rstrip("\n").split("\n")]


def cells(text: str) -> int:
    """How many cells ``text`` takes in a terminal."""
    if text.isascii() or _ONE_CELL.issuperset(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, with an ellipsis where something is left out."""
    if cells(text) <= width:
        return text
    from rich.cells import set_cell_size

    if width <= 0:
        return ""
    shown = set_cell_size(text, width - 1)
    letters = _FLAGS.search(shown)
    if letters and len(letters[0]) % 2:  # a flag is two of them
        shown = shown[:-1]
    return shown.rstrip() + "…"


def pad(text: str, width: int) -> str:
    """``text`` followed by blanks up to ``width`` cells."""
    return text + " " * (width - cells(text))


def joined(parts: Iterable[str], width: int) -> list[str]:
    """``parts`` with dots between them, in lines that do not break within a part."""
    lines: list[str] = []
    for part in parts:
        if lines and cells(lines[-1]) + cells(JOINT) + cells(part) <= width:
            lines[-1] += JOINT + part
        else:
            lines += wrap(part, width)
    return lines


def wrap(text: str, width: int, most: int | None = None) -> list[str]:
    """``text`` in lines of at most ``width`` cells, broken at blanks where that is possible.

    Blanks at the beginning indent all of them. What goes beyond ``most`` lines is cut.
    """
    if cells(text) <= width:
        return [text]
    indent = " " * min(len(text) - len(text.lstrip(" ")), width // 2)
    lines = [indent + line for line in _filled(text.split(" "), max(width - len(indent), 2))]
    if most is not None and len(lines) > most:
        lines[most - 1 :] = [cut(" ".join(lines[most - 1 :]), width)]
    return lines


def _filled(words: Iterable[str], width: int) -> Iterator[str]:
    line = ""
    for word in words:
        if cells(line) + 1 + cells(word) <= width and line:
            line += " " + word
            continue
        if line:
            yield line
        from rich.cells import chop_cells

        *whole, line = chop_cells(word, width) or [""]
        yield from whole
    if line:
        yield line


def lines_of(text: str | None, style: str = "") -> list[Span]:
    """The lines of a text, none of which can steer a terminal."""
    return [(line, style) for line in safe_lines(text)] if text else []


def wrapped(lines: Sequence[Span], width: int) -> Iterator[Span]:
    """Lines in the cells that there are, sixteen at least."""
    for text, style in lines:
        for line in wrap(text, max(width, 16)):
            yield line, style


def led(head: Line, lines: Iterable[Line]) -> Iterator[Line]:
    """Lines, the first behind a head and the others behind as many blanks, in the style of its end."""
    for line in lines:
        yield (*head, *line)
        head = ((" " * line_cells(head), head[-1][1]),)


def cut_line(line: Line, width: int) -> list[Span]:
    """A line in at most ``width`` cells, with an ellipsis where something is left out."""
    spans: list[Span] = []
    for text, style in line:
        room, width = width, width - cells(text)
        if width < 0 and not room and spans:  # the span before has to make room for the ellipsis
            before, style = spans.pop()
            text, room = before + text, cells(before)
        if width < 0:
            return [*spans, (cut(text, room), style)]
        spans.append((text, style))
    return spans


ROOMY, LEAST = 48, 16
"""The title's cells beyond which it may be cut, and those it keeps, whatever follows it."""


MOST_BELOW = 3
"""The most lines of one of the details that are below a title."""


def beside(
    head: Line,
    title: Span,
    progress: Sequence[Line],
    details: Sequence[Line],
    under: Span,
    width: int,
) -> Iterator[Line]:
    """A head, a title, how far it is and what else is to be said of it, in one line. What would cut too much of
    the title goes below, after ``under``: first all details, then the end of ``progress``.
    """
    text, colour = title
    parts = [*progress, *details]
    room = width - line_cells(head)
    least = min(cells(text), ROOMY)
    for kept in (len(parts), *range(len(progress), -1, -1)):
        spans = [span for part in parts[:kept] for span in ((GAP, ""), *part)]
        if least + line_cells(spans) <= room:
            break
    shown = cut(text, max(room - line_cells(spans), LEAST))
    yield cut_line([*head, (shown, colour), *spans], width)
    yield from _flowing(parts[kept:], under, width)


def _flowing(parts: Sequence[Line], under: Span, width: int) -> Iterator[Line]:
    """Parts one after the other, each line after ``under``; what is wider than a line is wrapped."""
    guides, style = under
    lead: list[Span] = [(guides[: max(width - len(GAP) - LEAST, 0)], style), (GAP, "")]
    room = max(width - line_cells(lead), 2)
    line: list[Span] = []
    for part in parts:
        if line and line_cells(line) + len(GAP) + line_cells(part) <= room:
            line += [(GAP, ""), *part]
            continue
        if line:
            yield [*lead, *line]
        line = cut_line(part, room)
        if len(part) == 1:
            ((text, colour),) = part
            *whole, last = wrap(text, room, MOST_BELOW)
            yield from ([*lead, (one, colour)] for one in whole)
            line = [(last, colour)]
    if line:
        yield [*lead, *line]


def line_cells(line: Line) -> int:
    """How many cells a line takes in a terminal."""
    return sum(cells(text) for text, _ in line)


def columns(rows: Sequence[Line]) -> list[int]:
    """The width of the widest cell of each column."""
    return [max(cells(text) for text, _ in column) for column in zip(*rows)]


def aligned(row: Line, widths: Sequence[int]) -> list[Span]:
    """One row of a table: cells cut and padded to their columns; columns of width 0 left out."""
    spans = [*padded(row, widths)]
    while spans and not spans[-1][0].strip():
        spans.pop()
    return spans


def padded(row: Line, widths: Sequence[int]) -> Iterator[Span]:
    """The same with the blanks up to the next column behind the last cell, too."""
    for (text, style), width in zip(row, widths):
        if width:
            shown = cut(text, width)
            yield shown, style
            yield " " * (width - cells(shown)) + GAP, ""


def piped_table(columns: Sequence[Sequence[str]]) -> Iterable[str]:
    """One row a line for programs: nothing cut, ``-`` for an empty cell, two blanks between.

    No cell holds two blanks itself. A cell wider than others by far shifts its own row only.
    """
    if not columns:
        return ()
    *before, last = columns
    return map("".join, zip(*map(_piped_column, before), _last_column(last)))


def _last_column(column: Sequence[str]) -> Sequence[str]:
    """The cells of a column that nothing follows."""
    if GAP in "\n".join(column):
        column = [_BLANKS.sub(" ", text) for text in column]
    return column if all(column) else [text or "-" for text in column]


def _piped_column(column: Sequence[str]) -> Sequence[str]:
    """The cells of a column, each with the blanks that follow it."""
    texts = {*column}
    if 4 * len(texts) > len(column):  # ten thousand titles in a few milliseconds
        together = "\n".join(column)
        if together.isascii() and GAP not in together:
            filled = [text or "-" for text in column] if "" in texts else column
            widest = max(1, *map(len, texts))
            width = min(widest, WIDEST) + len(GAP)
            if widest <= WIDEST:
                return [text.ljust(width) for text in filled]
            return [(text + GAP).ljust(width) for text in filled]
    shown = {text: _BLANKS.sub(" ", text) if GAP in text else text or "-" for text in texts}
    width = min(max(map(cells, shown.values()), default=0), WIDEST)
    padded = {text: pad(cell, max(width, cells(cell))) + GAP for text, cell in shown.items()}
    return (
        [*padded.values()] * len(column) if len(padded) == 1 else [*map(padded.__getitem__, column)]
    )


def texts_of(rows: Iterable[Line]) -> list[tuple[str, ...]]:
    """The columns of a table's rows, without their colours."""
    return list(zip(*([text for text, _ in row] for row in rows)))


def table(rows: Sequence[Line], frame: Frame) -> Iterable[Line | str]:
    """Rows whose last column takes the room that is left, or goes below the others if there is hardly any; empty
    columns are left out.
    """
    if frame.piped:
        return piped_table(texts_of(rows))
    widths = columns(rows)
    if widths:
        left = frame.width - sum(width + len(GAP) for width in widths[:-1] if width)
        if left < min(widths[-1], LEAST):
            return hanging(rows, frame.width)
        widths[-1] = min(widths[-1], left)
    return (aligned(row, widths) for row in rows)


BELOW = 8
"""How far it is indented there at most."""
LEAST_ROOM = 40
"""The cells that a wrapped column has at least beside the others; else it goes below them."""


def hanging(rows: Sequence[Line], width: int, least: int = LEAST_ROOM) -> Iterator[Line]:
    """A table with its last column wrapped; below the ones before if they leave it no room."""
    widths = columns([row[:-1] for row in rows])
    start = sum(size + len(GAP) for size in widths if size)
    fits = width - start >= least
    start = start if fits else min(widths[0] + len(GAP), BELOW) if rows else 0
    for row in rows:
        lead = aligned(row[:-1], widths)
        text, style = row[-1]
        texts = wrap(text, max(width - start, 1))
        if fits:
            room = start - line_cells(lead)
            yield (*lead, (" " * room, ""), (texts.pop(0), style))
        else:
            yield cut_line(lead, width)
            texts = texts if text else []
        for text in texts:
            yield ((" " * start, ""), (text, style))
