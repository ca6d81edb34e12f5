"""The one answer to what state a task is in if other branches count too: on HEAD's, or on one that is ahead of it.

Nothing else reads the task files of other branches. What is ahead is decided by history, not by dates; it
judges nothing, and no verdict rests on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from tkledger.core import ref_names
from tkledger.core.layout import FOLDER, path_of
from tkledger.core.lifecycle import INITIAL, State
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import HEADS, branch_name, stream_of
from tkledger.core.snapshot import Elsewhere, Snapshot
from tkledger.core.task import Task
from tkledger.core.typing import TYPE_CHECKING, NamedTuple
from tkledger.files import codec
from tkledger.git import refs
from tkledger.git.cat_file import Found
from tkledger.git.objects import Oid
from tkledger.git.refs import COPIES
from tkledger.git.repo import Repo

if TYPE_CHECKING:
    from tkledger.claims.standing import Standing

BRANCH_SETTING = "tk.branch"
"""Configuration of a clone: how the branch of a task is called, with ``{id}`` in it."""

_STREAMS = branch_name(ref_names.STREAM_BRANCHES)

_MOST = 10_000
"""How many commits that HEAD lacks are looked at: of more, the newest."""


def branch_of(config: Mapping[str, str], task: str) -> str:
    """The branch that a task has for itself, as a full ref name."""
    return HEADS + _pattern(config).replace("{id}", task)


def task_of(config: Mapping[str, str], ref: str) -> str:
    """The id of the task that a branch, a full ref name, is of by its name; empty if it is of none."""
    before, _, after = _pattern(config).partition("{id}")
    name = branch_name(ref)
    if not (name.startswith(before) and name.endswith(after)):
        return ""
    task = name[len(before) : len(name) - len(after)]
    return "" if "/" in task else task


def _pattern(config: Mapping[str, str]) -> str:
    own = branch_name(ref_names.TASK_BRANCHES)
    return config.get(BRANCH_SETTING, own + "{id}")


# -- reading -----------------------------------------------------------------------------------


def task_at(repo: Repo, ref: str, task: str) -> Task | None:
    """The task as a branch or commit has it; None if it has none, or it cannot be read."""
    return next(tasks_at(repo, [(ref, task)])) if ref else None


def tasks_at(repo: Repo, places: Iterable[tuple[str, str]]) -> Iterator[Task | None]:
    """The same for many: each a branch or commit, and the id of a task."""
    return map(_loaded, _read(repo, places))


def _read(repo: Repo, places: Iterable[tuple[str, str]]) -> Iterator[Found | None]:
    return repo.read_many([f"{ref}:{path_of(task)}" for ref, task in places])


def _loaded(found: Found | None) -> Task | None:
    try:
        return codec.load_task(found[2]) if found and found[1] == "blob" else None
    except codec.FormError:
        return None


def cancelled_at_base(repo: Repo, task: Task) -> str:
    """That a task was cancelled where its branch is to be merged, here or as last fetched, and why; else empty."""
    if task.base is None:
        return ""
    base = HEADS + task.base
    branches = [base, *_copies(refs.other_branches(repo), base)]
    for branch, found in zip(branches, tasks_at(repo, [(one, task.id) for one in branches])):
        if found is not None and found.state is State.CANCELLED:
            why = f": {found.error.message}" if found.error.message else ""
            return f"cancelled on {branch_name(branch).removeprefix(COPIES)}{why}"
    return ""


# -- where a task stands -----------------------------------------------------------------------


class _Version(NamedTuple):
    """A task on another branch: the branch as git takes it, its commit, the file's id and the task.

    own: whether it is the branch that the task has for itself
    lapsed: whether the claim that names it holds no longer
    copied: whether it is git's copy of a remote's branch
    """

    branch: str
    tip: Oid
    blob: Oid
    task: Task
    own: bool
    lapsed: bool
    copied: bool = False


def found(repo: Repo, ledger: Snapshot, known: Mapping[str, Standing]) -> dict[str, _Version]:
    """The tasks of HEAD's ledger that are further on another branch, by id: on the one that the task has
    for itself, or on that of its claim, which comes first. ``known`` are the claims.

    A branch that is merged, has not changed the task, or has a version of it that HEAD has gone past is
    not ahead. No task is that has ended on HEAD, since nothing newer can come.
    """
    if repo.head is None:
        return {}
    candidates = list(_candidates(repo, ledger, known))
    here = list({task for task, _ in candidates})
    ours = {
        task: read[0]
        for task, read in zip(here, _read(repo, [(repo.head, one) for one in here]))
        if read is not None
    }
    tips = [
        read[0] if read else ref_names.ABSENT
        for read in repo.read_many([one.branch for _, one in candidates])
    ]
    places = [(tip, task) for tip, (task, _) in zip(tips, candidates)]
    differing: list[tuple[str, _Version]] = []
    for (tip, name), (_, one), read in zip(places, candidates, _read(repo, places)):
        task = _loaded(read)
        if read is not None and task is not None and ours.get(name, read[0]) != read[0]:
            short = branch_name(one.branch).removeprefix(COPIES)
            copied = one.branch.startswith(COPIES)
            version = _Version(short, tip, read[0], task, one.own, one.lapsed, copied)
            differing.append((name, version))
    differing = _brought_first(differing)
    return _ahead(repo, ledger, ours, differing) if differing else {}


def _brought_first(versions: Sequence[tuple[str, _Version]]) -> list[tuple[str, _Version]]:
    """The versions, without one of an ended task that the branch of its stream has as well: it went there."""
    brought = {
        (name, one.blob)
        for name, one in versions
        if one.task.ended and stream_of(HEADS + one.branch)
    }
    return [
        (name, one)
        for name, one in versions
        if (name, one.blob) not in brought or stream_of(HEADS + one.branch)
    ]


def shown(repo: Repo, ledger: Snapshot, known: Mapping[str, Standing]) -> Snapshot:
    """HEAD's ledger with the tasks that are further on other branches as they are there, and marked so."""
    versions = found(repo, ledger, known)
    if not versions:
        return ledger
    overlaid = ledger.put(*(one.task for one in versions.values()))
    overlaid.elsewhere = {
        task: Elsewhere(one.branch, one.tip, one.own, one.lapsed, one.copied)
        for task, one in versions.items()
    }
    return overlaid


