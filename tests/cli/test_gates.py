"""``tk gate`` and ``tk gates``: what runs, what is recorded of it, and what may run on a machine at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.clone import Clone
from tests.support.project import Answer, Project
from tkledger.core.evidence import EvidenceLine, parsed
from tkledger.errors import Exit

EMPTY = hashlib.sha256(b"").hexdigest()


def refused(answer: Answer, status: Exit, *words: str) -> None:
    assert answer.status == status, answer.said
    assert [one for one in words if one not in answer.err] == [], answer.err


def evidence(project: Project, task: str = "a") -> list[EvidenceLine]:
    return [
        parsed(one) for one in project.tk("show", task, "--json").json["task"].get("evidence", [])
    ]


@pytest.fixture
def gated(project: Project) -> Project:
    """a is in progress; before it is done, code.txt has to say one, on a machine that trusts the check."""
    project.ok("config", "set", "gates.check", "run=grep -q one code.txt", "state=done")
    project.ok("gates", "trust")
    project.ok("start", "a")
    return project


def code(project: Project, text: str) -> None:
    project.write("code.txt", text)
    project.git("commit", "-q", "-a", "-m", "code")


def test_a_task_is_done_once_its_gate_passed_on_its_code(gated: Project) -> None:
    refused(
        gated.tk("done", "a"), Exit.REJECTED, "TK513", "did not run on this code", "tk gate a check"
    )
    assert "a: check passed on" in gated.ok("gate", "a").out
    (found,) = evidence(gated)
    tree = gated.git("ls-tree", "HEAD").splitlines()
    left = "".join(f"{row}\n" for row in tree if not row.endswith("\t.tasks"))
    assert found.tree == gated.git("mktree", stdin=left)
    assert (found.actor, found.exit, found.output) == ("test@example.org", "0", EMPTY)
    assert found.command == "grep -q one code.txt"
    code(gated, "one\nmore\n")
    refused(gated.tk("done", "a"), Exit.REJECTED, "TK513")
    assert "tk gate a check" in gated.ok("why", "a").out
    told = [
        one for one in gated.ok("audit", "--json").json["acts"] if one["did"] == "recorded evidence"
    ]
    assert [(one["subject"], one["independent"]) for one in told] == [("a", False)]
    assert told[0]["reason"].startswith("check passed on ")
    gated.ok("gate", "a", "check")
    gated.ok("done", "a")
    assert gated.ok("verify", "--all").status == Exit.OK


def test_a_fail_is_recorded_and_shown_and_a_rerun_says_so(gated: Project) -> None:
    gated.ok("config", "set", "gates.check", "run=echo that is bad; test -f .git/lucky")
    gated.ok("gates", "trust", "check")
    answer = gated.tk("gate", "a")
    refused(answer, Exit.REJECTED, "  that is bad", "output: ")
    assert "check failed" in answer.out
    assert evidence(gated)[-1].exit == "1"
    assert evidence(gated)[-1].output == hashlib.sha256(b"that is bad\n").hexdigest()
    refused(
        gated.tk("done", "a"), Exit.REJECTED, "TK513", "failed on this code (exit 1)", "--flaky"
    )
    head = gated.head()
    gated.write(".git/lucky", "")
    refused(gated.tk("gate", "a"), Exit.REJECTED, "TK514", "tk gate a check --flaky")
    assert gated.head() == head
    gated.ok("gate", "a", "--flaky")
    assert [one.flaky for one in evidence(gated)] == [False, True]
    assert "nothing" not in gated.ok("gate", "a").out
    gated.ok("done", "a")


@pytest.mark.parametrize("what", ["changed", "new", "staged"])
def test_what_is_not_committed_is_not_the_code(gated: Project, what: str) -> None:
    gated.write("new.txt" if what == "new" else "code.txt", "one two\n")
    if what == "staged":
        gated.git("add", "code.txt")
    refused(gated.tk("gate", "a"), Exit.UNUSABLE, "not committed", "status")
    assert evidence(gated) == []
    gated.write(".git/info/exclude", "new.txt\n")
    gated.git("checkout", "-q", "HEAD", "--", "code.txt")
    gated.ok("note", "b", "the ledger is not code")
    gated.ok("gate", "a")


def test_a_submodule_at_another_commit_is_not_the_code(gated: Project) -> None:
    """The code has the commit of a submodule, and says itself that git should not look."""
    first = gated.head()
    gated.write(".git/info/exclude", "lib\n")
    gated.git("clone", "-q", ".", "lib")
    gated.write(".gitmodules", '[submodule "lib"]\npath = lib\nurl = ./lib\nignore = all\n')
    gated.git("add", ".gitmodules")
    gated.git("update-index", "--add", "--cacheinfo", f"160000,{first},lib")
    gated.git("commit", "-q", "-m", "a submodule")
    gated.ok("gate", "a")
    gated.git("-C", "lib", "commit", "-q", "--allow-empty", "-m", "more")
    refused(gated.tk("gate", "a", "--flaky"), Exit.UNUSABLE, "not committed", "lib")
    gated.git("-C", "lib", "reset", "-q", "--hard", first)
    gated.ok("config", "set", "gates.check", "run=git -C lib commit -q --allow-empty -m more")
    gated.ok("gates", "trust")
    refused(gated.tk("gate", "a"), Exit.UNUSABLE, "the code changed while check ran")


@pytest.mark.parametrize(
    ("run", "status", "words"),
    [
        ("echo two >code.txt", Exit.UNUSABLE, "the code changed while check ran"),
        ("git commit -q --allow-empty -m x && echo >x && git add x && git commit -q -m x",
         Exit.UNUSABLE, "the code changed"),
        ("no-such-program-at-all", Exit.NOT_RUN, "does not exist; nothing is recorded"),
    ],
)  # fmt: skip
def test_what_shows_nothing_is_not_recorded(
    gated: Project, run: str, status: Exit, words: str
) -> None:
    gated.ok("config", "set", "gates.check", f"run={run}")
    gated.ok("gates", "trust")
    refused(gated.tk("gate", "a"), status, words)
    assert evidence(gated) == []


def test_a_gate_ends_when_its_time_is_over(gated: Project) -> None:
    gated.ok("config", "set", "gates.check", "run=sleep 600", "timeout=1")
    gated.ok("gates", "trust")
    refused(gated.tk("gate", "a"), Exit.REJECTED)
    (found,) = evidence(gated)
    assert (found.passed, found.exit) == (False, "timeout")


def test_the_command_sees_no_hook_and_knows_its_task(
    gated: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if called from a hook of another repository."""
    gated.ok("config", "set", "gates.check", 'run=env; test "$TK_TASK $TK_GATE" = "a check"')
    gated.ok("gates", "trust")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent/index")
    monkeypatch.setenv("GIT_PREFIX", "x/")
    answer = gated.ok("gate", "a", "--json").json
    said = Path(answer["gates"][0]["log"]).read_text()
    assert "GIT_CONFIG_GLOBAL=" in said
    assert "GIT_INDEX_FILE" not in said
    assert "GIT_PREFIX" not in said
    assert (answer["gates"][0]["passed"], answer["gates"][0]["exit"]) == (True, "0")


