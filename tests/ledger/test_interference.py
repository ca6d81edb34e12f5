"""Something else happens in the middle of a move, at each of its effects in turn."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.project import Answer, Project


class Met(NamedTuple):
    """A move, and what happened in its middle."""

    point: int
    project: Project
    move: Answer
    status: int
    words: str


def met_everywhere(
    project: Project, tmp_path: Path, step: int, happens: str, *command: str
) -> Iterator[Met]:
    """The command with ``happens``, a shell command, at each of its effects, or each ``step``-th."""
    for point in count(1, step):
        one = Project.copy(project.path, tmp_path / f"met-{point}")
        answer = one.at_point(point, happens, *command)
        if not one.happened.exists():
            assert 20 < point < 80, "every effect is a point"
            return
        _, status, words = one.happened.read_text().split(" ", 2)
        yield Met(point, one, answer, int(status), words)


@pytest.fixture(params=[3, pytest.param(1, marks=pytest.mark.long)], ids=["some", "all"])
def step(request: pytest.FixtureRequest) -> int:
    """Whether each effect is met, or only some."""
    found: int = request.param
    return found


@pytest.mark.parametrize(
    "happens", ["echo >> .tasks/a.yaml", "echo >> .tasks/a.yaml; git add .tasks/a.yaml"]
)
def test_an_edit_made_meanwhile_is_kept(
    project: Project, tmp_path: Path, step: int, happens: str
) -> None:
    lost = []
    for met in met_everywhere(project, tmp_path, step, happens, "start", "a"):
        state = met.project.state("a")
        assert (met.move.status, state) in [(3, "todo"), (0, "in_progress")], met.move.said
        if not (met.project.path / ".tasks/a.yaml").read_text().endswith("\n\n"):
            lost.append(met.point)
    assert len(lost) <= 1, "only the rename itself cannot be made to depend on what is there"


@pytest.mark.parametrize("happens", ["git switch -q -c other", "git switch -q other"])
def test_a_branch_switched_to_meanwhile_stays_clean(
    project: Project, tmp_path: Path, step: int, happens: str
) -> None:
    if "-c" not in happens:
        project.git("switch", "-q", "-c", "other")
        project.ok("edit", "a", "--title", "Another title")
        project.git("switch", "-q", "main")
    for met in met_everywhere(project, tmp_path, step, happens, "start", "a"):
        assert met.move.status == 0, met.move.said
        assert met.project.clean(), (met.point, met.project.status())
        if met.status == 0:
            assert met.project.git("symbolic-ref", "--short", "HEAD") == "other"
        moved = {met.project.state("a", "main"), met.project.state("a", "other")}
        assert "in_progress" in moved


@pytest.mark.parametrize("command", ["start a", "edit a --title Another"])
def test_a_commit_made_meanwhile_takes_nothing_back(
    project: Project, tmp_path: Path, step: int, command: str
) -> None:
    """With no hook to refuse it. The index is never behind HEAD, so no commit of code can bring
    an old file back; it may take the move along, and then it was made.
    """
    before = project.count()
    happens = "echo two >> code.txt; git commit -q -a -m code"
    for met in met_everywhere(project, tmp_path, step, happens, *command.split()):
        assert met.move.status == 0, met.move.said
        text = met.project.file("a")
        assert "state: in_progress" in text or "title: Another" in text
        assert met.project.status() == ("" if met.status == 0 else " M code.txt")
        assert met.project.count() <= before + 2
        met.project.git("fsck", "--strict")


@pytest.mark.long
def test_a_commit_is_judged_in_the_middle_of_a_move(project: Project, tmp_path: Path) -> None:
    project.ok("hooks", "install")
    happens = "echo two >> code.txt; git commit -q -a -m code"
    for met in met_everywhere(project, tmp_path, 1, happens, "start", "a"):
        assert met.move.status == 0, met.move.said
        assert met.project.state("a") == "in_progress"
        assert met.project.status() == ("" if met.status == 0 else " M code.txt")


HELD_HOOK = """\
#!/bin/sh
# holds the branch until the move meanwhile tries again, and so writes its journal anew
[ "$1" = prepared ] && [ ! -e "$(git rev-parse --git-path held)" ] || exit 0
touch "$(git rev-parse --git-path held)"
first=$(ls -i .git/tk/journal)
until [ "$(ls -i .git/tk/journal)" != "$first" ]; do sleep 0.02; done
"""

COMMIT_AND_HOLD = """\
[ ! -e .git/held ] || exit 0
echo two >> code.txt; git add code.txt
git commit -q -m code >commit.log 2>&1 &
until [ -e .git/held ]; do sleep 0.02; done
"""


def test_a_move_that_a_slow_commit_takes_along_is_made_once(project: Project) -> None:
    """The commit holds the branch for longer than a move waits, with the move in its tree."""
    hook = project.write(".git/hooks/reference-transaction", HELD_HOOK)
    hook.chmod(0o755)
    answer = project.at_point("before update-ref", COMMIT_AND_HOLD, "note", "a", "words")
    assert answer.status == 0, answer.said
    project.settle()
    assert (project.path / "commit.log").read_text() == ""
    assert project.file("a").count("- words") == 1
    assert project.git("log", "-1", "--format=%s", "--", ".tasks") == "code"
    assert project.status() == "?? commit.log"


INDEX_HOOK = """\
#!/bin/sh
git ls-files -s .tasks/a.yaml >>.git/index-log
"""

COMMIT_OF_AN_EARLIER_INDEX = """\
[ ! -x .git/hooks/post-index-change ] || exit 0
git update-ref HEAD "$(git commit-tree -p HEAD -m code 'HEAD^{tree}')"
chmod +x .git/hooks/post-index-change
"""


def test_the_index_is_not_brought_back_between_two_tries(project: Project) -> None:
    """A commit that took the move from the index may land after the try that lost, and the next
    commit of an index that was brought back would then undo the move.
    """
    project.write(".git/hooks/post-index-change", INDEX_HOOK)
    answer = project.at_point("before update-ref", COMMIT_OF_AN_EARLIER_INDEX, "start", "a")
    assert answer.status == 0, answer.said
    written = (project.path / ".git/index-log").read_text().splitlines()
    assert set(written) == {project.git("ls-files", "-s", ".tasks/a.yaml")}
    assert project.git("log", "--format=%s").splitlines()[:2] == ["tk: start a Task a", "code"]
    assert project.clean()


REFUSED_AT_THE_SECOND_TRY = """\
[ ! -e .git/hooks/reference-transaction ] || exit 0
git update-ref HEAD "$(git commit-tree -p HEAD -m code 'HEAD^{tree}')"
printf '#!/bin/sh\nexit 1\n' >.git/hooks/reference-transaction
chmod +x .git/hooks/reference-transaction
"""


def test_a_move_given_up_after_a_lost_race_leaves_nothing(project: Project) -> None:
    happens = REFUSED_AT_THE_SECOND_TRY
    answer = project.at_point("before update-ref", happens, "start", "a")
    assert answer.status != 0
    assert project.state("a") == "todo"
    assert project.clean(), project.status()


BEFORE_THE_LOCK = "fcntl.flock"
NEXT = 'exec "$TK_PYTHON" -m tkledger'


@pytest.fixture
def meeting(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project, where a shell command can run tk."""
    monkeypatch.setenv("TK_PYTHON", sys.executable)
    return project


