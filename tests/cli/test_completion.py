"""What the shell completes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from tests.support.contract import Tk
from tkledger.verbs.commands import COMMANDS


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


ASKED = {
    "bash": """
        . {script}
        COMP_WORDS=(tk sta); COMP_CWORD=1
        $(complete -p tk | sed 's/.*-F \\([^ ]*\\) .*/\\1/') tk sta tk
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """,
    "zsh": """
        compdef() {{ asked=$1; }}  # zsh's own completion is on only at a terminal
        _arguments() {{ local list=${{1#'*: :(('}}; eval "offered=(${{list%'))'}})"
            print -rl -- ${{offered%%:*}}; }}
        . {script}
        words=(tk sta) CURRENT=2
        $asked
    """,
    "fish": "source {script}; complete --do-complete 'tk sta'",
}
"""How each shell is asked what it offers after `tk sta`."""


@pytest.mark.parametrize("shell", ASKED)
def test_the_shell_completes_by_the_script(shell: str, tk: Tk, tmp_path: Path) -> None:
    if which(shell) is None:
        pytest.skip(f"{shell} is not here")
    script = tmp_path / f"tk.{shell}"
    script.write_text(tk("completion", shell).out)
    tool = tmp_path / "tk"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tkledger "$@"\n')
    tool.chmod(0o755)
    quiet = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = subprocess.run(
        [shell, *quiet, "-c", ASKED[shell].format(script=script)],
        env={
            **{name: value for name, value in os.environ.items() if name != "TERM"},
            **{"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)},
        },
        capture_output=True,
        text=True,
        check=True,
    )
    offered = sorted(line.split()[0] for line in done.stdout.splitlines())
    assert offered == ["start", "stats", "status"], done


def test_the_page_for_man_is_what_man_reads() -> None:
    if which("mandoc") is None:
        pytest.skip("mandoc is not here")
    page = Path(__file__).parents[2] / "docs" / "man" / "tk.1"
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True
    )
    flaws = [line for line in done.stdout.splitlines() if "missing date" not in line]
    assert flaws == []  # it has no date: the same commit gives the same page
    shown = subprocess.run(["mandoc", "-T", "ascii", page], capture_output=True, text=True)
    text = re.sub(".\x08", "", shown.stdout)
    for name in COMMANDS:
        assert re.search(rf"^ +tk {name}( |$)", text, re.MULTILINE), name