def test_a_dry_run_runs_nothing(gated: Project, tmp_path: Path) -> None:
    gated.ok("config", "set", "gates.check", f"run=touch {tmp_path}/ran")
    gated.ok("gates", "trust")
    before = gated.snapshot()
    assert "would run: check: touch" in gated.ok("gate", "a", "--dry-run").out
    assert gated.snapshot() == before
    assert not (tmp_path / "ran").exists()


def test_gates_run_in_the_checkout_of_the_task(gated: Project) -> None:
    where = Path(gated.ok("work", "b", "--path").out.strip())
    gated.ok("config", "set", "gates.check", "run=test -f here", "-C", str(where))
    gated.ok("gates", "trust", "-C", str(where))
    (where / "here").write_text("")
    gated.git("-C", str(where), "add", "here")
    gated.git("-C", str(where), "commit", "-q", "-m", "here")
    assert "passed" in gated.ok("gate", "b").out
    assert "evidence" not in gated.file("b")
    assert "evidence" in (where / ".tasks/b.yaml").read_text()


def test_what_is_told_of_elsewhere(gated: Project) -> None:
    ci = (
        "gate",
        "a",
        "ci",
        "--record",
        "pass",
        "--url",
        "https://ci.example.org/7",
        "--as",
        "ci-1",
    )
    refused(gated.tk(*ci), Exit.USAGE, "no gate 'ci'; it has check", "tk gates list")
    gated.ok("config", "set", "gates.ci", "role=ci", "state=done")
    gated.ok("config", "set", "roles.ci", "ci-*")
    gated.ok("gate", "a")
    refused(
        gated.tk("gate", "a", "ci"), Exit.UNUSABLE, "it runs elsewhere", "--record pass --url URL"
    )
    refused(
        gated.tk("done", "a"), Exit.REJECTED, "'ci-*' runs tk gate a ci --record pass --url URL"
    )
    refused(gated.tk(*ci[:-2]), Exit.REJECTED, "TK514", "does not have the role ci")
    refused(
        gated.tk("gate", "a", "check", "--record", "pass"), Exit.REJECTED, "TK514", "did not run it"
    )
    gated.ok(*ci, "--dry-run")
    gated.ok(*ci)
    head = gated.head()
    gated.ok(*ci)
    assert gated.head() == head, "said again, it is known"
    assert evidence(gated)[-1].url == "https://ci.example.org/7"
    refused(gated.tk("gate", "a", "ci", "--record", "maybe"), Exit.USAGE)
    refused(gated.tk("gate", "a", "--record", "pass"), Exit.USAGE, "which gate")
    refused(gated.tk("gate", "a", "ci", "--url", "https://x"), Exit.USAGE, "--record")
    refused(gated.tk(*ci[:6], "ftp://x"), Exit.USAGE, "not an address")
    gated.ok("done", "a")


