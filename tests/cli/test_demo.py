"""The scripted session plays to its end, and the server's refusal is in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tkledger.errors import Exit

TK = [sys.executable, "-m", "tkledger", "demo"]


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_the_demo_plays_to_its_end(tmp_path: Path, as_json: bool) -> None:
    done = subprocess.run(
        [*TK, *(["--json"] if as_json else [])],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == Exit.OK, done.stderr
    played, other = (done.stderr, done.stdout) if as_json else (done.stdout, done.stderr)
    assert "[remote rejected] main -> main (pre-receive hook declined)" in played
    assert "● done ship P1 Ship the parser" in played
    assert played.rstrip().endswith("checked 12 commits: no violation")
    if as_json:
        said = json.loads(other)
        assert said["schema"] == "tk/1"
        assert said["commands"][-1] == "tk verify --all"
    else:
        assert other == ""
    assert not list(tmp_path.iterdir()), "it is thrown away"
