"""The job that docs/enforcement.md has for GitLab, run as its runner would run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.plain_git import git
from tkledger.cli import run
from tkledger.errors import Exit

PAGE = Path(__file__).parents[2] / "docs" / "enforcement.md"
REQUEST = "refs/merge-requests/7"


def the_job() -> dict[str, Any]:
    section = PAGE.read_text().partition("## GitLab without server hooks")[2]
    found = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert found
    (job,) = yaml.safe_load(found[1]).values()
    assert isinstance(job, dict)
    return job


@pytest.fixture
def host(repo_path: Path, tmp_path: Path) -> Path:
    """The project on the host: a ledger, and a merge request with one commit that starts its task."""
    git(repo_path, "init", "-q")
    run(["init", "--no-hooks", "-C", str(repo_path)])
    run(["new", "Parse", "--id", "a", "-C", str(repo_path)])
    git(repo_path, "switch", "-q", "-c", "feature")
    run(["start", "a", "-C", str(repo_path)])
    git(repo_path, "switch", "-q", "main")
    run(["new", "Print", "--id", "b", "-C", str(repo_path)])
    path = tmp_path / "host.git"
    git(repo_path, "clone", "-q", "--bare", str(repo_path), str(path))
    git(repo_path, "remote", "add", "origin", str(path))
    return path


def push_cheat(path: Path) -> None:
    """What the hooks of the clone would have refused, in the branch of the merge request."""
    git(path, "switch", "-q", "feature")
    file = path / ".tasks" / "a.yaml"
    file.write_text(file.read_text().replace("state: in_progress", "state: todo"))
    git(path, "commit", "-q", "-a", "-m", "back to the start")
    file.write_text(file.read_text().replace("state: todo", "state: done"))
    git(path, "commit", "-q", "-a", "-m", "done")
    git(path, "push", "-q", "origin", "feature")


def request(clone: Path) -> None:
    """What the host shows of a merge request: its branch, and what the merge would be."""
    git(clone, "fetch", "-q", "origin", "feature:source")
    git(clone, "switch", "-q", "--detach", "main")
    git(clone, "merge", "-q", "--no-ff", "-m", "Merge branch 'feature' into 'main'", "source")
    git(clone, "push", "-q", "origin", f"source:{REQUEST}/head", f"HEAD:{REQUEST}/merge")


PIPELINES = {
    "branch": {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "feature", "ref": "feature"},
    "merge request": {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_EVENT_TYPE": "detached",
        "ref": f"{REQUEST}/head",
    },
    "merged result": {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result",
        "ref": f"{REQUEST}/merge",
    },
}
"""What GitLab sets for each kind, and the ref that the runner fetches."""


def piped(host: Path, folder: Path, kind: str, job: dict[str, Any]) -> tuple[int, str]:
    """Check out as the runner does, on no branch, and run the job: its status, and what it said."""
    variables = dict(PIPELINES[kind])
    ref, builds = variables.pop("ref"), folder / "builds"
    commit = git(host, "rev-parse", ref if ref.startswith("refs/") else f"refs/heads/{ref}")
    depth = job["variables"].get("GIT_DEPTH", "20")  # what GitLab sets where nobody says
    git(folder, "init", "-q", "--template=", str(builds))
    git(builds, "remote", "add", "origin", f"file://{host}")
    if depth == "0":
        heads = ["+refs/heads/*:refs/remotes/origin/*", f"+{ref}:refs/pipelines/1"]
        git(builds, "fetch", "-q", "origin", *heads)
    else:
        git(builds, "fetch", "-q", "--depth", depth, "origin", f"+{ref}:refs/pipelines/1")
    git(builds, "checkout", "-f", "-q", commit)
    (folder / "bin").mkdir()
    pip = folder / "bin" / "pip"
    pip.write_text('#!/bin/sh\n[ "$*" = "install tkledger" ]\n')
    pip.chmod(0o755)
    path = (str(pip.parent), str(Path(sys.executable).parent), os.environ["PATH"])
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        **{"CI": "true", "GITLAB_CI": "true", "CI_COMMIT_SHA": commit, "GIT_STRATEGY": "fetch"},
        **{"CI_COMMIT_REF_NAME": ref, "CI_PROJECT_DIR": str(builds), "CI_DEFAULT_BRANCH": "main"},
        **{**variables, **job["variables"], "PATH": os.pathsep.join(path)},
        **{"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    }
    script = "set -eo pipefail\n" + "\n".join(job["script"])
    done = subprocess.run(
        ["bash", "-c", script], cwd=builds, env=env, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("kind", PIPELINES)
@pytest.mark.parametrize("legal", [True, False])
def test_the_job_judges_all_history_of_what_it_is_run_for(
    repo_path: Path, host: Path, tmp_path: Path, kind: str, legal: bool
) -> None:
    if not legal:
        push_cheat(repo_path)
        git(repo_path, "switch", "-q", "main")
    request(repo_path)
    status, said = piped(host, tmp_path, kind, the_job())
    assert status == (Exit.OK if legal else Exit.REJECTED), said
    assert ("TK201" in said) == (not legal)


def test_without_the_depth_of_the_page_the_job_fails_and_says_why(
    repo_path: Path, host: Path, tmp_path: Path
) -> None:
    """It may not pass over what it has not got."""
    request(repo_path)
    job = the_job()
    assert job["variables"]["GIT_DEPTH"] == "0"
    status, said = piped(host, tmp_path, "branch", {**job, "variables": {"GIT_DEPTH": "1"}})
    assert status == Exit.UNUSABLE
    assert "shallow" in said