def test_a_machine_that_records_for_a_clone_pushes_it(fresh: Callable[[str], Clone]) -> None:
    """A job of a continuous integration: a detached checkout of what was pushed, a record, a push."""
    clone = fresh("job")
    clone.ok("config", "set", "gates.ci", "role=ci", "state=done")
    clone.ok("config", "set", "roles.ci", "ci")
    clone.push()
    job = clone.root / "job"
    clone.git("clone", "-q", str(clone.server), str(job))
    told = (
        "gate",
        "s",
        "ci",
        "--record",
        "pass",
        "--url",
        "https://ci.example.org/7",
        "--as",
        "ci",
    )
    Clone.ok(clone, *told, "-C", str(job))
    clone.git("-C", str(job), "push", "-q", "origin", "HEAD:main")
    clone.git("pull", "-q", "--ff-only")
    clone.ok("done", "s")
    clone.push()
    assert clone.verified() == set()


# -- trust -----------------------------------------------------------------------------------


@pytest.fixture
def hostile(project: Project, tmp_path: Path) -> Project:
    """A repository whose gate would leave a mark."""
    project.ok("config", "set", "gates.check", f"run=touch {tmp_path}/mark", "state=done")
    project.ok("start", "a")
    return project


def runs_not(project: Project, tmp_path: Path) -> None:
    answer = project.tk("gate", "a")
    refused(answer, Exit.UNUSABLE, "not trusted here: touch", "tk gates trust check")
    assert not (tmp_path / "mark").exists()


def test_nothing_runs_before_it_is_trusted_here(hostile: Project, tmp_path: Path) -> None:
    runs_not(hostile, tmp_path)
    assert "not trusted: touch" in hostile.ok("gates", "list").out
    assert "would be: trusted" in hostile.ok("gates", "trust", "--dry-run").out
    runs_not(hostile, tmp_path)
    assert f"touch {tmp_path}/mark" in hostile.ok("gates", "trust", "check").out
    assert "  trusted: touch" in hostile.ok("gates", "list").out
    hostile.ok("gate", "a")
    assert (tmp_path / "mark").exists()


