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
    assert completed("tk sta") == ["start", "status", "stats"]
    assert completed("tk show tk-") == ["tk-abc"]
    assert completed("tk start tk-a") == ["tk-abc"]
    assert completed("tk new T --from tk-") == ["tk-abc"]
    assert completed("tk list --state in_") == ["in_progress", "in_review"]
    assert completed("tk check transition to") == ["todo"]
    assert completed("tk block a --reason us") == ["user"]
    assert completed("tk config set de") == ["depth"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_printed_and_no_file_is_edited(
    shell: str, tk: Tk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    answer = tk("completion", shell)
    assert "_TK_COMPLETE" in answer.out
    assert [*home.iterdir()] == []
    assert tk("completion", "cmd").status == 2


def test_bash_completes_by_the_script(tk: Tk, tmp_path: Path) -> None:
    script = tmp_path / "tk.bash"
    script.write_text(tk("completion", "bash").out)
    tool = tmp_path / "tk"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tkledger "$@"\n')
    tool.chmod(0o755)
    ask = "COMP_WORDS=(tk sta); COMP_CWORD=1; $(complete -p tk | sed 's/.*-F \\([^ ]*\\) .*/\\1/') tk sta tk"
    done = subprocess.run(
        ["bash", "-c", f'. "{script}"; {ask}; echo "${{COMPREPLY[@]}}"'],
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["start", "status", "stats"]
