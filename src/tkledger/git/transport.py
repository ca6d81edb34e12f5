"""Fetches, lists and pushes through git, with progress; what is sent, and why, is decided elsewhere.
The only importer of GitPython, which reads git's progress.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from subprocess import Popen

from tkledger.core.quoting import quoted
from tkledger.core.trailers import lines
from tkledger.core.typing import NamedTuple
from tkledger.errors import unusable
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo

Listener = Callable[[str, float, float | None], None]
"""Takes what git is doing, how much of it is done, and of how much if that is known."""

LATE = "moved meanwhile, so this was not judged"
"""The words of our own hook on a server for a push whose refs moved before it was judged."""

_TOO_LARGE = "pack exceeds maximum allowed size"
"""The words of git on a server if a push is larger than its receive.maxInputSize."""

_USAGE = 129
"""The exit status of a git that does not know an option."""

_NOT_ATOMIC = "does not support --atomic"


class Spoken(NamedTuple):
    """How a git ended: its exit status, output and words on stderr."""

    status: int
    out: str
    err: str


class Send(NamedTuple):
    """A ref of a remote that is to move: to a commit, or None to be deleted.

    lease: what it has to name until then, empty for absent; None: any ancestor of ``new``
    """

    ref: str
    new: Oid | None
    lease: Oid | None = None


class RefAnswer(NamedTuple):
    """The result for one ref of a push: ``flag`` is git's (``!`` for rejected), ``summary`` its words."""

    ref: str
    flag: str
    summary: str


class Pushed(NamedTuple):
    """The answer to a push: of each ref, and the words of the server's hooks and of git."""

    done: bool
    answers: tuple[RefAnswer, ...]
    told: str
    words: str

    @property
    def declined(self) -> bool:
        """Whether a hook of the server, or of the clone, rejected it; not if it was only late."""
        if LATE in self.told:
            return False
        return any("declined" in one.summary for one in self.answers) or not self.answers

    @property
    def too_large(self) -> bool:
        """Whether the push is larger than the remote takes, so that trying again is useless."""
        return _TOO_LARGE in self.told


class Contended(Exception):
    """Another git in the same repository was moving the same refs: safe to try again."""


def fetch(
    repo: Repo, remote: str, refspecs: Sequence[str], *, progress: Listener | None, dry_run: bool
) -> None:
    """Fetch what the remote has; refs here that it no longer has are deleted, within ``refspecs``.

    ``dry_run`` fetches the objects and moves no ref. Raises TkError if the remote cannot be reached.
    """
    options = ["--prune", "--no-write-fetch-head", "--no-recurse-submodules"]
    options += ["--dry-run"] if dry_run else []
    # all refs in one transaction: else the hook of transactions is started twice for each of them
    said = _talk(repo, ["fetch", "--atomic", *options, "--", remote, *refspecs], progress)
    if said.status == _USAGE and "atomic" in said.err:  # git before 2.31
        said = _talk(repo, ["fetch", *options, "--", remote, *refspecs], progress)
    if said.status:
        raise _failed(remote, said.err)


def listed(repo: Repo, remote: str, patterns: Sequence[str]) -> dict[str, Oid]:
    """The remote's refs that match, by name, as they are at this moment."""
    said = _talk(repo, ["ls-remote", "--refs", "--", remote, *patterns], None)
    if said.status:
        raise _failed(remote, said.err)
    rows = (line.split("\t", 1) for line in lines(said.out))
    return {name: oid for oid, name in rows}


def push(repo: Repo, remote: str, sends: Sequence[Send], *, progress: Listener | None) -> Pushed:
    """Push all of it or nothing. If the remote cannot do that, the refs with a lease are pushed first,
    and the others if those were accepted.
    """
    said = _talk(repo, _words(remote, sends, "--atomic"), progress)
    if said.status and _NOT_ATOMIC in said.err:
        leased = [one for one in sends if one.lease is not None]
        for some in (leased, [one for one in sends if one.lease is None]):
            said = _talk(repo, _words(remote, some), progress) if some else said
            if some and said.status:
                break
    answers = tuple(_answers(said.out))
    if said.status and not answers and "failed to push" not in said.err:
        raise _failed(remote, said.err)
    told = [line[8:].rstrip() for line in lines(said.err) if line.startswith("remote: ")]
    return Pushed(not said.status, answers, "\n".join(told), said.err)


def _words(remote: str, sends: Sequence[Send], *options: str) -> list[str]:
    leases = [f"--force-with-lease={one.ref}:{one.lease}" for one in sends if one.lease is not None]
    refspecs = [f"{one.new or ''}:{one.ref}" for one in sends]
    return ["push", *options, "--porcelain", "--no-follow-tags", *leases, "--", remote, *refspecs]


def _answers(out: str) -> list[RefAnswer]:
    rows = [line.split("\t") for line in lines(out)]
    return [
        RefAnswer(row[1].rpartition(":")[2], row[0][:1], row[2]) for row in rows if len(row) == 3
    ]


def _failed(remote: str, err: str) -> Exception:
    """The error for a remote that did not answer, with the first line of git's words that says why."""
    said = [line for line in lines(err) if line and not line.startswith(("From", "remote:"))]
    if any("cannot lock ref" in line or "File exists" in line for line in said):
        return Contended(said[0])
    why = said[0].removeprefix("fatal: ").removeprefix("error: ") if said else "git gave no reason"
    return unusable(
        "unreachable",
        f"{remote} cannot be reached: {why}",
        f"you can keep working here; check with git remote -v, and run tk sync {quoted(remote)} again later",
    )


def _talk(repo: Repo, argv: list[str], progress: Listener | None) -> Spoken:
    """Run a git that talks to a remote.

    With ``progress`` there is a terminal, on which git may ask for a password, and which interrupts
    git along with tk. Without, git is apart: killing tk then leaves none of its lock files behind.
    """
    env = {}
    if progress is not None:
        env["GIT_TERMINAL_PROMPT"] = "1"
        if argv[0] != "ls-remote":
            argv = [argv[0], "--progress", *argv[1:]]
    process = repo.talking(*argv, env=env, apart=progress is None)
    try:
        if progress is None:
            out, err = process.communicate()
            return Spoken(process.returncode, out, err)
        return _listen(process, progress)
    except BaseException:
        process.terminate()  # git removes its lock files at this signal
        with suppress(ValueError):  # GitPython has closed the pipes
            process.communicate()
        raise


def _listen(process: Popen[str], progress: Listener) -> Spoken:
    """Read git's output to its end with GitPython, which recognizes progress."""
    from git.cmd import handle_process_output
    from git.util import CallableRemoteProgress, RemoteProgress

    names = {
        getattr(RemoteProgress, name): name.replace("_", " ").lower()
        for name in ("COUNTING", "COMPRESSING", "WRITING", "RECEIVING", "RESOLVING")
    }

    def update(code: int, done: float, most: float | None, message: str) -> None:
        stage = names.get(code & RemoteProgress.OP_MASK)
        if stage:
            progress(stage, done, most)

    reader, out = CallableRemoteProgress(update), list[str]()
    handle_process_output(
        process, out.append, reader.new_message_handler(), finalizer=None, decode_streams=False
    )
    return Spoken(
        process.wait(), "".join(out), "\n".join([*reader.error_lines, *reader.other_lines])
    )
