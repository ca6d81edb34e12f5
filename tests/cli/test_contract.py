"""The contract of the command line: names, shapes, exit statuses; wording only where it is fixed."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tkledger.core.catalogue import EVERY
from tkledger.core.lifecycle import State
from tkledger.core.policy import Policy
from tkledger.core.task import FIELDS
from tkledger.errors import Exit
from tkledger.verbs.commands import COMMANDS, inner

Tk = Callable[..., Any]
Git = Callable[..., str]

OID = re.compile(r"[0-9a-f]{40}\Z")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
ENDED = [State.DONE, State.CANCELLED]


def moved(tk: Tk, *argv: str, **options: str) -> list[tuple[str, str | None, str | None]]:
    """What a writing command says of the tasks: id, from, to."""
    answer = tk(*argv, "--json", **options)
    assert answer.status is Exit.OK, answer
    said = answer.json
    assert list(said) == ["schema", "tasks", "commit"]
    assert OID.match(said["commit"])
    for task in said["tasks"]:
        assert set(task) <= {"id", "from", "to"}
    return [(task["id"], task.get("from"), task.get("to")) for task in said["tasks"]]


def refused(answer: Any, *codes: str) -> None:
    """A refusal by rules, in JSON."""
    assert answer.status is Exit.REJECTED
    assert [one["code"] for one in answer.json["violations"]] == list(codes)
    for one in answer.json["violations"]:
        assert set(one) <= {"code", "name", "task", "message", "remedy", "commit"}
        assert {"code", "name", "task", "message", "remedy"} <= set(one)


def failed(answer: Any, status: Exit, kind: str) -> dict[str, str]:
    """Any other failure, in JSON."""
    assert answer.status is status, answer
    error: dict[str, str] = answer.json["error"]
    assert list(answer.json) == ["schema", "error"]
    assert error["kind"] == kind
    assert set(error) == {"kind", "message", "remedy"}
    assert error["remedy"]
    return error


def state_of(tk: Tk, task: str) -> str:
    return str(tk("show", task, "--json").json["task"]["state"])


# -- every command ---------------------------------------------------------------------------


NAMES = [name for name in COMMANDS if not inner(name)]
"""Every command and subcommand there is."""

TOP = [name for name in COMMANDS if " " not in name]


def _parameters(name: str) -> set[str]:
    return {one.name for one in COMMANDS[name].takes}


ORDER = (
    *("init", "hooks", "doctor", "config", "demo"),
    *("new", "edit", "note", "fmt", "batch"),
    *("admit", "start", "submit", "done", "approve"),
    *("reject", "block", "resume", "requeue", "cancel"),
    *("list", "ready", "show", "tree", "board", "log"),
    *("why", "budget", "stats", "watch", "graph"),
    *("verify", "accept", "explain", "replay", "check"),
    *("next", "work", "run", "release", "renew", "reap", "sleep", "wake"),
    *("retry", "escalate", "send", "inbox", "step", "spend"),
    *("wait", "answer", "signal", "tick", "decide", "concern", "tick-off", "waive"),
    *("recall", "attach", "artifacts", "cat", "snapshot", "anchor"),
    *("sync", "resolve", "tidy", "import", "export", "schema", "prime", "mcp"),
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


READING = ["config show", "list", "ready", "show", "tree", "board", "log", "why", "verify"]


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


def test_without_a_word_there_is_help(tk: Tk) -> None:
    for words in ([], ["config"], ["check"]):
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
        (["new", "T", "--priority", "high"], "usage"),
        (["new", "T", "--priority", "7"], "bad-value"),
        (["new", "T", "--type", "A B"], "bad-value"),
        (["new", "T", "--label", "a b"], "bad-value"),
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
        (["list", "--state", "doing"], "no-such-state"),
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

    monkeypatch.setattr("tkledger.api.look.forest_json", broken)
    error = failed(ledger("tree", "--json"), Exit.BUG, "bug")
    assert error["message"] == "tk itself failed: RuntimeError: two"


# -- set up ----------------------------------------------------------------------------------


def test_init_begins_a_ledger_once(tk: Tk, git: Git) -> None:
    assert tk("init", "--no-hooks", "--dry-run").status is Exit.OK
    assert git("for-each-ref") == ""
    said = tk("init", "--no-hooks", "--json").json
    assert said["commit"] == git("rev-parse", "HEAD")
    assert git("ls-tree", "-r", "--name-only", "HEAD") == ".tasks/config.yaml"
    failed(tk("init", "--no-hooks", "--json"), Exit.UNUSABLE, "exists")


def test_init_with_a_preset_and_a_prefix(tk: Tk) -> None:
    assert tk("init", "--no-hooks", "--preset", "agents", "--prefix", "job").status is Exit.OK
    policy = tk("config", "show", "--json").json["policy"]
    assert (policy["prefix"], policy["review"], policy["version"]) == ("job", "required", 1)
    assert policy["protected"] == ["main"]
    assert tk("new", "T").out.startswith("job-")


def test_config_is_shown_and_set(ledger: Tk, git: Git) -> None:
    policy = ledger("config", "show", "--json").json["policy"]
    assert set(policy) <= set(Policy._fields)
    assert ledger("config", "show").out == git("show", "HEAD:.tasks/config.yaml") + "\n"
    for key, words, shown in (
        ("depth", ["3"], 3),
        ("children", ["7"], 7),
        ("review", ["required"], "required"),
        (
            "forbid",
            ["todo->cancelled", "blocked->cancelled"],
            ["blocked->cancelled", "todo->cancelled"],
        ),
        ("loops", ["identity=warn"], {"identity": "warn"}),
        ("protected", ["main", "stable"], ["main", "stable"]),
        ("actors", ["test@example.org=Tess"], {"test@example.org": "Tess"}),
        ("prefix", ["job"], "job"),
    ):
        version = ledger("config", "show", "--json").json["policy"]["version"]
        dry = ledger("config", "set", key, *words, "--dry-run", "--json").json
        assert dry == {"schema": "tk/1", "version": version + 1}
        said = ledger("config", "set", key, *words, "--json").json
        assert (said["version"], said["commit"]) == (version + 1, git("rev-parse", "HEAD"))
        assert ledger("config", "show", "--json").json["policy"][key] == shown
        assert ledger("config", "show", "--at", "HEAD~1", "--json").json["policy"].get(key) != shown
    assert ledger("config", "set", "children").status is Exit.OK
    assert "children" not in ledger("config", "show", "--json").json["policy"]
    assert ledger("verify", "--all").status is Exit.OK


def test_config_that_leaves_no_way_out_is_refused(ledger: Tk) -> None:
    edges = ["blocked->in_progress", "blocked->todo", "blocked->cancelled"]
    refused(ledger("config", "set", "forbid", *edges, "--json"), "TK606")


def test_config_explains_every_field(ledger: Tk) -> None:
    fields = ledger("config", "explain", "--json").json["fields"]
    assert list(fields) == list(Policy._fields)
    assert all(field["meaning"] for field in fields.values())
    text = ledger("config", "explain").out
    assert all(name in text for name in Policy._fields)


# -- write down ------------------------------------------------------------------------------


def test_new_answers_with_the_id_and_the_commit(ledger: Tk, git: Git) -> None:
    said = ledger("new", "Third", "--json").json
    assert list(said) == ["schema", "id", "commit"]
    assert re.match(r"tk-[0-9a-hjkmnp-tv-z]{5}\Z", said["id"])
    assert said["commit"] == git("rev-parse", "HEAD")
    answer = ledger("new", "Fourth")
    assert answer.out.strip() + ".yaml" in git("ls-files", ".tasks")
    before = git("rev-parse", "HEAD")
    assert list(ledger("new", "Fifth", "--dry-run", "--json").json) == ["schema", "id"]
    assert ledger("new", "Fifth", "--dry-run").out.startswith("would be: ")
    assert git("rev-parse", "HEAD") == before
    assert git("status", "--porcelain") == ""


def test_new_takes_all_that_describes_a_task(ledger: Tk) -> None:
    answer = ledger(
        "new", "All of it", "--type", "bug", "--priority", "0", "--parent", "a", "--from", "b",
        "--depends-on", "b", "--label", "x", "--label", "y", "--backlog", "-m", "one\ntwo",
        "--budget", "steps=50,seconds=1800,tokens=9,cost=1.50,depth=4", "--id", "c",
        "--consumer", "us", "--pain", "slow", "--value", "fast", "--validation", "bench",
        "--as", "alice", "--json",
    )  # fmt: skip
    assert answer.status is Exit.OK
    assert ledger("show", "c", "--json").json["task"] == {
        "id": "c",
        "title": "All of it",
        "type": "bug",
        "state": "backlog",
        "priority": 0,
        "parent": "a",
        "origin": "b",
        "depends_on": ["b"],
        "labels": ["x", "y"],
        "creator": "alice",
        "budget": {"cost": "1.50", "depth": 4, "seconds": 1800, "steps": 50, "tokens": 9},
        "admission": {
            "consumer": "us",
            "expected_value": "fast",
            "pain_point": "slow",
            "validation_path": "bench",
        },
        "description": "one\ntwo\n",
    }


def test_texts_and_ids_come_from_standard_input(ledger: Tk) -> None:
    assert ledger("new", "-", "--id", "c", stdin="From a pipe\n").status is Exit.OK
    assert ledger("new", "T", "--id", "d", "-m", "-", stdin="one\ntwo\n").status is Exit.OK
    assert ledger("note", "c", "-", stdin="a note\n").status is Exit.OK
    assert moved(ledger, "start", "-", stdin="a b\nc\n") == [
        (one, "todo", "in_progress") for one in "abc"
    ]
    assert ledger("block", "d", "--reason", "user", "-m", "-", stdin="ask\n").status is Exit.OK
    tasks = {one["id"]: one for one in ledger("list", "--json").json["tasks"]}
    assert (tasks["c"]["title"], tasks["c"]["notes"]) == ("From a pipe", ["a note"])
    assert tasks["d"]["description"] == "one\ntwo\n"
    assert tasks["d"]["wait"] == {"reason": "user", "detail": "ask"}
    failed(ledger("start", "-", "--json", stdin="\n"), Exit.USAGE, "no-id")


def test_edit_changes_fields_and_takes_them_out(ledger: Tk, git: Git) -> None:
    said = moved(
        ledger, "edit", "a", "--title", "Other", "--type", "bug", "--priority", "1", "--owner", "bob",
        "--label", "x", "--label", "y", "--depends-on", "b", "-m", "why", "--budget", "steps=5",
    )  # fmt: skip
    assert said == [("a", "todo", "todo")]
    moved(ledger, "edit", "a", "--pr", "https://git.example/pull/7", "--agent", "agent-3@build")
    task = ledger("show", "a", "--json").json["task"]
    assert (task["pr"], task["agent"]) == ("https://git.example/pull/7", "agent-3@build")
    moved(ledger, "edit", "a", "--pr", "7", "--agent", "")
    task = ledger("show", "a", "--json").json["task"]
    assert (task["pr"], "agent" in task) == ("7", False)
    moved(ledger, "edit", "a", "--no-label", "x", "--budget", "tokens=7", "--label", "z")
    moved(ledger, "edit", "a", "--no-depends-on", "b", "--owner", "", "--budget", "steps=")
    task = ledger("show", "a", "--json").json["task"]
    assert (task["title"], task["labels"], task["budget"]) == ("Other", ["y", "z"], {"tokens": 7})
    assert not {"owner", "depends_on"} & set(task)
    moved(ledger, "edit", "a", "--budget", "", "-m", "")
    assert not {"budget", "description"} & set(ledger("show", "a", "--json").json["task"])
    before = git("rev-parse", "HEAD")
    answer = ledger("edit", "a", "--title", "Other")
    assert (answer.status, answer.out) == (Exit.OK, "")
    assert answer.err == "nothing to do: already in that state\n"
    assert git("rev-parse", "HEAD") == before


def test_edit_refuses_what_the_rules_refuse(ledger: Tk) -> None:
    refused(ledger("edit", "a", "--depends-on", "a", "--json"), "TK305")
    failed(ledger("edit", "a", "--parent", "zz", "--json"), Exit.UNUSABLE, "no-such-task")


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A script as the user's editor: a line of shell on the file "$1"."""

    def make(line: str) -> Path:
        script = tmp_path / "my editor"
        script.write_text(f'#!/bin/sh\n{line}\nprintf %s "$1" > {tmp_path}/opened\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("EDITOR", f"'{script}'")
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        return tmp_path / "opened"

    return make


def test_edit_opens_the_editor(ledger: Tk, editor: Callable[[str], Path], git: Git) -> None:
    opened = editor(
        """sed -i "s/^title: .*/title:   'Edited by hand'  # form is put right/" "$1" """
    )
    answer = ledger("edit", "a")
    assert answer.status is Exit.USAGE, "a comment would be lost"
    editor("""sed -i "s/^title: .*/title:   'Edited by hand'/" "$1" """)
    assert moved(ledger, "edit", "a") == [("a", "todo", "todo")]
    assert not Path(opened.read_text()).exists()
    assert "\ntitle: Edited by hand\n" in git("show", "HEAD:.tasks/a.yaml")
    assert ledger("edit", "a", "--dry-run").status is Exit.OK


def test_git_s_own_editor_comes_first(
    ledger: Tk, editor: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = editor("true")
    monkeypatch.setenv("GIT_EDITOR", os.environ["EDITOR"])
    monkeypatch.setenv("EDITOR", "false")
    assert ledger("edit", "a").status is Exit.OK
    assert opened.exists()


def test_an_editor_that_changes_nothing_commits_nothing(
    ledger: Tk, editor: Callable[[str], Path], git: Git
) -> None:
    editor("true")
    before = git("rev-parse", "HEAD")
    assert ledger("edit", "a").err == "nothing to do: already in that state\n"
    assert git("rev-parse", "HEAD") == before


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ('echo "colour: red" >> "$1"', Exit.USAGE),
        ('printf "id: [" > "$1"', Exit.USAGE),
        ('sed -i "s/^state: todo/state: done/" "$1"', Exit.REJECTED),
        ('sed -i "s/^id: a/id: other/" "$1"', Exit.USAGE),
        ("printf x > .tasks/a.yaml", Exit.UNUSABLE),
        ('echo "# mine" >> "$1"; printf %s "$1" > ../opened; exit 3', Exit.UNUSABLE),
    ],
)
def test_what_was_typed_is_never_lost(
    ledger: Tk, editor: Callable[[str], Path], git: Git, line: str, status: Exit
) -> None:
    opened = editor('sed -i "s/^title: .*/title: Long thoughts/" "$1"\n' + line)
    before = git("rev-parse", "HEAD")
    answer = ledger("edit", "a")
    assert answer.status is status
    assert git("rev-parse", "HEAD") == before
    kept = Path(opened.read_text())
    assert kept.exists()
    assert f"your text: {kept}" in answer.err
    assert ledger("edit", "a", "--json").json.keys() & {"error", "violations"}


