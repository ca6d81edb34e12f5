"""Clones that leave the ledger out of the checkout, show other bytes than were committed, or have not
got all objects: the objects count.
"""

from __future__ import annotations

import json

import pytest

from tests.support.clone import Clone, Refused
from tkledger.core.layout import FOLDER, POLICY_PATH, path_of
from tkledger.errors import Exit

# -- a checkout without the ledger -----------------------------------------------------------


@pytest.fixture(
    params=[pytest.param("--cone", marks=pytest.mark.long), "--no-cone", "--sparse-index"]
)
def sparse(clone: Clone, request: pytest.FixtureRequest) -> Clone:
    """A clone whose checkout holds the code and no task."""
    clone.write("src/code.txt", "code\n")
    clone.commit("src")
    clone.git("sparse-checkout", "set", request.param, "src")
    assert not (clone.path / FOLDER).exists()
    return clone


def staged(clone: Clone, id: str, data: bytes) -> None:
    """A task's file as it is to be, in the index alone."""
    entry = f"100644,{clone.blob(data)},{path_of(id)}"
    clone.git("update-index", "--add", "--cacheinfo", entry)


def moved(clone: Clone, id: str, state: str) -> bytes:
    """The task in another state, by what HEAD says of it."""
    text = clone.git("cat-file", "blob", f"HEAD:{path_of(id)}") + "\n"
    assert "state: todo\n" in text
    return text.replace("state: todo\n", f"state: {state}\n").encode()


def test_honest_work_in_a_sparse_checkout_passes_every_door(sparse: Clone) -> None:
    sparse.write("src/code.txt", "more\n")
    sparse.git("commit", "-q", "-a", "-m", "code")
    sparse.ok("start", "a")
    sparse.ok("done", "a")
    sparse.ok("new", "Another", "--id", "n")
    staged(sparse, "b", moved(sparse, "b", "in_progress"))
    sparse.git("commit", "-q", "-m", "by hand")
    sparse.write("src/code.txt", "still more\n")
    sparse.git("commit", "-q", "-a", "-m", "code")
    sparse.git("switch", "-q", "-c", "topic", "HEAD~1")
    sparse.ok("start", "c")
    sparse.git("switch", "-q", "main")
    sparse.git("merge", "-q", "-m", "merge", "topic")
    sparse.push()
    assert sparse.refusals() == []
    assert sparse.verified() == set()
    assert sparse.git("status", "--porcelain") == ""
    assert '"state": "in_progress"' in sparse.tk("show", "b", "--json").out


def test_others_work_comes_into_a_sparse_checkout(sparse: Clone) -> None:
    sparse.push()
    path = sparse.root / "other"
    sparse.git("clone", "-q", str(sparse.server), str(path), cwd=sparse.root)
    other = sparse.at(path)
    other.ok("hooks", "install")
    other.ok("start", "a")
    other.push()
    sparse.ok("start", "b")
    sparse.ok("new", "Another", "--id", "n")
    sparse.ok("sync")
    for id in "ab":
        assert '"state": "in_progress"' in sparse.tk("show", id, "--json").out
    assert sparse.git("status", "--porcelain") == ""
    assert not (sparse.path / path_of("a")).exists()
    other.ok("sync")
    other.ok("done", "a")
    other.push()
    sparse.ok("sync")
    sparse.ok("done", "b")
    sparse.push()
    sparse.git("sparse-checkout", "disable")
    assert sparse.git("status", "--porcelain") == ""
    assert sparse.refusals() == []
    assert sparse.verified() == set()


def test_a_sparse_checkout_hides_nothing_from_the_doors(sparse: Clone) -> None:
    before = sparse.oid()
    staged(sparse, "a", moved(sparse, "a", "done"))
    for options in ((), ("-n",)):
        with pytest.raises(Refused, match="TK201"):
            sparse.git("commit", "-q", "-m", "x", *options)
    sparse.git("reset", "-q")
    sparse.git("rm", "-q", "--cached", "--sparse", POLICY_PATH)
    with pytest.raises(Refused, match="TK601"):
        sparse.git("commit", "-q", "-m", "x")
    sparse.git("reset", "-q")
    assert sparse.oid() == before
    sparse.hooks_off()
    staged(sparse, "a", moved(sparse, "a", "done"))
    sparse.git("commit", "-q", "-m", "x")
    arrived = sparse.arrived()
    with pytest.raises(Refused, match="TK201"):
        sparse.push()
    assert sparse.arrived() == arrived
    assert sparse.verified() == {"TK201"}


def test_a_sparse_checkout_asks_for_attribution_all_the_same(sparse: Clone) -> None:
    sparse.ok("config", "set", "attribution", "required")
    sparse.write("src/code.txt", "more\n")
    with pytest.raises(Refused, match="TK706"):
        sparse.git("commit", "-q", "-a", "-m", "code")
    assert sparse.refusals() == ["commit-msg"]
    sparse.git("commit", "-q", "-a", "-m", "code", "-m", "Tk-Task: p")
    sparse.push()


