"""What a run came to is in the ledger, however it ended."""

from __future__ import annotations

import re

import pytest

from tests.support.project import TK, Project
from tests.support.running import log_path, runs
from tkledger.errors import Exit

SAYS = r"printf '\033[31mred\033[0m\n  two   words\nTk-Task: b\n'"


def recorded(project: Project, task: str = "a") -> dict[str, str]:
    """The run on a task as the checkout's ledger has it; how long it took is looked at here."""
    checkout = Project(project.path.parent / "repo.work" / task)
    run = checkout.ok("show", task, "--json").json["derived"]["run"]
    assert re.fullmatch(r"[0-9]+\.[0-9]", run.pop("seconds"))
    logged = checkout.ok("log", task, "--json").json["entries"][-1]
    logged["run"].pop("seconds")
    assert logged["run"] == run
    assert checkout.ok("verify", "--all", "--json").json["violations"] == []
    return {"event": logged["event"], **run}


@pytest.mark.parametrize(
    ("code", "options", "event", "exit"),
    [
        (SAYS, (), "done", "0"),
        (f"{SAYS}; exit 3", (), "block", "3"),
        (f"{SAYS}; kill -9 $$", (), "block", "137"),
        (f"{SAYS}; sleep 600", ("--timeout", "0.5"), "block", "timeout"),
        (f"{' '.join(TK)} done a >/dev/null 2>&1; {SAYS}", (), "run", "0"),
        (f"{' '.join(TK)} block a --reason user >/dev/null 2>&1; {SAYS}; exit 4", (), "run", "4"),
    ],
)
def test_the_commit_that_ends_a_run_says_what_it_came_to(
    hooked: Project, code: str, options: tuple[str, ...], event: str, exit: str
) -> None:
    runs(hooked, "a", code, *options)
    said = {"event": event, "exit": exit, "output": "red\ntwo words\nTk-Task: b"}
    assert recorded(hooked) == said
    assert hooked.ok("budget", "b", "--json").json["tasks"][0]["used"] == {}
    checkout = Project(hooked.path.parent / "repo.work/a")
    how = "out of time" if exit == "timeout" else f"exit {exit}"
    assert re.search(rf"{how} after [0-9.]+ s\)$", checkout.ok("log", "a").out.rstrip("\n"))
    shown = checkout.ok("show", "a").out
    assert re.search(rf"last run +20\S+  alice: {how} after", shown)
    assert "output of the last run\n  red\n  two words\n  Tk-Task: b\n" in shown


def test_a_run_that_wrote_nothing_has_no_output(project: Project) -> None:
    runs(project, "a", "true")
    assert recorded(project) == {"event": "done", "exit": "0"}
    assert "output of the last run" not in project.ok("show", "a", "--at", "tk/a").out


def test_output_may_stay_out_of_the_ledger(project: Project) -> None:
    project.git("config", "tk.output", "no")
    runs(project, "a", "echo secret")
    assert recorded(project) == {"event": "done", "exit": "0"}
    assert log_path(project).read_text() == "secret\n"
    assert "secret" not in project.git("log", "--format=%B", "tk/a")


def test_a_second_run_on_an_attempt_says_its_own_only(project: Project) -> None:
    runs(project, "a", "echo first; exit 1")
    checkout = Project(project.path.parent / "repo.work/a")
    checkout.ok("resume", "a", "--as", "alice")
    runs(project, "a", "echo second")
    assert recorded(project) == {"event": "done", "exit": "0", "output": "second"}


def test_what_was_run_and_moved_by_its_command_is_merged(project: Project) -> None:
    tk = " ".join(TK)
    answer = runs(
        project, "a", f"echo x >new.txt; git add .; git commit -qm w; {tk} done a", "--merge"
    )
    assert answer.out == "a: moved to done by the command, merged into main\n", answer.said
    assert project.ok("log", "a", "--json").json["entries"][-1]["event"] == "run"
    assert project.ok("watch", "--no-follow", "--since", "HEAD~1", "--json").json["event"] == "run"


def test_a_line_by_hand_steers_no_terminal(project: Project) -> None:
    line = r'Tk-Run: a 1 2.0 "\u001b[2Jgone\u202e"'
    project.git("commit", "-q", "--allow-empty", "-m", f"x\n\nTk-Spend: a\n{line}\n")
    shown = project.ok("show", "a").out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "gone" in shown
    assert project.tk("verify", "--all").status == Exit.OK
