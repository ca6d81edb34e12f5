"""The files that tk keeps in ``.git/tk``: where each is, and how one is replaced whole; not their contents."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from stat import S_IMODE, S_ISDIR

# In the common git folder, for all worktrees of a repository.
LOCK = "lock"
"""Held by the command that is writing."""
TASKS = "tasks"
"""Task files that were parsed before."""
LINKS = "links"
"""Which tasks the files of tasks name."""
OVERVIEWS = "views"
"""A folder with a page for each of the latest trees that were looked at: what views show of their tasks."""
LEDGERS = "ledgers"
"""Which tree is the ledger of the latest commits that were looked at."""
CLAIMS = "claims"
"""What claims say, and when they were first seen: for the views."""
TEXTS = "json"
"""The JSON of tasks."""
TRACES = "traces"
"""Which commits concern which task, up to one commit; several files that begin so."""
KEYS = "keys"
"""Which commits were made under which key, up to one commit; several files that begin so."""
SUMS = "sums.json"
"""Budgets, counted up to one commit."""
VERIFIED = "verified"
"""What `tk verify` found in all history up to some commits."""
VERIFIED_SUMS = "verified-sums.json"
"""The same as `SUMS`, counted by `tk verify` alone."""
SPENDINGS = "spendings"
"""What commits say was used, by task, actor, model and week, up to one commit."""
MOVES = "moves"
"""How tasks came to their states, up to one commit."""
BIRTH_ORDER = "births"
"""The order in which tasks were created, up to one commit."""
FIRST_SEEN = "seen"
"""A folder with a file for each claim: when this machine first saw it."""
VALIDATED = "validated"
"""On a server: the tips whose history was judged."""
PASSED = "passed"
"""On a server: what the latest pushes that were found legal move, as git tells its hooks; the latest first."""
TIDIED = "tidied"
"""On a server: its date is when the first-seen times were last tidied."""
UNPUBLISHED = "unpublished"
"""On a server: there if what it asks of pushes has to be published anew, for the hook script."""
DENIALS = "denials"
"""On a server: the pushes that it refused, one a line, the latest last."""
OLDER_DENIALS = "denials.1"
"""On a server: those before, since that file was full."""
TURN = "turn"
"""On a server: held by the push that is being judged, if it is to the branch of HEAD."""
RUNS = "runs"
"""A folder with one for each task that ``tk run`` works on."""
GATES = "gates"
"""A folder with what the gates of tasks wrote last."""
NONCE = "nonce"
"""A number at random, by which a repository is told from the one that was at its path before."""
HOOKS = "hooks"
"""A folder for the hooks of a clone, if core.hooksPath is another tool's."""

# In the git folder of one worktree.
JOURNAL = "journal"
"""What an unfinished command is changing in index and working files."""
SCRATCH = "new"
"""A working file before it is moved to its place."""
JUDGED = "judged"
"""What was last found legal, for the hook script."""
UNTOUCHED = "clean"
"""The git process whose commit does not touch the ledger, for the hook script."""
LARGE = "large"
"""There if the ledger of HEAD has many files, for the hook script."""
STAGED = "staged"
"""The git process whose commit is judged before its message, and the tree of its index, for the hook script."""
REFUSED = "refused"
"""Why the last sync was refused, and at which commit of HEAD."""
LEGAL = "legal"
"""The commit whose newest history was found legal when the status was last asked for."""
MESSAGE_CHECKED = "heard"
"""The git process whose commit message was checked, for the hook script."""
NO_ATTRIBUTION = "anybody"
"""Its date is when the policy in the checkout was seen not to ask for attribution."""
NO_SIGNATURES = "unsigned"
"""Its date is when the policy in the checkout was seen not to ask for signatures."""
NO_SIGNED_GUARD = "unguarded"
"""Its date is when no guard of the policy in the checkout was seen to ask for signatures."""
NO_LIMITS = "unlimited"
"""Its date is when the policy in the checkout was seen to limit no one."""
TASK = "task"
"""The task that this worktree was made for."""
RESERVED_PATHS = "reserved"
"""In the common folder: there if paths may be reserved, for the hook script."""
AT_WORK = "mine"
"""The only task that an actor has in progress in a ledger, for the hook script: ledger, task, actor."""

# In git's configuration of a clone.
NO_HOOKS = "tk.hooks"
"""There if its user wants no hooks: after ``tk init --no-hooks``, or ``tk hooks uninstall``."""

COMMIT_HOOKS = "tk.commithooks"
"""``run`` if its user wants commit-msg run for the commits of tk; by default it is not."""


