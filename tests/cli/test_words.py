"""What people bring from other tools is answered by the command that does it here, or by a sentence."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path

import pytest

from tkledger.cli import parser, run
from tkledger.errors import Exit, TkError
from tkledger.verbs import other_words
from tkledger.verbs.commands import COMMANDS
from tkledger.verbs.option_names import is_typo
from tkledger.verbs.other_words import is_safe, near

DATA = Path(__file__).parents[1] / "data" / "words.tsv"
WORDS = list(csv.DictReader(DATA.read_text().splitlines(), delimiter="\t"))

MEANT = {
    "create": "new",
    "start": "start next",
    "finish": "done submit",
    "cancel": "cancel",
    "delete": "delete cancel",
    "reopen": "reopen",
    "undo": "undo reopen",
    "stop": "requeue release block",
    "block": "block",
    "unblock": "resume",
    "later": "block",
    "ready again": "resume admit",
    "submit": "submit done",
    "review": "approve",
    "send back": "reject retry",
    "edit": "edit new why",
    "assign": "edit",
    "label": "edit list show",
    "depend": "edit",
    "move": "edit",
    "rename": "rename",
    "note": "note",
    "message": "send inbox",
    "batch": "batch",
    "work": "work",
    "work done": "work",
    "next": "next",
    "ready": "ready",
    "list": "list tree",
    "blocked": "list",
    "stale": "list",
    "show": "show edit",
    "search": "search list git",
    "tree": "tree",
    "board": "board",
    "page": "page",
    "overview": "status board list budget stats doctor --help",
    "history": "log diff",
    "check": "doctor verify explain check",
    "sync": "sync",
    "configure": "config",
    "set up": "init hooks --help",
    "completion": "completion",
    "prime": "prime --help",
    "help": "--help --version help pip",
}
"""What a word means elsewhere, and the first words of lines that do it here."""


def answer(word: str) -> tuple[str, str]:
    """What a word is answered: the line that does it, and what is said."""
    words = word.split()
    if words[0] in COMMANDS and (len(words) == 1 or word in COMMANDS):
        return f"tk {word}", ""
    try:
        assert parser.parse(words) is None  # help
    except TkError as error:
        return error.remedy, error.message
    return f"tk {words[0]}", ""


def lands(row: dict[str, str]) -> bool:
    """Whether a word is answered by what it means; one for which tk has nothing, by a sentence."""
    line, said = answer(row["word"])
    first = line.split()[1] if line.startswith("tk ") else line.split()[0]
    means = row["means"]
    if means in ("none", "git"):
        return bool(said) and not said.startswith("no such command") and not changes(line)
    return first in MEANT[means].split()


def changes(line: str) -> bool:
    """Whether a line is a command that changes something."""
    words = line.split()
    name = " ".join(words[1:3]) if " ".join(words[1:3]) in COMMANDS else words[1]
    return words[0] == "tk" and "--help" not in words and name in COMMANDS and not is_safe(name)


def test_nineteen_of_twenty_words_land_right_and_none_on_another_change() -> None:
    wrong = [row for row in WORDS if not lands(row)]
    assert len(wrong) * 20 < len(WORDS), [(row["word"], answer(row["word"])) for row in wrong]
    assert not [
        row["word"]
        for row in wrong
        if changes(answer(row["word"])[0]) and row["word"].split()[0] not in COMMANDS
    ]


def test_the_words_are_many_and_from_everywhere() -> None:
    assert len(WORDS) == len({row["word"] for row in WORDS}) >= 436
    tools = {tool for row in WORDS for tool in row["from"].split()}
    assert tools >= {"git", "gh", "bd", "br", "ticket", "task", "Backlog.md"}


def test_every_line_that_is_suggested_is_a_line_of_tk() -> None:
    given = {"N": "1", "WORDS": "x", "OTHER": "b", "T": "bug", "L": "ui"}
    lines = [*other_words._LINES, *(line for line, _ in other_words._FACTS)]
    for line in (one for both in lines for one in both.split(" && ")):
        words = [given.get(word, word) for word in shlex.split(line)]
        if words[0] == "tk" and words[1] not in (*parser.ALONE, "--version"):
            call = parser.parse(words[1:])
            assert call is not None or "--help" in words, line
    texts = [*other_words._LINES.values(), *other_words._FACTS.values(), *other_words._OF.values()]
    listed = [word for text in texts for word in text.split()]
    assert len(listed) == len({*listed}), [word for word in listed if listed.count(word) > 1]
    assert not {*listed} & {name.replace(" ", "-") for name in COMMANDS}


@pytest.mark.parametrize(
    ("line", "said", "remedy"),
    [
        ("finish a", "'finish' is 'tk done' here", "tk done a"),
        ("Close a b --reason x", "'Close' is 'tk done' here", "tk done a b -m x"),
        ("Close a --force", "'Close' is 'tk done' here", "tk done a"),
        (
            "create Fix the login -p 1",
            "'create' is 'tk new' here",
            "tk new 'Fix the login' --priority 1",
        ),
        ("modify a --tags x,y", "'modify' is 'tk edit' here", "tk edit a --label x,y"),
        ("depend a b", "'depend' is 'tk edit' here", "tk edit a --depends-on b"),
        ("info a", "'info' is 'tk show' here", "tk show a"),
        ("info", "'info' is 'tk doctor' here", "tk doctor"),
        ("push", "'push' is 'tk sync' here", "tk sync"),
        ("comment a it's", "'comment' is 'tk note' here", "tk note a 'it'\"'\"'s'"),
        ("dep add a b", "'dep add' is 'tk edit' here", "tk edit a --depends-on b"),
        ("issue close a", "'close' is 'tk done' here", "tk done a"),
        ("issue list", "leave out 'issue'", "tk list"),
        ("config get prefix", "'config get' is 'tk config show' here", "tk config show"),
        ("DONE a;b", "'DONE' is written 'done'", "tk done 'a;b'"),
        ("finish " + "x" * 300, "'finish' is 'tk done' here", "tk done ID"),
        (
            "stop a b",
            "'stop' is not a command: work is put back by two moves",
            "tk block a b --reason other && tk requeue a b",
        ),
        ("rebase", "'rebase' is a command of git, not of tk", "git rebase"),
        ("strat a", "no such command: 'strat'", "tk start a"),
        ("tk-7f3k2", "no such command: 'tk-7f3k2'", "tk show tk-7f3k2"),
    ],
)
def test_a_word_is_answered_with_what_was_typed(line: str, said: str, remedy: str) -> None:
    with pytest.raises(TkError) as told:
        parser.parse(line.split() if "it's" not in line else ["comment", "a", "it's"])
    assert (told.value.message, told.value.remedy) == (said, remedy)


def test_likeness_leads_to_reading_commands_or_is_a_typo() -> None:
    for name in (*COMMANDS, *(row["word"] for row in WORDS), "graph", "unblck", "deleet", "rap"):
        for odd in {name[1:], name[:-1], name + "x", "un" + name, name[:1] + "e" + name[2:]}:
            found = near(odd) if odd else None
            assert found is None or is_safe(found) or is_typo(odd, found), (odd, found)
    assert [near(word) for word in ("delete_", "unblok", "gralog", "lsit", "shwo")] == (
        ["delete", None, "log", "list", "show"]
    )
    pairs = [("strat", "start"), ("cancl", "cancel"), ("donee", "done"), ("sumbit", "submit")]
    assert all(is_typo(*pair) for pair in pairs)
    others = [("stop", "step"), ("lock", "block"), ("finish", "init"), ("unblock", "block")]
    assert not any(is_typo(*pair) for pair in others)
    safe = {name for name in ("list", "config", "hooks", "next", "init") if is_safe(name)}
    assert safe == {"list", "config", "hooks"}


def test_an_option_of_another_tool_is_named_as_it_is_here() -> None:
    for line, here in (("new T --assignee x", "--owner"), ("list --status done", "--state"),
                       ("new T -p 1", "--priority"), ("new T --body x", "--message"),
                       ("retry a -m x", "--gap"), ("note a -m x", "an argument: tk note ID TEXT"),
                       ("send b --message=x", "an argument: tk send ACTOR TEXT")):  # fmt: skip
        with pytest.raises(TkError, match=f"here it is {here}"):
            parser.parse(line.split())


@pytest.mark.parametrize(
    ("line", "said", "remedy"),
    [
        ("cancel a --reason 'no use'", "here it is --message", "tk cancel a -m 'no use'"),
        ("list -n 5 --status=done", "here it is --state", "tk list -n 5 --state done"),
        ("list -s done --format json", "here it is --state", "tk list --state done --json"),
        ("list --labl x", "here it is --label", "tk list --label x"),
        ("done a --res merged", "here it is --resolution", "tk done a --resolution merged"),
        ("edit a --status done", "by moves only", "tk done a"),
        ("edit --status=done a", "by moves only", "tk done a"),
        ("edit a b --state blocked", "by moves only", "tk block a b --reason other"),
        ("edit a --state todo", "by moves only", "tk why a"),
        ("edit a --state odd", "unknown option --state", "tk edit --help"),
        ("start a --asignee me", "is an option of tk edit", "tk edit a --owner me"),
        ("block a --on b", "is an option of tk edit", "tk edit a --depends-on b"),
        ("budget --priority 1", "is an option of tk list", "tk list --priority 1"),
        ("board --all", "is an option of tk list", "tk list --all"),
        ("board --status done", "here it is --state", "tk board --state done"),
        ("list --blocked", "here it is --waiting", "tk list --waiting"),
        ("list --closed -l x", "unknown option --closed", "tk list --state closed --label x"),
        ("list --ready", "unknown option --ready", "tk ready"),
        ("list --mine", "unknown option --mine", "tk list --owner me"),
        ("show a --history", "unknown option --history", "tk log a"),
        ("log --oneline", "options of git's are for git", "git log --oneline -- .tasks"),
        ("log -w", "options of git's", "git log -w -- .tasks"),
        ("log a --oneline", "options of git's", "git log --oneline -- .tasks/a.yaml"),
        ("diff a --name-only", "options of git's", "tk diff a -- --name-only"),
        ("run a python3 -c pass", "comes after --", "tk run a -- python3 -c pass"),
        ("run make make -k", "comes after --", "tk run make -- make -k"),
        ("run --next make -k all", "comes after --", "tk run --next -- make -k all"),
        ("new Parse the words --type bug", "TITLE of several", "tk new 'Parse the words' --type bug"),
        ("note a it is late", "TEXT of several words", "tk note a 'it is late'"),
        ("start a --fast", "unknown option --fast", "tk start --help"),
        ("delete a --all", "unknown option --all", "tk delete --help"),
    ],
)  # fmt: skip
def test_an_option_that_is_not_here_leads_to_the_line_that_was_meant(
    line: str, said: str, remedy: str
) -> None:
    with pytest.raises(TkError, match=said) as told:
        parser.parse(shlex.split(line))
    assert told.value.remedy == remedy
    words = shlex.split(remedy)
    assert words[0] == "git" or "--help" in words or parser.parse(words[1:]), "it is a line of tk"


def test_help_comes_before_its_command_too(capsys: pytest.CaptureFixture[str]) -> None:
    for line in ("help list", "list -h", "list --json --help"):
        assert run(line.split()) == Exit.OK
        assert capsys.readouterr().out.startswith("Usage: tk list")
    assert run(["help", "lsit"]) == Exit.USAGE
