"""Views as they look on terminals of several widths, with and without colours, and through a pipe, held against a
file; ``UPDATE_GOLDEN=1`` writes the file anew.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console

from tkledger.views.text_layout import Lines

FOLDER = Path(__file__).parents[1] / "data" / "golden"
WIDTHS = (40, 60, 80, 120, 200)

Draw = Callable[..., str]


def drawn(views: Mapping[str, Lines], terminal: Draw, piped: Draw) -> str:
    """All views without colours, none of which is wider than its terminal."""
    parts = []
    for name, view in views.items():
        for width in WIDTHS:
            text = terminal(view, width)
            assert max(map(cell_len, text.split("\n"))) <= width, (name, width)
            parts.append(f"== {name}, {width} cells\n{text}\n")
        parts.append(f"== {name}, through a pipe\n{piped(view)}")
    return "\n".join(parts)


def coloured(view: Lines, width: int = 80) -> str:
    """A view with its colours, as a terminal is told of them; the escape as a word."""
    out = io.StringIO()
    shown = Console(file=out, width=width, force_terminal=True, color_system="standard")
    shown.print(view, crop=False)
    return out.getvalue().replace("\x1b", "ESC")


def hold(text: str, name: str) -> None:
    """Fail unless a text is what the file of that name has."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "if this is meant, set UPDATE_GOLDEN=1"
