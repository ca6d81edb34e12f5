"""`tk edit` with an editor: what was typed is never lost."""

from __future__ import annotations

import os
import pty
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.contract import Git, Tk, failed, moved
from tests.support.project import TK, Project
from tkledger.errors import Exit


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A script as the user's editor: a line of shell on the file "$1"."""

    def make(line: str) -> Path:
        script = tmp_path / "my editor"
        script.write_text(f'#!/bin/sh\n{line}\nprintf %s "$1" > {tmp_path}/opened\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("EDITOR", f"'{script}'")
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setattr("tkledger.cli.editor.on_terminal", lambda: True)
        return tmp_path / "opened"

    return make


def test_edit_opens_the_editor(ledger: Tk, editor: Callable[[str], Path], git: Git) -> None:
    opened = editor(
        """sed -i "s/^title: .*/title:   'Edited by hand'  # form is put right/" "$1" """
    )
    answer = ledger("edit", "a")
    assert answer.status is Exit.USAGE, "a comment would be lost"
    editor("""sed -i "s/^title: .*/title:   'Edited by hand'/" "$1" """)
    assert moved(ledger, "edit", "a") == [("a", "todo", "todo")]
    assert not Path(opened.read_text()).exists()
    assert "\ntitle: Edited by hand\n" in git("show", "HEAD:.tasks/a.yaml")
    assert ledger("edit", "a", "--dry-run").status is Exit.OK


def test_git_s_own_editor_comes_first(
    ledger: Tk, editor: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = editor("true")
    monkeypatch.setenv("GIT_EDITOR", os.environ["EDITOR"])
    monkeypatch.setenv("EDITOR", "false")
    assert ledger("edit", "a").status is Exit.OK
    assert opened.exists()


def test_an_editor_that_changes_nothing_commits_nothing(
    ledger: Tk, editor: Callable[[str], Path], git: Git
) -> None:
    editor("true")
    before = git("rev-parse", "HEAD")
    assert ledger("edit", "a").err == "nothing to do: already in that state\n"
    assert git("rev-parse", "HEAD") == before


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ('echo "colour: red" >> "$1"', Exit.USAGE),
        ('printf "id: [" > "$1"', Exit.USAGE),
        ('sed -i "s/^state: todo/state: done/" "$1"', Exit.REJECTED),
        ('sed -i "s/^id: a/id: other/" "$1"', Exit.USAGE),
        ("printf x > .tasks/a.yaml", Exit.UNUSABLE),
        ('echo "# mine" >> "$1"; printf %s "$1" > ../opened; exit 3', Exit.UNUSABLE),
    ],
)
def test_what_was_typed_is_never_lost(
    ledger: Tk, editor: Callable[[str], Path], git: Git, line: str, status: Exit
) -> None:
    opened = editor('sed -i "s/^title: .*/title: Long thoughts/" "$1"\n' + line)
    before = git("rev-parse", "HEAD")
    answer = ledger("edit", "a")
    assert answer.status is status
    assert git("rev-parse", "HEAD") == before
    kept = Path(opened.read_text())
    assert kept.exists()
    assert f"your text: {kept}" in answer.err
    again = ledger("edit", "a", "--json")
    assert again.json.keys() & {"error", "violations"}
    if status is not Exit.UNUSABLE:
        assert f"going on with your text: {kept}" in again.err


def test_a_text_that_was_refused_is_mended_by_the_remedy(
    ledger: Tk, editor: Callable[[str], Path], repo_path: Path
) -> None:
    editor('sed -i "s/^title: .*/title: Mine/" "$1"; echo "colour: red" >> "$1"')
    assert ledger("edit", "a").err.endswith("remedy: tk edit a\n")
    editor('sed -i "/^colour/d" "$1"')
    assert ledger("edit", "a").status is Exit.OK
    assert ledger("show", "a", "--json").json["task"]["title"] == "Mine"
    for line in ("exit 3", "kill $$", 'rm "$1"'):
        editor(line)
        answer = ledger("edit", "a")
        assert (answer.status, "your text" in answer.err) == (Exit.UNUSABLE, False)
    assert not list((repo_path / ".git/tk/edits").iterdir()), "no copies of what is unchanged"


def test_an_editor_that_is_not_there_says_what_to_set(
    ledger: Tk, editor: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_EDITOR is set for a command, so it is run without a terminal too, as git does."""
    editor("true")
    monkeypatch.setattr("tkledger.cli.editor.on_terminal", lambda: False)
    monkeypatch.setenv("GIT_EDITOR", "no-such-editor")
    answer = ledger("edit", "a")
    assert "the editor no-such-editor cannot be run: No such file" in answer.err
    assert answer.err.endswith("remedy: GIT_EDITOR=vi tk edit a\n")
    monkeypatch.setenv("GIT_EDITOR", os.environ["EDITOR"])
    assert ledger("edit", "a").status is Exit.OK


def test_an_editor_meets_a_change_by_somebody_else(
    ledger: Tk, editor: Callable[[str], Path]
) -> None:
    elsewhere = f"{sys.executable} -m tkledger note a meanwhile >/dev/null"
    editor(f'{elsewhere}\nsed -i "s/^title: .*/title: Mine/" "$1"')
    answer = ledger("edit", "a", "--json")
    failed(answer, Exit.UNUSABLE, "changed")


@pytest.mark.parametrize("terminal", [True, False])
def test_an_editor_is_opened_on_a_terminal_only(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    """A terminal of a person's, and what a job or an agent has in its place."""
    monkeypatch.setenv("EDITOR", f"touch '{tmp_path}/opened'")
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*TK, "edit", "a"],
        cwd=project.path,
        stdin=theirs if terminal else subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    os.close(ours)
    said = done.stderr.decode()
    assert (tmp_path / "opened").exists() is terminal
    assert done.returncode == (Exit.OK if terminal else Exit.USAGE), said
    if not terminal:
        assert said.endswith("to a program that needs none\n  remedy: tk edit --help\n")
        assert project.ok("edit", "--help").out
        policy = project.process("config", "edit").err
        assert "without one tk config set KEY VALUE changes one field" in policy
