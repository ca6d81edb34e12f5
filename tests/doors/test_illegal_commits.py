"""Every kind of illegal commit is named by `tk verify`, and what mends it is not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.histories import POLICY_PATH, A, B, PlainRepo, a_task, genesis, moved
from tests.support.verifying import BLOB, STARTED, answer
from tkledger.core.policy import DEFAULT
from tkledger.core.policy_fields import changed
from tkledger.core.task import changed as edited
from tkledger.errors import Exit
from tkledger.files import codec

PARENT = a_task("p", state="todo")
ILLEGAL: dict[str, tuple[dict[str, Any], dict[str, set[str]]]] = {
    # what is done to a and b, and the codes expected by task or path
    "a jump": ({"a": moved(A, "in_review")}, {"a": {"TK201"}}),
    "born done": ({"c": a_task("c", state="done")}, {"c": {"TK202"}}),
    "born blocked": (
        {"c": a_task("c", state="blocked", wait={"reason": "other"})},
        {"c": {"TK202"}},
    ),
    "born with a past": ({"c": a_task("c", attempt=2)}, {"c": {"TK203"}}),
    "born with something spent": ({"c": a_task("c", spent={"steps": 1})}, {"c": {"TK203"}}),
    "deleted": ({"a": None}, {"a": {"TK204"}}),
    "renamed": ({"a": None, "c": codec.dump_task(A)}, {"a": {"TK204"}, "c": {"TK105"}}),
    "renamed with its id": ({"a": None, "c": edited(A, id="c")}, {"a": {"TK204"}}),
    "blocked for nothing": ({"a": edited(A, state="blocked")}, {"a": {"TK205"}}),
    "a wait out of place": ({"a": edited(A, wait={"reason": "user"})}, {"a": {"TK206"}}),
    "a resolution out of place": ({"a": edited(A, resolution="merged")}, {"a": {"TK206"}}),
    "a creator who changes": ({"a": edited(A, creator="mallory")}, {"a": {"TK207"}}),
    "an attempt too few": ({"e": a_task("e", attempt=None)}, {"e": {"TK209"}}),
    "a mark that falls": ({"e": a_task("e", attempt=3, spent={"steps": 4})}, {"e": {"TK209"}}),
    "a note taken away": (
        {"e": a_task("e", attempt=3, spent={"steps": 5}, notes=["two"])},
        {"e": {"TK210"}},
    ),
    "an ended task retitled": ({"d": a_task("d", state="done", title="Else")}, {"d": {"TK208"}}),
    "an ended task reopened": ({"d": a_task("d", state="todo")}, {"d": {"TK201"}}),
    "an unknown parent": ({"a": edited(A, parent="zz")}, {"a": {"TK301"}}),
    "an unknown dependency": ({"a": edited(A, depends_on=["zz"])}, {"a": {"TK302"}}),
    "an unknown origin": ({"c": a_task("c", origin="zz")}, {"c": {"TK303"}}),
    "parents in a circle": (
        {"a": edited(A, parent="b"), "b": edited(B, parent="a")},
        {"a": {"TK304"}},
    ),
    "dependencies in a circle": (
        {"a": edited(A, depends_on=["b"]), "b": edited(B, depends_on=["a"])},
        {"a": {"TK305"}},
    ),
    "a child that waits for its parent": (
        {"a": edited(A, parent="b", depends_on=["b"])},
        {"a": {"TK306"}},
    ),
    "started too early": (
        {"w": moved(a_task("w", depends_on=["a"]), "in_progress")},
        {"w": {"TK211"}},
    ),
    "ended over an open child": ({"p": moved(PARENT, "cancelled")}, {"p": {"TK212"}}),
    "opened under an ended parent": ({"a": edited(A, parent="d")}, {"a": {"TK213"}}),
    "the policy deleted": ({POLICY_PATH: None}, {POLICY_PATH: {"TK601"}}),
    "the policy changed without a version": (
        {POLICY_PATH: DEFAULT._replace(depth=3)},
        {POLICY_PATH: {"TK602"}},
    ),
    "the policy changed by the way": (
        {POLICY_PATH: changed(DEFAULT, depth=3), "a": STARTED},
        {POLICY_PATH: {"TK603"}},
    ),
    "a policy without a way out": (
        {
            POLICY_PATH: changed(
                DEFAULT, forbid=["blocked->in_progress", "blocked->todo", "blocked->cancelled"]
            )
        },
        {POLICY_PATH: {"TK606"}},
    ),
    "not YAML": ({"a": b"id: [\n"}, {"a": {"TK101"}}),
    "conflict markers": (
        {"a": b"<<<<<<< ours\n" + codec.dump_task(A) + b"=======\n>>>>>>> theirs\n"},
        {"a": {"TK102"}},
    ),
    "an unknown field": ({"a": codec.dump_task(A) + b"colour: red\n"}, {"a": {"TK103"}}),
    "an unknown state": ({"a": codec.dump_task(A).replace(b"todo", b"doing")}, {"a": {"TK104"}}),
    "another form": ({"a": b"# mine\n" + codec.dump_task(A)}, {"a": {"TK101"}}),
    "other quotes": ({"a": codec.dump_task(A).replace(b"todo", b"'todo'")}, {"a": {"TK108"}}),
    "windows line ends": ({"a": codec.dump_task(A).replace(b"\n", b"\r\n")}, {"a": {"TK108"}}),
    "a name that is no id": (
        {".tasks/A b.yaml": codec.dump_task(A)},
        {".tasks/A b.yaml": {"TK105"}},
    ),
    "a name alike but for case": (
        {".tasks/A.yaml": codec.dump_task(A)},
        {".tasks/A.yaml": {"TK106"}},
    ),
    "a folder alike but for case": ({".Tasks/a.yaml": codec.dump_task(A)}, {".Tasks": {"TK106"}}),
    "a folder with a hidden letter": ({".ta\u200bsks/x": b"x"}, {".ta\u200bsks": {"TK106"}}),
    "a symbolic link": ({"a": ("120000", "../../etc/passwd")}, {".tasks/a.yaml": {"TK107"}}),
    "an executable": ({"a": ("100755", codec.dump_task(A).decode())}, {".tasks/a.yaml": {"TK107"}}),
    "a submodule": ({".tasks/sub": ("160000", BLOB)}, {".tasks/sub": {"TK107"}}),
    "too large": ({"a": codec.dump_task(A) + b"x" * 70_000}, {"a": {"TK109"}}),
    "a stray file": ({".tasks/readme.txt": b"hello\n"}, {".tasks/readme.txt": {"TK110"}}),
    "a stray folder": ({".tasks/x/a.yaml": codec.dump_task(A)}, {".tasks/x/a.yaml": {"TK110"}}),
}


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> PlainRepo:
    """A ledger with a task for every kind of mischief."""
    plain_repo = PlainRepo(tmp_path_factory.mktemp("crowded"))
    d, e = a_task("d"), a_task("e")
    requeued: list[dict[str, Any]] = []
    for attempt in (None, 2):
        blocked = moved(edited(e, attempt=attempt), "blocked")
        requeued += [{"e": blocked}, {"e": moved(blocked, "todo")}]
    e = edited(e, attempt=3)
    noted = edited(e, spent={"steps": 5}, notes=["one"])
    files = [
        genesis(),
        {"a": A, "b": B, "d": d, "e": a_task("e"), "p": PARENT, "k": a_task("k", parent="p")},
        {"w": a_task("w", depends_on=["a"])},
        {"d": moved(d, "in_progress")},
        {"d": moved(d, "done")},
        *requeued,
        {"e": noted},
    ]
    plain_repo.fast_import([(one, (number,) if number else ()) for number, one in enumerate(files)])
    assert plain_repo.codes() == {}
    return plain_repo


@pytest.mark.parametrize("what", ILLEGAL)
def test_every_kind_of_illegal_commit_is_named(crowded: PlainRepo, what: str) -> None:
    files, expected = ILLEGAL[what]
    oid = crowded.commit(files, "main", branch=None)
    after = crowded.commit({"src/x.py": b"pass\n"}, oid, branch=None)
    for bases in (), ("main",):
        found: dict[str, set[str]] = {}
        for one in crowded.violations(after, *bases):
            assert one.commit == oid
            found.setdefault(one.task, set()).add(one.code)
        assert {
            task: codes & found.get(task, set()) for task, codes in expected.items()
        } == expected
    assert crowded.codes(after, oid) == {}, "the next commit is not to blame"


def test_the_whole_folder_replaced_by_a_link_or_a_file_is_named(crowded: PlainRepo) -> None:
    gone = dict.fromkeys(["a", "b", "d", "e", "k", "p", "w", POLICY_PATH])
    for instead in (("120000", "/tmp"), ("100644", "text"), ("160000", BLOB)):
        codes = crowded.judged({**gone, ".tasks": instead}, "main")
        assert {"TK204", "TK601"} < codes
        assert codes & {"TK107", "TK110"}


def test_a_task_deleted_and_made_again_is_named_twice_over(begun: PlainRepo) -> None:
    begun.by_hand({"a": STARTED})
    gone = begun.by_hand({"a": None})
    again = begun.by_hand({"a": A})
    begun.by_hand({"a": STARTED})
    assert begun.codes() == {gone: {"TK204"}, again: {"TK201"}}
    assert begun.codes("main", f"{gone}^") == {gone: {"TK204"}, again: {"TK201"}}
    assert begun.codes(again, gone) == {}, "its history is not searched for what nobody accepted"


def test_the_ledger_deleted_at_the_tip_is_a_violation_and_no_excuse(
    begun: PlainRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    begun.git("rm", "-rq", ".tasks")
    begun.git("commit", "-qm", "away with it")
    oid = begun.git("rev-parse", "HEAD")
    status, said = answer(begun, capsys, "verify", "--all")
    assert status == Exit.REJECTED
    assert {(one["task"], one["code"]) for one in said["violations"]} == {
        ("a", "TK204"),
        ("b", "TK204"),
        (POLICY_PATH, "TK601"),
    }
    assert {one["commit"] for one in said["violations"]} == {oid}


def test_a_ledger_brought_back_as_it_was_needs_no_more_than_one_acceptance(
    begun: PlainRepo,
) -> None:
    begun.git("rm", "-rq", ".tasks")
    begun.git("commit", "-qm", "away with it")
    oid = begun.git("rev-parse", "HEAD")
    begun.git("revert", "--no-edit", "HEAD")
    assert set(begun.codes()) == {oid}


def test_a_look_alike_is_named_each_time_it_comes(begun: PlainRepo) -> None:
    first = begun.commit({".Tasks/x": b"x"}, "main")
    begun.commit({".Tasks/x": None}, first)
    again = begun.commit({".Tasks/x": b"x"}, "main")
    assert begun.codes() == {first: {"TK106"}, again: {"TK106"}}
    assert begun.codes("main", f"{again}^") == {again: {"TK106"}}


def test_mending_what_was_broken_is_no_violation(begun: PlainRepo) -> None:
    broken = begun.by_hand({"a": codec.dump_task(A).replace(b"todo", b"'todo'"), ".tasks/s": b"s"})
    begun.by_hand({"a": A})
    begun.git("rm", "-q", ".tasks/s")
    begun.git("commit", "-qm", "mended")
    assert begun.codes() == {broken: {"TK108", "TK110"}}
