"""Verdicts in the forms that hosts read: SARIF and GitLab list what is wrong in files, JUnit lists tests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from tkledger import __version__
from tkledger.core.change import Violation
from tkledger.core.field import is_id
from tkledger.core.layout import path_of
from tkledger.core.typing import Any
from tkledger.report import visible

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(
    violations: Sequence[Violation], warnings: Sequence[Violation], pages: Mapping[str, str]
) -> str:
    """One run of SARIF 2.1.0; ``pages`` says what each rule forbids, by its code."""
    both = [*((one, "error") for one in violations), *((one, "warning") for one in warnings)]
    names = {one.code: one.name for one, _ in both}
    rules = [
        {
            "id": code,
            "name": name,
            "shortDescription": {"text": name.replace("-", " ")},
            "fullDescription": {"text": pages.get(code, name)},
        }
        for code, name in sorted(names.items())
    ]
    driver = {"name": "tk", "semanticVersion": __version__, "rules": rules}
    results = [_result(one, level) for one, level in both]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(one: Violation, level: str) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": _file(one)}, "region": {"startLine": 1}}
    return {
        "ruleId": one.code,
        "level": level,
        "message": {"text": _sentence(one)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"commit/task/rule": f"{one.commit}/{one.task}/{one.code}"},
        "properties": {"commit": one.commit},
    }


def code_quality(violations: Sequence[Violation], warnings: Sequence[Violation]) -> str:
    """A code quality report of GitLab, which shows each violation at its file in a merge request."""
    from hashlib import sha256  # only this form needs it

    both = [*((one, "critical") for one in violations), *((one, "minor") for one in warnings)]
    found = [
        {
            "description": _sentence(one),
            "check_name": f"{one.code} {one.name}",
            "fingerprint": sha256(f"{one.commit} {one.code} {_sentence(one)}".encode()).hexdigest(),
            "severity": severity,
            "location": {"path": _file(one), "lines": {"begin": 1}},
        }
        for one, severity in both
    ]
    return json.dumps(found, indent=2)


def _file(one: Violation) -> str:
    return path_of(one.task) if is_id(one.task) else path_of("config")


def _sentence(one: Violation) -> str:
    return visible(f"{one.task}: {one.message}. Remedy: {one.remedy}")


def junit(commits: int, violations: Sequence[Violation], noun: str) -> str:
    """One suite of JUnit: a test for each commit that breaks a rule, and one for all the others."""
    by_commit: dict[str, list[Violation]] = {}
    for one in violations:
        by_commit.setdefault(one.commit or noun, []).append(one)
    tests = len(by_commit) + 1
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="tk" tests="{tests}" failures="{len(by_commit)}" errors="0" skipped="0">',
        f'  <testcase classname="tk" name="{_xml(f"{commits - len(by_commit)} {noun} without a violation")}"/>',
    ]
    for commit, some in by_commit.items():
        codes = ", ".join(sorted({one.code for one in some}))
        lines.append(f'  <testcase classname="tk" name="{_xml(commit)}">')
        lines.append(f'    <failure message="{_xml(codes)}">{_xml(_words(some))}</failure>')
        lines.append("  </testcase>")
    return "\n".join([*lines, "</testsuite>"])


def _words(some: Iterable[Violation]) -> str:
    return "\n".join(f"{one.code} {one.task}: {one.message}\nremedy: {one.remedy}" for one in some)


def _xml(text: str) -> str:
    """Text as XML has it; what XML cannot hold at all is escaped as on a terminal."""
    from xml.sax.saxutils import escape  # only this form needs it

    return escape(visible(text), {'"': "&quot;"})
