"""Colours only repeat what a view says: without them it has the same text."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.golden import coloured
from tests.views import (
    test_budgets,
    test_cards,
    test_graph,
    test_jobs,
    test_other_views,
    test_stats,
    test_verdict,
    test_widths,
)
from tkledger.views.text_layout import Lines

VIEWS: dict[str, Lines] = {
    **test_budgets.VIEWS,
    **{**test_cards.VIEWS, **test_cards.LOGS, **test_cards.WHYS},
    **{**test_graph.VIEWS, **test_jobs.VIEWS, **test_stats.VIEWS},
    **{**test_verdict.VIEWS, **test_widths.VIEWS, **test_other_views.VIEWS},
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_the_same_text_without_its_colours(name: str, terminal: Any) -> None:
    for width in (40, 120):
        text = coloured(VIEWS[name], width)
        lines = re.sub(r"ESC\[[\d;]*m", "", text).splitlines()
        assert "\n".join(line.rstrip() for line in lines) == terminal(VIEWS[name], width)


def test_every_kind_of_view_has_colours() -> None:
    plain = [name for name, view in VIEWS.items() if "ESC[" not in coloured(view)]
    assert plain == []
