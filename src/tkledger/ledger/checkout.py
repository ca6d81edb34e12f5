"""The user's index and working files: caches of HEAD for ``.tasks``, and never more than that.

They are brought up to a commit just before the ref moves to it. Just after would be too late: a
``git commit`` of code in between would commit the old files again and so undo the move silently
(measured: that window is a third of a move's time). A move that was interrupted leaves them ahead of
HEAD; the journal names the files, and the next command restores them, but only those that still
hold what they held before the move or after it.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress

from tkledger.core.layout import FOLDER
from tkledger.core.quoting import quoted
from tkledger.core.typing import TYPE_CHECKING
from tkledger.errors import TkError, unusable
from tkledger.git.errors import GitError, Locked
from tkledger.git.objects import Oid, oid_of
from tkledger.git.refs import LOCK_MILLISECONDS
from tkledger.git.repo import Repo
from tkledger.local.journal import Journal, Known, Noted
from tkledger.local.store import SCRATCH, Store, project

if TYPE_CHECKING:
    from tkledger.ledger.place import Place
    from tkledger.local.lock import WriteLock

Staged = dict[str, tuple[bool, Oid]]


class Checkout:
    """The index and the working files of one worktree, for paths under ``.tasks``."""

    def __init__(self, repo: Repo) -> None:
        assert repo.top is not None
        self._repo = repo
        self._top = repo.top
        self._store = Store(repo.git_dir)
        self._journal = Journal(repo.git_dir)
        self._known: Known = {}
        self._seen: tuple[tuple[int, ...] | None, list[str], Staged] = None, [], {}

    def require_clean(self, before: Mapping[str, bytes | None]) -> None:
        """Raise TkError unless index and files hold what HEAD holds: ``before``, by path, None for
        nothing; or what this command wrote there in a try that lost its race.

        So uncommitted changes are never overwritten.
        """
        folder = os.path.join(self._top, FOLDER)
        if os.path.islink(folder) or (os.path.exists(folder) and not os.path.isdir(folder)):
            raise not_a_folder()
        self._require_unconverted(before)
        staged = self._staged(list(before))
        for path, old in before.items():
            entry = staged.get(path)
            sparse = entry is not None and entry[0]
            ours = {None if old is None else self._oid(old), *self._known.get(path, ())}
            if (entry[1] if entry else None) not in ours:
                raise dirty(path, "has staged changes" if old is not None else "is staged already")
            on_disk = self._on_disk(path)
            if on_disk is None and sparse:
                continue
            if on_disk not in ours:
                raise dirty(
                    path, "is changed and not committed" if old is not None else "exists already"
                )

    def _require_unconverted(self, paths: Iterable[str]) -> None:
        """Raise TkError if git keeps other bytes in these files than were committed."""
        if any(b"working-tree-encoding" in data for data in attributes(self._repo)):
            from tkledger.ledger import conversions  # costs a process

            conversions.require_none(self._repo, paths)

    def _staged(self, paths: list[str]) -> Staged:
        """By path: whether the checkout omits the file (sparse), and the staged object.

        Git is asked again only if the index was written meanwhile.
        """
        if not paths:  # git would list all files
            return {}
        index = self._index()
        if index is None or self._seen[:2] != (index, paths):
            self._seen = index, paths, self._listed(paths)
        return self._seen[2]

    def _index(self) -> tuple[int, ...] | None:
        """Which file the index is; each time it is written it is another. None if there is none yet."""
        with suppress(FileNotFoundError):
            found = os.stat(os.path.join(self._repo.git_dir, "index"))
            return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size
        return None

    def _listed(self, paths: list[str]) -> Staged:
        found: Staged = {}
        out = self._repo.run("ls-files", "-s", "-t", "-z", "--full-name", "--", *paths)
        for line in out.decode(errors="surrogateescape").split("\0")[:-1]:
            meta, path = line.split("\t", 1)
            tag, _, oid, stage = meta.split(" ")
            found[path] = (tag == "S", oid if stage == "0" else f"unmerged {oid}")
        return found

    def _oid(self, data: bytes) -> Oid:
        return oid_of("blob", data, self._repo.width)

    def _on_disk(self, path: str) -> Oid | None:
        """The object that a working file holds, whatever line endings the checkout gives it."""
        full = os.path.join(self._top, path)
        try:
            if not stat.S_ISREG(os.lstat(full).st_mode):
                return "not a regular file"  # reading a pipe would block forever
            with open(full, "rb") as file:
                return self._oid(file.read(1 << 20).replace(b"\r\n", b"\n"))
        except FileNotFoundError:
            return None

    def note(self, files: Mapping[str, tuple[bytes | None, bytes | None]]) -> Known:
        """Note in the journal what is about to change: path, old bytes, new bytes, None for no file.
        Gives all that is noted.

        What earlier tries were to change stays noted until one of them wins the swap: the git of a
        tk that was killed, or another commit of the index, may still be at work on it.
        """
        known = dict(self._journal.read().files)
        for path, sides in files.items():
            ids = [None if data is None else self._oid(data) for data in sides]
            known[path] = list(dict.fromkeys([*known.get(path, ()), *ids]))
        self._journal.write(Noted(self._repo.head, known))
        self._known = known
        return known

    def forget(self) -> None:
        """Remove the journal: the commit was not made, or index and files have caught up with it."""
        self._journal.remove()

    def project(self, files: Mapping[str, bytes | None], known: Known) -> list[str]:
        """Bring index and files to these contents, None for no file; raises Locked if another git
        holds the index.

        Only those that hold one of the ``known`` objects; gives the paths of the others, which hold
        the user's edits.
        """
        staged = self._staged(list(files))
        kept, written, gone, entries, sparse = [], [], [], {}, []
        for path, data in files.items():
            new = None if data is None else self._oid(data)
            ours = {*known.get(path, ()), new}
            is_sparse, entry = staged.get(path, (False, None))
            if entry not in ours:
                kept.append(path)
                continue
            left_out = is_sparse and self._on_disk(path) is None
            if not left_out and not self._write(path, data, ours):
                kept.append(path)
            elif not left_out and new:
                written.append(path)
                continue
            if new is None:
                gone.append(path)
            else:
                entries[path] = new
                sparse += [path] if left_out else []
        self._stage(written, gone, entries, sparse)
        return kept

    def _write(self, path: str, data: bytes | None, ours: Container[Oid | None]) -> bool:
        """Write or remove a working file if it holds one of ``ours``; whether it did."""
        full = os.path.join(self._top, path)
        if data is None:
            if self._on_disk(path) not in ours:
                return False
            with suppress(FileNotFoundError):
                os.unlink(full)
            return True
        scratch = self._store.path(SCRATCH)
        return project(scratch, full, data, lambda: self._on_disk(path) in ours)

    def _stage(
        self, files: list[str], gone: list[str], entries: Mapping[str, Oid], sparse: list[str]
    ) -> None:
        """Stage working files, remove those ``gone``, and stage ``entries``, objects that their files
        do not hold.
        """
        calls = [
            (["--add", "-z", "--stdin"], files),
            (["--force-remove", "-z", "--stdin"], gone),
            (["-z", "--index-info"], [f"100644 {oid} 0\t{path}" for path, oid in entries.items()]),
            (["--skip-worktree", "-z", "--stdin"], sparse),
        ]
        for options, lines in calls:
            if lines:
                self._update_index(options, "".join(f"{line}\0" for line in lines).encode())

    def _update_index(self, options: list[str], stdin: bytes) -> None:
        end = time.monotonic() + LOCK_MILLISECONDS / 1000
        pause = 0.001
        while True:
            try:
                # a checkout may have other line endings than HEAD
                self._repo.run(
                    "-c", "core.safecrlf=false", "update-index", *options, stdin=stdin, apart=True
                )
                return
            except GitError as error:
                if "index.lock" not in error.message or "File exists" not in error.message:
                    raise
                if time.monotonic() > end:
                    self._require_orphaned_lock(error)
            time.sleep(pause)
            # stays short: a loop of commits leaves the index free for moments only
            pause = min(2 * pause, 0.03)

    def _require_orphaned_lock(self, error: GitError) -> None:
        """Remove the lock on the index if a git of tk's was killed and left it; else raise Locked."""
        from tkledger.local.index_lock import remove_orphan

        if not remove_orphan(self._repo.git_dir, self._top):
            raise Locked(error.message) from None

    @property
    def is_unfinished(self) -> bool:
        """Whether a command that did not finish has left its journal."""
        return self._journal.exists

    def heal(self, *, again: bool = False) -> None:
        """Bring index and files back to HEAD if a command did not finish.

        Only those that still hold the bytes from before that command, or from after it; anything
        else is the user's edit. The journal stays as long as HEAD is where that command saw it,
        since its git may still be about to move it; and if the caller will try ``again``.
        """
        if not self.is_unfinished:
            return
        base, known = self._journal.read()
        paths = [path for path in known if path.startswith(f"{FOLDER}/")]
        found = {path: self._repo.read(f"HEAD:{path}") for path in paths}
        if paths:
            self.project({path: one[2] if one else None for path, one in found.items()}, known)
        if not again and (not paths or base != self._repo.head):
            self.forget()


