"""The walk through a history that no honest git would write, against a look at each tree of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support.project import Project
from tkledger.core.policy import Policy
from tkledger.core.snapshot import Flaw, Snapshot
from tkledger.core.task import Task
from tkledger.git import writing
from tkledger.git.commit import commit_bytes
from tkledger.git.objects import NewObject, TreeEntry, oid_of
from tkledger.git.repo import Repo
from tkledger.ledger import changes
from tkledger.ledger.reader import Ledger

WHO = "T <t@example.org> 1000000 +0000"
TASK = "schema: 1\nid: {}\ntitle: {}\nstate: todo\n"
FILES = ("100644", "100664", "100600", "100755", "120000", "160000", "100644", "100644")
FOLDERS = ("40000", "040000", "40755")
IN_TASKS = (
    *("a.yaml", "b.yaml", "c.yaml", "a.yaml", "config.yaml", "x", "x.yaml", "A.yaml", "x-y", "end"),
    *("end\n", "\nend\n", "t\ty", 'q"q', "\udcff\udcfe", "é.yaml", "a.yaml ", "b.yaml\n", "\n\n"),
)
IN_ROOT = (".TASKS", ".tasks ", "code", ".tasks-x", ".tasks.", ".tasks\n", "\udcff", ".ta", "z")


class Forge:
    """Trees as a list of entries that are changed a little at a time, never put in order."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.made: dict[str, NewObject] = {}
        texts = ["", "x", "y", *(TASK.format(id, n) for id in "abc" for n in range(2))]
        self.blobs = [self.store("blob", text.encode()) for text in texts]

    def store(self, kind: str, data: bytes) -> str:
        oid = oid_of(kind, data)
        self.made[oid] = NewObject(kind, data)
        return oid

    def tree(self, entries: list[TreeEntry]) -> str:
        return self.store(
            "tree",
            b"".join(
                b"%s %s\0%s"
                % (mode.encode(), name.encode(errors="surrogateescape"), bytes.fromhex(oid))
                for mode, name, oid in entries
            ),
        )

    def entry(self, names: tuple[str, ...], depth: int) -> TreeEntry:
        rng = self.rng
        if rng.random() < 0.2 and depth:
            return TreeEntry(rng.choice(FOLDERS), rng.choice(names), self.folder(depth - 1))
        return TreeEntry(rng.choice(FILES), rng.choice(names), rng.choice(self.blobs))

    def folder(self, depth: int) -> str:
        return self.tree([self.entry(IN_TASKS, depth) for _ in range(self.rng.randrange(4))])

    def changed(
        self, entries: list[TreeEntry], names: tuple[str, ...], depth: int
    ) -> list[TreeEntry]:
        rng, made = self.rng, list(entries)
        for _ in range(rng.randrange(3)):
            what = rng.randrange(8)
            if what < 3 or not made:
                made.append(self.entry(names, depth))
            elif what == 3:
                made.append(rng.choice(made)._replace(oid=rng.choice(self.blobs), mode="100644"))
            elif what == 4:
                rng.shuffle(made)
            elif what == 5:
                made.pop(rng.randrange(len(made)))
            else:
                at = rng.randrange(len(made))
                made[at] = self.entry((made[at].name,), depth)
        if rng.random() < 0.7:
            made.sort(key=lambda one: one.name.encode(errors="surrogateescape") + b"/" * (
                one.mode in FOLDERS
            ))  # fmt: skip
        return made


def history(forge: Forge, size: int) -> list[str]:
    """The commits; each goes on from the ledger and the root folder of its first parent."""
    rng = forge.rng
    made: list[tuple[str, list[TreeEntry], list[TreeEntry]]] = []
    for _ in range(size):
        parents = rng.sample(made[-8:], min(len(made), rng.choice((0, *(1,) * 12, 2, 2, 3))))
        _, tasks, root = parents[0] if parents else ("", [], [])
        if rng.random() < 0.8:
            tasks = forge.changed(tasks, IN_TASKS, 2)
        if rng.random() < 0.2:
            root = forge.changed(root, IN_ROOT, 1)
        folder = TreeEntry(rng.choice(FOLDERS), ".tasks", forge.tree(tasks))
        instead = rng.choice(
            [[folder]] * 16
            + [[], [folder, folder], [forge.entry((".tasks",), 0)]]
            + [[forge.entry((".tasks",), 0), folder]]
        )
        tree = forge.tree(sorted([*root, *instead], key=lambda one: (
            one.name.encode(errors="surrogateescape") + b"/" * (one.mode in FOLDERS)
        )))  # fmt: skip
        data = commit_bytes(tree, [oid for oid, _, _ in parents], WHO, WHO, "x\n")
        made.append((forge.store("commit", data), tasks, root))
    return [oid for oid, _, _ in made]


def told(snapshot: Snapshot) -> dict[str, Task | Flaw | Policy | None]:
    return {key: snapshot.entry(key) for key in snapshot.entries}


@pytest.mark.parametrize(
    "seed", [0, 1, 2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 60))]
)
def test_the_walk_finds_what_each_tree_holds(tmp_path: Path, seed: int) -> None:
    project = Project.create(tmp_path / "repo")
    forge = Forge(random.Random(seed))
    commits = history(forge, 150)
    repo = Repo(str(project.path))
    writing.write_objects(repo, list(forge.made.values()))
    walking, looking = Ledger(repo), Ledger(repo)
    walked = []
    for commit, _ in changes.walk(walking, *commits):
        walked.append(commit.oid)
        here, there = told(walking.history_at(commit.oid)), told(looking.at(commit.oid))
        assert here == there, commit.oid
    repo.close()
    assert sorted(walked) == sorted(set(commits))
