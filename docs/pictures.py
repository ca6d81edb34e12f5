"""Makes the pictures of the documents, in docs/pictures: `.venv/bin/python docs/pictures.py [NAME...]`.

All are of the ledger that `docs/demo_ledger.py` makes. Those of views are text in SVG, the same each time; that of
`tk ui` comes from its screen; those of the page are taken by Chromium and, if that is not here, left as they are.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:  # as a script
    sys.path.insert(0, str(ROOT))

from docs.demo_ledger import BEGIN, DAY, DAYS, build
from tkledger.cli.answer import Answer
from tkledger.cli.commands.board import board
from tkledger.cli.commands.graph import graph
from tkledger.cli.commands.show import show
from tkledger.cli.commands.stats import stats
from tkledger.cli.commands.tree import tree
from tkledger.views.text_layout import Frame, Line, Lines, cells

FOLDER = Path(__file__).parent / "pictures"
WIDTH, HEIGHT = 100, 40
"""The cells and the lines of the terminal."""
NOW = BEGIN + DAYS * DAY
"""When the pictures are taken, in seconds since 1970."""

VIEWS: Mapping[str, tuple[str, Callable[[str], Answer]]] = {
    "tree": ("tk tree", lambda path: tree(path=path, at="HEAD")),
    "board": ("tk board", lambda path: board(path=path, at="HEAD")),
    "graph": ("tk graph", lambda path: graph(path=path, at="HEAD")),
    "stats": ("tk stats", lambda path: stats(path=path, at="HEAD")),
    "show": ("tk show api-docs", lambda path: show("api-docs", path=path, at="HEAD")),
}
"""The pictures of views: what is typed, and what answers it."""

PAGES = {
    "page-tree": ("#tree/speed", False, (1280, 720)),
    "page-board": ("#board", True, (1280, 720)),
    "page-stats": ("#stats", False, (1280, 720)),
    "page-phone": ("#tree", True, (400, 720)),
}
"""The pictures of the page: the part of it, whether it is dark, and the size of the window in pixels."""


# -- a view as SVG ------------------------------------------------------------------------------

CELL, LINE, EDGE, SIZE = 8.4, 19, 16, 14
"""The width of a cell, the height of a line, the room around, and the size of letters; in pixels."""

_LIGHT = {
    **{"red": "#b3261e", "green": "#1b6b2e", "yellow": "#805900", "cyan": "#0b6672"},
    **{"magenta": "#8a2a8a", "bright_blue": "#0a58a8", "dim": "#5b6570"},
}
_DARK = {
    **{"red": "#ff8b80", "green": "#74d98e", "yellow": "#e8b93f", "cyan": "#5cd3de"},
    **{"magenta": "#e39ae3", "bright_blue": "#78b9ff", "dim": "#9fabb7"},
}
_FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def _rules(colours: Mapping[str, str], ink: str, ground: str, line: str) -> str:
    own = "".join(f".{name}{{fill:{colour}}}" for name, colour in colours.items())
    return f"text{{fill:{ink}}}rect{{fill:{ground};stroke:{line}}}{own}"


STYLE = (
    f"text{{font:{SIZE}px {_FONT};white-space:pre}}"
    f"{_rules(_LIGHT, '#1b2229', '#ffffff', '#ccd3da')}"
    ".bold{font-weight:bold}.strike{text-decoration:line-through}.italic{font-style:italic}"
    f"@media(prefers-color-scheme:dark){{{_rules(_DARK, '#e4eaf0', '#10151a', '#313b45')}}}"
)
"""Light or dark as the reader's system is; nothing is fetched, and letters stay letters."""


