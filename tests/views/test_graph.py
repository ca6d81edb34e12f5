"""How `tk graph` looks, and that in no format foreign text is more than text."""

from __future__ import annotations

import html
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support.golden import coloured, drawn, hold
from tests.views.test_lists import made
from tkledger.core.rows import overview
from tkledger.core.snapshot import Snapshot
from tkledger.core.task_graph import TaskGraph, cut, task_graph
from tkledger.views.graph import graph
from tkledger.views.graph_formats import written

LONG = "A title that is longer than most of them are, so that it is cut where there is little room"
TASKS = (
    made("whole", "Release 1.0", priority=1),
    made("scan", "修复解析器的崩溃问题", "in_progress", parent="whole", priority=0),
    made("parse", LONG, parent="whole", depends_on=["scan"]),
    made("eval", "תיקון של part 2", parent="whole", depends_on=["parse", "scan"]),
    made("print", "Print 🎉", depends_on=["eval", "old", "other", "scan"], parent="apart"),
    made("other", "Other", "blocked", wait={"reason": "user"}),
    made("apart", "Apart"),
    made("old", "Done long ago", "done"),
    made("alone", "No link"),
    made("one", "Circle", depends_on=["two"]),
    made("two", "Circle too", depends_on=["one"]),
)
SHOWN = overview(Snapshot().put(*TASKS))
OPEN = task_graph(SHOWN, range(SHOWN.open))
CHAIN = overview(
    Snapshot().put(
        made("t0", "Begin"),
        *(made(f"t{n}", "Step", depends_on=[f"t{n - 1}"]) for n in range(1, 60)),
    )
)
DEEP = overview(
    Snapshot().put(
        made("d0", "Top"), *(made(f"d{n}", "Part", parent=f"d{n - 1}") for n in range(1, 60))
    )
)
VIEWS = {
    "a graph": graph(SHOWN, OPEN, len(OPEN.ids)),
    "a graph that is cut": graph(SHOWN, cut(OPEN, 3), len(OPEN.ids)),
    "a graph with what is done": graph(SHOWN, task_graph(SHOWN, range(len(SHOWN))), 10),
    "a graph of one": graph(SHOWN, task_graph(SHOWN, [SHOWN.places["alone"]], "alone"), 1),
    "a long chain": graph(CHAIN, task_graph(CHAIN, range(60)), 60),
    "deep parts": graph(DEEP, task_graph(DEEP, range(60)), 60),
    "a graph of nothing": graph(SHOWN, TaskGraph((), (), 7), 0),
}


def test_it_looks_so(terminal: Any, piped: Any) -> None:
    text = drawn(VIEWS, terminal, piped)
    text += f"== with colours\n{coloured(VIEWS['a graph'])}"
    for format in ("mermaid", "dot", "svg"):
        text += f"\n== as {format}\n{written(SHOWN, OPEN, format)[0]}\n"
    hold(text, "graph.txt")


HOSTILE = (
    '"]; evil [label="x',
    "\\",
    'a\\"; evil',
    '\\N \\G &lt;b&gt; <b onload="x">',
    "</text></svg><script>alert(1)</script>",
    "]]> <!-- --> <![CDATA[ &#0; &evil;",
    '"]; click n0 "javascript:alert(1)"; n0["',
    "`**bold**` #quot; #35; %%{init: {}}%%",
    "end; subgraph x; n0 --> n1; style n0 fill:#f00",
    "' onmouseover='alert(1)",
    "tabs\tand\nlines\x1b[2J \u202ereversed \ud800 \ufffe",
    "$(rm -rf) {{x}} ((y)) {z} | > <",
)


def _hostile() -> tuple[Any, TaskGraph]:
    tasks = [made("t0", "First")]
    for number, title in enumerate(HOSTILE, 1):
        one = made(f"t{number}", "x", depends_on=[f"t{number - 1}"], parent="t0")
        tasks.append(one._replace(title=title))
    found = overview(Snapshot().put(*tasks))
    return found, task_graph(found, range(len(found)))


def _shown(title: str) -> str:
    """What of a title is to be read in a picture."""
    from tkledger.views.text_layout import safe

    return safe(title)


