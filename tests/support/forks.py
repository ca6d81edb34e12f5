"""Two branches with commits of their own, and the merge of them."""

from __future__ import annotations

from tests.support.histories import Files, Loom


def fork(loom: Loom, ours: list[Files], theirs: list[Files], base: str = "main") -> None:
    """Two branches, ours and theirs, with a commit for each of the files given."""
    for name, commits in (("ours", ours), ("theirs", theirs)):
        tip = loom.git("rev-parse", base)
        for files in commits:
            tip = loom.commit(files, tip, branch=None)
        loom.git("update-ref", f"refs/heads/{name}", tip)


def git_merge(loom: Loom, *options: str) -> bool:
    """Let git merge theirs into ours; whether it could."""
    loom.git("checkout", "-q", "-f", "ours")
    loom.git("merge", "-q", "--no-edit", *options, "theirs", check=False)
    clean = not loom.git("ls-files", "-u") and not loom.git("status", "--porcelain")
    if not clean:
        loom.git("merge", "--abort", check=False)
    return clean


def results(loom: Loom, files: Files, *more: str) -> set[str]:
    """The codes of a merge of ours and theirs with these files on top of ours."""
    return loom.judged(files, "ours", "theirs", *more)
