"""Anybody comes to the same verdict from the commits alone, whoever made them and however."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.histories import POLICY_PATH, Loom, a_task, genesis, moved
from tkledger.cli import run
from tkledger.core import policy as policies
from tkledger.core import rules
from tkledger.core.change import Change
from tkledger.core.policy import DEFAULT, changed
from tkledger.core.rules.rule import Finding, Rule
from tkledger.core.task import Task
from tkledger.core.task import changed as edited
from tkledger.errors import Exit
from tkledger.files import codec

A, B = a_task("a"), a_task("b")
STARTED = moved(A, "in_progress", owner="alice")
DONE = moved(STARTED, "done")
BLOB = "1" * 40


def tk(loom: Loom, *words: str) -> int:
    return run([*words, "-C", str(loom.path)])


def answer(loom: Loom, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    capsys.readouterr()
    status = tk(loom, *words, "--json")
    return status, json.loads(capsys.readouterr().out)


# -- what is legal ---------------------------------------------------------------------------


def test_a_legal_history_is_verified(begun: Loom, capsys: pytest.CaptureFixture[str]) -> None:
    begun.by_hand({"a": STARTED}, "start a")
    begun.by_hand({"a": DONE, "src/code.py": b"pass\n"}, "finish a, and its code")
    begun.by_hand({"README.md": b"nothing of the ledger\n"})
    assert tk(begun, "verify", "--all") == Exit.OK
    assert capsys.readouterr().out == "5 commits judged, no violation\n"
    assert answer(begun, capsys, "verify", "--all") == (
        Exit.OK,
        {"schema": "tk/1", "commits": 5, "violations": []},
    )
    assert answer(begun, capsys, "verify", "HEAD~2..HEAD")[1]["commits"] == 2
    assert answer(begun, capsys, "verify", "HEAD~1")[1]["commits"] == 1


def test_a_longer_history_takes_no_more_processes(
    begun: Loom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One git tells the commits and one gives the objects, however many there are."""
    started: list[str] = []
    real = subprocess.Popen.__init__

    def counted(self: Any, words: list[str], *args: Any, **options: Any) -> None:
        started.append(" ".join(words))
        real(self, words, *args, **options)

    begun.weave([({"a": A._replace(title=f"Title {n}")}, (n or "main",)) for n in range(300)])
    with monkeypatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", counted)
        assert begun.verify("main~290").commits == 12
        few, started = started, []
        assert begun.verify().commits == 302
    assert len(started) == len(few) < 12
    assert sum("cat-file --batch" in one for one in started) == 1


def test_a_line_changed_in_an_editor_is_as_good_as_a_command(begun: Loom) -> None:
    file = begun.path / ".tasks" / "a.yaml"
    for old, new in (("todo", "in_progress"), ("in_progress", "in_review"), ("in_review", "done")):
        subprocess.run(["sed", "-i", f"s/^state: {old}$/state: {new}/", str(file)], check=True)
        begun.git("commit", "-q", "-am", f"{old} -> {new}")
    assert begun.verify().commits == 5
    assert begun.codes() == {}


def test_a_jump_made_in_an_editor_is_named(begun: Loom, capsys: pytest.CaptureFixture[str]) -> None:
    file = begun.path / ".tasks" / "a.yaml"
    subprocess.run(["sed", "-i", "s/^state: todo$/state: done/", str(file)], check=True)
    begun.git("commit", "-q", "-am", "all done")
    oid = begun.git("rev-parse", "HEAD")
    begun.by_hand({"b": moved(B, "in_progress")})
    assert tk(begun, "verify", "--all") == Exit.REJECTED
    assert capsys.readouterr().err == (
        f"error[TK201] a: todo -> done is not a transition ({oid[:10]})\n"
        "  remedy: tk start a\n"
        "4 commits judged, 1 of them against the rules\n"
        "  a commit that has to stay is accepted by: tk accept COMMIT --reason TEXT\n"
    )
    status, said = answer(begun, capsys, "verify", "HEAD~2..HEAD")
    assert status == Exit.REJECTED
    assert said["commits"] == 2
    assert said["violations"] == [
        {
            "task": "a",
            "code": "TK201",
            "name": "illegal-transition",
            "message": "todo -> done is not a transition",
            "remedy": "tk start a",
            "commit": oid,
        }
    ]
    assert answer(begun, capsys, "verify", "HEAD~1..HEAD")[0] == Exit.OK


