"""Keys: a command that is repeated under its key is carried out once, and answers as it did at first."""

from __future__ import annotations

import pytest

from tests.support.project import Project
from tkledger.core.layout import path_of
from tkledger.errors import Exit
from tkledger.verbs.commands import COMMANDS, inner
from tkledger.verbs.parameters import AT, KEY

KEYED = {
    "start a": ("start b", "submit a", "start a -m why", "start a --as eve", "note a start"),
    "new Ship --id x": ("new Ship --id y", "new Sail --id x", "new Ship --id x --priority 1"),
    "new Boat": ("new Ship", "new Boat --label l", "note a Boat"),
    "note a one": ("note a two", "note b one", "concern a one"),
    "edit a --priority 1": ("edit b --priority 1", "edit a --priority 3"),
    "concern a who": ("concern a whom", "concern b who"),
    "step a -m one": ("step b -m one", "step a -m two", "spend a --cost 1 -m one"),
    "spend a --cost 1": ("spend a --cost 2", "spend b --cost 1"),
    "config set depth 4": ("config set depth 5", "config set review required"),
    "cancel d": ("cancel c", "cancel d --resolution superseded"),
}


def test_a_key_is_bound_to_verb_tasks_and_words(project: Project) -> None:
    for number, (command, others) in enumerate(KEYED.items()):
        key = ("--key", f"k{number}")
        first = project.ok(*command.split(), *key, "--json")
        project.ok("note", "c", "meanwhile")
        count = project.count()
        again = project.ok(*command.split(), *key, "--json")
        assert (again.json, project.count()) == (first.json, count), command
        for other in others:
            answer = project.tk(*other.split(), *key)
            assert answer.status == Exit.USAGE, (command, other, answer.said)
            assert f"the key k{number} was used for something else: tk: " in answer.err
        assert project.count() == count


def test_a_key_in_the_message_of_another_commit_answers_nothing(project: Project) -> None:
    project.git("commit", "-q", "--allow-empty", "-m", "code\n\nTk-Key: k1")
    project.write(path_of("b"), project.file("b") + "\n")
    message = "tk: start a Task a\n\nTk-Actor: test@example.org\nTk-Key: k2"
    project.git("commit", "-q", "--allow-empty", "-m", message)
    project.git("restore", ".tasks")
    for key in ("k1", "k2"):
        answer = project.tk("start", "a", "--key", key)
        assert (answer.status, "--key" in answer.err) == (Exit.USAGE, True), answer.said
    assert project.state("a") == "todo"
    project.ok("start", "a", "--key", "k3")


# -- which commands take one ------------------------------------------------------------------

WITHOUT = {
    "only reads": {
        "completion",
        "schema",
        "prime",
        "status",
        "watch",
        "hooks status",
        "config explain",
        "explain",
        "audit",
    }
    | {"check transition", "check budget", "check sleep", "gates list", "agents"},
    "leaves what is as wanted": {"hooks install", "hooks uninstall", "doctor", "fmt", "resolve"}
    | {"register", "reserve", "sleep", "wake", "gates trust"},
    "does what is left to do, if anything": {"sync", "reap", "tidy", "tick", "import"},
    "holds for so long from when it is run": {"renew"},
    "runs commands, which are not to be run once only": {"run", "gate", "mcp"},
    "asks a person in an editor": {"config edit"},
    "makes no tag twice": {"anchor"},
    "writes to a repository that it makes itself": {"demo"},
}
"""Why a command needs no key to be repeated."""


def test_every_command_that_changes_something_takes_a_key() -> None:
    keyed = {name for name, command in COMMANDS.items() if KEY in command.takes}
    looking = {name for name, command in COMMANDS.items() if AT in command.takes}
    groups = {name for name in COMMANDS if inner(name)}
    assert {*COMMANDS} - looking - groups - keyed == set().union(*WITHOUT.values())


# -- commands whose commits lie elsewhere, or that make none ----------------------------------


def repeated(project: Project, command: str, *others: str, key: str = "k") -> None:
    """A command under a key twice, with the same answer and nothing done by the second; and others
    that are refused under that key.
    """
    words = (*command.split(), "--key", key, "--json")
    first = project.ok(*words)
    before = project.snapshot()
    assert project.ok(*words).json == first.json, command
    for other in others:
        answer = project.tk(*other.split(), "--key", key)
        assert answer.status == Exit.USAGE, (command, other, answer.said)
        assert f"the key {key} was used for something else" in answer.err
    assert project.snapshot() == before, command


