"""History: which commits there are, what they hold, how they hang together; no commit is made here."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from tkledger.core.ref_names import SNAPSHOTS
from tkledger.git.cat_file import BATCH, Found
from tkledger.git.commit import Commit, read_commit
from tkledger.git.errors import GitError
from tkledger.git.objects import Oid
from tkledger.git.process import NOWHERE
from tkledger.git.repo import Repo


def log(repo: Repo, *revisions: str, path: str = "") -> Iterator[Commit]:
    """The commits that ``revisions`` select and that changed something under ``path``, if one is
    given, on any line of history; parents before children, streaming.

    Each as git's log reads it, with what it changed there against its first parent. To show, not to
    judge: see `commits`.
    """
    yield from _logged(repo, ("--topo-order", "--reverse"), revisions, path)


def messages(repo: Repo, *revisions: str) -> Iterator[tuple[Oid, str]]:
    """The commits that ``revisions`` select, each with its message as git's log shows it; parents before
    children, streaming. To search, not to judge: see `commits`.
    """
    from tkledger.git.log_format import MESSAGES, messages

    how = ("--topo-order", "--reverse", "--encoding=UTF-8", "--no-show-signature")
    with repo.streamed(
        "log", "--stdin", *how, f"--format=tformat:{MESSAGES}", stdin=_listed(revisions)
    ) as stream:
        yield from messages(stream)


def newest(repo: Repo, *revisions: str, path: str, most: int = 0) -> Iterator[Commit]:
    """The newest commits that ``revisions`` select, ``most`` at most if given and by their dates, the
    newest first, streaming; each with what it changed under ``path``, which may be nothing.

    Of a long history git reads no more than these, which a path alone would not achieve.
    """
    few = (f"--max-count={most}",) if most else ()
    yield from _logged(repo, ("--sparse", *few), revisions, path)


def listed(repo: Repo, commits: Sequence[Oid], *, path: str) -> Iterator[Commit]:
    """These commits and no others, in their order; each with what it changed under ``path``."""
    yield from _logged(repo, ("--no-walk=unsorted", "--sparse"), commits, path)


def _logged(
    repo: Repo, how: Sequence[str], revisions: Sequence[str], path: str
) -> Iterator[Commit]:
    """The commits of git's log, in the order and number that ``how`` asks for."""
    from tkledger.git.log_format import FORMAT, logged

    with repo.streamed(
        *("log", "--stdin", "-z", "--full-history", *how),
        *("--raw", "--no-abbrev", "--no-renames", "--diff-merges=first-parent"),
        "--ignore-submodules=none",  # neither .gitmodules nor the configuration may hide an entry
        *("--encoding=UTF-8", f"--format=tformat:{FORMAT}", *_options(revisions)),
        *("--", *([path] if path else [])),
        stdin=_listed(revisions),
        config=_FEW_BASES,
    ) as stream:
        yield from logged(stream)


_FEW_BASES = ("-c", "core.deltaBaseCacheLimit=8m")
"""git would keep 96 MB of objects that others are deltas of, which saves no time where trees of 10,000 files are
compared in the order of history (measured: packed as they came, and by git repack).
"""


def commits(
    repo: Repo, *revisions: str, whole: bool = True, backwards: bool = False
) -> Generator[Commit, None, None]:
    """The commits that ``revisions`` select, parents before children or the other way round, streaming;
    what each changed is left out. ``whole`` insists on its parents, which a shallow clone does not show.

    Each is read from its own bytes: git's log re-encodes a commit before it reads it, by what
    this machine knows of encodings, and takes the last of two committers, where git itself
    takes the first.
    """
    order = ("--topo-order",) if backwards else ("--topo-order", "--reverse")
    with repo.streamed(
        *("rev-list", "--parents", "--left-right", *order, "--stdin"),
        *_options(revisions),
        stdin=_listed(revisions),
    ) as stream:
        while rows := [line.decode().split() for line in islice(stream, BATCH)]:
            found = repo.read_many([marked[1:] for marked, *_ in rows])
            for (marked, *shown), answer in zip(rows, found):
                made = as_commit(answer)
                if made is None or (whole and made.parents != tuple(shown)):
                    raise GitError(
                        f"commit {marked[1:]} has other parents than git shows",
                        "git fetch --unshallow, or git fsck --full",
                    )
                yield made._replace(parents=tuple(shown), side=marked[0])


