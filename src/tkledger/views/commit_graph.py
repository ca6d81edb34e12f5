r"""The graph of history on the left of lines, in the signs of git's log; it knows commits by their names only.

A lane is two cells wide. Between two stars an edge goes at most one lane further by each line: ``\`` to the right
where a commit has several parents, ``/`` to the left where lanes meet or one has ended, across those between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tkledger.core.ancestry import Links
from tkledger.core.typing import NamedTuple
from tkledger.views.style import DIM
from tkledger.views.text_layout import WIDEST, Frame, Line

STAR, CUT = "*", "~"
SPACE = 2
"""The cells between the graph and what stands beside it."""
SHARE = 4
"""The graph has at most one of so many cells of a terminal."""


class GraphRow(NamedTuple):
    """A commit's line with its star, those that lead to the next star, and one that may be repeated below them."""

    star: str
    onward: Sequence[str]
    below: str


def rows(links: Links) -> Iterator[GraphRow]:
    """The graph of commits, in their order, which has children before parents."""
    lanes: list[str] = []
    for commit, parents in links.items():
        lanes += [commit] if commit not in lanes else []
        at, more = lanes.index(commit), max(len(parents) - 1, 0)
        star = " ".join(STAR if one == commit else "|" for one in lanes)
        right = len(lanes) - at - 1
        forks = ["| " * (at + n) + "|\\" + " \\" * right for n in range(more)]
        edges = [*enumerate(lanes[:at]), *enumerate(parents, at)]
        edges += enumerate(lanes[at + 1 :], at + 1 + more)
        lanes = [*dict.fromkeys(one for _, one in edges)]
        below = " ".join("|" * len(lanes))
        ends = [below] if not parents and at == len(lanes) else []  # the next star may be below it
        yield GraphRow(star, [*forks, *_moved(edges, lanes), *ends], below)


def _moved(edges: Iterable[tuple[int, str]], lanes: Sequence[str]) -> Iterator[str]:
    """The lines on which edges go to their lanes, each by one lane to the left a line."""
    ends = {one: place for place, one in enumerate(lanes)}
    left = {(at, ends[one]) for at, one in edges}
    while any(at > end for at, end in left):
        signs = {2 * at - 1 if at > end else 2 * at: "/" if at > end else "|" for at, end in left}
        yield "".join(signs.get(cell, " ") for cell in range(max(signs) + 1))
        left = {(max(at - 1, end), end) for at, end in left}


def room(drawn: Iterable[GraphRow], frame: Frame) -> int:
    """The cells that a graph takes: what it needs, up to its share of a terminal."""
    needs = max((len(line) for row in drawn for line in (row.star, *row.onward)), default=0)
    return min(needs, WIDEST if frame.piped else max(frame.width // SHARE, 3))


def cut(line: str, width: int) -> str:
    """A line of the graph in ``width`` cells, with a sign where lanes are left out; a star is never left out."""
    if len(line) <= width:
        return line.ljust(width)
    if line.find(STAR) >= width - 1:
        return line[: width - 2] + CUT + STAR
    return line[: width - 1] + CUT


def beside(
    drawn: Iterable[GraphRow],
    commits: Sequence[str],
    blocks: Iterable[tuple[Sequence[Line], Sequence[Line | str]]],
    width: int,
    frame: Frame,
) -> Iterator[Line | str]:
    """Blocks, each a heading and the lines of an entry, with a graph of ``width`` cells on their left. Entries of
    one commit follow each other.
    """

    def line(lead: str, text: Line | str = ()) -> Line | str:
        shown = (lead.ljust(width) if frame.piped else cut(lead, width)) + " " * SPACE
        return shown + text if isinstance(text, str) else ((shown, DIM), *text)

    rest, last = iter(drawn), ""
    onward, below = list[str](), ""
    for commit, (heading, lines) in zip(commits, blocks):
        texts = list(lines)
        if commit != last:
            leads = [*onward, *[below] * (len(heading) - len(onward))]
            above = [*[()] * (len(leads) - len(heading)), *heading]
            yield from map(line, leads, above)
            star, after, below = next(rest)
            onward, last = list(after), commit
            yield line(star, texts.pop(0))
        for text in texts:
            yield line(onward.pop(0) if onward else below, text)
