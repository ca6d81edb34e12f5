"""What breaks the rules, what was examined and the state of hooks, as a terminal shows them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.golden import coloured, drawn, hold
from tests.support.project import Project
from tkledger.cli.answer import Aside
from tkledger.cli.commands.verify import verdict_view
from tkledger.core.change import Violation
from tkledger.doors.verify import Verdict
from tkledger.views.verdict import KnownCommit, broken, examined, hook_states, summed

ONE, TWO, THREE = ("1" * 40, "2" * 40, "3" * 40)
ACCEPT = "tk accept 1111111111 --reason TEXT"
FOUND = (
    Violation("tk-1", "TK202", "born-in-wrong-state", "is created as done", ACCEPT, ONE),
    Violation(
        "tk-1", "TK302", "unknown-dependency", "its dependency tk-9 does not exist", ACCEPT, ONE
    ),
    Violation("tk-2", "TK202", "born-in-wrong-state", "is created as done", "tk undo", TWO),
    Violation("tk-3\x1b", "TK202", "born-in-wrong-state", "is \u202ecreated", "tk undo", THREE),
)
KNOWN = {
    ONE: KnownCommit(
        "tk: new tk-1 A title that is longer than the line", "ann@example.org", 90_000
    ),
    TWO: KnownCommit("תיקון \x1b[2J", "זואי", 5),
}
VIEWS = {
    "what is broken": broken(FOUND, lambda: KNOWN),
    "one thing": broken(FOUND[:1], dict),
    "what is staged": broken([FOUND[0]._replace(commit="")], dict),
    "what was examined": examined(
        {
            "": {"every file of HEAD can be read": ["ledger"], "no stale locks": ["locks"]},
            "tk hooks install": {
                "accepts an illegal change": ["pre-commit", "commit-msg", "reference-transaction"],
                "missing or of another version of tk: pre-commit, commit-msg": ["hooks"],
            },
        }
    ),
    "hooks": hook_states(
        [
            ("pre-commit", True, "installed; another hook runs after it"),
            ("reference-transaction", False, "not installed: tk hooks install"),
        ]
    ),
    "the sum": summed("checked 3 commits: 3 break the rules", good=False),
}


def test_they_look_so(terminal: Any, piped: Any) -> None:
    text = drawn(VIEWS, terminal, piped)
    text += "".join(f"\n== {name}, in colour\n{coloured(view)}" for name, view in VIEWS.items())
    hold(text, "verdict.txt")


def test_a_verdict_counts_as_people_write_numbers() -> None:
    accepted = tuple(FOUND[0]._replace(commit=f"{n:040}") for n in range(1_000))
    reasons = {one.commit: "as agreed" for one in accepted}
    found = Verdict(12_130, (), accepted, reasons, signers={"ann": 1_200})
    lines = [str(getattr(line, "text", line)) for line in verdict_view(found, "text", "all")]
    assert lines[-2:] == [
        "signed by ann (1,200)",
        "checked 12,130 commits: no violation, 1,000 accepted",
    ]
    bad = Verdict(1, FOUND[:1])
    assert [*verdict_view(bad, "text", "x")][-1] == Aside("checked 1 commit: 1 breaks the rules")


def test_a_terminal_has_verdicts_by_commit_and_scripts_their_lines(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    path = project.path / ".tasks" / "a.yaml"
    path.write_text(path.read_text().replace("state: todo", "state: done"))
    project.git("commit", "-qam", "by hand", "--no-verify")
    head = project.git("rev-parse", "--short=10", "HEAD").strip()
    plain = project.tk("verify", "HEAD~1..")
    assert (plain.status, plain.out) == (1, "")
    assert plain.err.startswith("error[TK")
    shown = project.tk("verify", "HEAD~1..", "--color", "always")
    assert shown.err == ""
    assert shown.out.startswith(f"\x1b[1m{head}\x1b[0m  by hand\x1b[35m")
    assert "\x1b[31m  TK201\x1b[0m  a: todo -> done" in shown.out
    assert shown.out.endswith("\x1b[31mchecked 1 commit: 1 breaks the rules\x1b[0m\n")
    assert "\x1b[32mchecked" in project.tk("verify", "HEAD~2..HEAD~1", "--color", "always").out
    status = project.tk("hooks", "status", "--color", "always").out
    assert "\x1b[36mpre-commit\x1b[0m             \x1b[31mnot installed: tk hooks install" in status
