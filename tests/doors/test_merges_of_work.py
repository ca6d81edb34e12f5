"""A merge that is work by itself is charged and attributed; one that only joins is not."""

from __future__ import annotations

import json

import pytest

from tests.support.clone import Clone, Refused

STEP = "work\n\nTk-Task: p\n"


@pytest.fixture
def limited(clone: Clone) -> Clone:
    """p may have two steps, and has one."""
    clone.hooks_off().ok("edit", "p", "--budget", "steps=2")
    clone.write("code.txt", "one\ntwo\nthree\nfour\n")
    clone.commit(STEP)
    clone.push()
    return clone


def merge(
    clone: Clone, files: dict[str, bytes | tuple[str, str] | None], *parents: str, task: str = "p"
) -> str:
    """A merge of work on a task, checked out."""
    made = clone.commit_tree(
        clone.tree(files), *map(clone.oid, parents), message=f"work\n\nTk-Task: {task}\n"
    )
    clone.git("reset", "-q", "--hard", made)
    return made


def used(clone: Clone, task: str = "p") -> int:
    answer = json.loads(clone.ok("budget", task, "--json").out)
    return int(answer["tasks"][0]["used"].get("steps", 0))


PARENTS = {
    "an ancestor": ("HEAD", "HEAD~1"),
    "an ancestor first": ("HEAD~1", "HEAD"),
    "ancestors": ("HEAD", "HEAD~1", "HEAD~2"),
}


@pytest.mark.parametrize("way", PARENTS)
def test_a_merge_with_its_own_ancestors_is_a_step(limited: Clone, way: str) -> None:
    merge(limited, {"more": b"1"}, *PARENTS[way])
    assert used(limited) == 2
    limited.push()
    merge(limited, {}, *PARENTS[way])
    limited.push()
    assert used(limited) == 2, "it changes nothing"
    bad = merge(limited, {"more": b"2"}, *PARENTS[way])
    with pytest.raises(Refused, match=r"TK401.*p: no further step: 3 of 2 steps used"):
        limited.push()
    assert limited.verified() == limited.verified(f"{bad}^..{bad}") == {"TK401"}


def test_a_real_merge_is_a_step_for_what_comes_from_no_side(limited: Clone) -> None:
    limited.git("switch", "-q", "-c", "side", "HEAD~1")
    limited.write("other", "1")
    limited.commit()
    limited.git("switch", "-q", "main")
    for _ in range(3):
        merge(limited, {"other": b"1"}, "HEAD", "side")
        limited.git("switch", "-q", "-C", "side", "HEAD~1")
        limited.commit("x", "--allow-empty")
        limited.git("switch", "-q", "main")
    limited.push()
    assert used(limited) == 1
    merge(limited, {"other": b"2"}, "HEAD", "side")
    limited.push()
    assert used(limited) == 2
    merge(limited, {"code.txt": b"5"}, "HEAD", "side")
    with pytest.raises(Refused, match="TK401"):
        limited.push()
    assert limited.verified() == {"TK401"}


def test_attributes_of_server_and_clone_neither_make_a_step_nor_hide_one(limited: Clone) -> None:
    for folder in (limited.server, limited.path / ".git"):
        (folder / "info").mkdir(exist_ok=True)
        (folder / "info/attributes").write_text("code.txt binary\nblob diff\n")
    code = "one\ntwo\nthree\nfour\n"
    limited.git("switch", "-q", "-c", "side")
    limited.write("code.txt", f"zero\n{code}")
    limited.write("blob", f"zero\n{code}\0")
    limited.commit("side")
    limited.git("switch", "-q", "main")
    limited.write("code.txt", f"{code}five\n")
    limited.write("blob", f"{code}five\n\0")
    limited.commit("main")
    text = f"zero\n{code}five\n".encode()
    merge(limited, {"code.txt": text}, "HEAD", "side")
    limited.push()
    assert (used(limited), limited.verified()) == (1, set())
    merge(limited, {"code.txt": text, "blob": text + b"\0"}, "HEAD^", "side")
    assert used(limited) == 2


def test_under_edition_1_a_merge_is_no_step(clone: Clone) -> None:
    bare = clone.hooks_off()
    bare.git("switch", "-q", "--orphan", "old")
    bare.ok("init", "--no-hooks")
    path = bare.path / ".tasks/config.yaml"
    path.write_text(path.read_text().replace("law: 2", "law: 1"))
    bare.commit("law 1", "--amend")
    bare.ok("new", "Task q", "--id", "q", "--budget", "steps=2")
    bare.ok("start", "q")
    for count in range(3):
        merge(bare, {"more": b"%d" % count}, "HEAD", "HEAD~1", task="q")
    assert used(bare, "q") == 0
    assert bare.verified() == set()


def test_a_merge_with_content_of_its_own_names_its_task(clone: Clone) -> None:
    bare = clone.hooks_off()
    bare.ok("config", "set", "attribution", "required")
    bare.push()
    bare.git("switch", "-q", "-c", "side")
    bare.ok("note", "p", "on the side")
    bare.write("other", "1")
    bare.commit(STEP)
    bare.git("switch", "-q", "main")
    bare.git("merge", "-q", "--no-ff", "-m", "joins only", "side")
    bare.push()
    evil = bare.commit_tree(bare.tree({"more": b"1"}), "HEAD", "HEAD^2", message="no task")
    bare.git("reset", "-q", "--hard", evil)
    with pytest.raises(Refused, match=r"TK706.*names no task"):
        bare.push()
    merge(bare, {}, "HEAD~1", "HEAD~1^2")
    bare.push()


def test_a_client_asks_a_merge_before_it_is_committed(clone: Clone) -> None:
    """Charges and attribution, as the server will; after the remedy the server takes it."""
    clone.ok("edit", "p", "--budget", "steps=1")
    clone.ok("config", "set", "attribution", "required")
    clone.git("switch", "-q", "-c", "side")
    clone.write("other", "1")
    clone.commit(STEP)
    clone.git("switch", "-q", "main")
    clone.ok("note", "a", "meanwhile")

    def merged(message: str, *, work: bool) -> None:
        clone.git("merge", "-q", "--no-ff", "--no-commit", "side")
        if work:
            clone.write("other", "2")
        clone.commit(message)

    before = clone.oid()
    for message, reason in (
        ("no task", r"TK706.*this commit: names no task\n +remedy: end its message with a line"),
        (STEP, r"TK401.*p: no further step: 2 of 1 steps used"),
        ("work\n\nTk-Task: nobody\n", "TK706.*names nobody, which is not a task"),
    ):
        with pytest.raises(Refused, match=reason):
            merged(message, work=True)
        assert clone.refusals()[-1] == "commit-msg"
        assert clone.oid() == before
        clone.git("merge", "--abort")
    merged("joins only", work=False)
    clone.git("reset", "-q", "--hard", before)
    merged("work\n\nTk-Task: s\n", work=True)
    clone.push()
    assert used(clone, "s") == 1