class Store:
    """The folder ``tk`` in a git folder: the common one, or that of a worktree."""

    def __init__(self, git_folder: str) -> None:
        self._folder = os.path.join(git_folder, "tk")

    def path(self, *name: str) -> str:
        """The path of a file, whether or not it exists."""
        return os.path.join(self._folder, *name)

    def read(self, *name: str) -> bytes | None:
        """The bytes of a file; None if it does not exist."""
        try:
            with open(self.path(*name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def make(self, *name: str) -> str:
        """The path of a file, whose folder is made if there is none."""
        path = self.path(*name)
        make_folder(os.path.dirname(path), os.path.dirname(self._folder))
        return path

    def opened(self, *name: str) -> int:
        """A file to lock, which is made if there is none, open for writing."""
        return opened(self.path(*name), os.path.dirname(self._folder))

    def replace(self, *name: str, data: bytes) -> None:
        """Replace or create a file."""
        replace(self.make(*name), data, like=os.path.dirname(self._folder))

    def keep(self, *name: str, data: bytes) -> None:
        """The same for a file that only saves time: a failure to write it is ignored."""
        with suppress(OSError):
            self.replace(*name, data=data)

    def append(self, *name: str, data: bytes) -> int:
        """Add to the end of a file, which is made if there is none; how many bytes it has then."""
        path = self.make(*name)
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            share(path, os.path.dirname(self._folder))
            os.write(file, data)  # at once: several may add to it
            return os.fstat(file).st_size
        finally:
            os.close(file)

    def remove(self, *name: str) -> None:
        """Remove a file, if it exists."""
        with suppress(FileNotFoundError):
            os.unlink(self.path(*name))


def make_folder(path: str, like: str) -> None:
    """Make a folder, and those above it, that others may use as they may use the folder ``like``."""
    if os.path.isdir(path or "."):
        return
    make_folder(os.path.dirname(path), like)
    with suppress(FileExistsError):
        os.mkdir(path)
        share(path, like)


def opened(path: str, like: str) -> int:
    """A file to lock, which is made if there is none, open for writing, for those who may use ``like``."""
    make_folder(os.path.dirname(path), like)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    share(path, like)
    return file


def share(path: str, like: str) -> None:
    """Let group and others use what was made at ``path`` as they may use the folder ``like``.

    In a repository that several users share (core.sharedRepository) git does so for its own files, for
    whatever the umask of the one who made it the next one has to write there. What is another's stays.
    """
    shared, own = os.stat(like).st_mode, os.lstat(path).st_mode
    bits = shared & (0o2077 if S_ISDIR(own) else 0o066)
    if shared & 0o022 and own & bits != bits:
        with suppress(PermissionError):
            os.chmod(path, S_IMODE(own) | bits)


def replace(path: str, data: bytes, *, mode: int | None = None, like: str = "") -> None:
    """Replace or create a file atomically: a reader sees the old contents or the new ones. Others may
    use it as they may use the folder ``like``, if one is given.
    """
    scratch = scratch_file(path, data)
    try:
        if mode is not None:
            os.chmod(scratch, mode)
        if like:
            share(scratch, like)
        os.replace(scratch, path)
    except OSError:
        os.unlink(scratch)
        raise


def project(scratch: str, path: str, data: bytes, may: Callable[[], bool] = lambda: True) -> bool:
    """Replace or create a working file atomically, if it then still ``may``; whether it did.

    By way of a file at ``scratch``, in git's folder, where a kill leaves nothing in the checkout; if
    that is on another file system, by way of one next to ``path``. A symbolic link at ``path`` is
    replaced, not followed, and nothing is written through one in place of its folder.
    """
    folder = os.path.dirname(path)
    own = os.path.dirname(scratch)
    make_folder(own, os.path.dirname(own))
    os.makedirs(folder, exist_ok=True)
    for place in (scratch, path):
        if os.path.islink(folder):
            return False
        made = scratch_file(place, data)
        try:
            is_wanted = may()
            if is_wanted:
                os.replace(made, path)
            else:
                os.unlink(made)
            return is_wanted
        except OSError as error:
            os.unlink(made)
            from errno import EXDEV  # not loaded by commands that only look

            if error.errno != EXDEV:
                raise
    return False


def scratch_file(path: str, data: bytes) -> str:
    """Write a new file next to ``path``, with a unique name; gives that name.

    "x" creates it or fails, and follows no symbolic link.
    """
    scratch = f"{path}.{os.urandom(8).hex()}"
    with open(scratch, "xb") as file:
        try:
            file.write(data)
            file.flush()
        except OSError:
            os.unlink(scratch)
            raise
    return scratch
