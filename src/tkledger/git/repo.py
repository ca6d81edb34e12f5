"""Repo: runs git, with plain values in and out; knows commits, trees and refs, not tasks."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import IO, NamedTuple

from tkledger.git.log_format import FORMAT, Commit, commits, tokens
from tkledger.git.objects import (
    FOLDER_MODE,
    NewObject,
    Oid,
    TreeEntry,
    commit_bytes,
    oid_of,
    pack,
    read_commit,
    read_tree,
    replaced,
    tree_bytes,
)

_KEPT = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_EXEC_PATH"),
        *("GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"),
        *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"),
        *("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE"),
        *("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE"),
        *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EDITOR"),
    }
)
"""What of git's environment is the user's choice; the rest is left over from some other git."""

_PLACES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"})
"""Those that may be paths from the folder one stands in."""

NOWHERE = os.path.join(os.sep, "nonexistent", "file")
"""Where git finds no file."""

_PLAIN = {
    "GIT_NO_REPLACE_OBJECTS": "1",  # history as it was written, not as refs/replace shows it
    "GIT_GRAFT_FILE": NOWHERE,  # likewise for grafts
    "GIT_LITERAL_PATHSPECS": "1",  # an id is never a pattern
    "GIT_OPTIONAL_LOCKS": "0",  # reading must not write the index
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}

_CONFIG = (
    *("-c", "core.commitGraph=false", "-c", "core.quotePath=false", "-c", "log.showRoot=true"),
    *("-c", "log.follow=false", "-c", "log.showSignature=false"),
)
"""The commit graph is a cache that can be forged; the commit objects are what was signed. What a
user has git's log show must not change what is read from it.
"""


_DURABLE = ("-c", "core.fsync=committed,reference")
"""git's default makes nothing durable before it answers (measured: no fsync in a commit)."""

BATCH = 64
"""So many ids go into a pipe, whatever comes back: asked at once they cost one wait for git."""

_PIPE_BYTES = 16_384
"""What a pipe takes on every system before somebody reads it."""

LOCK_MILLISECONDS = 2_000
"""How long to wait for another git that holds a ref or the index; they do for moments only."""


