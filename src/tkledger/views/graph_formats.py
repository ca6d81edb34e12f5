"""The graph of tasks for other programs, as Mermaid and DOT: foreign text is text in both and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tkledger.core.lifecycle import State
from tkledger.core.overview import Overview, TaskRow
from tkledger.core.pattern import pattern
from tkledger.core.task_graph import BEFORE, TaskGraph, cut
from tkledger.core.typing import NamedTuple
from tkledger.views.style import LOOKS
from tkledger.views.text_layout import cut as cut_text
from tkledger.views.text_layout import safe

LONGEST = 60
"""The cells of a title that are shown at most."""


class Paint(NamedTuple):
    """The colours of a state in a drawing: of its box and of the line around it."""

    fill: str
    line: str


PAINTS: Mapping[State, Paint] = {
    State.BACKLOG: Paint("#f4f4f4", "#aaaaaa"),
    State.TODO: Paint("#ffffff", "#666666"),
    State.IN_PROGRESS: Paint("#fff3c4", "#b58900"),
    State.IN_REVIEW: Paint("#d5f2f5", "#2a8a94"),
    State.BLOCKED: Paint("#fbdcda", "#c0392b"),
    State.DONE: Paint("#dcf3dc", "#3c8c3c"),
    State.CANCELLED: Paint("#eeeeee", "#aaaaaa"),
}
CRITICAL = "#c0392b"
"""The colour of the longest chain."""


class Drawn(NamedTuple):
    """What of a graph is written: the tasks by their ids, and the links among them, each with whether it is on the
    longest chain.
    """

    rows: Mapping[str, TaskRow]
    links: Sequence[tuple[str, str, bool, bool]]
    critical: frozenset[str]
    unblocks: Mapping[str, int]


def written(overview: Overview, graph: TaskGraph, format: str) -> tuple[str, int]:
    """The graph in a format, and how many of its tasks that has."""
    make, most = _FORMATS[format]
    drawn = drawn_of(overview, cut(graph, most))
    return make(drawn), len(drawn.rows)


def drawn_of(overview: Overview, graph: TaskGraph) -> Drawn:
    """What of a graph is written."""
    rows = {key: row for key in graph.ids if (row := overview.task(key)) is not None}
    steps = {*zip(graph.critical, graph.critical[1:])}
    links = [
        (one.source, one.target, one.kind == BEFORE, (one.source, one.target) in steps)
        for one in graph.links
    ]
    return Drawn(rows, links, frozenset(graph.critical), graph.unblocks)


def words_of(row: TaskRow, unblocks: int) -> tuple[str, str]:
    """What is written of a task: its sign, id and count; and its title, which is cut."""
    count = f", unblocks {unblocks:,}" if unblocks else ""
    return f"{LOOKS[row.state].glyph} {row.id}{count}", cut_text(safe(row.title), LONGEST)


# -- Mermaid ------------------------------------------------------------------------------------

_NOT_PLAIN = pattern(r"[^\w ,.-]")


def _mermaid(drawn: Drawn) -> str:
    names = {key: f"n{number}" for number, key in enumerate(drawn.rows)}
    lines = ["flowchart LR"]
    for key, row in drawn.rows.items():
        head, title = words_of(row, drawn.unblocks.get(key, 0))
        lines.append(f'  {names[key]}["{_entities(head)}<br/>{_entities(title)}"]:::{row.state}')
    for source, target, before, _ in drawn.links:
        lines.append(f"  {names[source]} {'-->' if before else '-.->'} {names[target]}")
    steps = [str(n) for n, link in enumerate(drawn.links) if link[3]]
    if steps:
        lines.append(f"  linkStyle {','.join(steps)} stroke:{CRITICAL},stroke-width:3px")
    for state in sorted({row.state for row in drawn.rows.values()}):
        fill, line = PAINTS[state]
        lines.append(f"  classDef {state} fill:{fill},stroke:{line},color:#222222")
    return "\n".join(lines)


def _entities(text: str) -> str:
    """Text in which every sign that may mean something is written as its number."""
    return _NOT_PLAIN.sub(lambda one: f"#{ord(one[0])};", text)


# -- DOT ----------------------------------------------------------------------------------------


def _dot(drawn: Drawn) -> str:
    lines = [
        "digraph tk {",
        '  graph [rankdir="LR"];',
        '  node [shape="box", style="filled,rounded", fontname="sans-serif"];',
    ]
    for key, row in drawn.rows.items():
        fill, line = PAINTS[row.state]
        label = r"\n".join(map(_escaped, words_of(row, drawn.unblocks.get(key, 0))))
        wide = f', color="{CRITICAL}", penwidth="2"' if key in drawn.critical else ""
        colours = f'fillcolor="{fill}"' + (wide or f', color="{line}"')
        lines.append(f'  "{_escaped(key)}" [label="{label}", {colours}];')
    for source, target, before, step in drawn.links:
        style = f'color="{CRITICAL}", penwidth="2"' if step else "" if before else 'style="dashed"'
        attributes = f" [{style}]" if style else ""
        lines.append(f'  "{_escaped(source)}" -> "{_escaped(target)}"{attributes};')
    return "\n".join([*lines, "}"])


def _escaped(text: str) -> str:
    """Text within quotes, where a backslash is one and there are no entities of HTML."""
    return text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')


def _svg(drawn: Drawn) -> str:
    from tkledger.views.graph_svg import svg  # which lays it out

    return svg(drawn)


_FORMATS: Mapping[str, tuple[Callable[[Drawn], str], int]] = {
    "mermaid": (_mermaid, 250),
    "dot": (_dot, 5_000),
    "svg": (_svg, 500),
}
"""How each is made, and of how many tasks at most: Mermaid draws 500 links and 50,000 letters."""