def test_an_editor_meets_a_change_by_somebody_else(
    ledger: Tk, editor: Callable[[str], Path]
) -> None:
    elsewhere = f"{sys.executable} -m tkledger note a meanwhile >/dev/null"
    editor(f'{elsewhere}\nsed -i "s/^title: .*/title: Mine/" "$1"')
    answer = ledger("edit", "a", "--json")
    failed(answer, Exit.UNUSABLE, "changed")


def test_notes_are_added(ledger: Tk) -> None:
    assert moved(ledger, "note", "a", "one") == [("a", "todo", "todo")]
    moved(ledger, "note", "a", "two\nlines")
    assert ledger("show", "a", "--json").json["task"]["notes"] == ["one", "two\nlines\n"]


def test_a_design_concern_stands_in_the_way_of_done_until_it_is_settled(ledger: Tk) -> None:
    assert moved(ledger, "start", "a") == [("a", "todo", "in_progress")]
    assert moved(ledger, "concern", "a", "who restarts it?", "--kind", "ops") == [
        ("a", "in_progress", "in_progress")
    ]
    moved(ledger, "concern", "a", "-", stdin="two parsers\n")
    answer = ledger("done", "a", "--json")
    refused(answer, "TK214")
    assert answer.json["violations"][0]["remedy"] == "tk concern a TEXT --settle 2"
    moved(ledger, "submit", "a")
    refused(ledger("approve", "a", "--json"), "TK214")
    assert "2 open concerns" in ledger("list").out
    failed(ledger("concern", "a", "two parsers", "--json"), Exit.USAGE, "known-concern")
    moved(ledger, "concern", "a", "one is gone", "--settle", "2")
    failed(ledger("concern", "a", "--settle", "2", "--json"), Exit.USAGE, "settled")
    moved(ledger, "approve", "a")
    task = ledger("show", "a", "--json").json["task"]
    assert task["concerns"] == ["ops: who restarts it?", "design: two parsers"]
    assert task["settled"] == ["design: two parsers"]
    assert task["notes"] == ["settled design: two parsers\none is gone\n"]
    text = lines({"op": "concern", "id": "a", "settle": 1})
    assert moved(ledger, "batch", stdin=text) == [("a", "done", "done")]
    assert ledger("verify", "--all").status is Exit.OK


