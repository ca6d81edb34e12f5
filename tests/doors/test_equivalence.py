"""One law: whichever door a change comes to, it hears the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.support.clone import Clone, Refused, a_task
from tkledger.core.layout import POLICY_PATH, path_of
from tkledger.core.task import changed
from tkledger.files import codec


class Case(NamedTuple):
    """A change by hand, ``{id: fields}`` (or bytes, or None to delete), and as a command."""

    files: dict[str, Any]
    codes: set[str]
    command: tuple[str, ...] = ()


CASES = {
    "a jump": Case({"a": {"state": "done"}}, {"TK201"}, ("done", "a")),
    "out of the end": Case({"d": {"state": "in_progress"}}, {"TK201"}, ("start", "d")),
    "born done": Case({"n": {"state": "done"}}, {"TK202"}),
    "born with a past": Case({"n": {"attempt": 2}}, {"TK203"}),
    "deleted": Case({"a": None}, {"TK204"}),
    "waiting for nothing": Case({"a": {"state": "blocked"}}, {"TK205"}),
    "a wait out of place": Case({"a": {"wait": {"reason": "user"}}}, {"TK206"}),
    "another creator": Case({"a": {"creator": "mallory"}}, {"TK207"}),
    "retitled after the end": Case(
        {"d": {"title": "Else"}}, {"TK208"}, ("edit", "d", "--title", "Else")
    ),
    "started too early": Case({"r": {"state": "in_progress"}}, {"TK211"}, ("start", "r")),
    "under an ended parent": Case(
        {"a": {"parent": "d"}}, {"TK213"}, ("edit", "a", "--parent", "d")
    ),
    "an unknown parent": Case({"a": {"parent": "zz"}}, {"TK301"}),
    "an unknown dependency": Case({"a": {"depends_on": ["zz"]}}, {"TK302"}),
    "its own parent": Case({"a": {"parent": "a"}}, {"TK304"}, ("edit", "a", "--parent", "a")),
    "waiting for itself": Case(
        {"a": {"depends_on": ["a"]}}, {"TK305"}, ("edit", "a", "--depends-on", "a")
    ),
    "a circle": Case({"s": {"depends_on": ["r"]}}, {"TK305"}, ("edit", "s", "--depends-on", "r")),
    "a child that waits for its parent": Case(
        {"a": {"parent": "b", "depends_on": ["b"]}},
        {"TK306"},
        ("edit", "a", "--parent", "b", "--depends-on", "b"),
    ),
    "several at once": Case(
        {"a": {"state": "done"}, "b": None, "n": {"state": "done", "parent": "zz"}},
        {"TK201", "TK202", "TK204", "TK301"},
    ),
    "not YAML": Case({"a": b"id: [\n"}, {"TK101"}),
    "a stray file": Case({".tasks/x.txt": b"x"}, {"TK110"}),
    "the policy deleted": Case({POLICY_PATH: None}, {"TK601"}),
    "a step and a jump": Case(
        {"a": {"state": "in_progress"}, "b": {"state": "in_review"}}, {"TK201"}
    ),
}


def codes_in(text: str) -> set[str]:
    return set(re.findall(r"\[(TK\d+)\]", text))


def contents(clone: Clone, case: Case) -> dict[str, bytes | None]:
    found: dict[str, bytes | None] = {}
    for key, value in case.files.items():
        path = key if "/" in key else path_of(key)
        if isinstance(value, dict):
            there = (clone.path / path).exists()
            task = changed(clone.task(key), **value) if there else a_task(key, **value)
            found[path] = codec.dump_task(task)
        else:
            found[path] = value
    return found


def by_command(clone: Clone, case: Case) -> set[str]:
    answer = clone.tk(*case.command, "--json")
    return {one["code"] for one in json.loads(answer.out)["violations"]}


def by_commit(clone: Clone, case: Case) -> set[str]:
    write(clone, case)
    return refusal(clone, lambda: clone.git("commit", "-q", "-m", "x"), "pre-commit")


def by_message_hook(clone: Clone, case: Case) -> set[str]:
    write(clone, case)
    return refusal(clone, lambda: clone.git("commit", "-q", "-n", "-m", "x"), "prepare-commit-msg")


def write(clone: Clone, case: Case) -> None:
    for path, data in contents(clone, case).items():
        if data is None:
            (clone.path / path).unlink()
        else:
            clone.write(path, data)
    clone.git("add", "-A")


def made(clone: Clone, case: Case) -> str:
    return clone.commit_tree(clone.tree(contents(clone, case)), "HEAD")


def by_ref(clone: Clone, case: Case) -> set[str]:
    oid = made(clone, case)
    move = ("update-ref", "refs/heads/main", oid)
    return refusal(clone, lambda: clone.git(*move), "reference-transaction")


def by_push(clone: Clone, case: Case) -> set[str]:
    oid = made(clone, case)
    return refusal(clone, lambda: clone.push(f"{oid}:refs/heads/x"), "pre-push")


def at_the_server(clone: Clone, case: Case) -> set[str]:
    oid = made(clone, case)
    options = ("--no-verify",)
    return refusal(clone, lambda: clone.push(f"{oid}:main", options=options), "pre-receive")


def by_verify(clone: Clone, case: Case) -> set[str]:
    return clone.verified(f"HEAD..{made(clone, case)}")


def by_verify_all(clone: Clone, case: Case) -> set[str]:
    clone.git("update-ref", "--no-deref", "HEAD", "HEAD")
    oid = made(clone, case)
    clone.hooks_off().git("update-ref", "refs/heads/main", oid)
    clone.git("symbolic-ref", "HEAD", "refs/heads/main")
    return clone.verified()


def by_verify_staged(clone: Clone, case: Case) -> set[str]:
    write(clone, case)
    return clone.verified("--staged")


def refusal(clone: Clone, attempt: Callable[[], object], door: str) -> set[str]:
    with pytest.raises(Refused) as found:
        attempt()
    assert clone.refusals() == [door]
    return codes_in(str(found.value))


DOORS = (
    by_commit,
    by_message_hook,
    by_ref,
    by_push,
    at_the_server,
    by_verify,
    by_verify_all,
    by_verify_staged,
)


def takes_long(name: str) -> bool:
    """Whether a case is one of those by a single field, of which only what a command does is tried
    each time.
    """
    case = CASES[name]
    fields = [value for value in case.files.values() if isinstance(value, dict)]
    return not case.command and len(case.files) == len(fields) == 1


@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=[pytest.mark.long] if takes_long(one) else []) for one in CASES],
)
def test_every_door_gives_the_same_codes(fresh: Callable[[str], Clone], name: str) -> None:
    case = CASES[name]
    doors = (*DOORS, by_command) if case.command else DOORS
    heard = {door.__name__: door(fresh(door.__name__), case) for door in doors}
    assert heard == dict.fromkeys(heard, case.codes)