def test_a_ledger_is_begun_once(bare_git: Project) -> None:
    repeated(bare_git, "init --no-hooks", "init --no-hooks --preset agents")


def test_work_is_begun_and_sent_back_once(project: Project) -> None:
    repeated(project, "next --claim --as ada", "note a next", key="n")
    assert (project.state("a"), project.state("b")) == ("in_progress", "todo")
    repeated(project, "work b --as ada", key="w")
    there = project.path.parent / "repo.work/b"
    failed = ("block", "b", "--reason", "failed", "-m", "boom", "--as", "ada")
    Project(there).ok(*failed)
    repeated(project, "retry b --gap tests", "retry b --gap docs", key="r")
    assert project.state("b", "tk/b") == "todo"
    Project(there).ok("start", "b", "--as", "ada")
    repeated(project, "retry b --gap tests", key="r")
    assert project.state("b", "tk/b") == "in_progress"
    Project(there).ok(*failed)
    repeated(project, "escalate b --to owner", "escalate b --to owner -m more", key="e")
    assert project.state("b", "tk/b") == "blocked"
    assert "reason: child" in project.file("b", "tk/b")


def test_an_escalation_that_was_cut_short_goes_on(project: Project) -> None:
    project.ok("start", "a")
    base = project.head()
    whole = project.ok("escalate", "a", "--to", "retry", "--key", "e", "--json").json
    project.git("reset", "-q", "--hard", "HEAD^")
    assert (project.state("a"), project.git("rev-parse", "HEAD^")) == ("blocked", base)
    again = project.ok("escalate", "a", "--to", "retry", "--key", "e", "--json").json
    assert (again["tasks"], project.state("a")) == (whole["tasks"], "todo")


def test_a_message_is_sent_and_refused_once(project: Project) -> None:
    repeated(project, "send bob hello --as ada", "send bob bye --as ada", key="s")
    project.ok("send", "bob", "hello", "--as", "eve", "--key", "s")  # a key of one's own
    one, two = project.ok("inbox", "--as", "bob", "--json").json["messages"]
    refused = f"inbox --refuse {one['id']} -m no --as bob"
    others = (f"inbox --ack {one['id']} --as bob", f"inbox --refuse {two['id']} -m no --as bob")
    repeated(project, refused, *others, key="r")
    repeated(project, f"inbox --ack {two['id']} {one['id']} --as bob", key="a")
    assert project.ok("inbox", "--as", "bob", "--json").json["messages"] == []


def test_a_claim_is_given_back_once(project: Project) -> None:
    project.ok("start", "a", "--as", "ada")
    project.ok("start", "b", "--as", "ada")
    repeated(project, "release a b --as ada", "release a --from eve --as ada", key="r")
    project.ok("renew", "a", "--as", "ada")  # a claim that a late repetition must not take
    repeated(project, "release a b --as ada", key="r")
    assert project.ok("show", "a", "--json").json["derived"]["claim"]["holder"] == "ada"
    assert "claim" not in project.ok("show", "b", "--json").json["derived"]


@pytest.mark.parametrize("command", ["send bob hi", "release a", "inbox --ack x", "next --claim"])
def test_a_key_that_cannot_be_kept_is_no_key(project: Project, command: str) -> None:
    assert project.tk(*command.split(), "--key", " ").status == Exit.USAGE


def test_a_change_is_taken_back_once(project: Project) -> None:
    for words in (("start", "a"), ("submit", "a"), ("new", "E", "--id", "e")):
        project.ok(*words)
    repeated(project, "rename e f", "rename e g", "undo", key="r")
    repeated(project, "delete f", "delete a", key="d")
    repeated(project, "undo", "undo a", "delete f", key="u")
    assert project.state("a") == "in_progress"
    project.ok("note", "a", "words", "--key", "n")
    assert "was used for something else" in project.tk("undo", "--key", "n").err
    project.git("tag", "v1")
    repeated(project, "delete b", "delete c", key="m")
    assert project.state("b") == "cancelled"