def test_fmt_rewrites_what_it_can_and_names_what_it_cannot(
    ledger: Tk, repo_path: Path, git: Git
) -> None:
    a, b = (repo_path / ".tasks" / f"{name}.yaml" for name in "ab")
    right = a.read_bytes()
    assert ledger("fmt", "--json").json == {"schema": "tk/1", "files": []}
    a.write_bytes(right.replace(b"state: todo", b'state:   "todo"'))
    assert ledger("fmt", "--dry-run").out == "would rewrite .tasks/a.yaml\n"
    assert a.read_bytes() != right
    assert ledger("fmt").out == "rewrote .tasks/a.yaml\n"
    assert a.read_bytes() == right
    a.write_bytes(right.replace(b"First", b"'First one'"))
    assert ledger("fmt", "--staged", "--json").json["files"] == [".tasks/a.yaml"]
    assert git("diff", "--cached", "--name-only") == ".tasks/a.yaml"
    assert git("diff", "--name-only") == ""
    b.write_bytes(b"id: [\n")
    answer = ledger("fmt", "--json")
    refused(answer, "TK101")
    assert answer.json["violations"][0]["task"] == ".tasks/b.yaml"
    assert b.read_bytes() == b"id: [\n"
    assert ledger("fmt", "a").status is Exit.OK
    assert ledger("fmt", ".tasks/a.yaml").status is Exit.OK
    failed(ledger("fmt", "zz", "--json"), Exit.UNUSABLE, "no-such-file")


