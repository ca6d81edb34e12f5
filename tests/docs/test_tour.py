"""The README's tour, command by command: what it shows is what comes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VARYING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\b[0-9a-f]{8,40}\b"), "COMMIT"),
)
"""What is another with every run."""

_NEXT = "--- next ---"


def _steps() -> list[tuple[str, str]]:
    """The commands of the tour, each with what it is said to print."""
    text = "".join(_BLOCK.findall(README.read_text(encoding="utf-8")))
    found = []
    for part in text.split("\n$ ") if text else []:
        command, _, output = part.removeprefix("$ ").partition("\n")
        found.append((command, output.strip()))
    return found


def _plain(text: str) -> str:
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def test_the_tour_shows_what_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ada@example.org")
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"])
    steps = _steps()
    assert len(steps) > 10
    script = f"\necho '{_NEXT}'\n".join(command for command, _ in steps)
    done = subprocess.run(
        ["sh", "-c", f"exec 2>&1\n{script}"], cwd=tmp_path, stdout=subprocess.PIPE, check=False
    )
    shown = done.stdout.decode().split(f"{_NEXT}\n")
    assert [_plain(text) for text in shown] == [_plain(output) for _, output in steps]
