"""The component for GitLab: the job that it comes to, run as its runner would run it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from jsonschema import Draft7Validator

from tests.support.plain_git import git
from tkledger import __version__
from tkledger.cli import run
from tkledger.errors import Exit
from tkledger.local.verified import Seen, VerifiedPage

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "templates" / "verify" / "template.yml"
REQUEST = "refs/merge-requests/7"

_INPUT = re.compile(r"\$\[\[ inputs\.([a-z]+) \]\]")


def the_job(**inputs: str) -> dict[str, Any]:
    """The only job of the component, with these inputs and the others as they are by default."""
    head, body = TEMPLATE.read_text(encoding="utf-8").split("\n---\n")
    known = {name: one["default"] for name, one in yaml.safe_load(head)["spec"]["inputs"].items()}
    assert {*_INPUT.findall(body)} == {*known} >= {*inputs}
    text = _INPUT.sub(lambda found: {**known, **inputs}[found[1]], body)
    ((name, job),) = yaml.safe_load(text).items()
    assert name == {**known, **inputs}["job"]
    assert isinstance(job, dict)
    return job


@pytest.fixture
def host(repo_path: Path, tmp_path: Path) -> Path:
    """The project on the host: a ledger, and a merge request with one commit that starts its task."""
    git(repo_path, "init", "-q")
    run(["init", "--no-hooks", "-C", str(repo_path)])
    run(["new", "Parse", "--id", "a", "-C", str(repo_path)])
    git(repo_path, "branch", "base")
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
    "protected branch": {
        "CI_PIPELINE_SOURCE": "push",
        "CI_COMMIT_BRANCH": "feature",
        "CI_COMMIT_REF_PROTECTED": "true",
        "ref": "feature",
    },
    "merge request": {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": "base",
        "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "",
        "CI_COMMIT_REF_PROTECTED": "true",  # both branches of it may be
        "ref": f"{REQUEST}/head",
    },
    "merged result": {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": "base",
        "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "main",
        "ref": f"{REQUEST}/merge",
    },
}
"""What GitLab sets for each kind, with names for commits, and the ref that the runner fetches."""


def piped(
    host: Path, folder: Path, kind: str, job: dict[str, Any], planted: bool = False
) -> tuple[int, str]:
    """Check out as the runner does, on no branch, and run the job: its status, and what it said. ``planted``:
    the cache has it that all is well.
    """
    variables = dict(PIPELINES[kind])
    ref, builds = variables.pop("ref"), folder / "builds"
    for name in (*variables,):
        if name.endswith("_SHA") and variables[name]:
            variables[name] = git(host, "rev-parse", variables[name])
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
    if planted:
        VerifiedPage(str(builds / ".git")).note(commit, Seen(99))
    (folder / "bin").mkdir()
    python = folder / "bin" / "python"
    python.write_text(f'#!/bin/sh\n[ "$*" = "-m pip install --quiet tkledger=={__version__}" ]\n')
    python.chmod(0o755)
    path = (str(python.parent), str(Path(sys.executable).parent), os.environ["PATH"])
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        **{"CI": "true", "GITLAB_CI": "true", "CI_COMMIT_SHA": commit},
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
def test_the_job_judges_what_it_is_run_for_and_reports_it(
    repo_path: Path, host: Path, tmp_path: Path, kind: str, legal: bool
) -> None:
    if not legal:
        push_cheat(repo_path)
        git(repo_path, "switch", "-q", "main")
    request(repo_path)
    planted = kind != "protected branch"
    status, said = piped(host, tmp_path, kind, the_job(), planted=planted)
    assert status == (Exit.OK if legal else Exit.REJECTED), said
    assert ("TK201" in said) == (not legal)
    reports = the_job()["artifacts"]["reports"]
    suite = ElementTree.parse(tmp_path / "builds" / reports["junit"]).getroot()
    assert (suite.get("failures") == "0") == legal
    found = json.loads((tmp_path / "builds" / reports["codequality"]).read_text())
    assert {one["check_name"] for one in found} == (
        set() if legal else {"TK201 illegal-transition"}
    )


def test_only_a_protected_branch_goes_by_what_was_kept(
    repo_path: Path, host: Path, tmp_path: Path
) -> None:
    push_cheat(repo_path)
    status, said = piped(host, tmp_path, "protected branch", the_job(), planted=True)
    assert status == Exit.OK
    assert "checked 99 commits" in said
    protected, *others = sorted(
        the_job()["rules"], key=lambda one: one["variables"]["TK_CACHE"], reverse=True
    )
    assert "$CI_COMMIT_REF_PROTECTED" in protected["if"]
    assert protected["variables"] == {"TK_CACHE": "pull-push"}
    assert {one["variables"]["TK_CACHE"] for one in others} == {"pull"}
    cache = the_job()["cache"]
    assert (cache["policy"], cache["paths"]) == ("$TK_CACHE", [".git/tk/verified*"])
    assert "unprotect" not in cache


def test_a_range_of_its_own_is_judged_and_an_empty_one_is_no_verdict(
    repo_path: Path, host: Path, tmp_path: Path
) -> None:
    request(repo_path)
    status, said = piped(host, tmp_path, "branch", the_job(range="HEAD..HEAD", job="ledger"))
    assert status == Exit.NOTHING
    assert "no commits in HEAD..HEAD" in said
    assert not (tmp_path / "builds" / "tk-junit.xml").exists()


def test_without_its_depth_the_job_fails_and_says_why(
    repo_path: Path, host: Path, tmp_path: Path
) -> None:
    """It may not pass over what it has not got."""
    request(repo_path)
    job = the_job()
    assert (job["variables"]["GIT_DEPTH"], job["variables"]["GIT_STRATEGY"]) == ("0", "clone")
    job["variables"]["GIT_DEPTH"] = "1"
    status, said = piped(host, tmp_path, "branch", job)
    assert status == Exit.UNUSABLE
    assert "shallow" in said


def builtin(name: str) -> Any:
    """A schema of the files that a host reads."""
    place = files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{name}.json"
    return json.loads(place.read_text(encoding="utf-8"))


def test_the_component_is_what_the_host_reads() -> None:
    """Its head by the host's schema of a component, and its job by that of a pipeline."""
    head = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8").split("\n---\n")[0])
    schema = builtin("gitlab-ci")
    validator = Draft7Validator(schema)
    job = the_job()
    assert [one.message for one in validator.iter_errors({"ledger": job})] == []
    assert [one.message for one in validator.iter_errors(head)] == []
    for wrong in ({**job, "script": 1}, {**job, "artifacts": {"when": "now"}}, {**job, "what": 1}):
        assert [*validator.iter_errors({"ledger": wrong})], wrong


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ("github-actions", "action.yml"),
        ("github-workflows", ".github/workflows/release.yml"),
        ("github-workflows", ".github/workflows/pages.yml"),
    ],
)
def test_the_action_and_the_workflows_are_what_the_host_reads(schema: str, name: str) -> None:
    found = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    found = {
        ("on" if key is True else key): value for key, value in found.items()
    }  # YAML 1.1 reads `on` so
    assert [one.message for one in Draft7Validator(builtin(schema)).iter_errors(found)] == []