# -- batch -----------------------------------------------------------------------------------


def lines(*objects: Any) -> str:
    return "".join(json.dumps(one) + "\n" for one in objects)


def test_a_batch_is_one_commit(ledger: Tk, git: Git, tmp_path: Path) -> None:
    before = int(git("rev-list", "--count", "HEAD"))
    text = lines(
        {"op": "new", "title": "Whole", "id": "w", "priority": 0, "label": ["x", "y"]},
        {"op": "new", "title": "Part", "id": "p", "parent": "w", "depends-on": "a"},
        {"op": "start", "id": "a"},
        {"op": "done", "id": "a", "resolution": "merged", "message": "quick"},
        {"op": "note", "id": "b", "message": "a note"},
        {"op": "edit", "id": "b", "title": "Other", "no_label": [], "budget": {"steps": 3}},
    )
    answer = ledger("batch", "--json", stdin=text)
    refused(answer, "TK201")
    text = text.replace(
        lines({"op": "done", "id": "a", "resolution": "merged", "message": "quick"}), ""
    )
    said = moved(ledger, "batch", stdin=text)
    assert said == [
        ("a", "todo", "in_progress"),
        ("b", "todo", "todo"),
        ("p", None, "todo"),
        ("w", None, "todo"),
    ]
    assert int(git("rev-list", "--count", "HEAD")) == before + 1
    file = tmp_path / "batch.jsonl"
    file.write_text(lines({"op": "done", "id": "a"}))
    assert moved(ledger, "batch", str(file)) == [("a", "in_progress", "done")]


def test_a_thousand_creations_are_one_commit(ledger: Tk, git: Git) -> None:
    before = int(git("rev-list", "--count", "HEAD"))
    text = lines(*({"op": "new", "title": f"Task {n}"} for n in range(1000)))
    assert len(moved(ledger, "batch", stdin=text)) == 1000
    assert int(git("rev-list", "--count", "HEAD")) == before + 1
    assert len(ledger("list", "--json").json["tasks"]) == 1002
    assert ledger("verify").status is Exit.OK
    assert git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("{", Exit.USAGE),
        ("[]", Exit.USAGE),
        ('{"op": "destroy"}', Exit.USAGE),
        ('{"op": []}', Exit.USAGE),
        ("[" * 100_000, Exit.USAGE),
        ('{"title": "T"}', Exit.USAGE),
        ('{"op": "new", "title": "T", "colour": "red"}', Exit.USAGE),
        ('{"op": "new", "title": 7}', Exit.USAGE),
        ('{"op": "new", "title": "T", "priority": "high"}', Exit.USAGE),
        ('{"op": "new", "title": "T", "priority": 9}', Exit.USAGE),
        ('{"op": "new", "title": "T", "priority": true}', Exit.USAGE),
        ('{"op": "new", "title": "T", "label": [1]}', Exit.USAGE),
        ('{"op": "new", "title": "T", "label": ["a b"]}', Exit.USAGE),
        ('{"op": "new", "title": "T", "id": "a"}', Exit.USAGE),
        ('{"op": "new", "title": "T", "budget": {"stepz": 1}}', Exit.USAGE),
        ('{"op": "new", "title": "T", "budget": {"steps": "many"}}', Exit.USAGE),
        ('{"op": "new"}', Exit.USAGE),
        ('{"op": "start"}', Exit.USAGE),
        ('{"op": "note", "id": "a"}', Exit.USAGE),
        ('{"op": "block", "id": "a"}', Exit.USAGE),
        ('{"op": "block", "id": "a", "reason": "whim"}', Exit.USAGE),
        ('{"op": "start", "id": "zz"}', Exit.UNUSABLE),
    ],
)
def test_a_bad_line_is_named_by_its_number_and_nothing_is_written(
    ledger: Tk, git: Git, line: str, status: Exit
) -> None:
    before = git("rev-parse", "HEAD")
    text = (
        lines({"op": "new", "title": "Good"})
        + "\n"
        + line
        + "\n"
        + lines({"op": "start", "id": "b"})
    )
    answer = ledger("batch", "--json", stdin=text)
    assert answer.status is status
    assert answer.json["error"]["message"].startswith("line 3: "), answer
    assert git("rev-parse", "HEAD") == before
    assert state_of(ledger, "b") == "todo"


