"""What holds of every command: help, names of options, exit statuses, usage errors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.contract import READING, Git, Tk, failed
from tkledger.core.lifecycle import State
from tkledger.errors import Exit
from tkledger.verbs.commands import COMMANDS, inner

ENDED = [State.DONE, State.CANCELLED]

NAMES = [name for name in COMMANDS if not inner(name)]
"""Every command and subcommand there is."""
TOP = [name for name in COMMANDS if " " not in name]


def _parameters(name: str) -> set[str]:
    return {one.name for one in COMMANDS[name].takes}


ORDER = (
    *("init", "hooks", "doctor", "config", "demo", "completion"),
    *("new", "edit", "note", "delete", "rename", "fmt", "batch"),
    *("admit", "start", "submit", "done", "approve"),
    *("reject", "block", "resume", "requeue", "cancel", "undo", "reopen"),
    *("status", "list", "ready", "search", "show", "tree", "board", "ui", "streams"),
    *("log", "diff"),
    *("why", "budget", "stats", "watch", "graph", "page"),
    *("verify", "audit", "accept", "explain", "replay", "check"),
    *("prime", "next", "work", "run", "release", "renew", "reap"),
    *("register", "agents", "reserve", "sleep", "wake"),
    *("retry", "escalate", "send", "inbox", "step", "spend"),
    *(
        "wait",
        "answer",
        "pause",
        "signal",
        "tick",
        "decide",
        "concern",
        "criteria",
        "checklist",
        "gate",
        "gates",
    ),
    *("recall", "attach", "artifacts", "cat", "snapshot", "restore", "anchor"),
    *("sync", "resolve", "tidy", "import", "export", "schema", "mcp"),
)
"""All commands of the contract, in its order."""


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help(tk: Tk, name: str) -> None:
    for option in ("--help", "-h"):
        answer = tk(*name.split(), option)
        assert answer.status is Exit.OK
        assert f"Usage: tk {name}" in answer.out
        assert answer.err == ""
    assert len(answer.out.split("\n\n")[1].strip()) > 10, "it says what it does"


@pytest.mark.parametrize("name", NAMES)
def test_every_command_takes_c_and_json(name: str) -> None:
    assert {"path", "as_json"} <= _parameters(name)


WRITING = ["init", "config set", "new", "edit", "note", "concern", "batch", "accept"]
WRITING += [name for name, command in COMMANDS.items() if command.group == "Move"]


@pytest.mark.parametrize("name", WRITING)
def test_whatever_changes_something_takes_as_and_dry_run(name: str) -> None:
    assert {"actor", "dry_run"} <= _parameters(name)


@pytest.mark.parametrize("name", [*READING, "check loop"])
def test_whatever_reads_takes_at(name: str) -> None:
    assert "at" in _parameters(name)


def test_the_help_lists_every_command_in_the_order_of_the_contract(tk: Tk) -> None:
    answer = tk("--help")
    assert answer.status is Exit.OK
    listed = re.findall(r"^  ([a-z-]+) {2,}\S", answer.out.split("Set up:")[1], re.MULTILINE)
    assert listed == TOP
    assert [name for name in ORDER if name in COMMANDS] == TOP


def test_the_help_has_the_groups_as_headings_and_cuts_no_line(tk: Tk) -> None:
    out = tk("--help").out
    groups = list(dict.fromkeys(command.group for command in COMMANDS.values()))
    assert re.findall(r"^([A-Z][a-z ]+):$", out, re.MULTILINE) == ["Options", *groups]
    assert len(groups) == 8
    for name in TOP:
        assert re.search(rf"^  {name} +{re.escape(COMMANDS[name].help)}$", out, re.MULTILINE)
    assert "..." not in out.split("Set up:")[1]


def test_a_group_without_a_word_has_help_and_tk_alone_begins(tk: Tk) -> None:
    assert "To begin one: tk init" in tk().out
    for words in (["config"], ["check"]):
        answer = tk(*words)
        assert (answer.status, answer.err) == (Exit.OK, "")
        assert f"Usage: tk {' '.join(words)}".strip() in answer.out


def test_the_version(tk: Tk) -> None:
    assert re.match(r"tk \d+\.\d+", tk("--version").out)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["strat", "a"], "no-such-command"),
        (["--json", "list"], "order"),
        (["list", "--colour"], "usage"),
        (["new"], "usage"),
        (["start"], "usage"),
        (["new", "T", "--priority", "soon"], "usage"),
        (["new", "T", "--priority", "7"], "bad-value"),
        (["new", "T", "--type", "A B"], "bad-value"),
        (["new", "T", "--label", "a!b"], "bad-value"),
        (["new", "T", "--budget", "steps"], "bad-budget"),
        (["new", "T", "--budget", "stepz=3"], "bad-value"),
        (["new", "T", "--budget", f"steps={'9' * 5000}"], "bad-value"),
        (["new", "T", "--id", "A B"], "bad-id"),
        (["new", "T", "--id", "a"], "id-taken"),
        (["new", " "], "no-title"),
        (["new", "T", "--as", "a\nb"], "bad-actor"),
        (["block", "a"], "no-reason"),
        (["block", "a", "--reason", "whim"], "bad-value"),
        (["note", "a", " "], "no-text"),
        (["concern", "a"], "no-text"),
        (["concern", "a", "T", "--kind", "taste"], "bad-value"),
        (["concern", "a", "--settle", "1"], "no-such-concern"),
        (["edit", "a", "--pr", "soon"], "bad-value"),
        (["list", "--state", "floating"], "no-such-state"),
        (["config", "set", "colour", "red"], "no-such-setting"),
        (["config", "set", "depth", "deep"], "bad-value"),
        (["config", "set", "depth", "9" * 5000], "bad-value"),
        (["config", "set", "depth", "--", "--5"], "bad-value"),
        (["config", "set", "depth", "10"], "no-change"),
        (["config", "set", "depth", "1", "2"], "one-value"),
        (["config", "set", "version", "9"], "no-such-setting"),
        (["config", "set", "prefix", "A B"], "bad-value"),
        (["init", "--preset", "chaos"], "no-such-preset"),
        (["init", "--prefix", "A B"], "bad-value"),
        (["explain", "TK000"], "no-such-rule"),
    ],
)
def test_wrong_words_are_usage_errors(ledger: Tk, git: Git, words: list[str], kind: str) -> None:
    before = git("rev-parse", "HEAD")
    as_json = [] if words[0] == "--json" else ["--json"]
    end = words.index("--") if "--" in words else len(words)
    failed(ledger(*words[:end], *as_json, *words[end:]), Exit.USAGE, kind)
    answer = ledger(*words)
    if words[0] != "--json":
        assert answer.out == ""
        assert answer.err.startswith("error: ")
        assert "\n  remedy: " in answer.err
    assert git("rev-parse", "HEAD") == before


def test_a_law_or_format_that_this_tk_does_not_know_cannot_be_set(ledger: Tk) -> None:
    for key in ("law", "format"):
        failed(ledger("config", "set", key, "99", "--json"), Exit.UNUSABLE, "too-old")


def test_where_there_is_no_ledger_or_no_repository(tk: Tk, tmp_path: Path) -> None:
    failed(tk("list", "--json"), Exit.UNUSABLE, "no-ledger")
    failed(tk("new", "T", "--json"), Exit.UNUSABLE, "no-ledger")
    outside = tmp_path / "outside"
    outside.mkdir()
    failed(tk("list", "-C", str(outside), "--json"), Exit.UNUSABLE, "git")
    failed(tk("list", "-C", str(outside / "not"), "--json"), Exit.UNUSABLE, "git")


def test_a_bug_is_one_sentence(ledger: Tk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("tkledger.api.lists.forest_json", broken)
    error = failed(ledger("tree", "--json"), Exit.BUG, "bug")
    assert error["message"] == "tk itself failed: RuntimeError: two"
