"""Repo: where a repository is, where its HEAD is, what its objects hold; it runs git there."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

from tkledger.core.quoting import quoted
from tkledger.core.trailers import lines
from tkledger.core.typing import IO, TYPE_CHECKING
from tkledger.git import process
from tkledger.git.cat_file import CatFile, Found
from tkledger.git.errors import GitError, failed, not_readable
from tkledger.git.objects import Oid, TreeEntry, read_tree
from tkledger.git.process import Done, FilterProcess

if TYPE_CHECKING:
    from subprocess import Popen


HERE = "."
"""The current folder, which GIT_DIR may make one of a repository elsewhere."""


_LARGE = 10_000
"""Bytes of a tree that is worth keeping."""


class Repo:
    """A repository and the checkout that the current folder is in, if any."""

    _objects: CatFile | None = None
    _large: tuple[Oid, bytes] | None = None

    def __init__(self, path: str = HERE) -> None:
        self._folder = os.path.abspath(path)
        if not os.path.isdir(self._folder):
            raise GitError(f"{path} is not a folder", "give the path of a repository: -C PATH")
        self._env = process.environment(self._folder, named=path != HERE)
        self._variables: dict[str, str] | None = None
        self.bases: dict[tuple[Oid, ...], list[Oid]] = {}
        """The merge bases that were asked for last: a sync asks for the same ones again."""
        self._discover()

    def _discover(self) -> None:
        done = self.call(
            "rev-parse", "--path-format=absolute", "--is-inside-work-tree", "--git-dir",
            "--git-common-dir", "--is-shallow-repository", "--show-cdup", "--is-bare-repository",
            "HEAD", "--symbolic-full-name", "HEAD",
        )  # fmt: skip
        lines = done.out.decode(errors="surrogateescape").split("\n")
        if len(lines) < 6:
            raise not_readable(done.err, self._folder)
        if lines[4] in ("true", "false"):  # outside of a checkout there is no way up to its top
            lines.insert(4, "")
        self.is_bare = lines[0] != "true"
        self.git_dir, self.common_dir = lines[1], lines[2]
        self.is_shallow = lines[3] == "true"
        self.top = None if self.is_bare else os.path.normpath(os.path.join(self._folder, lines[4]))
        if self.top:
            self._folder = self.top  # so that every path is one from the top
        if done.status == 0:
            self.head: Oid | None = lines[6]
            self.head_ref = lines[7]
        else:  # a branch without a commit yet
            self.head = None
            self.head_ref = self.run("symbolic-ref", "-q", "HEAD").decode().strip()
        self.is_detached = self.head_ref == "HEAD"

    def refresh(self) -> bool:
        """Read again where HEAD is; whether that is elsewhere now."""
        before = self.head, self.head_ref
        self._discover()
        return before != (self.head, self.head_ref)

    def has_moved(self) -> bool:
        """Whether HEAD is elsewhere than when it was last read; costs no process."""
        ref = self.branch_now()
        found = self.read(f"{ref}^{{commit}}", limit=0)
        return (ref, found[0] if found else None) != (self.head_ref, self.head)

    def branch_now(self) -> str:
        """The branch HEAD is on at this moment, as a full ref name; ``HEAD`` if on none."""
        try:  # reading the file costs no process; with reftable it says .invalid
            with open(os.path.join(self.git_dir, "HEAD"), encoding="utf-8") as file:
                word, _, ref = file.read().rstrip("\n").partition(": ")
        except (OSError, UnicodeDecodeError):
            word = ref = ""
        if word == "ref" and not ref.endswith("/.invalid"):
            return ref
        return self.answers("symbolic-ref", "-q", "HEAD") or "HEAD"

    def variables(self) -> dict[str, str]:
        """Git's configuration and identities (``GIT_COMMITTER_IDENT``) in one go, read once."""
        if self._variables is None:
            out = self.run("var", "-l").decode(errors="surrogateescape")
            pairs = (line.partition("=") for line in lines(out))
            # a name without a value is how git writes true
            self._variables = {key: value if equals else "true" for key, equals, value in pairs}
        return self._variables

    def configure(self, name: str, value: str | None) -> None:
        """Set a variable in the repository's configuration, or take it out."""
        if value is None:
            self.answers("config", "--local", "--unset-all", name)
        else:
            self.run("config", "--local", "--replace-all", name, value)
        self._variables = None

    @property
    def hooks_folder(self) -> str:
        """The folder that git runs hooks from; if it is relative, then to the top of each worktree."""
        configured = self.variables().get("core.hookspath")
        if configured is None:
            return os.path.join(self.common_dir, "hooks")
        return os.path.expanduser(configured)

    def has_hook(self, name: str) -> bool:
        """Whether git finds a hook of this name here."""
        return os.path.exists(os.path.join(self.top or self.git_dir, self.hooks_folder, name))

    def has_variable(self, name: str) -> bool:
        """Whether git's environment has a variable."""
        return name in self._env

    @property
    def width(self) -> int:
        """How many digits the repository's object ids have."""
        if self.head:
            return len(self.head)
        return 64 if self.answers("rev-parse", "--show-object-format") == "sha256" else 40

    @property
    def objects_folder(self) -> str:
        """Where git puts new objects; in pre-receive this is a place for those of the push."""
        return self._env.get("GIT_OBJECT_DIRECTORY", os.path.join(self.common_dir, "objects"))

    # -- running ---------------------------------------------------------------------------

    def call(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        apart: bool = False,
    ) -> Done:
        """How a git command ends. ``apart`` puts it in a session of its own and lets it end in any
        case: a signal for tk or its process group then cannot leave git's lock files behind.
        """
        full = self._env if env is None else {**self._env, **env}
        with process.running(args, self._folder, full, stdin=stdin, apart=apart) as git:
            return git.done()

    def run(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        apart: bool = False,
    ) -> bytes:
        """The output of a git command; raises GitError if it fails. ``apart`` as in `call`."""
        done = self.call(*args, stdin=stdin, env=env, apart=apart)
        if done.status:
            command = args[2] if args[0] in ("-c", "-C") else args[0]
            raise failed(command, done.err.strip() or f"exit {done.status}", self.common_dir)
        return done.out

    @contextmanager
    def streamed(
        self,
        *args: str,
        stdin: bytes | None = None,
        fine: Collection[int] = (0,),
        config: Sequence[str] = (),
    ) -> Iterator[IO[bytes]]:
        """The output of a git command as it comes, with options of git itself in ``config``; raises GitError if
        its exit status is none that is ``fine``. An exception in the meantime kills it.
        """
        with process.running((*config, *args), self._folder, self._env, stdin=stdin) as git:
            yield git.out
            done = git.done()
        if done.status not in fine:
            words = done.err.strip().removeprefix("fatal: ")
            raise GitError(f"git {args[0]}: {words}", "git fsck")

    def answers(self, *args: str) -> str | None:
        """The output of a git command, stripped; None if it fails."""
        done = self.call(*args)
        return None if done.status else done.out.decode(errors="replace").strip()

    def refusal(
        self, *args: str, env: Mapping[str, str] | None = None, timeout: float | None = None
    ) -> str | None:
        """The words on stderr of a git command that fails, and of the hooks it runs; None if it
        does not fail. One that takes longer than ``timeout`` seconds has failed.
        """
        full = self._env if env is None else {**self._env, **env}
        return process.complaint(args, self._folder, full, timeout)

    def talking(self, *args: str, env: Mapping[str, str], apart: bool) -> Popen[str]:
        """A git that runs for long, such as one that talks to a remote; what it says is text, and
        its stdout and stderr are the caller's to read. ``apart`` as in `call`.
        """
        return process.talking(args, self._folder, {**self._env, **env}, apart=apart)

    def filter(self, *args: str, env: Mapping[str, str]) -> FilterProcess:
        """A git that answers on stdout what it is asked on stdin, until that is closed."""
        return FilterProcess(args, self._folder, {**self._env, **env})

    # -- objects ---------------------------------------------------------------------------

    def close(self) -> None:
        """Let the process that reads objects end."""
        if self._objects is not None:
            self._objects.close()
            self._objects = None

    def disown(self) -> None:
        """Leave that process to the one that this process was forked from."""
        self._objects = None

    def __del__(self) -> None:
        # a test or a server that runs commands in one process has no place to call close()
        self.close()

    def read(self, name: str, *, limit: int | None = None) -> Found | None:
        """The object that ``name`` names: its id, type and bytes; None if there is none."""
        return next(self.read_many([name], limit=limit))

    def read_many(
        self, names: Sequence[str], *, limit: int | None = None
    ) -> Iterator[Found | None]:
        """The objects that ``names`` name, in their order; of one larger than ``limit`` bytes the
        first ones, more than the limit. The bytes are what the id says.
        """
        if self._objects is None:
            self._objects = CatFile(self._folder, self._env)
        try:
            yield from self._objects.read_many(names, limit)
        except EOFError:
            raise self._ended_early() from None
        except KeyboardInterrupt:
            self.close()  # an answer may be half read, and the next question would get the rest
            raise

    def _ended_early(self) -> GitError:
        """Why the reading process has ended: in a partial clone it could not fetch an object."""
        promised = self.answers("config", "--name-only", "--get-regexp", r"^remote\..*\.promisor$")
        if not promised:
            return GitError("git cat-file ended early", "git fsck")
        remote = lines(promised)[0].removeprefix("remote.").removesuffix(".promisor")
        return GitError(
            f"an object is not in this partial clone, and {remote} cannot be reached for it",
            f"look with git fetch {quoted(remote)}, and run it again",
        )

    def tree(self, name: str) -> list[TreeEntry] | None:
        """The entries of the tree that ``name`` names; None if it names none."""
        found = self.tree_bytes(name)
        return None if found is None else read_tree(found[1], len(found[0]))

    def tree_bytes(self, name: str) -> tuple[Oid, bytes] | None:
        """The id and the bytes of the tree that ``name`` names; None if it names none. The last large
        one is kept: a command that changes a ledger needs it again.
        """
        if self._large is not None and name == self._large[0]:
            return self._large
        found = self.read(name)
        if found is None or found[1] != "tree":
            return None
        tree = found[0], found[2]
        if len(tree[1]) > _LARGE:
            self._large = tree
        return tree


def is_git_folder(path: str) -> bool:
    """Whether a folder is what git keeps of a repository, as git knows one."""
    return all(os.path.exists(os.path.join(path, one)) for one in _GIT_FOLDER)


_GIT_FOLDER = ("HEAD", "objects", "refs")
"""What is in each git folder, by which git knows one."""