class GitError(Exception):
    """git said no: its own words, and what can be done about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Locked(GitError):
    """Another git holds a lock, for longer than one waits: safe to try again."""

    def __init__(self, words: str) -> None:
        told = words.splitlines()[0].removeprefix("fatal: ")
        super().__init__(told, "run it again; if no git is running, one was killed and left it")


class RefMoved(Exception):
    """A compare-and-swap lost: the ref is no longer where it was read."""


class RefSwap(NamedTuple):
    """A ref to move from ``old`` (None: it must not exist) to ``new`` (None: it goes away)."""

    ref: str
    new: Oid | None
    old: Oid | None


class Repo:
    """A repository and the checkout one stands in, if any."""

    _reader: subprocess.Popen[bytes] | None = None

    def __init__(self, path: str = ".") -> None:
        self._cwd = os.path.abspath(path)
        if not os.path.isdir(self._cwd):
            raise GitError(f"{path} is no folder", "give the path of a repository: -C PATH")
        self._env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in _KEPT}
        for name in _PLACES & self._env.keys():  # git is run elsewhere, where they would mislead
            self._env[name] = os.path.join(self._cwd, self._env[name])
        self._env.update(_PLAIN)
        self._variables: dict[str, str] | None = None
        self._bases: dict[tuple[Oid, ...], list[Oid]] = {}
        self._discover()

    def _discover(self) -> None:
        done = self._call(
            "rev-parse", "--path-format=absolute", "--is-inside-work-tree", "--git-dir",
            "--git-common-dir", "--is-shallow-repository", "--show-cdup", "--is-bare-repository",
            "HEAD", "--symbolic-full-name", "HEAD",
        )  # fmt: skip
        lines = done.stdout.decode(errors="surrogateescape").split("\n")
        if len(lines) < 6:
            raise _discovery_error(done.stderr.decode(errors="replace"), self._cwd)
        if lines[4] in ("true", "false"):  # outside of a checkout there is no way up to its top
            lines.insert(4, "")
        self.is_bare = lines[0] != "true"
        self.git_dir, self.common_dir = lines[1], lines[2]
        self.is_shallow = lines[3] == "true"
        self.top = None if self.is_bare else os.path.normpath(os.path.join(self._cwd, lines[4]))
        if self.top:
            self._cwd = self.top  # so that every path is one from the top
        if done.returncode == 0:
            self.head: Oid | None = lines[6]
            self.head_ref = lines[7]
        else:  # a branch without a commit yet
            self.head = None
            self.head_ref = self.run("symbolic-ref", "-q", "HEAD").decode().strip()
        self.is_detached = self.head_ref == "HEAD"

    def refresh(self) -> bool:
        """Read again where HEAD stands; whether that is elsewhere now."""
        before = self.head, self.head_ref
        self._discover()
        return before != (self.head, self.head_ref)

    def branch_now(self) -> str:
        """The branch HEAD is on at this moment, as a full ref name; ``HEAD`` if on none."""
        try:  # the file tells without a process; with reftable it says .invalid
            with open(os.path.join(self.git_dir, "HEAD"), encoding="utf-8") as file:
                word, _, ref = file.read().rstrip("\n").partition(": ")
        except (OSError, UnicodeDecodeError):
            word = ref = ""
        if word == "ref" and not ref.endswith("/.invalid"):
            return ref
        return self.answers("symbolic-ref", "-q", "HEAD") or "HEAD"

    # -- running ---------------------------------------------------------------------------

    def _call(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        apart: bool = False,
        timeout: float | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git. ``apart`` puts it in a session of its own and lets it end in any case: a signal
        for tk or its process group then cannot leave git's lock files behind. After ``timeout``
        seconds it is killed, and subprocess.TimeoutExpired raised.
        """
        source = subprocess.DEVNULL if stdin is None else subprocess.PIPE
        if apart and stdin is not None and len(stdin) <= _PIPE_BYTES:
            source, stdin = _filled(stdin), None
        try:
            process = subprocess.Popen(
                ["git", *_CONFIG, *args],
                cwd=self._cwd,
                env={**self._env, **env} if env else self._env,
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=apart,
            )
        finally:
            if source >= 0:
                os.close(source)
        try:
            out, err = process.communicate(stdin, timeout)
        except BaseException:
            if not apart:
                process.kill()
            process.communicate()
            raise
        return subprocess.CompletedProcess(args, process.returncode, out, err)

    def run(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        apart: bool = False,
    ) -> bytes:
        """The output of a git command; raises GitError if it fails."""
        done = self._call(*args, stdin=stdin, env=env, apart=apart)
        if done.returncode:
            words = done.stderr.decode(errors="replace").strip() or f"exit {done.returncode}"
            command = args[2] if args[0] == "-c" else args[0]
            raise GitError(f"git {command}: {words.removeprefix('fatal: ')}", _remedy(words))
        return done.stdout

    def start(self, *args: str, env: Mapping[str, str], apart: bool) -> subprocess.Popen[str]:
        """A git that runs for long, such as one that talks to a remote; what it says is text, and
        its stdout and stderr are the caller's to read. ``apart`` as in `run`.
        """
        return subprocess.Popen(
            ["git", *_CONFIG, *_DURABLE, *args],
            cwd=self._cwd,
            env={**self._env, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=apart,
        )

    def answers(self, *args: str) -> str | None:
        """The output of a git command, stripped; None if it fails."""
        done = self._call(*args)
        return None if done.returncode else done.stdout.decode(errors="replace").strip()

    def refusal(
        self, *args: str, env: Mapping[str, str] | None = None, timeout: float | None = None
    ) -> str | None:
        """What a git command that fails, and the hooks it runs, say on stderr; None if it does
        not fail. One that takes longer than ``timeout`` seconds has failed.
        """
        try:
            done = self._call(*args, env=env, timeout=timeout)
        except subprocess.TimeoutExpired:
            return f"git {args[0]} took longer than {timeout:.0f} s"
        return done.stderr.decode(errors="replace") if done.returncode else None

    def outcome(self, *args: str) -> tuple[int, str, str]:
        """The status of a git command that has more than two answers, its output and its words."""
        done = self._call(*args)
        out = done.stdout.decode(errors="surrogateescape")
        return done.returncode, out, done.stderr.decode(errors="replace")

    # -- objects ---------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of the reading process."""
        if self._reader is not None:
            assert self._reader.stdin
            assert self._reader.stdout
            with suppress(BrokenPipeError):  # it has ended, and was asked for something still
                self._reader.stdin.close()
            self._reader.stdout.close()
            self._reader.wait()
            self._reader = None

    def disown(self) -> None:
        """Leave the reading process to the process that this one was forked from."""
        self._reader = None

    def __del__(self) -> None:
        # whoever runs commands in one process, a test or a server, has nobody to call close()
        self.close()

    def filter(self, *args: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """A git that answers on stdout what it is asked on stdin, until that is closed."""
        return subprocess.Popen(
            ["git", *_CONFIG, *args],
            cwd=self._cwd,
            env={**self._env, **env} if env else self._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._reader is None:
            self._reader = self.filter("cat-file", "--batch")
        assert self._reader.stdin
        assert self._reader.stdout
        return self._reader.stdin, self._reader.stdout

    def read(self, name: str, *, limit: int | None = None) -> tuple[Oid, str, bytes] | None:
        """The object that ``name`` names: its id, type and bytes; None if there is none.

        The bytes are hashed again, since git does not: a forged loose object shows. Of an
        object larger than ``limit`` the first bytes come back, more than the limit.
        """
        return next(self.read_many([name], limit=limit))

    def read_many(
        self, names: Sequence[str], *, limit: int | None = None
    ) -> Iterator[tuple[Oid, str, bytes] | None]:
        """The objects that ``names`` name, in their order."""
        for start in range(0, len(names), BATCH):
            chunk = names[start : start + BATCH]
            source, answer = self._pipes()
            lines = "".join(f"{name}\n" for name in chunk)
            with suppress(BrokenPipeError):  # the answer will be missing
                source.write(lines.encode(errors="surrogateescape"))
                source.flush()
            for _ in chunk:
                yield self._answer(answer, limit)

    def _answer(self, answer: IO[bytes], limit: int | None) -> tuple[Oid, str, bytes] | None:
        header = answer.readline().split()
        if not header:
            raise self._ended_early()
        if len(header) != 3 or header[1] not in (b"blob", b"tree", b"commit", b"tag"):
            return None
        oid, kind, size = header[0].decode(), header[1].decode(), int(header[2])
        if limit is not None and size > limit:
            data = answer.read(limit + 1)
            left = size - len(data) + 1
            while left:
                left -= len(answer.read(min(left, 1 << 20)))
            return oid, kind, data
        data = answer.read(size + 1)[:-1]
        if oid_of(kind, data, len(oid)) != oid:
            raise GitError(f"object {oid} does not hold what its name says", "git fsck --full")
        return oid, kind, data

    def _ended_early(self) -> GitError:
        """Why the reading process is gone: in a partial clone it could not fetch what is not here."""
        promised = self.answers("config", "--name-only", "--get-regexp", r"^remote\..*\.promisor$")
        if not promised:
            return GitError("git cat-file ended early", "git fsck")
        remote = promised.splitlines()[0].removeprefix("remote.").removesuffix(".promisor")
        return GitError(
            f"an object is not in this partial clone, and {remote} cannot be reached for it",
            f"look with git fetch {remote}, and run it again",
        )

    def tree(self, name: str) -> list[TreeEntry] | None:
        """The entries of the tree that ``name`` names; None if it names none."""
        found = self.read(name)
        if found is None or found[1] != "tree":
            return None
        return read_tree(found[2], len(found[0]))

    def commit_at(self, text: str) -> Oid:
        """The commit that a revision names, or the last one of HEAD's before a date."""
        if re.match(r"\d{4}-\d\d-\d\d", text) and self.head:
            date = f"{text} 23:59:59" if len(text) == 10 else text
            found = self.answers("rev-list", "-1", f"--before={date}", self.head)
            if not found:
                raise GitError(f"nothing was committed before {text}", "git log")
            return found
        return self.commit_of(text)

    def commit_of(self, revision: str) -> Oid:
        """The full id of the commit that a revision names; raises GitError."""
        if not revision or revision.startswith("-") or "\n" in revision:
            raise GitError(f"{revision!r} is no revision", "git log --oneline")
        found = self.answers("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        if not found:
            raise GitError(f"{revision} names no commit here", "git log --oneline")
        return found

    # -- history ---------------------------------------------------------------------------

    def log(self, *revisions: str, path: str, grep: str | None = None) -> Iterator[Commit]:
        """The commits that ``revisions`` select and that changed something under ``path``, on
        whichever line of history; parents before children, streaming.

        Each as git's log reads it, with what it changed there against its first parent. ``grep``
        keeps those whose message holds these words. For looking: to judge, see `commits`.
        """
        with self._streamed(
            ["log", "--stdin", "-z", "--topo-order", "--reverse", "--full-history",
             *(["--fixed-strings", f"--grep={grep}"] if grep else []),
             "--raw", "--no-abbrev", "--no-renames", "--diff-merges=first-parent",
             # neither .gitmodules nor the configuration may hide an entry
             "--ignore-submodules=none",
             "--encoding=UTF-8", f"--format=tformat:{FORMAT}", *_options(revisions), "--", path],
            _listed(revisions),
        ) as stream:  # fmt: skip
            yield from commits(tokens(stream))

    def commits(self, *revisions: str, whole: bool = True) -> Generator[Commit, None, None]:
        """The commits that ``revisions`` select, parents before children, streaming; what each
        changed is left out. ``whole`` insists on its parents, which a shallow clone does not show.

        Each is read from its own bytes: git's log re-encodes a commit before it reads it, by what
        this machine knows of encodings, and takes the last of two committers, where git itself
        takes the first.
        """
        with self._streamed(
            ["rev-list", "--parents", "--left-right", "--topo-order", "--reverse", "--stdin",
             *_options(revisions)],
            _listed(revisions),
        ) as stream:  # fmt: skip
            while rows := [line.decode().split() for line in islice(stream, BATCH)]:
                for (marked, *shown), answer in zip(
                    rows, self.read_many([marked[1:] for marked, *_ in rows])
                ):
                    written = read_commit(answer[2]) if answer and answer[1] == "commit" else None
                    if written is None or (whole and written.parents != tuple(shown)):
                        raise GitError(
                            f"commit {marked[1:]} has other parents than git shows",
                            "git fetch --unshallow, or git fsck --full",
                        )
                    own = written if whole else written._replace(parents=tuple(shown))
                    yield Commit(marked[1:], *own, (), marked[0])

    def parents(self, *revisions: str) -> dict[Oid, tuple[Oid, ...]]:
        """The commits that ``revisions`` select, each with its parents."""
        args = ["rev-list", "--parents", "--stdin", *_options(revisions)]
        with self._streamed(args, _listed(revisions)) as stream:
            rows = (line.decode().split() for line in stream)
            return {oid: tuple(parents) for oid, *parents in rows}

    def first_parents(self, oid: Oid, path: str) -> Iterator[list[Oid]]:
        """The commits that changed ``path``, from ``oid`` back along first parents; each followed by
        its parents. Streaming.
        """
        args = ["log", "--stdin", "--first-parent", "--full-history", "--format=%H %P", "--", path]
        with self._streamed(args, _listed([oid])) as stream:
            for line in stream:
                yield line.decode().split()

    @contextmanager
    def _streamed(self, args: Sequence[str], stdin: bytes) -> Iterator[IO[bytes]]:
        """The output of a git command as it comes; raises GitError where it fails."""
        process = subprocess.Popen(
            ["git", *_CONFIG, *args],
            cwd=self._cwd,
            env=self._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdin
        assert process.stdout
        assert process.stderr
        try:
            with suppress(BrokenPipeError), process.stdin:  # it says itself what is wrong
                process.stdin.write(stdin)
            yield process.stdout
            process.stdout.read()
            if process.wait():
                words = process.stderr.read().decode(errors="replace").strip()
                raise GitError(f"git {args[0]}: {words.removeprefix('fatal: ')}", "git fsck")
        finally:
            process.stdout.close()
            process.stderr.close()
            if process.poll() is None:
                process.kill()
                process.wait()

    def is_ancestor(self, old: Oid, new: Oid) -> bool:
        """Whether ``new`` has ``old`` in its history; a commit has itself."""
        found = self.read(new)  # mostly it is the very next, and that costs no process
        written = read_commit(found[2]) if found and found[1] == "commit" else None
        if written and old in written.parents and not self.is_shallow:
            return True
        return self._call("merge-base", "--is-ancestor", old, new).returncode == 0

    def merge_bases(self, parents: Sequence[Oid]) -> list[Oid]:
        """Git's merge bases: of two commits all the best ones, of more their common one."""
        known = self._bases.get(tuple(parents))
        if known is None:
            how = "--all" if len(parents) == 2 else "--octopus"
            done = self._call("merge-base", how, *parents)
            self._bases.clear()  # a sync asks for the same ones again, and nobody for older ones
            known = self._bases[tuple(parents)] = done.stdout.decode().split()
        return known

    def refs(self, *patterns: str) -> dict[str, Oid]:
        """The refs under these prefixes (whole components, such as ``refs/tk``) that are at commits,
        by full name.
        """
        out = self.run("for-each-ref", "--format=%(objecttype) %(objectname) %(refname)", *patterns)
        rows = [line.split(" ", 2) for line in out.decode(errors="surrogateescape").splitlines()]
        return {name: oid for kind, oid, name in rows if kind == "commit"}

    # -- configuration ---------------------------------------------------------------------

    def variables(self) -> dict[str, str]:
        """Git's configuration and identities (``GIT_COMMITTER_IDENT``) in one go, read once."""
        if self._variables is None:
            out = self.run("var", "-l").decode(errors="surrogateescape")
            pairs = (line.partition("=") for line in out.splitlines())
            # a name without a value is how git writes true
            self._variables = {key: value if equals else "true" for key, equals, value in pairs}
        return self._variables

    def identities(self) -> tuple[str, str, dict[str, str]]:
        """Author and committer as ``NAME <EMAIL> SECONDS ZONE``, and the configuration.

        Raises GitError if git would have to guess who that is.
        """
        found = self.variables()
        author, committer = found.get("GIT_AUTHOR_IDENT"), found.get("GIT_COMMITTER_IDENT")
        told = {"user.email", "EMAIL"} & {*found, *self._env} or all(
            f"{who}.email" in found or f"GIT_{who.upper()}_EMAIL" in self._env
            for who in ("author", "committer")
        )
        if not (told and author and committer):
            raise GitError(
                "git does not know who you are", "git config --global user.email you@example.org"
            )
        return author, committer, found

    def author_email(self) -> str:
        """The e-mail of whoever would be a commit's author; raises GitError if git would guess."""
        ident = self.identities()[0]
        return ident[ident.index("<") + 1 : ident.index(">")]

    # -- writing ---------------------------------------------------------------------------

    def write_commit(
        self,
        files: Mapping[str, bytes],
        message: str,
        *,
        parent: Oid | None,
        author: str,
        committer: str,
        sign: bool = False,
        others: Iterable[NewObject] = (),
    ) -> Oid:
        """Store a commit that puts ``files``, on top of ``parent``; and ``others`` with it.

        No ref moves.
        """
        width = self.width
        objects = {oid_of("blob", data, width): NewObject("blob", data) for data in files.values()}
        blobs = {path: oid_of("blob", data, width) for path, data in files.items()}
        tree = self._tree_with(f"{parent}^{{tree}}" if parent else "", blobs, objects, width)
        parents = [parent] if parent else []
        commit = NewObject("commit", commit_bytes(tree, parents, author, committer, message))
        if not sign:
            objects[oid_of("commit", commit.data, width)] = commit
        self.write_objects([*objects.values(), *others])
        if sign:
            return self.commit_tree(tree, parents, message, author, committer, sign=True)
        return oid_of("commit", commit.data, width)

    def write_tree(self, old: str, files: Mapping[str, bytes]) -> Oid:
        """Store a tree like ``old`` (empty for none) but with ``files``."""
        objects = {
            oid_of("blob", one, self.width): NewObject("blob", one) for one in files.values()
        }
        blobs = {path: oid_of("blob", data, self.width) for path, data in files.items()}
        tree = self._tree_with(old, blobs, objects, self.width)
        self.write_objects([*objects.values()])
        return tree

    def write_objects(self, objects: Sequence[NewObject]) -> None:
        """Store objects, as one pack that git takes apart. No ref moves."""
        data = pack(objects, self.width)
        self.run(*_DURABLE, "unpack-objects", "-q", stdin=data, apart=True)

    def _tree_with(
        self, old: str, blobs: Mapping[str, Oid], objects: dict[Oid, NewObject], width: int
    ) -> Oid:
        """The id of the tree ``old`` with these files; new trees are added to ``objects``."""
        entries = self.tree(old) or [] if old else []
        new: dict[str, TreeEntry] = {}
        for folder in sorted({path.partition("/")[0] for path in blobs if "/" in path}):
            inner = {
                path[len(folder) + 1 :]: oid
                for path, oid in blobs.items()
                if path.startswith(f"{folder}/")
            }
            below = next((one.oid for one in entries if one.name == folder), "")
            new[folder] = TreeEntry(
                FOLDER_MODE, folder, self._tree_with(below, inner, objects, width)
            )
        for path, oid in blobs.items():
            if "/" not in path:
                new[path] = TreeEntry("100644", path, oid)
        tree = NewObject("tree", tree_bytes(replaced(entries, new)))
        name = oid_of("tree", tree.data, width)
        objects[name] = tree
        return name

    def empty_tree(self) -> Oid:
        """The id of the tree with nothing in it, which is stored if it was not."""
        return self.write_tree("", {})

    @property
    def width(self) -> int:
        """How many digits the repository's object ids have."""
        if self.head:
            return len(self.head)
        return 64 if self.answers("rev-parse", "--show-object-format") == "sha256" else 40

    def commit_tree(
        self,
        tree: str,
        parents: Sequence[Oid],
        message: str,
        author: str,
        committer: str,
        *,
        sign: bool,
    ) -> Oid:
        """Store a commit of a tree that is here already, of any number of parents, by git itself.

        No ref moves.
        """
        env = {**_identity_env("AUTHOR", author), **_identity_env("COMMITTER", committer)}
        words = [*(["-S"] if sign else []), tree]
        words += [word for parent in parents for word in ("-p", parent)]
        out = self.run(*_DURABLE, "commit-tree", *words, stdin=message.encode(), env=env)
        return out.decode().strip()

    def swap_refs(self, swaps: Sequence[RefSwap], message: str) -> None:
        """Move refs, all or none of them, or raise RefMoved if one is not where it should be; Locked
        if another git does not let go of one.
        """
        zeros = "0" * self.width
        lines = [f"update {ref} {new or zeros} {old or zeros}\n" for ref, new, old in swaps]
        config = (*_DURABLE, "-c", f"core.filesRefLockTimeout={LOCK_MILLISECONDS}")
        options = ("--no-deref", "-m", message, "--stdin")
        stdin = "".join(lines).encode(errors="surrogateescape")
        done = self._call(*config, "update-ref", *options, stdin=stdin, apart=True)
        if done.returncode:
            words = done.stderr.decode(errors="replace").strip()
            remedy = _remedy(words)
            if "cannot lock ref" in words and remedy == _LOOK:
                raise Locked(words) if "File exists" in words else RefMoved(words)
            raise GitError(f"git update-ref: {words.removeprefix('fatal: ')}", remedy)


def _options(revisions: Sequence[str]) -> list[str]:
    return [word for word in revisions if word.startswith("--")]


def _listed(revisions: Sequence[str]) -> bytes:
    """Revisions for standard input: a command line has room for some ten thousand only."""
    names = (f"{word}\n" for word in revisions if not word.startswith("--"))
    return "".join(names).encode(errors="surrogateescape")


def _filled(data: bytes) -> int:
    """The reading end of a pipe that holds ``data`` already: who reads it needs nobody to write."""
    source, target = os.pipe()
    try:
        os.write(target, data)
    finally:
        os.close(target)
    return source


def _identity_env(who: str, ident: str) -> dict[str, str]:
    name, _, rest = ident.partition(" <")
    email, _, date = rest.partition("> ")
    return {f"GIT_{who}_NAME": name, f"GIT_{who}_EMAIL": email, f"GIT_{who}_DATE": f"@{date}"}


def _discovery_error(words: str, cwd: str) -> GitError:
    if "dubious ownership" in words:
        return GitError(
            f"{cwd} belongs to somebody else, so git does not read it",
            f"git config --global --add safe.directory {cwd}",
        )
    if "not a git repository" in words:
        return GitError(
            f"{cwd} is in no git repository",
            "git init, or give the folder of a repository: -C PATH",
        )
    return GitError(words.strip().removeprefix("fatal: ") or "git cannot be read", "git status")


_LOOK = "git status"


def _remedy(words: str) -> str:
    if "No space left" in words:
        return "make room on the disk and run it again; nothing was changed"
    if "Permission denied" in words or "Read-only" in words or "insufficient permission" in words:
        return "make the repository writable for you and run it again; nothing was changed"
    return _LOOK