def test_a_batch_is_text_with_one_object_a_line(ledger: Tk, tmp_path: Path) -> None:
    assert moved(ledger, "batch", stdin='{"op": "note", "id": "a", "message": "x\u2028y"}\r\n')
    assert ledger("show", "a", "--json").json["task"]["notes"] == ["x\u2028y"]
    file = tmp_path / "latin"
    file.write_bytes(b'{"op": "note", "id": "a", "message": "\xe9"}\n')
    failed(ledger("batch", str(file), "--json"), Exit.USAGE, "bad-file")
    failed(ledger("batch", str(tmp_path / "none"), "--json"), Exit.UNUSABLE, "bad-file")


def test_a_batch_is_all_or_nothing_before_the_rules_too(ledger: Tk, git: Git) -> None:
    before = git("rev-parse", "HEAD")
    text = lines(
        {"op": "start", "id": "a"},
        {"op": "new", "title": "T", "id": "c"},
        {"op": "submit", "id": "b"},
    )
    refused(ledger("batch", "--json", stdin=text), "TK201")
    failed(ledger("batch", "--json", stdin="\n"), Exit.USAGE, "empty")
    assert git("rev-parse", "HEAD") == before
    dry = ledger("batch", "--dry-run", "--json", stdin=lines({"op": "start", "id": "a"})).json
    assert dry == {"schema": "tk/1", "tasks": [{"id": "a", "from": "todo", "to": "in_progress"}]}
    assert git("rev-parse", "HEAD") == before


# -- move ------------------------------------------------------------------------------------


def test_every_move_answers_alike(ledger: Tk) -> None:
    ledger("new", "Later", "--backlog", "--id", "l")
    assert moved(ledger, "admit", "l") == [("l", "backlog", "todo")]
    assert moved(ledger, "start", "a") == [("a", "todo", "in_progress")]
    assert moved(ledger, "submit", "a") == [("a", "in_progress", "in_review")]
    assert moved(ledger, "reject", "a", "-m", "not yet") == [("a", "in_review", "in_progress")]
    assert moved(ledger, "block", "a", "--reason", "user") == [("a", "in_progress", "blocked")]
    assert moved(ledger, "resume", "a") == [("a", "blocked", "in_progress")]
    moved(ledger, "block", "a", "--reason", "failed", "-m", "it broke")
    task = ledger("show", "a", "--json").json["task"]
    assert task["wait"] == {"reason": "failed", "detail": "it broke"}
    assert task["error"] == {"message": "it broke"}
    assert moved(ledger, "requeue", "a") == [("a", "blocked", "todo")]
    task = ledger("show", "a", "--json").json["task"]
    assert task["attempt"] == 2
    assert not {"owner", "wait", "error"} & set(task)
    moved(ledger, "start", "a")
    moved(ledger, "submit", "a")
    assert moved(ledger, "approve", "a", "--resolution", "merged") == [("a", "in_review", "done")]
    assert moved(ledger, "cancel", "b", "--resolution", "duplicate") == [("b", "todo", "cancelled")]
    moved(ledger, "start", "l")
    assert moved(ledger, "done", "l", "-m", "easy") == [("l", "in_progress", "done")]
    tasks = {one["id"]: one for one in ledger("list", "--json").json["tasks"]}
    assert [tasks[one].get("resolution") for one in "abl"] == ["merged", "duplicate", None]
    assert tasks["l"]["notes"] == ["easy"]
    assert ledger("verify", "--all").status is Exit.OK


def test_a_move_says_what_it_did(ledger: Tk) -> None:
    assert ledger("start", "a").out == "a: todo -> in_progress  First\n"
    assert ledger("done", "a", "--dry-run").out == "would be: a: in_progress -> done  First\n"


@pytest.mark.parametrize(
    "words", [["start", "a"], ["block", "a", "--reason", "other"], ["cancel", "a"]]
)
def test_a_dry_run_judges_and_writes_nothing(ledger: Tk, git: Git, words: list[str]) -> None:
    def world() -> list[str]:
        return [git("for-each-ref"), git("count-objects", "-v"), git("ls-files", "-s")]

    before = world()
    said = ledger(*words, "--dry-run", "--json").json
    assert list(said) == ["schema", "tasks"]
    assert said["tasks"][0]["id"] == "a"
    refused(ledger("submit", "a", "--dry-run", "--json"), "TK201")
    assert world() == before


