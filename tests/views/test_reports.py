"""Verdicts as hosts read them: well formed, complete, and nothing hostile gets out of its place."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from tests.support.project import Project
from tkledger.core.change import Violation
from tkledger.core.layout import path_of
from tkledger.errors import Exit
from tkledger.views.reports import junit, sarif

EVIL = Violation(
    "a", "TK201", "illegal-transition", 'x </failure> ]]> & " \u202e \x1b[2J', "tk 'y'", "c" * 40
)


@pytest.fixture
def broken(project: Project) -> Project:
    project.write(path_of("a"), project.file("a").replace("state: todo", "state: done") + "\n")
    project.git("commit", "-q", "-a", "--no-verify", "-m", "by hand")
    return project


def test_sarif_names_rule_file_commit_and_remedy(broken: Project) -> None:
    answer = broken.tk("verify", "--all", "--format", "sarif")
    assert answer.status == Exit.REJECTED
    found = json.loads(answer.out)
    assert found["version"] == "2.1.0"
    (run,) = found["runs"]
    (result,) = run["results"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert (result["ruleId"], rule["id"], result["level"]) == ("TK201", "TK201", "error")
    assert rule["fullDescription"]["text"].endswith(".")
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == ".tasks/a.yaml"
    assert result["properties"]["commit"] == broken.head()
    assert "Remedy: " in result["message"]["text"]


def test_junit_has_a_test_for_each_bad_commit(broken: Project) -> None:
    count = broken.count()
    answer = broken.tk("verify", "--all", "--format", "junit")
    assert answer.status == Exit.REJECTED
    suite = ElementTree.fromstring(answer.out)
    assert (suite.tag, suite.get("tests"), suite.get("failures")) == ("testsuite", "2", "1")
    good, bad = suite
    assert good.get("name") == f"{count - 1} commits without a violation"
    assert bad.get("name") == broken.head()
    (failure,) = bad
    assert failure.get("message") == "TK201"
    assert "remedy: " in (failure.text or "")


def test_without_a_violation_both_say_so(project: Project) -> None:
    found = json.loads(project.ok("verify", "--all", "--format", "sarif").out)
    assert found["runs"][0]["results"] == []
    suite = ElementTree.fromstring(project.ok("verify", "--all", "--format", "junit").out)
    assert (suite.get("failures"), len(suite)) == ("0", 1)


def test_hostile_text_stays_where_it_is() -> None:
    suite = ElementTree.fromstring(junit(1, [EVIL, EVIL._replace(commit="")], "commits"))
    assert [len(case) for case in suite] == [0, 1, 1]
    assert 'x </failure> ]]> & " \\u202e \\u001b[2J' in (suite[1][0].text or "")
    found = json.loads(sarif([EVIL], [EVIL], {}))
    assert [one["level"] for one in found["runs"][0]["results"]] == ["error", "warning"]
