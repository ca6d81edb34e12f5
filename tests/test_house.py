"""The shape of the source: how many names, how large a file and a class, each thing defined once."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

import tkledger

SOURCE = Path(tkledger.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))
ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/architecture.md"


def _name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def _classes(path: Path) -> list[ast.ClassDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def test_the_top_has_few_names() -> None:
    names = [path.name for path in SOURCE.iterdir() if not path.name.startswith("__")]
    assert len(names) <= 24, sorted(names)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_no_file_and_no_class_is_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    for one in _classes(path):
        assert one.end_lineno is not None
        assert one.end_lineno - one.lineno < 250, one.name


def test_no_public_class_is_defined_twice() -> None:
    places = defaultdict(set)
    for path in FILES:
        for one in _classes(path):
            if not one.name.startswith("_"):
                places[one.name].add(_name(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@pytest.mark.parametrize("room", sorted(path.parent for path in FILES if path.stem == "__init__"))
def test_each_package_says_what_it_is_for(room: Path) -> None:
    tree = ast.parse((room / "__init__.py").read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)


def test_the_six_files_to_read_are_short() -> None:
    order = PAGE.read_text(encoding="utf-8").split("\n\n")[1]
    files = [
        path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        for path in (SOURCE / name for name in re.findall(r"`([a-z_/]+)`", order))
    ]
    assert len(files) == 6, order
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) < 1_000


def test_a_newcomers_questions_are_answered_by_one_folder_each() -> None:
    part = PAGE.read_text(encoding="utf-8").split("## Where is it?")[1].split("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in part.splitlines() if line.startswith("|")][2:]
    assert len(rows) >= 10
    for question, place in rows:
        for path in re.findall(r"`(\S+)`", place):
            assert (SOURCE / path).exists() or "to come" in place, f"{question.strip()}: {path}"


def _named_places() -> list[tuple[str, str]]:
    """Each name that CONTRIBUTING says is in a file, and the file."""
    text = " ".join((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    several = r"((?:`\w+(?:\(\))?`(?:, | and | and in ))*`\w+(?:\(\))?`)"
    found = re.findall(several + r" (?:in |of |under |\()`([\w/]+\.py)`", text)
    return [(name, path) for names, path in found for name in re.findall(r"`(\w+)", names)]


@pytest.mark.parametrize(("name", "path"), _named_places())
def test_a_name_is_where_contributing_says(name: str, path: str) -> None:
    file = ROOT / path if path.startswith("src/") else SOURCE / path
    assert re.search(rf"\b{name}\b", file.read_text(encoding="utf-8"))


def test_contributing_names_places() -> None:
    assert len(_named_places()) >= 15


_AVOIDED = re.compile(
    r"(?<!\bthere )\bis no\b(?! longer)|\b(?:somebody|whoever)\b|\bare none\b", re.IGNORECASE
)
"""Phrases that read badly: "is not a", "a person", "the one who" and "without any" say the same."""

READ = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *FILES]


@pytest.mark.parametrize("path", READ, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_words_are_plain(path: Path) -> None:
    text = " ".join(path.read_text(encoding="utf-8").split())
    found = [text[max(one.start() - 30, 0) : one.end() + 30] for one in _AVOIDED.finditer(text)]
    assert found == []


def test_what_is_avoided_is_found() -> None:
    for words in ("It is no move.", "Somebody has to act.", "whoever pushes", "if there are none"):
        assert _AVOIDED.search(words), words
    for words in ("there is no task", "There is no way", "it is no longer there", "one is not"):
        assert not _AVOIDED.search(words), words