def test_several_ids_move_together_or_not_at_all(ledger: Tk, git: Git) -> None:
    count = int(git("rev-list", "--count", "HEAD"))
    assert moved(ledger, "start", "a", "b", "a") == [
        ("a", "todo", "in_progress"),
        ("b", "todo", "in_progress"),
    ]
    assert int(git("rev-list", "--count", "HEAD")) == count + 1
    moved(ledger, "submit", "a")
    refused(ledger("submit", "b", "a", "--json"), "TK201")
    assert state_of(ledger, "b") == "in_progress"


def test_the_same_key_again_gives_the_first_answer_again(ledger: Tk, git: Git) -> None:
    for key in ("k1", "job 7: a  b", "ä"):
        first = ledger("start", "a", "--key", key, "--json")
        again = ledger("start", "a", "--key", key, "--json")
        assert (again.status, again.json) == (Exit.OK, first.json)
        assert git("rev-parse", "HEAD") == first.json["commit"]
        ledger("block", "a", "--reason", "other")
        ledger("requeue", "a")
    refused(ledger("submit", "a", "--key", "k2", "--json"), "TK201")
    text = lines({"op": "note", "id": "b", "message": "once"})
    first = ledger("batch", "--key", "k3", "--json", stdin=text)
    assert ledger("batch", "--key", "k3", "--json", stdin=text).json == first.json
    assert ledger("show", "b", "--json").json["task"]["notes"] == ["once"]


def test_a_refusal_names_fact_and_remedy(ledger: Tk, git: Git) -> None:
    ledger("new", "Third", "--id", "c", "--depends-on", "a", "--parent", "b")
    answer = ledger("start", "c")
    assert (answer.status, answer.out) == (Exit.REJECTED, "")
    assert answer.err.startswith("error[TK211] c: cannot be worked on: a is not done\n  remedy: ")
    refused(ledger("cancel", "b", "--json"), "TK212")
    both = ledger("start", "c", "a", "--json")
    refused(both, "TK211")
    assert both.json["violations"][0]["name"] == "started-with-open-dependencies"


def test_the_actor_is_as_then_tk_actor_then_the_e_mail(
    ledger: Tk, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    def actor() -> str:
        return git("log", "-1", "--format=%(trailers:key=Tk-Actor,valueonly)")

    ledger("start", "a")
    assert actor() == "test@example.org"
    assert ledger("show", "a", "--json").json["task"]["owner"] == "test@example.org"
    monkeypatch.setenv("TK_ACTOR", "agent-3")
    ledger("start", "b")
    assert actor() == "agent-3"
    ledger("submit", "b", "--as", "agent-4")
    assert actor() == "agent-4"
    assert (
        ledger("config", "set", "actors", "agent-4=Four", "test@example.org=Tess").status is Exit.OK
    )
    ledger("reject", "b", "--as", "agent-4")
    assert actor() == "Four"
    monkeypatch.delenv("TK_ACTOR")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "test@example.org")
    ledger("note", "b", "by e-mail")
    assert actor() == "Tess"
    assert ledger("log", "b", "--json").json["entries"][-1]["actor"] == "Tess"


def test_prefixes_name_tasks_and_near_ids_are_suggested(ledger: Tk) -> None:
    for name in ("task-one", "task-two", "other"):
        ledger("new", "T", "--id", name)
    assert ledger("show", "task-o", "--json").json["task"]["id"] == "task-one"
    assert moved(ledger, "start", "oth") == [("other", "todo", "in_progress")]
    error = failed(ledger("start", "task", "--json"), Exit.USAGE, "ambiguous")
    assert "task-one, task-two" in error["message"]
    error = failed(ledger("start", "tsak-one", "--json"), Exit.UNUSABLE, "no-such-task")
    assert error["remedy"].startswith("did you mean task-one")
    error = failed(ledger("show", "qqqqqqq", "--json"), Exit.UNUSABLE, "no-such-task")
    assert error["remedy"] == "tk list"


# -- look ------------------------------------------------------------------------------------


@pytest.fixture
def grown(ledger: Tk, monkeypatch: pytest.MonkeyPatch) -> Tk:
    """A small ledger with a history on four days."""
    for day, words in enumerate(
        (
            ["new", "Whole", "--id", "w", "--label", "x", "--priority", "0"],
            ["new", "Part", "--id", "p", "--parent", "w", "--depends-on", "a", "--type", "bug"],
            ["start", "a", "--as", "alice"],
            ["done", "a"],
            ["cancel", "b"],
        ),
        1,
    ):
        monkeypatch.setenv("GIT_AUTHOR_DATE", f"2030-01-0{day}T12:00:00Z")
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2030-01-0{day}T12:00:00Z")
        assert ledger(*words).status is Exit.OK
    return ledger


@pytest.mark.parametrize(
    "words", ["list a", "ready --all", "board a", "show", "show a b", "tree --a"]
)
def test_wrong_words_of_a_look_are_usage_errors(grown: Tk, words: str) -> None:
    assert grown(*words.split()).status == Exit.USAGE