_STRING = r'"((?:[^"\\]|\\.)*)"'
_ATTRIBUTES = rf"(?: \[\w+={_STRING}(?:, \w+={_STRING})*\])?"
_DOT = re.compile(rf"  (?:graph|node|{_STRING}|{_STRING} -> {_STRING}){_ATTRIBUTES};")


def test_dot_is_read_as_nodes_and_edges_alone() -> None:
    shown, found = _hostile()
    text, many = written(shown, found, "dot")
    first, *lines, last = text.split("\n")
    assert (first, last, many) == ("digraph tk {", "}", len(HOSTILE) + 1)
    assert all(map(_DOT.fullmatch, lines)), lines
    labels = [re.search(rf"label={_STRING}", line) for line in lines]
    read = [re.sub(r"\\([\\\"])", r"\1", one[1].partition(r"\n")[2]) for one in labels if one]
    assert [html.unescape(one) for one in read][1:] == [_shown(one) for one in HOSTILE]


_TEXT = r'"[\w ,.#;-]+<br/>[\w ,.#;-]+"'
_MERMAID = (
    rf"  n\d+\[{_TEXT}\]:::[a-z_]+",
    r"  n\d+ (?:-->|-\.->) n\d+",
    r"  linkStyle \d+(?:,\d+)* stroke:#[0-9a-f]{6},stroke-width:3px",
    r"  classDef [a-z_]+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#222222",
)


def test_mermaid_is_read_as_nodes_and_edges_alone() -> None:
    shown, found = _hostile()
    first, *lines = written(shown, found, "mermaid")[0].split("\n")
    assert first == "flowchart LR"
    for line in lines:
        assert any(re.fullmatch(one, line) for one in _MERMAID), line
    boxes = [line.partition("<br/>")[2].partition('"]')[0] for line in lines if "<br/>" in line]
    for box in boxes:
        assert "#" not in re.sub(r"#\d+;", "", box)
    read = [re.sub(r"#(\d+);", lambda one: chr(int(one[1])), one) for one in boxes]
    assert read[1:] == [_shown(one) for one in HOSTILE]


def test_svg_is_a_picture_with_these_texts_and_no_other_element() -> None:
    shown, found = _hostile()
    root = ElementTree.fromstring(written(shown, found, "svg")[0])
    name = "{http://www.w3.org/2000/svg}"
    known = {"svg", "defs", "marker", "path", "rect", "g", "title", "text"}
    assert {one.tag.removeprefix(name) for one in root.iter()} == known
    titles = [one.text for one in root.iter(f"{name}title")]
    assert {*titles[1:]} == {f"t{n}: {_shown(one)}" for n, one in enumerate(HOSTILE, 1)}
    attributes = {key for one in root.iter() for key in one.attrib}
    assert not [key for key in attributes if key.startswith("on") or "href" in key]


@pytest.mark.parametrize(("format", "most"), [("mermaid", 250), ("dot", 5_000), ("svg", 500)])
def test_a_format_holds_so_many_tasks_at_most(format: str, most: int) -> None:
    many = most + 9
    chain = [made(f"t{n:04}", "x" * 200, depends_on=[f"t{n - 1:04}"][:n]) for n in range(many)]
    shown = overview(Snapshot().put(*chain))
    text, number = written(shown, task_graph(shown, range(many)), format)
    assert number == most
    assert len(text) < 700 * most


def test_boxes_do_not_lie_on_each_other_and_arrows_lead_to_the_right() -> None:
    root = ElementTree.fromstring(written(SHOWN, OPEN, "svg")[0])
    name = "{http://www.w3.org/2000/svg}"
    boxes = [one.attrib for one in root.findall(f"{name}g/{name}rect")]
    corners = [(int(one["x"]), int(one["y"])) for one in boxes]
    assert len(corners) == len(OPEN.ids)
    for number, (x, y) in enumerate(corners):
        for x2, y2 in corners[number + 1 :]:
            assert abs(x - x2) >= int(boxes[0]["width"]) or abs(y - y2) >= int(boxes[0]["height"])
    ways = [one.attrib["d"] for one in root.findall(f"{name}path")]
    back = [way for way in ways if int(way[1:].split()[0]) >= int(way.split()[-2])]
    assert len(back) == 1, "only the circle leads back"
