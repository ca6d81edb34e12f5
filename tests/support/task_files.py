"""Files of tasks and of policies, and how else they can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tkledger.core.lifecycle import State
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.task import Task
from tkledger.core.task_parts import Admission, Budget, Failure, Retry, Spec, Spent, Wait
from tkledger.files.codec import (
    FormError,
    load_task,
)

TASKS = {
    "smallest": Task("a", "b", None, State.TODO),
    "everything": Task(
        id="tk-7f3ka",
        title="Parse the config file",
        type="feature",
        state=State.BLOCKED,
        priority=0,
        parent="tk-19c2m",
        origin="tk-0ab1c",
        reopens="tk-01d0n",
        imported="github:owner/name#12",
        depends_on=("tk-0a11p", "tk-0a12p"),
        labels=("2024", "area/cli", "good_first:issue"),
        stream="2-payments",
        due="2026-02-28",
        estimate=14_400,
        links=("http://example.org", "https://example.org/a#b?c=%20"),
        owner="agent-3",
        creator="alice@example.org",
        attempt=2,
        branch="tk/tk-7f3ka",
        base="main",
        pr="2024",
        agent="agent-3@build",
        budget=Budget(
            steps=50,
            seconds=1800,
            tokens=9007199254740991,
            cost="12.50",
            depth=3,
            rework=2,
            calls=300,
            scope="attempt",
        ),
        retry=Retry(3, "2026-01-31T12:00:00Z"),
        spent=Spent(steps=7, seconds=0, cost="0.000001"),
        admission=Admission(
            consumer="Whoever runs the tool",
            pain_point='"No" is read as false',
            expected_value="Half the time.\n\nAnd fewer questions.\n",
            validation_path="make test",
        ),
        wait=Wait(
            "paused",
            "The answer to:\n  - which key\n  - which value\n",
            set_by="ann",
            earlier=Wait(
                *("user", None, "ask-1f", "2026-01-31T12:00:00Z", ("tk-0a11p",), "Which key?"),
                *(("the first", "2"), "agent-*", "agent-3", "cancel"),
            ),
        ),
        spec=Spec(
            constraints="No new dependency.\n\nNone.\n",
            goal="OKR 3: fewer questions",
            inputs=("docs/format.md", "https://example.org/a#b"),
            model="2024-06-mini",
            output="- a list",
            paths=("*.md", "src/*"),
            role="tester",
        ),
        error=Failure("parse_error", 'line 3: "no" is a word'),
        description=(
            "First line: with a colon # and no comment\n"
            "\n"
            "  indented, 'quoted', \"twice\"\n"
            "- not a list\n"
            "---\n"
            "...\n"
            "<<<<<<< not a marker, since it is indented\n"
            "trailing blanks   \n"
            "ends here\n"
        ),
        concerns=("ops: who restarts it?", "design: a second parser", "ops: \u200b"),
        settled=("design: a second parser",),
        criteria=("reads an empty file", "ends: at once", "-- dashes"),
        met=("ends: at once",),
        waived=("-- dashes -- nobody uses them",),
        answers=("ask-0b: the other", "deploy#2: true"),
        checklist=("read it", "- write it", "2024"),
        checked=("read it",),
        skipped=("2024 -- no",),
        decisions=('bob 80 "Which parser?" "our own" "it is fast" "the other" "slow"',),
        lessons=("read the grammar first",),
        tried=("a regular expression for all",),
        attempts=('1 failed bob timeout "an ä" "it took too long"', "2 user bob - -"),
        artifacts=(f"{'3f' * 20} 1200 image/png the screen.png",),
        notes=(
            "one line",
            "a block\n  with an indented line\n\nand a gap\n",
            "one line of text\nand one whose end is hidden\u200b\n",
            "- a dash",
        ),
        x={
            "a": {
                "b": {"c": True, "d": -12, "e": "-12"},
                "list": ("plain", 1, False, "true", "block in\na list\n"),
            },
            "empty": "",
            "no": "no",
        },
    ),
    "letters": Task(
        id="tk-letters",
        title="\U0001f600 Gr\u00f6\u00dfe, \u00f1and\u00fa, \u65e5\u672c\u8a9e, "
        "\u05e2\u05d1\u05e8\u05d9\u05ea",
        type=None,
        state=State.BACKLOG,
        labels=("a",),
        owner="Zo\u00eb \u00dcnal",
        creator='\u00bd "\u00bfqu\u00e9?"',
        description="Ein Absatz \u2013 mit Strich \u2026 und \U0001f389\n\ufb01n, e\u0301, \u00a9\n",
        notes=(
            "\U0001f469\u200d\U0001f469\u200d\U0001f467",
            "\u202eevil",
            "\ufeffmark",
            "no\u00a0break",
            "nel\u2028ls\u2029ps",
            "soft\u00adhyphen",
        ),
    ),
    "words": Task(
        id="012",
        title="No",
        type=None,
        state=State.DONE,
        parent="nope",
        depends_on=("1", "2024-01-01", "no", "tk-1"),
        owner="yes",
        creator="null-pointer",
        resolution="no_pr",
        description="1:30",
        notes=(
            *("~", "=", "null", "NULL", "Nulls", "on", "Off", "y", "0x1f", "1e3", "+1", ".inf"),
            *(".5", "@at", "`tick", "%percent", "&anchor", "*alias", "!tag", "|", ">", "?"),
            "? key",
            "-",
            "---",
            "[a, b]",
            "{a: b}",
            "'single'",
            '"double"',
            "\\",
            "ends in a colon:",
            "a: b",
            "a:b",
            "a #b",
            "a#b",
            "a, b",
            'a\'b "c" d',
            "a\\b",
            "/etc/passwd",
            "tab\tbed",
            " leading blank",
            "trailing blank ",
            "two  blanks",
            "<<: merge",
            "a\n\n b \n \n",
            "\n first line empty\n",
        ),
    ),
}
POLICIES = {
    "default": DEFAULT,
    "everything": Policy(
        version=3,
        prefix="ab_1",
        squash="path",
        review="required",
        forbid=("blocked->todo", "todo->blocked"),
        depth=0,
        children=50,
        loops={"identity": "refuse", "respawn": "warn"},
        protected=("main", "release/1.0"),
        actors={
            "Alice: Example": "alice",
            "Bob": "no",
            "Zo\u00eb": "zoe",
            "a#b": "ab",
            "a@b.c": "alice",
            "no": "n",
        },
        accepted={"0123456789012345678901234567890123456789": "why: it was late"},
    ),
}
HEAD = b"id: a\ntitle: b\nstate: todo\n"
BOMB = b"x:\n  a: &a [z, z]\n  b: &b [*a, *a]\n  c: &c [*b, *b]\n"


def tried(data: bytes, load: Callable[[bytes], Any] = load_task) -> Any:
    """What is in a file, or the FormError; any other exception is a fault."""
    try:
        return load(data)
    except FormError as error:
        return error


def refusal(data: bytes) -> FormError:
    with pytest.raises(FormError) as caught:
        load_task(data)
    return caught.value


def read_by_yaml(data: bytes) -> Any:
    """What yaml itself says is in a file, with every word as text."""
    return yaml.load(data.decode(), Loader=yaml.CBaseLoader)


def as_text(value: Any) -> Any:
    """A task's values as such a reader sees them: words and structure."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, (list, tuple)) and not hasattr(value, "_asdict"):
        return [as_text(item) for item in value]
    fields = value if isinstance(value, dict) else value._asdict()
    return {
        key: as_text(item)
        for key, item in fields.items()
        if item is not None and item not in ((), {}) and not is_unset(item)
    }


def is_unset(part: Any) -> bool:
    return hasattr(part, "_asdict") and all(value in (None, ()) for value in part)
