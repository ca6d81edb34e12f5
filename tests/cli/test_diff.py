"""The commits of work on a task, and their diff for its reviewer."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

from tests.support.project import TK, Project
from tkledger.errors import Exit


def work(project: Project, task: str, text: str, subject: str) -> str:
    """A commit of work on a task."""
    project.write("code.txt", text)
    project.git("commit", "-qam", f"{subject}\n\nTk-Task: {task}")
    return project.head()


def test_show_names_the_commits_of_work_and_diff_shows_them(project: Project) -> None:
    assert "commits" not in project.ok("show", "a", "--json").json["derived"]
    none = project.tk("diff", "a")
    assert (none.status, "no commit of work names a" in none.err) == (Exit.NOTHING, True)
    assert "--amend" not in none.err, "HEAD is a commit of tk's"
    project.write("code.txt", "two\n")
    project.git("commit", "-qam", "two")
    amend = project.tk("diff", "a").err.rpartition(": ")[2].split()
    assert amend[:3] == ["git", "commit", "--amend"]
    project.git(*amend[1:])
    assert "+two" in project.ok("diff", "a").out
    project.git("reset", "-q", "--hard", "HEAD^")
    project.ok("start", "a")
    made = [work(project, "a", f"line {n}\n", f"step {n}") for n in range(12)]
    work(project, "ab", "of another\n", "another's")
    away = Project(Path(project.ok("work", "b", "--as", "bob").out.strip()))
    branched = work(away, "b", "on the branch\n", "on its branch \x1b[2J")

    derived = project.ok("show", "a", "--json").json["derived"]
    assert [one["commit"] for one in derived["commits"]] == made[:1:-1]
    assert derived["commits_total"] == 12
    assert derived["commits"][0].keys() == {"commit", "at", "actor", "subject"}
    shown = project.ok("show", "a").out
    assert "commits  tk diff a\n" in shown
    assert "step 11\n" in shown
    assert "step 1\n" not in shown
    assert "  and 2 more\n" in shown
    assert "on its branch \\u001b[2J\n" in project.ok("show", "b").out

    patch = project.ok("diff", "a").out
    order = [patch.index(f"step {n}\n") for n in range(12)]
    assert order == sorted(order)
    assert ("+line 11\n" in patch, "of another" in patch) == (True, False)
    assert "+on the branch" in project.ok("diff", "b").out
    assert "code.txt | 2 +-" in project.ok("diff", "a", "--stat").out
    assert project.ok("diff", "a", "--", "--format=%s", "--stat", "--", "none.txt").out == ""
    wrong = project.tk("diff", "a", "--", "--no-such-option")
    assert (wrong.status, "--no-such-option" in wrong.err) == (Exit.USAGE, True)
    answer = project.ok("diff", "b", "--json").json
    assert [one["commit"] for one in answer["commits"]] == [branched]
    assert "+on the branch" in answer["diff"]
    # what a replacement shows is not what was written
    project.git("replace", made[0], made[11])
    assert "step 0" in project.ok("diff", "a").out


def test_diff_is_in_the_pager_and_the_colours_of_git(project: Project) -> None:
    work(project, "a", "two\n", "step")
    project.git("config", "core.pager", "sed 's/^/paged: /'")
    main, its = pty.openpty()
    with subprocess.Popen(
        [*TK, "diff", "a"],
        cwd=project.path,
        stdin=its,
        stdout=its,
        env={**os.environ, "TERM": "xterm"},
    ) as process:
        os.close(its)
        found = b""
        try:
            while part := os.read(main, 4096):
                found += part
        except OSError:  # the end of a terminal
            pass
    os.close(main)
    assert process.returncode == Exit.OK
    assert b"paged: \x1b[32m+\x1b[m\x1b[32mtwo" in found
