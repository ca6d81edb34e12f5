"""The pictures of the documents: each that is named is there, and those of views show what views show now."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from docs.demo_ledger import build
from docs.pictures import FOLDER, PAGES, VIEWS, drawn
from tests.support.project import Project

ROOT = Path(__file__).parents[2]
PAGES_WITH = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MOST = 150_000


def named() -> dict[Path, str]:
    """The pictures that documents name, and what is read in place of each."""
    found = {}
    for page in PAGES_WITH:
        for words, place in re.findall(
            r"!\[([^]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8")
        ):
            found[(page.parent / place).resolve()] = words
    return found


@pytest.fixture
def shop(demo_ledger: Path) -> Path:
    """The ledger of which the pictures are."""
    return demo_ledger


def test_each_picture_that_is_named_is_there_and_has_words() -> None:
    pictures = named()
    assert len(pictures) >= 10
    for path, words in pictures.items():
        assert path.is_file(), path
        assert len(words) > 10, f"{path.name} is read as {words!r}"
        assert path.stat().st_size < MOST, path


def test_each_picture_that_is_there_is_named_and_made_by_the_script() -> None:
    there = {path.name for path in FOLDER.iterdir()}
    assert there == {path.name for path in named() if path.parent == FOLDER}
    assert there == {
        *(f"{name}.svg" for name in (*VIEWS, "ui")),
        *(f"{name}.webp" for name in PAGES),
    }


@pytest.mark.parametrize("name", VIEWS)
def test_a_picture_of_a_view_is_what_the_view_shows(name: str, shop: Path) -> None:
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert drawn(name, shop) == text, f"if this is meant: python docs/pictures.py {name}"


def test_a_picture_is_text_and_fetches_nothing() -> None:
    for path in FOLDER.glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        root = ET.fromstring(text)
        tags = {one.tag.partition("}")[2] for one in root.iter()}
        assert tags <= {"svg", "style", "rect", "text", "tspan", "g", "defs", "clipPath", "circle"}
        used = {word for words in re.findall(r'class="([^"]*)"', text) for word in words.split()}
        unknown = {word for word in used if f".{word}" not in text}
        assert unknown <= {"rich-terminal"}, "each colour is known"
        assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"], path.name
        assert "url(" not in text.replace("url(#", "")
        assert "Load" in "".join(root.itertext()) or path.stem in ("stats", "show")


def test_the_ledger_of_the_pictures_is_legal_and_always_the_same(
    shop: Path, tmp_path: Path
) -> None:
    Project(shop).ok("verify", "--all")
    again = Project(build(tmp_path / "again"))
    assert again.git("rev-parse", "HEAD") == Project(shop).git("rev-parse", "HEAD")
