"""The code of a commit: its tree without the ledger, as git itself would make it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.project import Project
from tkledger.git.errors import GitError
from tkledger.git.objects import TreeEntry, oid_of, read_tree, tree_bytes, without
from tkledger.git.repo import Repo
from tkledger.ledger.code_trees import code_tree, code_trees, of_next

NAMES = ["a", "a.b", "a0", "src", ".tasks", ".tasks.yaml", ".tasks0", ".Tasks", "\u00e9", "z\udcff"]
MODES = ["100644", "100755", "120000", "040000", "160000"]
BLOB, FOLDER = oid_of("blob", b""), oid_of("tree", b"")


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("code"))
    made.git("init", "-q")
    for kind, data in (("blob", b""), ("tree", b"")):
        made.git("hash-object", "-w", "-t", kind, "--stdin", stdin=data)
    return made


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(MODES)))
def test_it_is_what_git_makes_of_the_rest(repo: Project, found: dict[str, str]) -> None:
    rows = b"".join(
        b"%s %s %s\t%s\0"
        % (
            mode.encode(),
            {"040000": b"tree", "160000": b"commit"}.get(mode, b"blob"),
            {"040000": FOLDER, "160000": "5" * 40}.get(mode, BLOB).encode(),
            name.encode(errors="surrogateescape"),
        )
        for name, mode in found.items()
    )
    tree = repo.git("mktree", "-z", stdin=rows)
    left = [row for row in rows.split(b"\0")[:-1] if not row.endswith(b"\t.tasks")]
    code = repo.git("mktree", "-z", stdin=b"".join(row + b"\0" for row in left))
    git = Repo(str(repo.path))
    assert code_tree(git, tree) == code
    assert code_tree(git, code) == code
    git.close()


def test_what_git_would_not_write_is_kept_as_it_is() -> None:
    """Old modes, and names out of order or there twice."""
    one, ledger = tree_bytes([TreeEntry("100644", "a", BLOB)]), b".tasks\0" + b"\1" * 20
    odd = b"100664 z\0" + bytes.fromhex(BLOB) + one
    assert without(b"40000 " + ledger + odd + b"100644 " + ledger, ".tasks", 40) == odd
    assert without(odd, ".tasks", 40) == odd
    wide = b"40000 .tasks\0" + b"\1" * 32
    assert without(wide + wide, ".tasks", 64) == b""
    with pytest.raises(GitError):
        without(odd[:-1], ".tasks", 40)
    assert len(read_tree(odd)) == 2


def test_of_a_commit_its_parents_and_the_next(repo: Project) -> None:
    git = Repo(str(repo.path))
    assert of_next(git, []) == (FOLDER,)
    tree = repo.git("mktree", stdin=f"100644 blob {BLOB}\ta\n040000 tree {FOLDER}\t.tasks\n")
    other = repo.git("mktree", stdin=f"100644 blob {BLOB}\ta\n")
    commit = repo.git("commit-tree", tree, "-m", "x")
    empty = repo.git("commit-tree", FOLDER, "-m", "x")
    assert code_trees(git, other, [commit, empty]) == (other, other, FOLDER)
    assert of_next(git, [commit]) == (other, other)
    assert of_next(git, [empty, commit]) == (FOLDER, FOLDER, other)
    with pytest.raises(GitError, match="names no tree"):
        code_tree(git, "5" * 40)
    git.close()
