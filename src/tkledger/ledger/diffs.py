"""What each commit of a selection changes in the ledger's folder, read from git's objects alone.

git log shows the same, but enters every folder that was pushed, and it never gets to the end of a few
trees that contain each other. Here no folder is entered before its size is known.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice, zip_longest

from tkledger.core.layout import FOLDER
from tkledger.core.snapshot import Pending
from tkledger.core.typing import NamedTuple
from tkledger.errors import unusable
from tkledger.files.reader import TreeReader
from tkledger.files.roots import NO_ROOT, Root
from tkledger.git import history
from tkledger.git.cat_file import BATCH
from tkledger.git.commit import Commit, FileDiff
from tkledger.git.errors import GitError
from tkledger.git.log_format import END, tree_diffs
from tkledger.git.objects import ABSENT, FOLDER_MODE, Oid, oid_of
from tkledger.git.process import NOWHERE, FilterProcess
from tkledger.git.repo import Repo

_ROOTS = 10_000
"""The number of commits whose root folders are kept in memory; others are read again."""

_NONE = (ABSENT, "")
"""The mode and the id of a file that does not exist."""

_MOST_BYTES = 1 << 24
"""The largest diff of one commit that is read, in bytes; git writes 100 to 200 bytes a file."""

_MANY = 1_000
"""The number of changed files that are enough to be read at once."""

_MOST_PAIRS = 128
"""After so many pairs of trees another git takes over: it keeps each tree that it has read, with 1,000 tasks
80 KB a pair. To start it costs a tenth of what it does then."""


class Step(NamedTuple):
    """A commit with its diffs against its first parent in the ledger's folder, and the root folders
    ``before`` and ``after``.
    """

    commit: Commit
    before: Root
    after: Root


def steps(
    repo: Repo, reader: TreeReader, revisions: Sequence[str], *, whole: bool = True
) -> Iterator[Step]:
    """Every commit that ``revisions`` select, parents before children, streaming; ``whole`` as in
    `history.commits`.
    """
    roots, empty = _Roots(reader), oid_of("tree", b"", repo.width)
    asked: list[Step] = []
    with (
        closing(history.commits(repo, *revisions, whole=whole)) as commits,
        closing(_TreeDiffer(repo)) as differ,
    ):
        while batch := list(islice(commits, BATCH)):
            next_ = list(roots.around(batch))
            # git compares these while the ones before are judged
            differ.ask([pair for step in next_ if (pair := _trees(step, empty))])
            yield from _answered(asked, differ, reader, empty)
            asked = next_
        yield from _answered(asked, differ, reader, empty)


def read_ahead(files: TreeReader, found: Iterator[Step], *, before: bool = False) -> Iterator[Step]:
    """The steps ``found``, the files of several read at once, also as they were ``before``."""
    while batch := list(_some(found)):
        read(files, [diff for step in batch for diff in step.commit.diffs], before=before)
        yield from batch


def read(files: TreeReader, diffs: Sequence[FileDiff], *, before: bool = False) -> None:
    """Read the files of several diffs at once, also as they were ``before``; one by one, each costs a wait for
    git (measured: 50 us).
    """
    sides = [(diff.path, diff.new_mode, diff.new) for diff in diffs]
    sides += [(diff.path, diff.old_mode, diff.old) for diff in diffs] if before else []
    entries = (files.entry(*side) for side in sides if side[1] != ABSENT)
    files.load([one for found in entries for one in found.values() if isinstance(one, Pending)])


def _some(found: Iterator[Step]) -> Iterator[Step]:
    """`BATCH` steps, or fewer if they change many files."""
    count = 0
    for step in islice(found, BATCH):
        yield step
        count += len(step.commit.diffs)
        if count > _MANY:
            break


def _trees(step: Step, empty: Oid) -> tuple[Oid, Oid] | None:
    """The ledger's folder before and after; None if they are the same."""
    old, new = (
        side.oid if side.mode == FOLDER_MODE else empty for side in (step.before, step.after)
    )
    return (old, new) if old != new else None


def _answered(
    asked: Sequence[Step], differ: _TreeDiffer, reader: TreeReader, empty: Oid
) -> Iterator[Step]:
    """The steps, with the diffs of those that the differ was asked about."""
    for step in asked:
        diffs = [*_instead(step.before, step.after)]
        if _trees(step, empty):
            diffs += _of_files(differ.answer(), reader)
        yield step._replace(commit=step.commit._replace(diffs=tuple(diffs)))


