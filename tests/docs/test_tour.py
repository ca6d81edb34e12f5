"""The tours of the README and of the pages, command by command: what they show is what comes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOURS = ["README.md", "docs/tutorial.md"]

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VARYING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z"), "TIME"),
    (re.compile(r"\b\d+[smh]\b"), "AGE"),
    (re.compile(r"\b[0-9a-f]{8,40}\b"), "COMMIT"),
)
"""What is another with every run."""

_NEXT = "--- next ---"


def _steps(page: str) -> list[tuple[str, str]]:
    """The commands of a page's tour, each with what it is said to print."""
    text = "".join(_BLOCK.findall((ROOT / page).read_text(encoding="utf-8")))
    found = []
    for part in text.split("\n$ ") if text else []:
        command, _, output = part.removeprefix("$ ").partition("\n")
        found.append((command, output.strip()))
    return found


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
    settings.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"])

    def run(script: str) -> str:
        command = ["sh", "-c", f"exec 2>&1\n{script}"]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=False)
        return done.stdout.decode()

    return run


@pytest.mark.parametrize("page", TOURS)
def test_the_tour_shows_what_comes(page: str, shell: Callable[[str], str]) -> None:
    steps = _steps(page)
    assert len(steps) > 10
    script = f"\necho '{_NEXT}'\n".join(command for command, _ in steps)
    shown = shell(script).split(f"{_NEXT}\n")
    assert [_plain(text) for text in shown] == [_plain(output) for _, output in steps]


def test_the_picture_shows_what_the_demo_plays(shell: Callable[[str], str]) -> None:
    """Each line of it comes, in that order; whose turn it is and what varies is left out."""
    played = iter(line.split("] $ ")[-1] for line in _plain(shell("tk demo")).splitlines())
    pictures = _PICTURE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(pictures) == 1
    for line in _plain(pictures[0]).splitlines():
        assert any(line.removeprefix("$ ") == one.removeprefix("$ ") for one in played), line
