"""What edition 2 of the law refuses at a server and in `tk verify --all`, each beside what is legal."""

from __future__ import annotations

import pytest

from tests.support.clone import Clone, Refused, text_of
from tests.support.histories import POLICY_PATH, A, B, Files, PlainRepo, a_task, genesis, moved
from tests.support.verifying import DONE, STARTED, tk
from tkledger.core.layout import path_of
from tkledger.core.policy import DEFAULT
from tkledger.core.policy_fields import changed
from tkledger.core.task import changed as edited
from tkledger.errors import Exit
from tkledger.files import codec
from tkledger.git.repo import Repo
from tkledger.ledger import parallel

BROKEN = b"id: a\ntitle: [\n"
NOTED = edited(STARTED, notes=["half way"], spent={"steps": 3})
EXECUTABLE = ("100755", codec.dump_task(moved(NOTED, "done")).decode())


def accepting(plain_repo: PlainRepo, *commits: str) -> str:
    """Accept commits in the policy, on top of main."""
    named = dict.fromkeys(commits, "it happened")
    return plain_repo.commit({POLICY_PATH: changed(DEFAULT, accepted=named)}, "main")


# -- files that could not be read, and ids that were used --------------------------------------

MENDED: dict[str, tuple[Files, set[str]]] = {
    "as it was": ({"a": NOTED}, set()),
    "a legal move on": ({"a": moved(NOTED, "in_review")}, set()),
    "into an end": ({"a": edited(moved(NOTED, "done"), owner="eve")}, set()),
    "back to the beginning": ({"a": A}, {"TK201", "TK209", "TK210"}),
    "with another creator": ({"a": edited(NOTED, creator="eve")}, {"TK207"}),
    "without its notes": ({"a": edited(NOTED, notes=None)}, {"TK210"}),
    "with less spent": ({"a": edited(NOTED, spent={"steps": 2})}, {"TK209"}),
}


@pytest.fixture
def broken(plain_repo: PlainRepo) -> PlainRepo:
    """The accepted last commit but one made the file of a, which is in progress, unreadable."""
    plain_repo.fast_import([(genesis(), ()), ({"a": A, "b": B}, (1,)), ({"a": STARTED}, (2,))])
    plain_repo.commit({"a": NOTED}, "main")
    accepting(plain_repo, plain_repo.commit({"a": BROKEN}, "main"))
    assert plain_repo.violations() == ()
    return plain_repo


@pytest.mark.parametrize("how", MENDED)
def test_a_mended_file_is_compared_with_its_last_readable_version(
    broken: PlainRepo, how: str
) -> None:
    files, codes = MENDED[how]
    later = broken.commit({"b": moved(B, "in_progress")}, "main")  # mended much later, in a range
    assert broken.judged(files, later) == codes
    broken.commit(files, later)
    assert set().union(*broken.codes().values()) == codes


def test_a_file_that_is_no_plain_one_is_no_version(broken: PlainRepo) -> None:
    executable = broken.commit({"a": EXECUTABLE}, "main")
    assert broken.judged({"a": edited(NOTED, notes=None)}, executable) == {"TK210"}


def test_a_merge_is_followed_to_where_the_file_broke(broken: PlainRepo) -> None:
    old = broken.commit({"b": moved(B, "in_progress")}, "main~3", branch=None)
    merge = broken.commit({"b": moved(B, "in_progress"), "a": BROKEN}, "main", old)
    assert broken.violations() == ()
    assert broken.judged({"a": STARTED}, merge) == {"TK209", "TK210"}
    assert broken.judged({"a": NOTED}, merge) == set()


def test_a_merge_with_an_older_branch_does_not_undo_what_a_broken_file_said(
    broken: PlainRepo,
) -> None:
    old = broken.commit({"b": moved(B, "in_progress")}, "main~4", branch=None)
    both = {"b": moved(B, "in_progress")}
    assert broken.judged({**both, "a": A}, "main", old) == {"TK221", "TK222"}
    assert broken.judged({**both, "a": NOTED}, "main", old) == set()
    assert broken.judged(both, "main", old) == set(), "it can be mended later"


