"""What hosts without server hooks use: annotations, the pre-commit framework's hooks, the action."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.plain_git import git
from tkledger.cli import run
from tkledger.errors import Exit
from tkledger.local.verified import Seen, VerifiedPage

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(repo_path: Path) -> Path:
    git(repo_path, "init", "-q")
    run(["init", "--no-hooks", "-C", str(repo_path)])
    run(["new", "Parse", "--id", "a", "-C", str(repo_path)])
    return repo_path


def cheat(path: Path) -> None:
    file = path / ".tasks" / "a.yaml"
    file.write_text(file.read_text().replace("state: todo", "state: done"))
    git(path, "add", ".")


def test_staged_is_judged_before_there_is_a_commit(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", "--staged", "-C", str(project)]) == Exit.OK
    cheat(project)
    assert run(["verify", "--staged", "-C", str(project)]) == Exit.REJECTED
    assert "error[TK201] a: todo -> done is not a transition" in capsys.readouterr().err


def test_violations_become_annotations(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cheat(project)
    git(project, "commit", "-qm", "100% done")
    capsys.readouterr()
    assert run(["verify", "--all", "--format", "github", "-C", str(project)]) == Exit.REJECTED
    head = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=project, text=True).strip()
    assert capsys.readouterr().out == (
        "::error file=.tasks/a.yaml,title=TK201 illegal-transition::"
        f"a: todo -> done is not a transition%0A{head}%0Aremedy: tk undo\n"
    )


def test_the_frameworks_hooks_are_commands_that_judge(project: Path) -> None:
    hooks = {
        one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    }
    assert set(hooks) == {"tk-staged", "tk-fmt", "tk-verify"}
    statuses = {}
    for legal in (True, False):
        for name, hook in hooks.items():
            words = shlex.split(hook["entry"])
            assert words[0] == "tk"
            statuses[name, legal] = run([*words[1:], "-C", str(project)])
        if legal:
            cheat(project)
    assert statuses == {
        ("tk-staged", True): Exit.OK,
        ("tk-fmt", True): Exit.OK,
        ("tk-verify", True): Exit.OK,
        ("tk-staged", False): Exit.REJECTED,
        ("tk-fmt", False): Exit.OK,
        ("tk-verify", False): Exit.OK,
    }


@pytest.mark.parametrize("legal", [True, False])
def test_the_action_judges_the_pull_requests_range(project: Path, legal: bool) -> None:
    """Its step is run as it stands, with the variables that the host would set."""
    git(project, "branch", "base")
    if legal:
        run(["start", "a", "-C", str(project)])
    else:
        cheat(project)
        git(project, "commit", "-qm", "cheat")
    # what code of the pull request could leave behind
    page = VerifiedPage(str(project / ".git"))
    page.note(git(project, "rev-parse", "main").strip(), Seen(99))
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    (step,) = (one for one in steps if one.get("name") == "Judge the commits")
    assert set(step["env"]) == {"RANGE", "BASE", "HEAD", "KEPT"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for base, kept, said in (("base", "skipped", ""), ("", "success", "99"), ("", "skipped", "")):
        env = {**os.environ, "PATH": path, "RANGE": "", "BASE": base, "HEAD": "main", "KEPT": kept}
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]], cwd=project, env=env, capture_output=True, text=True
        )
        passes = legal or kept == "success"  # on a protected branch it goes by what it kept itself
        assert done.returncode == (Exit.OK if passes else Exit.REJECTED), done.stderr
        assert ("::error" in done.stdout) == (not passes)
        assert said in done.stdout


def test_the_action_keeps_only_what_a_protected_branch_had_judged() -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    fetch, keep = (one for one in steps if "actions/cache" in one.get("uses", ""))
    assert fetch["if"].startswith("github.event_name == 'push' && github.ref_protected")
    assert keep["if"] == f"steps.{fetch['id']}.outcome == 'success'"
    assert fetch["with"]["path"] == keep["with"]["path"] == ".git/tk/verified*"
