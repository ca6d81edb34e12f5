"""How a view looks: drawn by rich itself on a terminal of some width, or through a pipe."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.console import Console, RenderableType

from tkledger.views.style import console

Draw = Callable[..., str]


@pytest.fixture
def terminal() -> Draw:
    """The text of a view on a terminal without colours; what is too wide is left to be seen."""

    def draw(view: RenderableType, width: int = 80) -> str:
        out = io.StringIO()
        shown = Console(file=out, width=width, height=24, force_terminal=True, color_system=None)
        shown.print(view, crop=False)
        return "\n".join(line.rstrip() for line in out.getvalue().splitlines())

    return draw


@pytest.fixture
def piped() -> Draw:
    """The text of a view when standard output is no terminal."""

    def draw(view: RenderableType) -> str:
        out = io.StringIO()
        console(out).print(view)
        return out.getvalue()

    return draw
