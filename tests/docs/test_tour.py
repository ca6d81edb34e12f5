"""The README and the pages, block by block: commands run, what they show is what comes, and files are read."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGES = [
    name.relative_to(ROOT).as_posix()
    for name in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted((ROOT / "docs").glob("*.md")),
    )
]

_BLOCK = re.compile(r"^(?:```(\w*)|<!-- given:)\n(.*?)^(?:```|-->)$", re.MULTILINE | re.DOTALL)
"""A block with its language; or, in a comment, what is there before the next one, as a script."""

ELSEWHERE = {
    "python": "api/test_ledger.py::test_the_page_is_as_the_code_is",
    "bash": "test_packaging.py::test_it_works_from_a_fresh_environment",
    "ebnf": "the grammar, which programs of others go by: the files are tested, not their grammar",
    "mermaid": "docs/test_docs_fresh.py::test_a_generated_page_is_fresh",
    "text": "what is neither run nor read: a picture, a form",
}
"""Languages of blocks that are neither run nor read here, and what shows them."""

WRITTEN = ("docs/cli.md", "CONTRIBUTING.md")
"""What is made of the code; and what is about this repository, and takes its own tests."""

BEGIN = "git init -q shop && cd shop && tk init"
"""What is there before the first block, unless the page shows that itself."""

_VARYING = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?"), "TIME"),
    (re.compile(r"\b\d+[smhd]\b( \d+[smh]\b)?"), "AGE"),
    (re.compile(r"\b\d+\.\d+ s\b"), "SECONDS"),
    (re.compile(r"\b[0-9a-f]{8,40}\b"), "COMMIT"),
)
"""What is another with every run."""

_NEXT = "--- next ---"


class Step(NamedTuple):
    """A script, and what it is said to print; None if the page says nothing of that, and then it may not fail."""

    script: str
    shown: str | None


def _blocks(page: str) -> list[tuple[str, str]]:
    """The blocks of a page, each with its language; of a comment it is ``given``."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [
        ("given" if found[0].startswith("<!--") else found[1], found[2])
        for found in _BLOCK.finditer(text)
    ]


def _steps(page: str) -> list[Step]:
    """What a page runs, in its order, in one folder."""
    found: list[Step] = []
    for language, text in _blocks(page):
        if language in ("sh", "given"):
            found.append(Step(f"set -e\n{text}set +e", None))
        elif language == "console":
            for part in f"\n{text}".split("\n$ ")[1:]:
                command, _, output = part.partition("\n")
                found.append(Step(command, output.strip()))
    begun = not found or "git init" in found[0].script
    return found if begun else [Step(f"set -e\n{BEGIN}\nset +e", None), *found]


def _plain(text: str) -> str:
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """What a script prints, on stdout and stderr, that Ada runs in an empty folder; her name is in git's
    configuration, so that others have theirs in their clones.
    """
    for name in ("NAME", "EMAIL"):
        monkeypatch.delenv(f"GIT_AUTHOR_{name}", raising=False)
        monkeypatch.delenv(f"GIT_COMMITTER_{name}", raising=False)
    settings = tmp_path / "gitconfig"
    settings.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(home))
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"])

    def run(script: str) -> str:
        command = ["sh", "-c", f"exec 2>&1\n{script}"]
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=300
        )
        return done.stdout.decode()

    return run


TOURS = [page for page in PAGES if page not in WRITTEN and _steps(page)]


def test_each_block_is_run_or_read_or_shown_elsewhere() -> None:
    assert {"README.md", "docs/tutorial.md", "docs/agents.md", "docs/merging.md"} <= {*TOURS}
    known = {"console", "sh", "given", "yaml", "json", *ELSEWHERE}
    for page in PAGES:
        if page not in WRITTEN:
            assert {language for language, _ in _blocks(page)} <= known, page


@pytest.mark.parametrize("page", TOURS)
def test_a_page_shows_what_comes(page: str, shell: Callable[[str], str]) -> None:
    steps = _steps(page)
    if any("gpg " in step.script for step in steps) and not (which("gpg") and which("ssh-keygen")):
        pytest.skip("gpg or ssh-keygen is not here")
    script = f"\necho '{_NEXT}'\n".join(step.script for step in steps)
    came = shell(script).split(f"{_NEXT}\n")
    assert len(came) == len(steps), came[-1]  # a script that fails ends all
    shown = [
        (step.script, _plain(text)) for step, text in zip(steps, came) if step.shown is not None
    ]
    assert shown == [(step.script, _plain(step.shown)) for step in steps if step.shown is not None]


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_shows_can_be_read(page: str) -> None:
    for language, text in _blocks(page):
        if language == "yaml":
            assert isinstance(yaml.safe_load(text), dict), text
        elif language == "json":
            assert json.loads(text), text


def test_the_picture_shows_what_the_demo_plays(shell: Callable[[str], str]) -> None:
    """Each line of it comes, in that order; whose turn it is and what varies is left out."""
    played = iter(line.split("] $ ")[-1] for line in _plain(shell("tk demo")).splitlines())
    (picture,) = (text for language, text in _blocks("README.md") if language == "text")
    for line in _plain(picture).splitlines():
        assert any(line.removeprefix("$ ") == one.removeprefix("$ ") for one in played), line