def test_a_move_of_the_same_task_made_meanwhile_is_seen(meeting: Project) -> None:
    before = meeting.count()
    answer = meeting.at_point(BEFORE_THE_LOCK, f"{NEXT} start a", "start", "a")
    assert (answer.status, meeting.count()) == (0, before + 1), answer.said
    assert "a is already in progress" in answer.said
    assert meeting.clean()


def test_the_next_edge_taken_meanwhile_is_built_upon(meeting: Project) -> None:
    meeting.ok("start", "a")
    answer = meeting.at_point(BEFORE_THE_LOCK, f"{NEXT} note a words", "done", "a")
    assert answer.status == 0, answer.said
    assert meeting.state("a") == "done"
    assert "words" in meeting.file("a")
    assert meeting.clean()


def test_a_move_of_another_task_made_meanwhile_stays(meeting: Project) -> None:
    before = meeting.count()
    answer = meeting.at_point(BEFORE_THE_LOCK, f"{NEXT} start b", "start", "a")
    assert answer.status == 0, answer.said
    assert (meeting.state("a"), meeting.state("b")) == ("in_progress", "in_progress")
    assert meeting.count() == before + 2
    assert meeting.clean()


def test_a_key_used_meanwhile_gives_the_first_answer(meeting: Project) -> None:
    before = meeting.count()
    happens = f"{NEXT} start a --key 'the  same' --json"
    answer = meeting.at_point(
        BEFORE_THE_LOCK, happens, "start", "a", "--key", "the  same", "--json"
    )
    assert answer.status == 0, answer.said
    assert answer.json["commit"] in meeting.happened.read_text()
    assert meeting.count() == before + 1