# -- what is not -----------------------------------------------------------------------------

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
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Loom:
    """A ledger with a task for every kind of mischief."""
    loom = Loom(tmp_path_factory.mktemp("crowded"))
    d, e = a_task("d"), a_task("e")
    requeued: list[dict[str, Any]] = []
    for attempt in (None, 2):
        blocked = moved(edited(e, attempt=attempt), "blocked")
        requeued += [
            {"e": blocked},
            {"e": moved(edited(blocked, attempt=(attempt or 1) + 1), "todo")},
        ]
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
    loom.weave([(one, (number,) if number else ()) for number, one in enumerate(files)])
    assert loom.codes() == {}
    return loom


@pytest.mark.parametrize("what", ILLEGAL)
def test_every_kind_of_illegal_commit_is_named(crowded: Loom, what: str) -> None:
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


def test_the_whole_folder_replaced_by_a_link_or_a_file_is_named(crowded: Loom) -> None:
    gone = dict.fromkeys(["a", "b", "d", "e", "k", "p", "w", POLICY_PATH])
    for instead in (("120000", "/tmp"), ("100644", "text"), ("160000", BLOB)):
        codes = crowded.judged({**gone, ".tasks": instead}, "main")
        assert {"TK204", "TK601"} < codes
        assert codes & {"TK107", "TK110"}


def test_a_task_deleted_and_made_again_is_named_twice_over(begun: Loom) -> None:
    begun.by_hand({"a": STARTED})
    gone = begun.by_hand({"a": None})
    again = begun.by_hand({"a": A})
    begun.by_hand({"a": STARTED})
    assert begun.codes() == {gone: {"TK204"}}
    assert begun.codes("main", f"{gone}^") == {gone: {"TK204"}}
    assert begun.codes(again, gone) == {}


