"""The messages of tk's own commits as a team wants them: the first line, a sign-off, what commit-msg says."""

from __future__ import annotations

import pytest

from tests.support.project import Project

ASKS = """\
#!/bin/sh
echo "$(git diff --cached --name-only | tr '\\n' ' ')" >>seen
grep -q '^chore(tk): ' "$1" || { echo "the first line has no type"; exit 1; }
echo "Change-Id: I1" >>"$1"
"""


@pytest.fixture
def asking(project: Project) -> Project:
    """A project with a commit-msg of its own, which tk's commits do not run by default."""
    hook = project.path / ".git/hooks/commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(ASKS)
    hook.chmod(0o755)
    return project


def message(project: Project) -> str:
    return project.git("log", "-1", "--format=%B").strip()


def test_a_team_says_how_the_first_line_is_and_a_person_signs_off(project: Project) -> None:
    project.ok("config", "set", "subject", "chore(tk): {subject}")
    assert message(project).startswith("chore(tk): ")
    project.git("config", "tk.signOff", "true")
    project.ok("start", "a", "-m", "now", "--key", "k")
    who = "Signed-off-by: " + project.git("log", "-1", "--format=%cn <%ce>").strip()
    first, gap, *rest = message(project).split("\n")
    assert (first, gap) == ("chore(tk): start a Task a", "")
    assert rest[-1] == who
    assert all(line.startswith("Tk-") for line in rest[:-1])
    count = project.count()
    project.ok("start", "a", "-m", "now", "--key", "k")
    assert project.count() == count, "the same command is known by its lines"
    shown = project.ok("log", "a").out
    assert "chore(tk)" not in shown
    assert "start" in shown
    refused = project.tk("config", "set", "subject", "chore: {title}")
    assert "must be text with one {subject}" in refused.err


def test_commit_msg_is_run_where_the_user_wants_it(asking: Project) -> None:
    project = asking
    project.ok("note", "a", "it is not asked")
    project.git("config", "tk.commitHooks", "run")
    before = project.count()
    refused = project.tk("start", "a")
    assert refused.status == 3
    assert "commit-msg of this repository refuses 'tk: start a Task a': the first line has no" in (
        refused.err
    )
    assert (project.count(), project.state("a")) == (before, "todo")
    assert project.git("status", "--porcelain", ".tasks") == ""
    project.ok("config", "set", "subject", "chore(tk): {subject}")  # one way on
    project.ok("start", "a", "--key", "k")
    assert message(project).endswith("\nChange-Id: I1")
    seen = (project.path / "seen").read_text().split("\n")
    assert [one.strip() for one in seen if one][-1] == ".tasks/a.yaml"
    count = project.count()
    project.ok("start", "a", "--key", "k")
    assert project.count() == count
    project.ok("verify", "--all")
    hook = project.path / ".git/hooks/commit-msg"
    hook.write_text("#!/bin/sh\necho Tk-Cost: 5 >>$1\n")
    refused = project.tk("submit", "a")
    assert "it may add lines of its own only" in refused.err
    project.git("config", "tk.commitHooks", "skip")  # the other
    project.ok("submit", "a")