def _instead(old: Root, new: Root) -> Iterator[FileDiff]:
    """The change of a file that is in the place of the folder, if there is one."""
    (old_mode, old_oid), (new_mode, new_oid) = sides = [
        (ABSENT, "") if side.mode == FOLDER_MODE else side[:2] for side in (old, new)
    ]
    if sides[0] != sides[1]:
        yield FileDiff(old_mode, new_mode, old_oid, new_oid, FOLDER)


def _of_files(diffs: Iterable[FileDiff], reader: TreeReader) -> Iterator[FileDiff]:
    """The changes in the ledger's folder; for folders in it, those of their files."""
    folders: list[list[tuple[str, Oid]]] = [[], []]
    for diff in diffs:
        path = f"{FOLDER}/{diff.path}"
        if FOLDER_MODE not in (diff.old_mode, diff.new_mode):
            yield diff._replace(path=path)
        for side, mode, oid in zip(folders, diff[:2], diff[2:4]):
            if mode == FOLDER_MODE:
                side.append((path, oid))
    sides: list[dict[str, list[tuple[str, Oid]]]] = [{}, {}]
    for found, side in zip(sides, folders):
        for name, mode, oid in reader.files(side):
            found.setdefault(name, []).append((mode, oid))
    for name in sorted(sides[0].keys() | sides[1].keys()):
        for old, new in zip_longest(*(found.get(name, ()) for found in sides), fillvalue=_NONE):
            if old != new:
                yield FileDiff(old[0], new[0], old[1], new[1], name)


class _Roots:
    """The root folders of commits; each is kept while it is likely to be needed again."""

    def __init__(self, reader: TreeReader) -> None:
        self._reader = reader
        self._known: OrderedDict[Oid, Root] = OrderedDict()

    def around(self, batch: Sequence[Commit]) -> Iterator[Step]:
        """The commits with their root folders and those of their first parents."""
        own = {commit.oid: commit.tree for commit in batch}
        first = {commit.parents[0] for commit in batch if commit.parents}
        names = {oid: f"{oid}^{{tree}}" for oid in sorted(first - own.keys() - self._known.keys())}
        names.update(own)
        self._known.update(zip(names, self._reader.roots(list(names.values()))))
        for commit in batch:
            before = self._known[commit.parents[0]] if commit.parents else NO_ROOT
            yield Step(commit, before, self._known[commit.oid])
        while len(self._known) > _ROOTS:
            self._known.popitem(last=False)


class _TreeDiffer:
    """Has git diff-tree compare trees, without entering their folders."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._running: deque[_DiffTree] = deque()

    def ask(self, pairs: Sequence[tuple[Oid, Oid]]) -> None:
        """Have it compare pairs of trees, at most `BATCH`; without any, nothing is asked."""
        if not pairs:
            return
        if not self._running or self._running[-1].asked >= _MOST_PAIRS:
            self._running.append(_DiffTree(self._repo))
        self._running[-1].ask(pairs)

    def answer(self) -> list[FileDiff]:
        """The diffs of the next pair that was asked about."""
        found = self._running[0].answer()
        if self._running[0].is_done:
            self._running.popleft().close()
        return found

    def close(self) -> None:
        """End the git processes."""
        while self._running:
            self._running.popleft().close()


class _DiffTree:
    """One git diff-tree, the number of pairs that it was asked about, and of those not answered yet."""

    def __init__(self, repo: Repo) -> None:
        self.asked = 0
        self.unanswered = 0
        self._git: FilterProcess = repo.filter(
            *("diff-tree", "--stdin", "--raw", "-z", "--no-abbrev"),
            "--ignore-submodules=none",  # so that neither .gitmodules nor the configuration hides one
            env={"GIT_INDEX_FILE": NOWHERE},  # git would read it, and fail if it is broken
        )
        self._answers = tree_diffs(self._git.stdout, _MOST_BYTES)

    def ask(self, pairs: Sequence[tuple[Oid, Oid]]) -> None:
        self._git.ask(b"".join(f"{old} {new}\n".encode() for old, new in pairs) + END)
        self.asked += len(pairs)
        self.unanswered += len(pairs)

    def answer(self) -> list[FileDiff]:
        self.unanswered -= 1
        try:
            return next(self._answers)
        except EOFError:
            raise GitError("git diff-tree ended early", "git fsck") from None
        except OverflowError:
            raise unusable(
                "too-many-files",
                f"a commit changes more of {FOLDER}/ than tk reads: some 100,000 files",
                "commit it in parts",
            ) from None

    @property
    def is_done(self) -> bool:
        """Whether all was answered, and it is not going to be asked again."""
        return not self.unanswered and self.asked >= _MOST_PAIRS

    def close(self) -> None:
        self._git.close(kill=True)
