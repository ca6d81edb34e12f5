"""The ledger's folder is searched by name only if there is nothing in it but plain files of tasks."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.project import Project
from tkledger.core.entries import Entries
from tkledger.core.layout import POLICY_PATH
from tkledger.core.snapshot import Entry, Pending
from tkledger.files.folder import task_files
from tkledger.files.reader import TreeReader
from tkledger.git.objects import (
    NewObject,
    TreeEntry,
    oid_of,
    plain_files,
    read_tree,
    replaced,
    tree_bytes,
)
from tkledger.git.repo import Repo
from tkledger.git.writing import write_objects

names = st.sampled_from(["a", "a-b", "ab", "b.c", "b", "\udcff", "config.yaml", "z z"])
oids = st.sampled_from(["00" * 20, "31" * 20, b"100644 a\0".hex() + "20" * 11])
files = st.dictionaries(names, oids).map(
    lambda found: [TreeEntry("100644", name, oid) for name, oid in found.items()]
)
folders = st.lists(
    st.builds(TreeEntry, st.sampled_from(["040000", "160000", "100755"]), names, oids)
)


@given(files, files, folders, folders, st.booleans())
def test_a_tree_with_other_files_is_the_one_that_git_would_write(
    old: list[TreeEntry],
    new: list[TreeEntry],
    old_folders: list[TreeEntry],
    new_folders: list[TreeEntry],
    shuffled: bool,
) -> None:
    before = {one.name: one for one in [*old, *old_folders]}
    put = {one.name: one for one in [*new, *new_folders]}
    data = tree_bytes(before.values())
    if shuffled:
        data = b"".join(tree_bytes([one]) for one in sorted(before.values(), reverse=True))
    wanted = tree_bytes({**before, **put}.values())
    assert replaced(data, put, 40) == wanted
    plain = plain_files(data, 40)
    if all(one.mode == "100644" for one in before.values()) and not shuffled:
        assert plain is not None
        assert b"".join(plain.entries) == data
    elif plain is not None:
        assert {one.mode for one in read_tree(data)} <= {"100644"}


BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
"""The empty file."""


def test_one_file_is_found_as_among_all(project: Project) -> None:
    repo = Repo(str(project.path))
    entries = TreeReader(repo).entries("HEAD^{tree}")
    assert isinstance(entries, Entries)
    folder = entries.folder
    everything = folder.all()
    assert len(everything) == folder.count() > 2
    assert POLICY_PATH in everything
    for key, entry in everything.items():
        assert folder.find(key) == entry
        found = [] if key == POLICY_PATH else [key]
        assert [one for one in folder.starting(key) if one == key] == found
    absent = ("config", "no", "", "a.yaml", "A", ".tasks/config", ".tasks/a.yaml", "a\0", "\udcff")
    assert [folder.find(key) for key in absent] == [None] * len(absent)
    assert [folder.starting(key) for key in ("no", "", "con", "\0", "\udcff")] == [[]] * 5
    plain = {entry.name: entry.oid for entry in repo.tree("HEAD:.tasks") or ()}
    assert {
        f"{key}.yaml": entry.oid for key, entry in everything.items() if isinstance(entry, Pending)
    } == {name: oid for name, oid in plain.items() if name != "config.yaml"}


@pytest.mark.parametrize(
    "odd",
    [
        *("con.yaml", "lpt9.yaml", "A.yaml", "a.txt", "-a.yaml", ".yaml", f"{'a' * 64}.yaml"),
        *("a.yaml.yaml", "\u00e4.yaml", "a\n.yaml"),
    ],
)
def test_any_other_name_is_looked_at(odd: str) -> None:
    plain = [TreeEntry("100644", name, BLOB) for name in ("b.yaml", "config.yaml", "cons.yaml")]
    assert task_files(tree_bytes(plain), 40) is not None
    assert task_files(b"", 40) is not None
    assert task_files(tree_bytes([*plain, TreeEntry("100644", odd, BLOB)]), 40) is None


def put(path: Mapping[str, str] | list[TreeEntry], repo: Repo, *, in_order: bool = True) -> str:
    """A root folder with a ledger's folder that holds these."""
    entries = (
        path if isinstance(path, list) else [TreeEntry("100644", *one) for one in path.items()]
    )
    data = tree_bytes(entries) if in_order else b"".join(tree_bytes([one]) for one in entries)
    write_objects(repo, [NewObject("blob", b""), NewObject("tree", data)])
    folder = oid_of("tree", data)
    root = tree_bytes([TreeEntry("040000", ".tasks", folder)])
    write_objects(repo, [NewObject("tree", root)])
    return oid_of("tree", root)


def test_what_git_would_not_write_is_seen(project: Project) -> None:
    repo = Repo(str(project.path))
    a, b, other = (TreeEntry("100644", f"{name}.yaml", BLOB) for name in ("a", "b", "a"))
    found: list[Mapping[str, Entry]] = [
        TreeReader(repo).entries(put([a, b], repo)),
        TreeReader(repo).entries(put([a, other, b], repo, in_order=False)),
        TreeReader(repo).entries(put([b, a], repo, in_order=False)),
        TreeReader(repo).entries(put([a._replace(mode="100755"), b], repo)),
        TreeReader(repo).entries(put([a._replace(mode="160000"), b], repo)),
    ]
    assert [isinstance(one, Entries) for one in found] == [True, False, False, False, False]
    assert [sorted(one) for one in found] == [["a", "b"]] * 5
    assert [isinstance(one["a"], Pending) for one in found] == [True, False, True, False, False]


def test_two_folders_differ_where_a_file_does(project: Project) -> None:
    repo = Repo(str(project.path))
    policy = (repo.read("HEAD:.tasks/config.yaml") or ("",))[0]
    reader = TreeReader(repo)
    one = reader.entries(put({"a.yaml": BLOB, "b.yaml": BLOB, "config.yaml": BLOB}, repo))
    two = reader.entries(put({"a.yaml": policy, "c.yaml": BLOB, "config.yaml": policy}, repo))
    assert isinstance(one, Entries)
    assert isinstance(two, Entries)
    assert one.folder.differing(two.folder) == {"a", "b", "c", POLICY_PATH}
    assert one.folder.differing(one.folder) == set()
