"""The pages that repeat the code are as the code is, and what the others name is there."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tkledger.cli.parser import HELP
from tkledger.core.catalogue import EVERY
from tkledger.core.lifecycle import TRANSITIONS
from tkledger.core.policy import Policy
from tkledger.core.task import Task
from tkledger.verbs.commands import COMMANDS, inner

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
WRITTEN_BY_HAND = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]

_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"(?<![\w./~-])([a-z_]+)/([\w./-]*\w|)")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = _generator()


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", GENERATE.pages())
def test_a_generated_page_is_fresh(name: str) -> None:
    assert _text(f"docs/{name}") == GENERATE.pages()[name], "make docs"


def test_check_names_what_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(GENERATE, "DOCS", tmp_path)
    assert GENERATE.main([]) == 0
    assert GENERATE.main(["--check"]) == 0
    (tmp_path / "rules.md").write_text("old")
    capsys.readouterr()
    assert GENERATE.main(["--check"]) == 1
    assert capsys.readouterr().err == "docs/rules.md is stale: python docs/generate.py\n"


def test_every_rule_has_its_page() -> None:
    text = _text("docs/rules.md")
    for rule in EVERY:
        assert f"\n### {rule.code} {rule.name}\n" in text


def test_every_edge_is_in_the_grid() -> None:
    rows = {line.split("|")[1].strip(" `"): line for line in _text("docs/lifecycle.md").split("\n")
            if line.startswith("| `")}  # fmt: skip
    assert all(f"`{edge.event}`" in _text("docs/lifecycle.md") for edge in TRANSITIONS)
    assert set(rows) >= {edge.source.value for edge in TRANSITIONS}


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_is_documented(verb: str) -> None:
    assert re.search(rf"\n###+ tk {verb}\n", _text("docs/cli.md"))
    assert " " in verb or f"`{verb}`" in _text("README.md")
    assert " " in verb or f"| [`{verb}`](#tk-{verb}) |" in _text("docs/cli.md")


@pytest.mark.parametrize("field", dict.fromkeys((*Task._fields, *Policy._fields)))
def test_every_field_is_documented(field: str) -> None:
    assert f"| `{field}`" in _text("docs/format.md")


def _told(path: Path) -> Iterator[str]:
    """The tk commands in a page's code blocks."""
    for block in _FENCE.findall(path.read_text(encoding="utf-8")):
        for line in block.splitlines():
            words = line.removeprefix("$ ")
            if words.startswith("tk "):
                yield words


@pytest.mark.parametrize("path", WRITTEN_BY_HAND, ids=_name)
def test_the_commands_told_exist(path: Path) -> None:
    for line in _told(path):
        _, verb, *words = shlex.split(line, comments=True)
        if verb == "--version":
            continue
        assert verb in COMMANDS, line
        name = f"{verb} {words.pop(0)}" if inner(verb) else verb
        known = {word for one in COMMANDS[name].takes for word in one.words} | {*HELP}
        ends = [place for place, word in enumerate(words) if word in ("--", "|")]
        words = words[: ends[0]] if ends else words  # what follows is for another program
        assert {word for word in words if re.match(r"--?[a-zA-Z]", word)} <= known, line


@pytest.mark.parametrize("target", ["demo", "test"])
def test_the_make_targets_told_exist(target: str) -> None:
    assert f"make {target}" in _text("README.md")
    assert f"\n{target}:" in _text("Makefile")


def _anchors(path: Path) -> set[str]:
    """The anchors that a host makes of a page's headings."""
    headings = _HEADING.findall(path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", WRITTEN_BY_HAND, ids=_name)
def test_relative_links_lead_somewhere(path: Path) -> None:
    prose = _FENCE.sub("", path.read_text(encoding="utf-8"))
    for link in _LINK.findall(prose):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def test_every_decision_is_listed() -> None:
    folder = DOCS / "decisions"
    records = sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^- \[.*\]\((.*)\)$", text, re.MULTILINE) == records


READ_ME = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
READ_ME += [ROOT / "bench" / "README.md", ROOT / "stress" / "README.md"]
TOP = ("src", "tests", "bench", "stress", "docs")


def _paths(path: Path) -> Iterator[tuple[str, str]]:
    """The top folder or room, and the path, of every file that a page's code words name."""
    for code in _CODE.findall(_FENCE.sub("", path.read_text(encoding="utf-8"))):
        for top, rest in _PATH.findall(code):
            yield top, f"{top}/{rest}"


@pytest.mark.parametrize("path", READ_ME, ids=_name)
def test_the_files_told_exist(path: Path) -> None:
    """By their paths in the repository, or in the package, there also without their ending."""
    package = ROOT / "src" / "tkledger"
    rooms = {one.name for one in package.iterdir() if one.is_dir()}
    for top, name in _paths(path):
        if top in TOP:
            assert (ROOT / name).exists(), name
        elif top in rooms:
            assert (package / name).exists() or (package / f"{name}.py").exists(), name
