"""The branches that streams of work are brought together on, and what they have that HEAD lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from tkledger.core.layout import FOLDER, is_task_key, key_of
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import HEADS, branch_name, stream_branch, stream_of
from tkledger.core.task import Task
from tkledger.errors import unusable
from tkledger.git import history, refs
from tkledger.git.objects import Oid
from tkledger.git.refs import COPIES
from tkledger.git.repo import Repo

_MOST, _BRANCHES = 10_000, 50
"""How many commits of a stream's branch are looked at, of more the newest; and of how many such branches, of more
the first ones by name: anybody who may push can make them.
"""


def branch_for(repo: Repo, task: Task) -> str:
    """The branch that the work on a task is brought to because of its stream, as a full ref name; empty if it
    is of none, or that has no branch. Raises TkError if only a remote has it.
    """
    if task.stream is None:
        return ""
    ref = branches(repo).get(task.stream, "")
    if not ref.startswith(COPIES):
        return ref
    own, theirs = branch_name(stream_branch(task.stream)), ref.removeprefix(COPIES)
    fact = f"{task.id} is brought to {own}, which is at a remote and not here"
    raise unusable("no-stream-branch", fact, f"git branch --track {quoted(own)} {quoted(theirs)}")


def branches(repo: Repo) -> dict[str, str]:
    """The branches of streams by their names: one's own, or else git's copy of a remote's, as full ref names."""
    names = [repo.head_ref, *refs.other_branches(repo)]
    return {stream_of(_name_at_remote(ref)): ref for ref in reversed(_of_streams(names))}


def brought(repo: Repo, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """The tasks that commits of streams' branches changed and that HEAD lacks, each with the branch; of the
    branches that are named here, one's own first, and no more than 50.
    """
    found = _of_streams(names)
    tips: dict[Oid, str] = {}  # a copy is mostly where one's own is
    for ref, read in zip(found, repo.read_many(found)):
        if read is not None and read[1] == "commit":
            tips.setdefault(read[0], ref)
    since = f"^{repo.head}", f"--max-count={_MOST}"
    for tip, ref in islice(tips.items(), _BRANCHES):
        for commit in history.log(repo, tip, *since, path=FOLDER):
            keys = (key_of(diff.path) for diff in commit.diffs)
            yield from ((key, ref) for key in keys if is_task_key(key))


def _of_streams(names: Iterable[str]) -> list[str]:
    """Those of these branches that streams have, one's own first."""
    found = (one for one in names if stream_of(_name_at_remote(one)))
    return sorted(found, key=lambda one: (one.startswith(COPIES), one))


def _name_at_remote(ref: str) -> str:
    """A branch as the repository has it that git has copied it from; one's own as it is."""
    if not ref.startswith(COPIES):
        return ref
    _, _, name = ref.removeprefix(COPIES).partition("/")
    return HEADS + name
