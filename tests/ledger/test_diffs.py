"""What `steps` says of random histories, against git's own log of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support.project import Project
from tkledger.files.reader import TreeReader
from tkledger.git.cat_file import BATCH
from tkledger.git.commit import FileDiff
from tkledger.git.repo import Repo
from tkledger.ledger import diffs
from tkledger.ledger.diffs import steps

NAMES = ["a.yaml", "b.yaml", "x/y", "x/z/end\n", "x", "\nend\n", "end\n", "é", "x.yaml"]
MODES = ["100644", "100755", "120000"]


def stream(rng: random.Random, size: int) -> bytes:
    """Commits with up to three parents; each does something to the folder, or nothing at all."""
    lines: list[bytes] = []
    for number in range(size):
        parents = rng.sample(
            range(max(0, number - 9), number), min(number, rng.choice((1, 1, 2, 3)))
        )
        if rng.random() < 0.05:
            parents = []
        lines.append(f"commit refs/heads/c{number}\nmark :{number + 1}\n".encode())
        lines.append(
            f"committer T <t@example.org> {1_000_000 + number} +0000\ndata 1\nx\n".encode()
        )
        for place, parent in enumerate(parents):
            lines.append(f"{'merge' if place else 'from'} :{parent + 1}\n".encode())
        for _ in range(rng.randrange(4)):
            path = rng.choice(
                (".tasks", *(f".tasks/{name}" for name in NAMES * 3), "code", "src/a")
            )
            quoted = path.replace("\n", "\\n")
            if rng.random() < 0.3:
                lines.append(f'D "{quoted}"\n'.encode())
            else:
                data = f"{rng.randrange(5)}".encode()
                lines.append(f'M {rng.choice(MODES)} inline "{quoted}"\ndata 1\n'.encode() + data)
                lines.append(b"\n")
    return b"".join(lines)


def as_git_tells(project: Project, oid: str) -> set[tuple[str, ...]]:
    told = project.git(
        *("log", "--no-walk", "--raw", "-z", "--no-abbrev", "--no-renames", "--root", "--format="),
        *("--diff-merges=first-parent", oid, "--", ".tasks"),
    )
    words = told.split("\0")
    found = set()
    for meta, path in zip(words[::2], words[1::2]):
        old_mode, new_mode, old, new, _ = meta.lstrip(":\n").split(" ")
        found.add((old_mode, new_mode, old, new, path))
    return found


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 30))]
)
def test_it_tells_what_gits_log_does(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    project = Project.create(tmp_path / "repo")
    project.git("fast-import", "--quiet", stdin=stream(rng, 200))
    repo = Repo(str(project.path))
    walked = list(steps(repo, TreeReader(repo), ["--branches"]))
    repo.close()
    assert len(walked) == 200
    seen: set[str] = set()
    for commit, _, _ in walked:
        assert seen.issuperset(commit.parents)
        seen.add(commit.oid)
        zeros = "0" * 40
        here = {
            FileDiff(*one[:2], one.old or zeros, one.new or zeros, one.path) for one in commit.diffs
        }
        assert len(here) == len(commit.diffs)
        assert here == as_git_tells(project, commit.oid), commit.oid


def test_another_git_goes_on_after_some_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One git would keep each tree that it has read, to the end of a long history."""
    project = Project.create(tmp_path / "repo")
    project.git("fast-import", "--quiet", stdin=stream(random.Random(0), 300))
    begun: list[Repo] = []

    class Counted(diffs._DiffTree):
        def __init__(self, repo: Repo) -> None:
            begun.append(repo)
            super().__init__(repo)

    monkeypatch.setattr(diffs, "_DiffTree", Counted)
    walks = []
    for most, gits in ((100_000, 1), (1, -(-300 // BATCH))):  # one for all; one for each batch
        monkeypatch.setattr(diffs, "_MOST_PAIRS", most)
        repo = Repo(str(project.path))
        walks.append(list(steps(repo, TreeReader(repo), ["--branches"])))
        repo.close()
        assert begun.count(repo) == gits
    assert walks[0] == walks[1]