def begun(repo: Repo, ledger: Snapshot, known: Mapping[str, Standing]) -> Snapshot:
    """The same, with only those tasks that are not to be begun on HEAD: they were begun on another branch,
    and not under a claim that holds no longer.
    """
    over = shown(repo, ledger, known)
    over.elsewhere = {
        task: place
        for task, place in over.elsewhere.items()
        if not (place.lapsed and not place.own) and not _is_new(over.task(task))
    }
    return over


def _is_new(task: Task | None) -> bool:
    return task is None or task.state in INITIAL


def standing_there(ledger: Snapshot, task_id: str) -> tuple[str, str]:
    """Where a task stands that is further on another branch, in words, and the way on from HEAD."""
    task, place = ledger.task(task_id), ledger.elsewhere[task_id]
    assert task is not None
    fact = f"{task.state} on {place.branch}, not merged"
    if task.ended:
        return fact, f"git merge {quoted(place.branch)}"
    if task.state is State.BLOCKED and place.own:
        return fact, f"tk retry {task_id} --gap TEXT"
    if place.own:
        return fact, f"tk work {task_id}"
    track = "--track " if place.copied else ""  # a branch of one's own, which git then makes
    return fact, f"git switch {track}{quoted(place.branch)}"


def unseen(repo: Repo, known: Mapping[str, Standing]) -> dict[str, str]:
    """The branches, by task, that live claims name and that this clone does not have."""
    names = refs.other_branches(repo)
    here = {*names, repo.head_ref}
    branches = {task: one.claim.branch for task, one in known.items() if one.live}
    return {
        task: branch_name(branch)
        for task, branch in branches.items()
        if branch not in here and not any(_copies(names, branch))
    }