def test_list_gives_the_file_s_fields_by_their_names(grown: Tk) -> None:
    tasks = grown("list", "--json").json["tasks"]
    assert [task["id"] for task in tasks] == ["w", "p", "a", "b"]
    for task in tasks:
        assert set(task) <= {field.name for field in FIELDS}
        assert list(task)[:2] == ["id", "title"]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (["--state", "todo"], ["w", "p"]),
        (["--state", "done", "--state", "cancelled"], ["a", "b"]),
        (["--type", "bug"], ["p"]),
        (["--label", "x"], ["w"]),
        (["--owner", "alice"], ["a"]),
        (["--owner", ""], ["w", "p", "b"]),
        (["--parent", "w"], ["p"]),
        (["--priority", "0"], ["w"]),
        (["--limit", "1"], ["w"]),
        (["-n", "2"], ["w", "p"]),
        (["--at", "2030-01-03"], ["w", "b", "p", "a"]),
        (["--at", "HEAD~5"], ["a", "b"]),
    ],
)
def test_list_filters(grown: Tk, filters: list[str], ids: list[str]) -> None:
    assert sorted(t["id"] for t in grown("list", *filters, "--json").json["tasks"]) == sorted(ids)
    assert grown("list", *filters).status is Exit.OK


def test_ready_gives_what_can_be_started(grown: Tk) -> None:
    assert [task["id"] for task in grown("ready", "--json").json["tasks"]] == ["w", "p"]
    assert [t["id"] for t in grown("ready", "--at", "HEAD~2", "--json").json["tasks"]] == ["w", "b"]
    assert [t["id"] for t in grown("ready", "--label", "x", "--json").json["tasks"]] == ["w"]
    answer = grown("ready", "--label", "none")
    assert (answer.status, answer.out) == (Exit.OK, "")


def test_tree_nests_children(grown: Tk) -> None:
    tasks = {task["id"]: task for task in grown("tree", "--json").json["tasks"]}
    assert set(tasks) == {"a", "b", "w"}
    assert [child["id"] for child in tasks["w"]["children"]] == ["p"]
    assert tasks["a"]["children"] == []
    (only,) = grown("tree", "w", "--json").json["tasks"]
    assert only["id"] == "w"


def test_board_has_a_column_for_each_state(grown: Tk) -> None:
    columns = grown("board", "--json").json["columns"]
    assert list(columns) == [state.value for state in State]
    assert [task["id"] for task in columns["done"]] == ["a"]
    assert grown("board").status is Exit.OK


def test_show_gives_the_file_and_what_is_derived(grown: Tk, git: Git) -> None:
    said = grown("show", "a", "--json").json
    assert list(said) == ["schema", "task", "derived"]
    derived = said["derived"]
    known = {
        "created_at", "updated_at", "started_at", "seconds_active", "steps", "tokens", "cost",
        "depth", "children", "blocked_by", "claim", "legal",
    }  # fmt: skip
    assert set(derived) <= known
    assert all(TIME.match(derived[name]) for name in ("created_at", "updated_at", "started_at"))
    assert derived["started_at"] == "2030-01-03T12:00:00Z"
    assert derived["updated_at"] == "2030-01-04T12:00:00Z"
    assert derived["seconds_active"] == 86400
    assert derived["legal"] == []
    part = grown("show", "p", "--json").json["derived"]
    assert (part["depth"], part["children"], part["blocked_by"]) == (1, [], [])
    assert "started_at" not in part
    assert grown("show", "w", "--json").json["derived"]["children"] == ["p"]
    then = grown("show", "a", "--at", "2030-01-03", "--json").json
    assert then["task"]["state"] == "in_progress"
    assert then["derived"]["updated_at"] == "2030-01-03T12:00:00Z"
    assert "done" in then["derived"]["legal"]
    assert grown("show", "a").status is Exit.OK


def test_log_is_the_history_oldest_first(grown: Tk, git: Git) -> None:
    entries = grown("log", "a", "--json").json["entries"]
    assert [(one["event"], one.get("from"), one["to"]) for one in entries] == [
        ("new", None, "todo"),
        ("start", "todo", "in_progress"),
        ("done", "in_progress", "done"),
    ]
    for one in entries:
        assert OID.match(one["commit"])
        assert TIME.match(one["at"])
        assert one["message"].startswith("tk: ")
    assert entries[1]["actor"] == "alice"
    assert entries[1]["at"] == "2030-01-03T12:00:00Z"
    assert len(grown("log", "--json").json["entries"]) == 7
    assert [one["event"] for one in grown("log", "-n", "2", "--json").json["entries"]] == [
        "done",
        "cancel",
    ]
    assert len(grown("log", "a", "--at", "HEAD~2", "--json").json["entries"]) == 2
    assert grown("log").status is Exit.OK


@pytest.mark.parametrize(
    "name", [name for name in READING if name not in ("verify", "config show")]
)
def test_at_takes_revisions_and_dates_and_says_what_is_neither(grown: Tk, name: str) -> None:
    words = [*name.split(), *(["a"] if name in ("show", "why") else [])]
    for at in ("HEAD", "HEAD~1", "main", "2030-01-04", "2030-01-04T12:00:00Z"):
        assert grown(*words, "--at", at, "--json").status is Exit.OK
    for at in ("nowhere", "1999-01-01", "-x", ""):
        answer = grown(*words, f"--at={at}", "--json")
        assert answer.status in (Exit.UNUSABLE, Exit.USAGE), at
        assert answer.json["error"]["remedy"]


def test_why_names_the_legal_moves_and_what_hinders_the_others(grown: Tk) -> None:
    grown("new", "Waits", "--id", "q", "--depends-on", "p")
    said = grown("why", "q", "--json").json
    assert list(said) == ["schema", "id", "state", "legal", "hindered"]
    assert (said["id"], said["state"]) == ("q", "todo")
    assert {(one["event"], one["to"]) for one in said["legal"]} == {
        ("block", "blocked"),
        ("cancel", "cancelled"),
    }
    hindered = {one["event"]: [v["code"] for v in one["violations"]] for one in said["hindered"]}
    assert hindered["start"] == ["TK211"]
    assert hindered["done"] == ["TK201"]
    assert len(said["legal"]) + len(said["hindered"]) == 10
    text = grown("why", "q").out
    assert "TK211" in text
    assert grown("why", "a", "--json").json["legal"] == []