def as_commit(found: Found | None) -> Commit | None:
    """An object as a commit; None if there is none, or it is something else."""
    return read_commit(found[0], found[2]) if found and found[1] == "commit" else None


def date(repo: Repo, oid: Oid) -> int:
    """When a commit says it was made, in seconds since 1970; 0 if there is no such commit."""
    made = as_commit(repo.read(oid))
    return made.at if made else 0


def parents(repo: Repo, *revisions: str) -> dict[Oid, tuple[Oid, ...]]:
    """The commits that ``revisions`` select, each with its parents."""
    return {oid: tuple(parents) for oid, *parents in related(repo, *revisions)}


def related(repo: Repo, *revisions: str) -> Iterator[list[Oid]]:
    """The commits that ``revisions`` select, each followed by its parents; streaming."""
    args = ["rev-list", "--parents", "--stdin", *_options(revisions)]
    with repo.streamed(*args, stdin=_listed(revisions)) as stream:
        for line in stream:
            yield line.decode().split()


def milestones(repo: Repo, oid: Oid, apart: int) -> list[Oid]:
    """Ancestors of a commit that are so many commits ``apart`` along first parents, from the beginning on."""
    args = ["rev-list", "--first-parent", "--reverse", "--stdin"]
    with repo.streamed(*args, stdin=_listed([oid])) as stream:
        return [line.decode().strip() for line in islice(stream, apart - 1, None, apart)]


def first_parents(repo: Repo, oid: Oid, path: str) -> Iterator[list[Oid]]:
    """The commits that changed ``path``, from ``oid`` back along first parents; each followed by
    its parents. Streaming.
    """
    args = ["log", "--stdin", "--first-parent", "--full-history", "--format=%H %P", "--", path]
    with repo.streamed(*args, stdin=_listed([oid])) as stream:
        for line in stream:
            yield line.decode().split()


def changed(repo: Repo, oid: Oid, path: str) -> Iterator[list[Oid]]:
    """The commits that made ``path`` what it is in ``oid`` and in those before, each followed by its
    parents; of a merge, a parent that has the same there is followed. Newest first, streaming.
    """
    plain = ("--no-show-signature", "--encoding=UTF-8")  # whatever git is configured to show
    args = ["log", "--stdin", *plain, "--format=%H %P", "--", path]
    with repo.streamed(*args, stdin=_listed([oid])) as stream:
        for line in stream:
            yield line.decode().split()


def is_ancestor(repo: Repo, old: Oid, new: Oid) -> bool:
    """Whether ``new`` has ``old`` in its history; a commit has itself."""
    made = as_commit(repo.read(new))  # mostly it is the very next, and that costs no process
    if made and old in made.parents and not repo.is_shallow:
        return True
    return repo.call("merge-base", "--is-ancestor", old, new).status == 0


def merge_bases(repo: Repo, parents: Sequence[Oid]) -> list[Oid]:
    """Git's merge bases: the best of the commits that all have in their history."""
    known = repo.bases.get(tuple(parents))
    if known is None:
        how = ("--all",) if len(parents) == 2 else ("--octopus", "--all")
        done = repo.call("merge-base", *how, *parents)
        repo.bases.clear()  # a sync asks for the same ones again, and nothing for older ones
        known = repo.bases[tuple(parents)] = done.out.decode().split()
    return known


def independent(repo: Repo, parents: Sequence[Oid]) -> list[Oid]:
    """Those of a merge's parents that no other one has in its history."""
    different = list(dict.fromkeys(parents))
    if len(different) == 2:  # their merge base is asked for anyway
        bases = merge_bases(repo, different)
        return [one for one in different if one not in bases]
    if len(different) == 1:
        return different
    return repo.run("merge-base", "--independent", *different).decode().split()


def merge_authors(repo: Repo, merge: Oid, paths: Sequence[str]) -> bool:
    """Whether git shows, in these files of a merge, a part that is of none of its parents."""
    options = ("--cc", "-p", "--no-commit-id", "--no-renames", "--no-ext-diff", "--no-textconv")
    command = ("diff-tree", *options, merge, "--", *paths)
    with objects_alone(repo) as (folder, env):  # no attribute says what is binary
        try:
            shown = repo.run("-C", folder, *command, env=env)
        except GitError:
            repo.run(*command)  # fetches what a partial clone lacks, or says what is wrong
            shown = repo.run("-C", folder, *command, env=env)
    return any(line.startswith((b"@@", b"Binary files ")) for line in shown.split(b"\n"))


