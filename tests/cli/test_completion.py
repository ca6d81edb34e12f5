"""What the shell completes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.contract import Tk


def completed(line: str) -> list[str]:
    """What bash would offer after ``line``."""
    env = {
        **os.environ,
        "_TK_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-c", "from tkledger.cli import main; main()"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_the_shell_completes_ids_of_the_folder_named(
    ledger: Tk, repo_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger("new", "T", "--id", "tk-abc")
    monkeypatch.chdir(tmp_path)
    assert completed("tk show tk-") == []
    assert completed(f"tk show -C {repo_path} tk-") == ["tk-abc"]
    assert completed(f"tk start -C {repo_path} tk-") == ["tk-abc"]


def test_the_shell_completes_commands_ids_and_states(ledger: Tk) -> None:
    ledger("new", "T", "--id", "tk-abc")
    assert completed("tk sta") == ["start", "status"]
    assert completed("tk show tk-") == ["tk-abc"]
    assert completed("tk start tk-a") == ["tk-abc"]
    assert completed("tk new T --from tk-") == ["tk-abc"]
    assert completed("tk list --state in_") == ["in_progress", "in_review"]
    assert completed("tk check transition to") == ["todo"]
    assert completed("tk block a --reason us") == ["user"]
    assert completed("tk config set de") == ["depth"]