@pytest.mark.parametrize("change", ["run", "timeout", "name"])
def test_a_gate_that_changes_asks_again(hostile: Project, tmp_path: Path, change: str) -> None:
    """As by a commit that was pulled."""
    hostile.ok("gates", "trust")
    if change == "name":
        hostile.ok("config", "set", "gates.lint", f"run=touch {tmp_path}/mark", "state=done")
        answer = hostile.tk("gate", "a", "lint")
        refused(answer, Exit.UNUSABLE, "the gate lint is not trusted here")
    else:
        value = {"run": f"run=touch {tmp_path}/mark; true", "timeout": "timeout=9"}[change]
        hostile.ok("config", "set", "gates.check", value)
        runs_not(hostile, tmp_path)
    assert not (tmp_path / "mark").exists()


def test_another_clone_asks_again(hostile: Project, tmp_path: Path) -> None:
    hostile.ok("gates", "trust")
    hostile.git("clone", "-q", ".", str(tmp_path / "other"))
    runs_not(Project(tmp_path / "other"), tmp_path)


def test_what_takes_the_place_of_a_repository_inherits_no_trust(
    hostile: Project, tmp_path: Path
) -> None:
    hostile.ok("gates", "trust")
    hostile.git("clone", "-q", ".", str(tmp_path / "other"))
    hostile.path.rename(tmp_path / "gone")
    (tmp_path / "other").rename(hostile.path)
    runs_not(hostile, tmp_path)


@pytest.mark.parametrize(
    "how", ["in the checkout", "by a link", "in git's folder", "of others", "a link"]
)
def test_what_the_repository_could_have_written_is_not_believed(
    hostile: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The state of a user who trusts the gate, where a checkout or another user could put it."""
    hostile.ok("gates", "trust")
    state = Path(os.environ["HOME"], ".local/state")
    (file,) = (state / "tk/gates").iterdir()
    inside = hostile.path / ".git/x" if how == "in git's folder" else hostile.path / "x"
    if how == "of others":
        file.chmod(0o666)
    elif how == "a link":
        file.rename(tmp_path / "moved")
        file.symlink_to(tmp_path / "moved")
    else:
        state.rename(inside)
        hostile.write(".git/info/exclude", "x\n")
        place = inside
        if how == "by a link":
            place = tmp_path / "link"
            place.symlink_to(inside)
        monkeypatch.setenv("XDG_STATE_HOME", str(place))
        refused(hostile.tk("gates", "trust"), Exit.UNUSABLE, "XDG_STATE_HOME")
    runs_not(hostile, tmp_path)


def test_a_state_folder_that_is_no_whole_path_is_passed_over(
    hostile: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "x")
    hostile.ok("gates", "trust")
    assert not (hostile.path / "x").exists()
    assert list(Path(os.environ["HOME"], ".local/state/tk/gates").iterdir())


def test_words_about_gates(project: Project) -> None:
    assert "the policy has no gates" in project.ok("gates", "list").err
    assert "no gate has a command" in project.ok("gates", "trust").err
    refused(project.tk("gates", "trust", "x"), Exit.USAGE, "no gate 'x'")
    assert "no gate is left" in project.ok("gate", "a").err
    project.ok("config", "set", "gates.check", "run=true")
    project.ok("config", "set", "guards.safe", "state=done", "label=safety", "evidence=check,lint")
    assert "check  guard safe  not trusted: true" in project.ok("gates", "list").out
    found = json.loads(project.ok("gates", "list", "--json").out)
    assert found["gates"] == [{"name": "check", "run": "true", "trusted": False}]
    project.ok("edit", "a", "--label", "safety")
    refused(project.tk("gate", "a"), Exit.USAGE, "no gate 'lint'")
    project.ok("config", "set", "guards.safe", "evidence=")
    assert "check  asked by nothing  not trusted: true" in project.ok("gates", "list").out
