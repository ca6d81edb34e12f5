"""A ledger with fixed dates, pages that are made of it, and one browser for all tests of a process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import CHROMIUM, Browser, Page
from tests.support.project import Project
from tests.support.templates import Templates
from tkledger.html.document import document

Open = Callable[..., Page]
OPEN: list[Page] = []
"""The pages that are open."""


@pytest.fixture
def shop(demo_ledger: Path, tmp_path: Path) -> Project:
    """The ledger of `docs/demo_ledger.py`."""
    return Project.copy(demo_ledger, tmp_path / "shop")


@pytest.fixture
def shop_page(demo_ledger: Path, templates: Templates) -> Path:
    """The page of that ledger."""

    def make(folder: Path) -> None:
        Project(demo_ledger).ok("page", "-o", str(folder), "--title", "The shop")

    return templates.of(make) / "index.html"


@pytest.fixture
def shop_data(shop_page: Path) -> dict[str, Any]:
    """What that page has."""
    return data_of(shop_page)


def data_of(page: Path) -> dict[str, Any]:
    """The data in a page, as a browser reads it."""
    text = page.read_text(encoding="utf-8")
    _, _, rest = text.partition('<script type="application/json" id="data">')
    found: dict[str, Any] = json.loads(rest.partition("</script>")[0])
    return found


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser, which is started once a process."""
    if not CHROMIUM:
        pytest.skip("chromium is not here")
    made = Browser(tmp_path_factory.mktemp("browser"))
    yield made
    made.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a page, by its file or by its data."""

    def open_(page: Path | dict[str, Any], place: str = "", **size: Any) -> Page:
        if isinstance(page, dict):
            file = tmp_path / f"{len(OPEN)}.html"
            file.write_bytes(document(page["title"], page))
            page = file
        made = Page(browser)
        OPEN.append(made)
        made.size(**{"width": 1280, "height": 800, **size})
        made.open(page, place)
        return made

    yield open_
    while OPEN:
        OPEN.pop().close()
    browser.events.clear()
