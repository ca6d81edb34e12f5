"""Two branches with commits of their own, and the merge of them."""

from __future__ import annotations

from tests.support.histories import Files, PlainRepo


def fork(plain_repo: PlainRepo, ours: list[Files], theirs: list[Files], base: str = "main") -> None:
    """Two branches, ours and theirs, with a commit for each of the files given."""
    for name, commits in (("ours", ours), ("theirs", theirs)):
        tip = plain_repo.git("rev-parse", base)
        for files in commits:
            tip = plain_repo.commit(files, tip, branch=None)
        plain_repo.git("update-ref", f"refs/heads/{name}", tip)


def git_merge(plain_repo: PlainRepo, *options: str) -> bool:
    """Let git merge theirs into ours; whether it could."""
    plain_repo.git("checkout", "-q", "-f", "ours")
    plain_repo.git("merge", "-q", "--no-edit", *options, "theirs", check=False)
    clean = not plain_repo.git("ls-files", "-u") and not plain_repo.git("status", "--porcelain")
    if not clean:
        plain_repo.git("merge", "--abort", check=False)
    return clean


def results(plain_repo: PlainRepo, files: Files, *more: str) -> set[str]:
    """The codes of a merge of ours and theirs with these files on top of ours."""
    return plain_repo.judged(files, "ours", "theirs", *more)