# -- judge -----------------------------------------------------------------------------------


def test_verify_answers_with_commits_and_violations(grown: Tk) -> None:
    assert grown("verify", "--json").json == {"schema": "tk/1", "commits": 8, "violations": []}
    failed(grown("verify", "HEAD~1..HEAD", "--all", "--json"), Exit.USAGE, "both")


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.code)
def test_every_rule_is_explained(tk: Tk, rule: Any) -> None:
    (one,) = tk("explain", rule.code, "--json").json["rules"]
    assert (one["code"], one["name"], one["since"]) == (rule.code, rule.name, rule.since)
    assert one["page"] == rule.page
    for word in ("Why:", "Remedy:"):
        assert word in one["page"]
    for name in (rule.code, rule.code.lower(), rule.name):
        answer = tk("explain", name)
        assert answer.status is Exit.OK
        assert rule.code in answer.out
        assert rule.name in answer.out


def test_explain_lists_all_rules(tk: Tk) -> None:
    assert [one["code"] for one in tk("explain", "--json").json["rules"]] == [r.code for r in EVERY]
    text = tk("explain").out
    assert all(rule.code in text and rule.name in text for rule in EVERY)


CHECKS = [
    (["transition", "todo", "in_progress"], True, "VALID: Work started"),
    (["transition", "done", "todo"], False, "INVALID: No valid transition from done to todo"),
    (["transition", "todo", "todo"], False, "INVALID: Transition to same state is not allowed"),
    (["transition", "todo", "doing"], False, "Invalid state: 'doing' is not a valid TaskState"),
    (["loop", "t1", "me", "code"], True, "ALLOWED: depth=0"),
    (["budget", "t1"], True, "OK: 0 steps, 0s elapsed (max 50 steps, 1800s)"),
    (
        ["budget", "t1", "--steps", "51"],
        False,
        "EXCEEDED: [steps] Task t1 exceeded step budget: 51 steps taken, max 50",
    ),
    (
        ["budget", "t1", "--duration", "9", "--max-duration", "8"],
        False,
        "EXCEEDED: [duration] Task t1 exceeded duration budget: 9s elapsed, max 8s",
    ),
    (
        ["budget", "t1", "--depth", "3", "--max-depth", "2"],
        False,
        "EXCEEDED: [depth] Task t1 exceeded depth budget: proposed depth 3, max 2",
    ),
]


@pytest.mark.parametrize(("words", "ok", "text"), CHECKS, ids=lambda value: str(value)[:40])
def test_checks_answer_in_the_reference_s_words(
    tk: Tk, words: list[str], ok: bool, text: str
) -> None:
    answer = tk("check", *words)
    assert answer.status is (Exit.OK if ok else Exit.REJECTED)
    assert (answer.out, answer.err) == ((f"{text}\n", "") if ok else ("", f"{text}\n"))
    said = tk("check", *words, "--json").json
    assert (said["ok"], said["text"]) == (ok, text)


def test_check_loop_asks_the_ledger_one_stands_in(grown: Tk) -> None:
    answer = grown("check", "loop", "n", "alice", "bug", "--parent", "p")
    assert (answer.status, answer.out) == (Exit.OK, "ALLOWED: depth=2\n")
    answer = grown("check", "loop", "n", "alice", "task", "--parent", "a")
    assert answer.status is Exit.REJECTED
    assert answer.err.startswith("DENIED: [identity_loop] Agent alice is creating a task task for")
    answer = grown("check", "loop", "n", "x", "y", "--parent", "p", "--max-depth", "1")
    assert answer.err.startswith("DENIED: [depth_exceeded] Task depth 2 exceeds maximum 1.")
    answer = grown("check", "loop", "n", "alice", "task", "--parent", "a", "--at", "HEAD~3")
    assert answer.status is Exit.OK, "nobody owned it then"
    failed(grown("check", "loop", "", "x", "y", "--json"), Exit.USAGE, "bad-value")


# -- completion ------------------------------------------------------------------------------


def completed(line: str) -> list[str]:
    """What bash would offer after ``line``."""
    env = {
        **os.environ,
        "_TK_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-c", "from tkledger.cli import main; main()"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_the_shell_completes_ids_of_the_folder_named(
    ledger: Tk, repo_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger("new", "T", "--id", "tk-abc")
    monkeypatch.chdir(tmp_path)
    assert completed("tk show tk-") == []
    assert completed(f"tk show -C {repo_path} tk-") == ["tk-abc"]
    assert completed(f"tk start -C {repo_path} tk-") == ["tk-abc"]


def test_the_shell_completes_commands_ids_and_states(ledger: Tk) -> None:
    ledger("new", "T", "--id", "tk-abc")
    assert completed("tk sta") == ["start"]
    assert completed("tk show tk-") == ["tk-abc"]
    assert completed("tk start tk-a") == ["tk-abc"]
    assert completed("tk new T --from tk-") == ["tk-abc"]
    assert completed("tk list --state in_") == ["in_progress", "in_review"]
    assert completed("tk check transition to") == ["todo"]
    assert completed("tk block a --reason us") == ["user"]
    assert completed("tk config set de") == ["depth"]