def _candidates(
    repo: Repo, ledger: Snapshot, known: Mapping[str, Standing]
) -> Iterator[tuple[str, _Version]]:
    """The versions to look at, the more important of one task first; not read yet."""
    names = refs.other_branches(repo)
    named: dict[tuple[str, str], tuple[bool, bool]] = {}
    for task, held in known.items():
        branch = held.claim.branch
        for ref in (branch, *_copies(names, branch)) if branch != repo.head_ref else ():
            if ref in names and task in ledger.entries:
                named[task, ref] = False, not held.live
                break
    heads = [name for name in names if name.startswith(HEADS)]
    config = repo.variables() if heads else {}
    for ref in heads:
        task = task_of(config, ref)
        if task and task in ledger.entries:
            named[task, ref] = True, named.get((task, ref), (True, False))[1]
    if any(f"/{_STREAMS}" in name for name in names):
        from tkledger.claims import streams  # few repositories have such branches

        for task, ref in streams.brought(repo, names):
            if task in ledger.entries:
                named.setdefault((task, ref), (False, False))
    for (task, ref), how in named.items():
        entry = ledger.task(task)
        if entry is not None and not entry.ended:
            yield task, _Version(ref, "", "", entry, *how)


def _copies(names: Collection[str], branch: str) -> Iterator[str]:
    """Git's copies of a remote's branch of this name."""
    name = "/" + branch_name(branch)
    return (ref for ref in names if ref.startswith(COPIES) and ref.endswith(name))


# -- what is ahead -----------------------------------------------------------------------------

_Steps = Mapping[Oid, Collection[Oid]]
"""The versions of files that commits made, each with those it was made from."""


def _ahead(
    repo: Repo, ledger: Snapshot, ours: Mapping[str, Oid], versions: Sequence[tuple[str, _Version]]
) -> dict[str, _Version]:
    assert repo.head is not None
    tips = list({one.tip for _, one in versions})
    theirs = _steps(repo, *tips, f"^{repo.head}")
    own: _Steps | None = None
    ahead: dict[str, _Version] = {}
    for name, one in versions:
        if name in ahead or one.blob not in theirs:  # HEAD has all that this branch made of it
            continue
        if not _past(theirs, one.blob, ours[name]):
            if own is None:
                own = _steps(repo, repo.head, *(f"^{base}" for base in _bases(repo, tips)))
            if _past(own, ours[name], one.blob) or not _is_later(ledger, one.task):
                continue
        ahead[name] = one
    return ahead


def _bases(repo: Repo, tips: Sequence[Oid]) -> Sequence[Oid]:
    """The commit that HEAD and all of these have in common, if there is one."""
    from tkledger.git import history

    assert repo.head is not None
    return history.merge_bases(repo, [repo.head, *tips])


def _is_later(ledger: Snapshot, task: Task) -> bool:
    """Whether another version of a task is later in its life than the ledger's: a merge would take its state."""
    from tkledger.core.merge import is_later

    here = ledger.task(task.id)
    assert here is not None
    assert ledger.policy is not None
    return is_later(task, here, ledger.policy.lifecycle)


def _steps(repo: Repo, *revisions: str) -> _Steps:
    """What the commits that ``revisions`` select did to task files, merges to those of each parent."""
    from tkledger.git import history

    found: dict[Oid, set[Oid]] = {}
    how = ("--sparse", "--diff-merges=separate", f"--max-count={_MOST}")
    for commit in history.log(repo, *revisions, *how, path=FOLDER):
        for diff in commit.diffs:
            found.setdefault(diff.new, set()).add(diff.old)
    return found


def _past(steps: _Steps, now: Oid, then: Oid) -> bool:
    """Whether ``now`` was made, in however many steps, from ``then``."""
    from tkledger.core.graph import reachable

    return then in reachable([now], lambda oid: steps.get(oid, ()))