def test_work_on_a_tasks_branch_is_attributed_in_a_sparse_checkout(sparse: Clone) -> None:
    sparse.git("switch", "-q", "-c", "tk/p")
    sparse.write("src/code.txt", "more\n")
    sparse.git("commit", "-q", "-a", "-m", "code")
    assert sparse.git("log", "-1", "--format=%(trailers:key=Tk-Task,valueonly)") == "p"


# -- other bytes in the checkout than in the objects -----------------------------------------

POINTER = """\
version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 12345
"""


@pytest.mark.parametrize("path", [path_of("a"), path_of("n"), POLICY_PATH])
def test_a_pointer_of_lfs_is_no_task(clone: Clone, path: str) -> None:
    made = clone.dangling_bytes(path, POINTER.encode())
    clone.write(path, POINTER)
    clone.git("add", path)
    words = r"\[TK101\] .*: is a pointer of Git LFS[^\n]*\n.*remedy: .*-filter"
    with pytest.raises(Refused, match=words):
        clone.git("commit", "-q", "-m", "x")
    arrived = clone.arrived()
    with pytest.raises(Refused, match=words):
        clone.hooks_off().push(f"{made}:main")
    assert clone.arrived() == arrived
    assert clone.verified(f"main..{made}") == {"TK101"}


def findings(clone: Clone) -> dict[str, bool]:
    return {
        one["what"]: one["good"] for one in json.loads(clone.tk("doctor", "--json").out)["findings"]
    }


def test_a_filter_on_task_files_is_told_and_its_remedy_is_one(clone: Clone) -> None:
    """As LFS does it: what is committed are pointers, what the checkout shows are the files."""
    clone.git("config", "filter.lfs.clean", f"cat >/dev/null; printf %s '{POINTER}'")
    clone.git("config", "filter.lfs.smudge", "cat")
    assert findings(clone)["attributes"]
    with (clone.path / ".gitattributes").open("a") as file:
        file.write("*.yaml filter=lfs\n")
    clone.git("add", ".gitattributes")
    clone.git("commit", "-q", "-m", "attributes")
    assert not findings(clone)["attributes"]
    clone.ok("start", "a")
    assert '"state": "in_progress"' in clone.tk("show", "a", "--json").out
    clone.edit("b", state="in_progress")
    with pytest.raises(Refused, match=r"\[TK101\] b: is a pointer of Git LFS"):
        clone.git("commit", "-q", "-a", "-m", "x")
    with (clone.path / ".gitattributes").open("a") as file:
        file.write("/.tasks/** -filter\n")
    clone.git("add", "--renormalize", ".")
    clone.git("commit", "-q", "-a", "-m", "x")
    clone.push()
    assert clone.verified() == set()
    assert findings(clone)["attributes"]
    assert clone.git("status", "--porcelain") == ""


# -- a clone that has not got all objects ----------------------------------------------------


@pytest.fixture(params=["blob:none", "tree:0"])
def partial(clone: Clone, request: pytest.FixtureRequest) -> Clone:
    """A clone that fetches objects when it needs them."""
    clone.commit(a={"priority": 1})
    clone.commit(a={"priority": 2})
    clone.push()
    clone.git("config", "uploadpack.allowFilter", "true", cwd=clone.server)
    clone.git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=clone.server)
    path = clone.root / "partial"
    url = f"file://{clone.server}"
    clone.git("clone", "-q", f"--filter={request.param}", url, str(path), cwd=clone.root)
    made = clone.at(path)
    made.ok("hooks", "install")
    assert "?" in made.git("rev-list", "--objects", "--all", "--missing=print")
    return made


def test_honest_work_in_a_partial_clone_passes_every_door(partial: Clone) -> None:
    partial.write("code.txt", "more\n")
    partial.git("commit", "-q", "-a", "-m", "code")
    partial.ok("start", "a")
    partial.commit(b={"state": "in_progress"})
    partial.git("switch", "-q", "-c", "topic", "HEAD~2")
    partial.ok("start", "c")
    partial.git("switch", "-q", "main")
    partial.git("merge", "-q", "-m", "merge", "topic")
    partial.push()
    assert partial.refusals() == []
    assert partial.verified() == set()


def test_a_partial_clone_hides_nothing_from_the_doors(partial: Clone) -> None:
    partial.edit("a", state="done")
    for options in ((), ("-n",)):
        with pytest.raises(Refused, match="TK201"):
            partial.git("commit", "-q", "-a", "-m", "x", *options)
    partial.hooks_off().git("commit", "-q", "-a", "-m", "x")
    with pytest.raises(Refused, match="TK201"):
        partial.push()
    assert partial.verified() == {"TK201"}


def test_a_partial_clone_that_is_cut_off_says_what_it_lacks(partial: Clone) -> None:
    """What can be judged by what is here still can."""
    partial.git("config", "remote.origin.url", str(partial.root / "gone"))
    words = "an object is not in this partial clone, and origin cannot be reached for it"
    answer = partial.tk("verify", "--all")
    assert answer.status == Exit.UNUSABLE
    assert f"error: {words}\n  remedy: look with git fetch origin" in answer.err
    partial.edit("a", state="done")
    with pytest.raises(Refused, match=f"tk pre-commit: {words}"):
        partial.git("commit", "-q", "-a", "-m", "x")
    partial.edit("a", state="in_progress")
    partial.git("commit", "-q", "-a", "-m", "x")