def test_the_ledger_deleted_at_the_tip_is_a_violation_and_no_excuse(
    begun: Loom, capsys: pytest.CaptureFixture[str]
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


def test_a_ledger_brought_back_as_it_was_needs_no_more_than_one_acceptance(begun: Loom) -> None:
    begun.git("rm", "-rq", ".tasks")
    begun.git("commit", "-qm", "away with it")
    oid = begun.git("rev-parse", "HEAD")
    begun.git("revert", "--no-edit", "HEAD")
    assert set(begun.codes()) == {oid}


def test_a_look_alike_is_named_each_time_it_comes(begun: Loom) -> None:
    first = begun.commit({".Tasks/x": b"x"}, "main")
    begun.commit({".Tasks/x": None}, first)
    again = begun.commit({".Tasks/x": b"x"}, "main")
    assert begun.codes() == {first: {"TK106"}, again: {"TK106"}}
    assert begun.codes("main", f"{again}^") == {again: {"TK106"}}


def test_mending_what_was_broken_is_no_violation(begun: Loom) -> None:
    broken = begun.by_hand({"a": codec.dump_task(A).replace(b"todo", b"'todo'"), ".tasks/s": b"s"})
    begun.by_hand({"a": A})
    begun.git("rm", "-q", ".tasks/s")
    begun.git("commit", "-qm", "mended")
    assert begun.codes() == {broken: {"TK108", "TK110"}}


# -- beginnings ------------------------------------------------------------------------------


def test_a_ledger_may_begin_late(loom: Loom, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        loom.by_hand({"code.py": b"%d\n" % number})
    loom.by_hand(genesis())
    loom.by_hand({"a": A})
    assert answer(loom, capsys, "verify", "--all")[1] == {
        "schema": "tk/1",
        "commits": 5,
        "violations": [],
    }


def test_what_lay_there_before_the_ledger_began_is_judged_with_its_beginning(loom: Loom) -> None:
    first = loom.commit({"a": DONE, ".tasks/notes.txt": b"x"})
    begin = loom.commit(genesis(), first)
    assert loom.codes() == {begin: {"TK202", "TK110"}}


def test_a_ledger_that_begins_with_tasks_is_welcome(loom: Loom) -> None:
    loom.commit({**genesis(), "a": A, "b": edited(B, state="backlog")})
    assert loom.codes() == {}


def test_a_ledger_does_not_begin_with_finished_tasks(loom: Loom) -> None:
    begin = loom.commit({**genesis(), "a": DONE})
    assert loom.codes() == {begin: {"TK202"}}


def test_a_policy_that_cannot_be_read_begins_no_lawless_ledger(loom: Loom) -> None:
    begin = loom.commit({POLICY_PATH: b"version: one\n", "a": DONE})
    assert loom.codes() == {begin: {"TK104", "TK202"}}


def test_other_roots_are_welcome_without_a_ledger(begun: Loom) -> None:
    root = begun.commit({"docs/index.md": b"pages\n"}, branch="pages")
    merge = begun.commit({"docs/index.md": b"pages\n"}, "main", root)
    assert begun.codes() == {}
    assert begun.verify("main").commits == 4
    assert begun.codes("main", f"{merge}^") == {}


def test_an_orphan_cannot_smuggle_tasks_in(begun: Loom) -> None:
    files = {"c": a_task("c", state="done")}
    root = begun.commit(files, branch="orphan")
    assert begun.codes("orphan") == {}, "alone it is no ledger"
    merge = begun.commit(files, "main", root)
    assert merge in begun.codes()
    pages = begun.commit({".Tasks/x": b"x"}, branch="pages")
    merge = begun.commit({".Tasks/x": b"x"}, f"{merge}^", pages)
    assert begun.codes("main")[merge] == {"TK106"}


def test_a_second_ledger_is_refused(begun: Loom) -> None:
    root = begun.commit({**genesis(), "z": a_task("z")}, branch="other")
    assert begun.codes("other") == {}, "it is a ledger by itself"
    merge = begun.commit({"z": a_task("z")}, "main", root)
    assert "TK604" in begun.codes()[merge]


def test_a_repository_without_a_ledger_is_unusable(
    loom: Loom, capsys: pytest.CaptureFixture[str]
) -> None:
    loom.by_hand({"code.py": b"1\n"})
    status, said = answer(loom, capsys, "verify", "--all")
    assert (status, said["error"]["kind"]) == (Exit.UNUSABLE, "no-ledger")


def test_a_newer_format_is_unusable_and_no_violation(
    begun: Loom, capsys: pytest.CaptureFixture[str]
) -> None:
    begun.commit({POLICY_PATH: b"version: 2\nformat: 99\nlaw: 1\ncolours: many\n"}, "main")
    status, said = answer(begun, capsys, "verify", "--all")
    assert (status, said["error"]["kind"]) == (Exit.UNUSABLE, "too-old")


def test_verify_at_an_earlier_point_judges_the_history_up_to_there(
    begun: Loom, capsys: pytest.CaptureFixture[str]
) -> None:
    begun.git("tag", "v1")
    bad = begun.by_hand({"a": DONE})
    assert answer(begun, capsys, "verify", "--at", "v1") == (
        Exit.OK,
        {"schema": "tk/1", "commits": 2, "violations": []},
    )
    status, said = answer(begun, capsys, "verify", "--at", bad)
    assert status == Exit.REJECTED
    assert said["commits"] == 3
    assert answer(begun, capsys, "verify", "v1..HEAD", "--at", "v1")[0] == Exit.USAGE


@pytest.mark.parametrize("range_", ["..", "..HEAD", "HEAD...main", "nowhere..HEAD", "-x"])
def test_a_range_that_is_none_is_said_so(
    begun: Loom, capsys: pytest.CaptureFixture[str], range_: str
) -> None:
    status, said = answer(begun, capsys, "verify", range_)
    assert status in (Exit.USAGE, Exit.UNUSABLE)
    assert said["error"]["remedy"]


# -- acceptance ------------------------------------------------------------------------------


def test_an_accepted_commit_is_reported_as_such(
    begun: Loom, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = begun.by_hand({"a": DONE})
    assert tk(begun, "accept", "HEAD", "--reason", "the host let it through") == Exit.OK
    assert capsys.readouterr().out == f"accepted {bad[:10]}: the host let it through\n"
    assert tk(begun, "verify", "--all") == Exit.OK
    told = capsys.readouterr()
    assert told.out == "4 commits judged, no violation, 1 accepted\n"
    assert told.err == (
        f"accepted[TK201] a: todo -> done is not a transition ({bad[:10]})\n"
        "  reason: the host let it through\n"
    )
    status, said = answer(begun, capsys, "verify", "--all")
    assert status == Exit.OK
    assert said["violations"] == []
    assert [(one["commit"], one["code"], one["reason"]) for one in said["accepted"]] == [
        (bad, "TK201", "the host let it through")
    ]


def test_only_what_is_illegal_can_be_accepted_and_once(
    begun: Loom, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(begun, capsys, "accept", "HEAD", "--reason", "r")[1]["error"]["kind"] == "legal"
    bad = begun.by_hand({"a": DONE})
    before = begun.git("rev-parse", "HEAD")
    assert answer(begun, capsys, "accept", bad, "--reason", "r", "--dry-run") == (
        Exit.OK,
        {"schema": "tk/1", "accepted": bad},
    )
    assert begun.git("rev-parse", "HEAD") == before
    status, said = answer(begun, capsys, "accept", bad[:12], "--reason", "r")
    assert status == Exit.OK
    assert said == {
        "schema": "tk/1",
        "accepted": bad,
        "commit": begun.git("rev-parse", "HEAD"),
    }
    assert answer(begun, capsys, "accept", bad, "--reason", "r")[1]["error"]["kind"] == "accepted"


def test_an_acceptance_covers_that_commit_only(
    begun: Loom, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = begun.by_hand({"a": DONE})
    assert tk(begun, "accept", bad, "--reason", "once") == Exit.OK
    worse = begun.by_hand({"b": moved(B, "done")})
    assert begun.codes() == {worse: {"TK201"}}


# -- editions --------------------------------------------------------------------------------


def _no_priority_four(change: Change) -> list[Finding]:
    """A task has the priority 4."""
    return [
        Finding(task.id, "is unimportant", "-") for task in change.present() if task.priority == 4
    ]


@pytest.fixture
def second_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later tk, whose second edition of the law has one more rule."""
    book = (*rules.RULES, Rule("TK299", "unimportant", 2, _no_priority_four))
    monkeypatch.setattr(rules, "RULES", book)
    monkeypatch.setattr(rules.judge, "__defaults__", (book,))
    monkeypatch.setattr(policies, "LAW", 2)


@pytest.mark.usefixtures("second_edition")
def test_a_rule_of_a_later_edition_does_not_redden_older_commits(begun: Loom) -> None:
    begun.by_hand({"a": edited(A, priority=4)})
    begun.by_hand({"b": edited(B, priority=4)})
    assert begun.codes() == {}
    begun.by_hand({POLICY_PATH: changed(DEFAULT, law=2)})
    assert begun.codes() == {}, "the upgrade judges only later commits"
    later = begun.by_hand({"a": edited(A, priority=4, title="Still")})
    assert begun.codes() == {later: {"TK299"}}


@pytest.mark.usefixtures("second_edition")
def test_the_edition_does_not_go_back(begun: Loom) -> None:
    begun.by_hand({POLICY_PATH: changed(DEFAULT, law=2)})
    back = begun.by_hand({POLICY_PATH: DEFAULT._replace(version=3, law=1)})
    assert begun.codes() == {back: {"TK607"}}


def test_an_amended_policy_judges_from_the_next_commit_on(begun: Loom) -> None:
    begun.by_hand({"a": STARTED})
    strict = changed(DEFAULT, review="required")
    begun.by_hand({POLICY_PATH: strict})
    bad = begun.by_hand({"a": DONE})
    assert begun.codes() == {bad: {"TK201"}}


# -- squashes --------------------------------------------------------------------------------


def test_a_squashed_branch_is_refused_by_default(begun: Loom) -> None:
    assert begun.judged({"a": DONE}, "main") == {"TK201"}


def test_a_squashed_branch_passes_where_the_policy_says_so(loom: Loom) -> None:
    loom.weave([({**genesis(squash="path")}, ()), ({"a": A, "b": B}, (1,))])
    assert loom.judged({"a": DONE}, "main") == set()
    assert loom.judged({"a": moved(A, "in_review")}, "main") == set()
    assert loom.judged({"c": a_task("c", state="done")}, "main") == set(), "birth included"
    assert loom.judged({"a": edited(A, state="backlog")}, "main") == {"TK201"}, "no way leads there"
    ended = loom.commit({"a": DONE}, "main", branch=None)
    assert loom.judged({"a": STARTED}, ended) == {"TK201"}


def test_an_approval_cannot_be_squashed(loom: Loom) -> None:
    loom.weave([({**genesis(squash="path", review="required")}, ()), ({"a": A}, (1,))])
    assert loom.judged({"a": DONE}, "main") == {"TK201"}
    assert loom.judged({"c": a_task("c", state="done")}, "main") == {"TK202"}
    reviewed = loom.commit({"a": moved(STARTED, "in_review")}, "main", branch=None)
    assert loom.codes(reviewed) == {}
    assert loom.judged({"a": DONE}, reviewed) == set(), "by itself in a commit of its own"


def test_a_squashed_start_still_waits_for_its_dependencies(loom: Loom) -> None:
    waiting = a_task("a", depends_on=["b"])
    loom.weave([({**genesis(squash="path")}, ()), ({"a": waiting, "b": B}, (1,))])
    assert loom.judged({"a": moved(waiting, "done")}, "main") == {"TK211"}
    assert loom.judged({"a": moved(waiting, "done"), "b": moved(B, "done")}, "main") == set()


# -- the same verdict everywhere -------------------------------------------------------------


@pytest.fixture
def told(begun: Loom) -> tuple[Loom, str]:
    """A history with one illegal commit in its middle."""
    begun.by_hand({"b": moved(B, "in_progress")})
    bad = begun.by_hand({"a": DONE})
    begun.by_hand({"b": moved(B, "in_review"), "src/x": b"1"})
    return begun, bad


def verdict(capsys: pytest.CaptureFixture[str], path: Path, *words: str) -> Any:
    capsys.readouterr()
    run(["verify", *words, "--json", "-C", str(path)])
    return json.loads(capsys.readouterr().out)


def test_every_clone_and_folder_comes_to_the_same_verdict(
    told: tuple[Loom, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loom, bad = told
    expected = verdict(capsys, loom.path)
    assert [one["commit"] for one in expected["violations"]] == [bad]
    for name, options in (("plain", []), ("bare", ["--bare"]), ("far", ["--no-local"])):
        loom.git("clone", "-q", *options, str(loom.path), str(tmp_path / name))
        assert verdict(capsys, tmp_path / name) == expected
    loom.git("worktree", "add", "-q", "--detach", str(tmp_path / "wt"), "HEAD")
    assert verdict(capsys, tmp_path / "wt") == expected
    assert verdict(capsys, loom.path / "src") == expected
    monkeypatch.chdir(loom.path / ".tasks")
    assert verdict(capsys, Path()) == expected
    loom.git("pack-refs", "--all")
    loom.git("gc", "-q")
    loom.git("commit-graph", "write", "--reachable", "--changed-paths")
    assert verdict(capsys, loom.path) == expected


def test_checkout_and_index_do_not_matter(
    told: tuple[Loom, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loom, _ = told
    expected = verdict(capsys, loom.path)
    (loom.path / ".tasks" / "a.yaml").write_text("nonsense")
    (loom.path / ".tasks" / "config.yaml").write_text("version: 99\n")
    loom.git("add", "-A")
    (loom.path / ".gitattributes").write_text("* -diff -text\n.tasks/** binary\n")
    assert verdict(capsys, loom.path) == expected
    (loom.path / ".git" / "index").write_bytes(b"rubbish")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent")
    assert verdict(capsys, loom.path) == expected


def test_settings_of_git_do_not_matter(
    told: tuple[Loom, str], capsys: pytest.CaptureFixture[str]
) -> None:
    loom, _ = told
    sub = loom.commit({".tasks/sub": ("160000", BLOB)}, "main")
    expected = verdict(capsys, loom.path)
    assert (expected["violations"][-1]["commit"], expected["violations"][-1]["code"]) == (
        sub,
        "TK107",
    )
    (loom.path / ".gitmodules").write_text(
        '[submodule "sub"]\n\tpath = .tasks/sub\n\turl = ../x\n\tignore = all\n'
    )
    for key, value in (
        ("diff.ignoreSubmodules", "all"),
        ("submodule.sub.ignore", "all"),
        ("diff.renames", "copies"),
        ("diff.relative", "true"),
        ("diff.orderFile", "/dev/null"),
        ("log.follow", "true"),
        ("log.showSignature", "true"),
        ("log.diffMerges", "off"),
        ("log.showRoot", "false"),
        ("log.date", "relative"),
        ("color.ui", "always"),
        ("i18n.logOutputEncoding", "UTF-16"),
        ("core.abbrev", "4"),
        ("core.quotePath", "true"),
        ("core.ignoreCase", "true"),
        ("format.pretty", "oneline"),
        ("merge.renames", "false"),
    ):
        loom.git("config", key, value)
    assert verdict(capsys, loom.path) == expected
    assert verdict(capsys, loom.path / ".tasks") == expected


def test_replaced_and_grafted_history_hides_nothing(
    told: tuple[Loom, str], capsys: pytest.CaptureFixture[str]
) -> None:
    loom, bad = told
    expected = verdict(capsys, loom.path)
    legal = loom.commit({"src/x": b"0"}, f"{bad}^", branch=None)
    loom.git("replace", bad, legal)
    assert verdict(capsys, loom.path) == expected
    loom.git("replace", "-d", bad)
    grafts = loom.path / ".git" / "info" / "grafts"
    grafts.parent.mkdir(exist_ok=True)
    tip = loom.git("rev-parse", "HEAD")
    grafts.write_text(f"{tip} {bad}~1\n".replace(f"{bad}~1", loom.git("rev-parse", f"{bad}~1")))
    assert verdict(capsys, loom.path) == expected


def test_a_forged_object_is_noticed(begun: Loom, capsys: pytest.CaptureFixture[str]) -> None:
    oid = begun.git("hash-object", "-w", "--stdin", stdin=codec.dump_task(A))
    loose = begun.path / ".git" / "objects" / oid[:2] / oid[2:]
    other = begun.git("hash-object", "-w", "--stdin", stdin=codec.dump_task(DONE))
    begun.git("unpack-objects", "-q", stdin=b"", check=False)
    forged = (begun.path / ".git" / "objects" / other[:2] / other[2:]).read_bytes()
    if not loose.exists():
        pytest.skip("git keeps it packed")
    loose.chmod(0o644)
    loose.write_bytes(forged)
    for pack in (begun.path / ".git" / "objects" / "pack").iterdir():
        pack.unlink()
    status, said = answer(begun, capsys, "verify", "--all")
    assert status == Exit.UNUSABLE
    assert "error" in said


def test_a_shallow_clone_judges_ranges_but_not_all(
    begun: Loom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = begun.by_hand({"a": DONE})
    begun.by_hand({"b": moved(B, "in_progress")})
    begun.git("clone", "-q", "--depth", "3", f"file://{begun.path}", str(tmp_path / "shallow"))
    said = verdict(capsys, tmp_path / "shallow", "HEAD~2..HEAD")
    assert [one["commit"] for one in said["violations"]] == [bad]
    said = verdict(capsys, tmp_path / "shallow", "--all")
    assert said["error"]["kind"] == "shallow"


def test_messages_and_names_of_any_kind_do_not_disturb_the_reading(begun: Loom) -> None:
    message = "Tk-Task: a\n:100644 100644 0 0 M\t.tasks/a.yaml\n\n" + "f" * 40 + "\n"
    begun.git("-c", "user.name=:M\t x", "commit", "-q", "--allow-empty", "-m", message)
    begun.git("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-m", "\xe9")
    begun.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    bad = begun.by_hand({"a": DONE})
    assert begun.verify().commits == 6
    assert begun.codes() == {bad: {"TK201"}}


def test_two_ids_of_the_same_task_text_are_judged_apart(begun: Loom) -> None:
    """Files are remembered by their bytes and by their names."""
    assert begun.judged({"c": codec.dump_task(A)}, "main") == {"TK105"}
    assert isinstance(A, Task)