def svg(typed: str, lines: Sequence[Line | str]) -> str:
    """A terminal with what was typed, and what was answered."""
    rows: list[Line] = [[("$ ", "dim"), (typed, "bold")]]
    rows += [[(one, "")] if isinstance(one, str) else one for one in lines]
    width, height = round(WIDTH * CELL) + 2 * EDGE, len(rows) * LINE + 2 * EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-label="{escape(typed)} in a terminal">',
        f"<style>{STYLE}</style>",
        f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"/>',
        *(_row(row, EDGE + number * LINE + SIZE) for number, row in enumerate(rows)),
        "</svg>",
    ]
    return "\n".join(filter(None, parts)) + "\n"


def _row(row: Line, y: int) -> str:
    """A line, each run of words at its own place, so that it stands there whatever the font."""
    spans, at = [], 0
    for text, style in row:
        for run in re.findall(r" +|\S+(?: \S+)*", text):
            wide = cells(run)
            if run.strip():
                x, length = EDGE + at * CELL, wide * CELL
                spans.append(
                    f'<tspan x="{x:.1f}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"'
                    f"{_class(style)}>{escape(run, quote=False)}</tspan>"
                )
            at += wide
    return f'<text y="{y}">{"".join(spans)}</text>' if spans else ""


def _class(style: str) -> str:
    return f' class="{style}"' if style else ""


@contextmanager
def still() -> Iterator[None]:
    """Let the clock stand, the day be that of UTC, and the terminal as large as it is drawn."""
    env = {"TZ": "UTC", "COLUMNS": str(WIDTH), "LINES": str(HEIGHT)}
    with patch("time.time", lambda: float(NOW)), patch.dict(os.environ, env):
        time.tzset()
        yield
    time.tzset()


def drawn(name: str, ledger: Path) -> str:
    """The picture of a view."""
    typed, answer = VIEWS[name]
    with still():
        found = answer(str(ledger)).view()
        views = [one for one in found if isinstance(one, Lines)]
        return svg(typed, [line for one in views for line in one.draw(Frame(WIDTH, piped=False))])


# -- the screen, and the page -------------------------------------------------------------------


def ui(ledger: Path) -> str:
    """The picture of `tk ui`, without the fonts that would be fetched."""
    from tests.support.project import Project
    from tests.support.screen import Driver, drive

    found = []

    async def script(screen: Driver) -> None:
        await screen.press(*"jjjjjj")
        found.append(screen.app.export_screenshot(title="tk ui"))

    with still():
        drive(Project(ledger), script, size=(132, 36))
    text = re.sub(r"@font-face \{.*?\}|<!--.*?-->", "", found[0], flags=re.DOTALL)
    return (
        re.sub(r"terminal-\d+-", "terminal-", "\n".join(filter(str.strip, text.split("\n")))) + "\n"
    )


def pages(ledger: Path, names: Sequence[str], scratch: Path) -> Iterator[tuple[str, bytes]]:
    """The pictures of the page."""
    from tests.support.browser import CHROMIUM, Browser, Page
    from tests.support.project import Project

    if not CHROMIUM or not names:
        return
    Project(ledger).ok("page", "-o", str(scratch / "site"), "--title", "The shop")
    browser = Browser(scratch / "browser")
    try:
        page = Page(browser)
        for name in names:
            place, dark, size = PAGES[name]
            page.size(*size, dark=dark)
            page.open(scratch / "site/index.html", place)
            yield name, page.picture("webp", quality=82)
    finally:
        browser.close()


def main(names: Sequence[str]) -> None:
    """Make these pictures, or all."""
    wanted = [*names] or [*VIEWS, "ui", *PAGES]
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        ledger = build(scratch / "shop")
        for name in wanted:
            if name in VIEWS:
                (FOLDER / f"{name}.svg").write_text(drawn(name, ledger), encoding="utf-8")
        if "ui" in wanted:
            (FOLDER / "ui.svg").write_text(ui(ledger), encoding="utf-8")
        for name, data in pages(ledger, [one for one in wanted if one in PAGES], scratch):
            (FOLDER / f"{name}.webp").write_bytes(data)


if __name__ == "__main__":
    main(sys.argv[1:])