def test_under_edition_1_mending_is_free_as_it_was(plain_repo: PlainRepo) -> None:
    plain_repo.fast_import(
        [(genesis(law=1, format=1), ()), ({"a": A}, (1,)), ({"a": STARTED}, (2,))]
    )
    bad = plain_repo.commit({"a": BROKEN}, "main")
    plain_repo.commit({"a": DONE}, "main")
    plain_repo.commit({"a": None}, "main")
    gone = plain_repo.commit({"a": None, "b": B}, "main~1")
    plain_repo.commit({"a": A}, gone)
    assert plain_repo.codes() == {bad: {"TK101"}, gone: {"TK204"}}


LIVES: dict[str, tuple[Files, set[str]]] = {
    "the task as it was": ({"a": DONE}, set()),
    "another id": ({"c": a_task("c")}, set()),
    "the id again": ({"a": A}, {"TK201"}),
}


@pytest.mark.parametrize("way", LIVES)
@pytest.mark.parametrize("accepted", [True, False])
def test_the_id_of_a_deleted_task_is_used_up(
    plain_repo: PlainRepo, way: str, accepted: bool
) -> None:
    files, codes = LIVES[way]
    plain_repo.fast_import([(genesis(), ()), ({"a": A, "b": B}, (1,)), ({"a": STARTED}, (2,))])
    plain_repo.commit({"a": DONE}, "main")
    gone = plain_repo.commit({"a": None}, "main")
    if accepted:
        accepting(plain_repo, gone)
        assert plain_repo.judged(files, "main") == codes
    plain_repo.commit(files, "main")
    told = plain_repo.codes()
    assert told.pop(gone, set()) == (set() if accepted else {"TK204"})
    assert set().union(*told.values()) == codes


def test_an_id_deleted_on_one_branch_is_free_on_another_only(plain_repo: PlainRepo) -> None:
    """Who never had it did not lose it; whoever merges both has."""
    plain_repo.fast_import(
        [(genesis(), ()), ({"b": B}, (1,)), ({"a": A}, (2,)), ({"a": STARTED}, (3,))]
    )
    plain_repo.commit({"a": DONE}, "main")
    accepting(plain_repo, plain_repo.commit({"a": None}, "main"))
    assert plain_repo.judged({"a": A}, "main~5") == set()
    law = codec.load_policy(plain_repo.git("show", f"main:{POLICY_PATH}").encode() + b"\n")
    merge = plain_repo.commit({POLICY_PATH: law}, "main~5", "main")
    assert plain_repo.judged({"a": A}, merge) == {"TK201"}
    assert plain_repo.judged({"a": DONE}, merge) == set()


def test_an_id_deleted_in_an_earlier_part_of_a_walk_is_used_up(
    plain_repo: PlainRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_repo.fast_import([(genesis(), ()), ({"a": A, "b": B}, (1,)), ({"a": None}, (2,))])
    notes = [f"n{count}" for count in range(8)]
    plain_repo.fast_import(
        [({"b": edited(B, notes=notes[:1])}, ("main",))]
        + [({"b": edited(B, notes=notes[: n + 1])}, (n,)) for n in range(1, 8)]
    )
    again = plain_repo.commit({"a": edited(A, creator="eve")}, "main")
    whole = plain_repo.codes()
    assert whole[again] == {"TK207"}
    monkeypatch.setattr(parallel, "WORTH", 2)
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1, 2, 3}, raising=False)
    tips = [plain_repo.git("rev-parse", "main")]
    assert len(parallel.parts(Repo(str(plain_repo.path)), tips, [])) > 2
    assert plain_repo.codes() == whole


@pytest.fixture
def lost(clone: Clone) -> Clone:
    """d, which is done, was deleted past the hooks."""
    bare = clone.hooks_off()
    bare.git("rm", "-q", path_of("d"))
    bare.git("commit", "-q", "-m", "gone")
    return bare


def test_a_command_refuses_an_id_that_was_used(lost: Clone) -> None:
    lost.ok("accept", "HEAD", "--reason", "it happened")
    answer = lost.tk("new", "Another", "--id", "d")
    assert "[TK201]" in answer.err
    assert "remedy: tk new TITLE\n" in answer.err
    lost.ok("new", "Another", "--id", "e")
    assert lost.verified() == {"TK204"}, "the server does not accept it yet"