def restore(checkout: Checkout, place: Place, lock: WriteLock) -> None:
    """Bring the checkout to where HEAD is now; what fails is left for the next command, and so is all
    if another has the lock by now.
    """
    with suppress(GitError, OSError, TkError):
        if lock.is_ours and checkout.is_unfinished:
            place.refresh()
            checkout.heal(again=True)


def attributes(repo: Repo) -> Iterator[bytes]:
    """The files of attributes that count for task files."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    own = repo.variables().get("core.attributesfile") or os.path.join(home, "git", "attributes")
    places = [os.path.join(repo.common_dir, "info", "attributes"), os.path.expanduser(own)]
    places += [os.path.join(repo.top or "", *at, ".gitattributes") for at in ((), (FOLDER,))]
    for place in (*places, "/etc/gitattributes"):
        with suppress(OSError), open(place, "rb") as file:
            yield file.read()


def not_a_folder() -> TkError:
    """The error for something else in the place of the folder of task files, such as a link."""
    return unusable(
        "not-a-folder", f"{FOLDER} is not a folder here", f"move it away: git status {FOLDER}"
    )


def dirty(path: str, what: str) -> TkError:
    """The error for uncommitted changes that a move would overwrite."""
    name = quoted(path)
    return unusable(
        "dirty",
        f"{path} {what}",
        f"look with git diff HEAD -- {name}; commit it, or put it aside with git stash push -- {name}",
    )
