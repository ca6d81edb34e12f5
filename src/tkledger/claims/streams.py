"""The branches that streams of work are brought together on, and what they have that HEAD lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tkledger.core.layout import FOLDER, is_task_key, key_of
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import HEADS, branch_name, stream_branch, stream_of
from tkledger.core.task import Task
from tkledger.errors import unusable
from tkledger.git import history, refs
from tkledger.git.refs import COPIES
from tkledger.git.repo import Repo

_MOST = 10_000
"""How many commits of a stream's branch are looked at: of more, the newest."""


def branch_for(repo: Repo, task: Task) -> str:
    """The branch that the work on a task is brought to because of its stream, as a full ref name; empty if it
    is of none, or that has no branch. Raises TkError if only a remote has it.
    """
    if task.stream is None:
        return ""
    ref = stream_branch(task.stream)
    if ref == repo.head_ref:
        return ref
    names = refs.other_branches(repo)
    if ref in names:
        return ref
    for copy in (one for one in names if stream_of(_name_at_remote(one)) == task.stream):
        theirs = copy.removeprefix(COPIES)
        fact = f"{task.id} is brought to {branch_name(ref)}, which is at a remote and not here"
        way = f"git branch --track {quoted(branch_name(ref))} {quoted(theirs)}"
        raise unusable("no-stream-branch", fact, way)
    return ""


def brought(repo: Repo, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """The tasks that commits of streams' branches changed and that HEAD lacks, each with the branch; of the
    branches that are named here, one's own first.
    """
    found = sorted(
        (one for one in names if stream_of(_name_at_remote(one))),
        key=lambda one: (one.startswith(COPIES), one),
    )
    for ref, read in zip(found, repo.read_many(found)):
        if read is not None and read[1] == "commit":
            since = f"^{repo.head}", f"--max-count={_MOST}"
            for commit in history.log(repo, read[0], *since, path=FOLDER):
                keys = (key_of(diff.path) for diff in commit.diffs)
                yield from ((key, ref) for key in keys if is_task_key(key))


def _name_at_remote(ref: str) -> str:
    """A branch as the repository has it that git has copied it from; one's own as it is."""
    if not ref.startswith(COPIES):
        return ref
    _, _, name = ref.removeprefix(COPIES).partition("/")
    return HEADS + name
