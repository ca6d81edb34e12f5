"""Words the way on from a violation by where it was found: about to be committed, or in a commit."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from tkledger.core.change import Violation
from tkledger.core.layout import FOLDER, POLICY_PATH, path_of
from tkledger.core.quoting import quoted
from tkledger.core.rules.rule import NO_ACCEPTANCE
from tkledger.doors.acceptance import PUSH_AGAIN
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.verbs.verb import VERBS

_COMMANDS = re.compile(r"\btk ([a-z]+) ([a-z0-9][a-z0-9_-]*)")
_REVERTS = re.compile(
    r"This reverts commit ([0-9a-f]{40,64})(?:, reversing\nchanges made to ([0-9a-f]{40,64}))?"
)
_FEW = 10


def for_commit(found: Iterable[Violation]) -> Iterator[Violation]:
    """What was found in commits, with the way on that is left for a commit: to repair what it left, if
    that can be done, and to have it accepted. Nothing else makes history legal without rewriting it.
    """
    for one in found:
        commit = one.commit[:10]
        if one.repair.endswith(NO_ACCEPTANCE):
            yield one._replace(remedy=one.repair.replace("COMMIT", commit), repair="")
            continue
        then = "or" if one.repair.startswith("rebase ") else "then"
        repair = f"{one.repair.replace('COMMIT', commit)}; {then} " if one.repair else ""
        yield one._replace(remedy=f"{repair}tk accept {commit} --reason TEXT", repair="")


def for_push(found: Iterable[Violation]) -> Iterator[Violation]:
    """What was found in commits about to be pushed: they can still be made anew. A server believes no
    acceptance that comes with them.
    """
    for one in found:
        of_push = one.remedy.startswith("rebase ") or one.remedy.endswith(PUSH_AGAIN)
        if not one.commit or one.code.startswith("TK7") or of_push:
            yield one
            continue
        commit = one.commit[:10]
        back = f"tk undo if it is the newest change, else git rebase -i {commit}~1"
        accept = f"accept it in an earlier push of its own: tk accept {commit} --reason TEXT"
        yield one._replace(remedy=f"{back}; then {one.remedy}; or {accept}")


def if_undoable(found: Iterable[Violation], undoable: Oid | None) -> Iterator[Violation]:
    """The same, but the remedy for the commit ``undoable`` is ``tk undo``: no one else has it."""
    return (one._replace(remedy="tk undo") if one.commit == undoable else one for one in found)


def for_index(repo: Repo, found: Sequence[Violation]) -> Iterator[Violation]:
    """What was found in a commit about to be made by git, with the way on from there.

    A command of tk refuses a task whose file has an uncommitted change, so that is stashed first, which
    loses nothing. No command knows a task that HEAD does not have. A merge authors nothing, so one of
    its sides is put right and merged again.
    """
    changed = set(_changed(repo, "HEAD", FOLDER)) if found and repo.head else set()
    merging = os.path.exists(os.path.join(repo.git_dir, "MERGE_HEAD"))
    for one in found:
        paths = {
            path_of(task)
            for verb, task in _COMMANDS.findall(one.remedy)
            if (verb in VERBS or verb == "gate") and path_of(task) in changed
        }
        if one.task == POLICY_PATH and "tk config " in one.remedy:
            paths |= {POLICY_PATH} & changed
        if "tk new " in one.remedy or "tk reopen " in one.remedy:  # instead of what is staged
            paths |= {path_of(one.task)} & changed
        if new := sorted(paths - {*_known(repo, paths)}) if paths else ():
            words = f"put it right in {', '.join(new)} (what a command would do: {one.remedy})"
            yield one._replace(remedy=words)
        elif not one.remedy.startswith("tk ") or not paths:
            yield one
        elif merging:
            again = f"git merge --abort, then {one.remedy}, then merge again"
            yield one._replace(remedy=again)
        else:
            stash = f"git stash push {' '.join(sorted(paths))}"
            yield one._replace(remedy=f"{stash}, then {one.remedy}")


def after_revert(repo: Repo) -> Iterator[str]:
    """What to do if it was a ``git revert`` that was refused, in words; nothing if it was not.

    git begins no revert with anything staged, so all that the index holds is of the revert; what is
    changed and not staged stays.
    """
    reverted = _reverted(repo)
    if reverted is None:
        return
    begun = any(
        os.path.exists(os.path.join(repo.git_dir, name)) for name in ("sequencer", "REVERT_HEAD")
    )
    yield f"to clear the index: git {'revert --abort' if begun else 'reset --merge'}"
    staged = _changed(repo, "--cached", "HEAD", ".")
    tasks = [path for path in staged if path.startswith(f"{FOLDER}/")]
    if len(tasks) == len(staged):
        return
    restore = "git restore --source=HEAD --staged --worktree"
    if len(tasks) <= _FEW:
        back = f"{restore} {' '.join(map(quoted, tasks))}"
    else:
        listed = f"git diff --cached --name-only -z HEAD {FOLDER}"
        back = f"{listed} | {restore} --pathspec-from-file=- --pathspec-file-nul"
    yield (
        "then, to revert the code and keep the task files:"
        f" git revert --no-commit {reverted} && {back} && git commit --no-edit"
    )


def _reverted(repo: Repo) -> str | None:
    """The commit that git is about to revert, with the option that a merge needs."""
    try:
        with open(os.path.join(repo.git_dir, "MERGE_MSG"), "rb") as file:
            text = file.read(4096).decode(errors="replace")
    except FileNotFoundError:
        return None
    found = _REVERTS.match(text, text.find("\n\n") + 2)
    if found is None:
        return None
    commit, mainline = found.groups()
    if mainline is None:
        return commit[:10]
    parents: list[Oid] = repo.run("rev-parse", f"{commit}^@").decode().split()
    return f"-m {parents.index(mainline) + 1} {commit[:10]}" if mainline in parents else None


def _changed(repo: Repo, *what: str) -> list[str]:
    """The paths that differ from a commit, in the index or in the files."""
    *options, path = what
    show = ("diff", "--name-only", "--no-renames", "--no-ext-diff", "-z")
    out = repo.run(*show, *options, "--", path, env={"GIT_OPTIONAL_LOCKS": "0"})
    return [os.fsdecode(name) for name in out.split(b"\0") if name]


def _known(repo: Repo, paths: Iterable[str]) -> Iterator[str]:
    """Those of the paths that HEAD has."""
    out = repo.run("ls-tree", "-z", "--name-only", "HEAD", "--", *paths)
    return (os.fsdecode(name) for name in out.split(b"\0") if name)