def test_a_server_refuses_an_id_that_was_used_on_a_branch_that_knows_of_no_acceptance(
    lost: Clone,
) -> None:
    lost.git("branch", "gone")
    lost.git("reset", "-q", "--hard", "HEAD~1")
    lost.ok("accept", "gone", "--reason", "it happened")
    lost.push()
    lost.push("gone")
    lost.git("switch", "-q", "gone")
    lost.ok("new", "Another", "--id", "e")
    lost.push("gone")
    lost.write(path_of("d"), text_of("d"))
    lost.commit("again")
    with pytest.raises(Refused, match="TK201"):
        lost.push("gone")


# -- limits ------------------------------------------------------------------------------------


def test_a_server_refuses_limits_raised_by_the_type_or_a_date(clone: Clone) -> None:
    bare = clone.hooks_off()
    bare.policy(
        roles={"budget": ["boss"]},
        budget={"steps": 5},
        budgets={"epic": {"steps": 50}},
        retry=2,
    )
    bare.commit("policy")
    bare.push()
    for fields in (
        {"type": "epic"},
        {"retry": {"max": 9}},
        {"budget": {"scope": "attempt"}},
    ):
        bare.commit(a=fields)
        with pytest.raises(Refused, match=r"TK501.*a: .* raised"):
            bare.push()
        assert bare.verified() == {"TK501"}
        bare.git("reset", "-q", "--hard", "HEAD~1")
    bare.commit(a={"type": "bug", "retry": {"max": 1}, "budget": {"steps": 4}})
    bare.commit("x\n\nTk-Actor: boss\nTk-Reason: so", b={"type": "epic"})
    bare.push()
    assert bare.verified() == set()


def test_of_two_limits_the_stricter_stays(begun: PlainRepo) -> None:
    sides = [
        begun.commit({"a": edited(A, budget={"steps": steps})}, "main", branch=None)
        for steps in (5, 7)
    ]
    for steps, codes in ((5, set()), (7, {"TK221"})):
        for pair in (sides, sides[::-1]):
            assert begun.judged({"a": edited(A, budget={"steps": steps})}, *pair) == codes


# -- merges ------------------------------------------------------------------------------------


def test_a_server_refuses_a_branch_with_a_copied_policy_and_takes_the_rebased_one(
    clone: Clone,
) -> None:
    bare = clone.hooks_off()
    bare.git("switch", "-q", "-c", "old")
    bare.commit(p={"state": "in_review"})
    bare.git("branch", "honest")
    bare.commit(p={"state": "done"})
    bare.git("switch", "-q", "main")
    bare.policy(forbid=["in_review->done"])
    bare.commit("policy")
    bare.push()
    bare.git("switch", "-q", "old")
    bare.git("cherry-pick", "main")
    bare.push("old")
    bare.git("switch", "-q", "main")
    bare.git("merge", "-q", "-m", "x", "old")
    with pytest.raises(Refused, match=r"(?s)TK201.*rebase onto the branch that brought policy"):
        bare.push()
    bare.git("reset", "-q", "--hard", "HEAD~1")
    bare.git("rebase", "-q", "main", "honest")
    bare.push("honest:main")


# -- editions ----------------------------------------------------------------------------------


def test_an_older_ledger_is_offered_both_and_goes_on_as_it_was(
    plain_repo: PlainRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    plain_repo.fast_import([(genesis(law=1, format=1), ()), ({"a": A}, (1,))])
    plain_repo.git("reset", "-q", "--hard")
    tk(plain_repo, "doctor")
    out = capsys.readouterr().out
    for name in ("format", "law"):
        assert (
            f"ok   {name}: 1 is in force; if everybody here has this tk: tk config set {name} 2"
            in out
        )
        assert tk(plain_repo, "config", "set", name, "2") == Exit.OK
    assert plain_repo.violations() == ()
    capsys.readouterr()
    tk(plain_repo, "doctor")
    assert "is in force" not in capsys.readouterr().out