@contextmanager
def objects_alone(repo: Repo) -> Iterator[tuple[str, dict[str, str]]]:
    """A folder with an empty repository that has the objects of ``repo``, and git's environment for it.

    Git has no option to leave ``info/attributes`` out. Here are no attributes, whether of a checkout,
    of the index, of HEAD or of the user, and no configuration, so that all come to the same answer.
    It fetches nothing that a partial clone lacks.
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "refs"))
        files = {"HEAD": "ref: refs/heads/main\n"}
        if repo.width == 64:
            version = "[core]\nrepositoryformatversion = 1\n"
            files["config"] = f"{version}[extensions]\nobjectformat = sha256\n"
        for name, text in files.items():
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.write(text)
        yield (
            folder,
            {
                **dict.fromkeys(("GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE"), folder),
                "GIT_OBJECT_DIRECTORY": repo.objects_folder,
                "GIT_CONFIG_GLOBAL": NOWHERE,
                **dict.fromkeys(("GIT_CONFIG_NOSYSTEM", "GIT_ATTR_NOSYSTEM"), "1"),
            },
        )


_DATE = re.compile(
    r"\d{4}-\d\d-\d\d|yesterday\Z|[1-9]\d{0,5} (second|minute|hour|day|week|month|year)s? ago\Z"
)


def commit_at(repo: Repo, text: str) -> Oid:
    """The commit that a revision or a snapshot names, or the last one of HEAD's before a date: a day counts to its
    end. A revision comes before a snapshot of the same name, and a date before both.
    """
    if _DATE.match(text) and repo.head:
        whole = len(text) == 10 or text == "yesterday"
        date = f"{text} 23:59:59" if whole else text
        found = repo.answers(*_LAST, f"--before={date}", repo.head)
        if not found:
            raise GitError(f"nothing was committed before {text}", "git log")
        return found
    try:
        return commit_of(repo, text)
    except GitError:
        named = f"{SNAPSHOTS}{text}^{{commit}}"
        found = text and repo.answers("rev-parse", "--verify", "--quiet", named)
        if not found:
            raise
        return found


def last_before(repo: Repo, tip: Oid, at: int) -> Oid | None:
    """The last commit along first parents of ``tip`` that is dated before a time, in seconds since 1970."""
    return repo.answers(*_LAST, f"--min-age={at - 1}", tip) or None


_LAST = ("rev-list", "-1", "--first-parent")
"""What a branch was at a time: a side branch that came in later was no part of it."""


def commit_of(repo: Repo, revision: str) -> Oid:
    """The full id of the commit that a revision names; raises GitError."""
    if not revision or revision.startswith("-") or "\n" in revision:
        raise GitError(f"{revision!r} is not a revision", "git log --oneline")
    found = repo.answers("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not found:
        raise GitError(f"{revision} names no commit here", "git log --oneline")
    return found


def is_commit(repo: Repo, oid: Oid) -> bool:
    """Whether an id names a commit, or a tag of one, that is here."""
    return repo.read(f"{oid}^{{commit}}") is not None


def _options(revisions: Sequence[str]) -> list[str]:
    return [word for word in revisions if word.startswith("--")]


def _listed(revisions: Sequence[str]) -> bytes:
    """Revisions for standard input: a command line has room for some ten thousand only."""
    names = (f"{word}\n" for word in revisions if not word.startswith("--"))
    return "".join(names).encode(errors="surrogateescape")


def patches(repo: Repo, oids: Sequence[Oid], path: str) -> dict[tuple[Oid, str], str]:
    """What ordinary commits changed in files under ``path``, by commit and file: the lines, as git shows them."""
    options = (
        "-r",
        "--root",
        "-p",
        "-U1",
        "--text",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
    )
    args = ("diff-tree", "--stdin", *options, "--no-color", "--", path)
    out = repo.run(*args, stdin=_listed(oids)).decode(errors="replace")
    found: dict[tuple[Oid, str], str] = {}
    known, key, rows = {*oids}, ("", ""), list[str]()
    for row in (*out.split("\n"), "diff --git a/ b/"):
        if row in known or row.startswith("diff --git "):
            if rows:
                found[key] = "\n".join(rows)
            rows = []
            key = (row, "") if row in known else (key[0], row.rpartition(" b/")[2])
        elif rows or row.startswith("@@"):
            rows.append(row)
    return found
