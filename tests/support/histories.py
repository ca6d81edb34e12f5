"""Weaves histories: whole DAGs in one `git fast-import`, and real git where its own merge counts."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from tests.support.changes import a_task as a_task
from tkledger.core.change import Violation
from tkledger.core.layout import FOLDER, POLICY_PATH, path_of
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.task import Task, changed
from tkledger.doors.verify import Verdict, judge_range
from tkledger.files import codec
from tkledger.git import history
from tkledger.git.repo import Repo
from tkledger.ledger.reader import Ledger

WHO = "Test Person <test@example.org>"
BEGIN = 1_700_000_000

Files = Mapping[str, "Task | Policy | bytes | tuple[str, str] | None"]
"""What a commit puts where: by task id or path; ``(mode, data or oid)`` for other modes."""


A, B = a_task("a"), a_task("b")


def moved(before: Task, state: str, **fields: Any) -> Task:
    """The task in another state, with the qualifiers that go with it."""
    fields = {"wait": {"reason": "other"} if state == "blocked" else None, **fields}
    if (before.state.value, state) == ("blocked", "todo"):
        fields = {"attempt": before.tries + 1, **fields}
    return changed(before, state=state, **fields)


class PlainRepo:
    """A repository, and the commits to be made in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._commits = 0
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    # -- plain git ---------------------------------------------------------------------------

    def git(self, *args: str, stdin: bytes | None = None, check: bool = True) -> str:
        done = subprocess.run(
            ["git", *args], cwd=self.path, input=stdin, capture_output=True, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"git {args}: {done.stderr.decode()} {done.stdout.decode()}")
        return done.stdout.decode().strip()

    def write(self, files: Files) -> None:
        """Write files into the checkout and stage them, as a person with an editor would."""
        for key, value in files.items():
            path = _path(key)
            full = self.path / path
            if value is None:
                self.git("rm", "-q", path)
                continue
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_bytes(_bytes(value))  # type: ignore[arg-type]  # a mode has to be plumbed
            self.git("add", "-f", path)

    def by_hand(self, files: Files, message: str = "by hand") -> str:
        """A commit of the checkout, by `git add` and `git commit`."""
        self.write(files)
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    # -- fast-import -------------------------------------------------------------------------

    def commit(self, files: Files, *parents: str, branch: str | None = "main") -> str:
        """One commit by plumbing; the checkout does not notice."""
        return self.fast_import([(files, parents)], branch=branch)[0]

    def fast_import(
        self,
        commits: Iterable[tuple[Files, tuple[int | str, ...]]],
        branch: str | None = "main",
        messages: Sequence[str] = (),
    ) -> list[str]:
        """Many commits in one go. A parent is an id, or the number of an earlier one of these."""
        stream, count = [], 0
        told = chain(messages, repeat("woven"))
        for count, (files, parents) in enumerate(commits, 1):
            self._commits += 1
            stream.append(_commit(count, files, parents, BEGIN + self._commits, next(told)))
        none = "0" * 40
        stream += [f"get-mark :{n}\n".encode() for n in range(1, count + 1)]
        stream.append(f"reset refs/plain_repo\nfrom {none}\n\ndone\n".encode())
        out = self.git("fast-import", "--quiet", "--done", "--force", stdin=b"".join(stream))
        oids = out.split()
        if branch:
            self.git("update-ref", f"refs/heads/{branch}", oids[-1])
        return oids

    # -- judging -----------------------------------------------------------------------------

    def verify(self, tip: str = "main", *bases: str) -> Verdict:
        """The verdict on a range, or on all history up to ``tip``."""
        repo = Repo(str(self.path))
        ledger = Ledger(repo)
        try:
            return judge_range(
                ledger,
                history.commit_of(repo, tip),
                *(history.commit_of(repo, base) for base in bases),
            )
        finally:
            repo.close()

    def violations(self, tip: str = "main", *bases: str) -> tuple[Violation, ...]:
        return self.verify(tip, *bases).violations

    def codes(self, tip: str = "main", *bases: str) -> dict[str, set[str]]:
        """The codes that a verdict names, by the commits they are found in."""
        found: dict[str, set[str]] = {}
        for one in self.violations(tip, *bases):
            found.setdefault(one.commit, set()).add(one.code)
        return found

    def judged(self, files: Files, *parents: str) -> set[str]:
        """The codes of one more commit on ``parents``, which need not be legal themselves."""
        oid = self.commit(files, *parents, branch=None)
        return {
            code
            for codes in self.codes(oid, *(f"{oid}^{n + 1}" for n in range(len(parents)))).values()
            for code in codes
        }


def _path(key: str) -> str:
    return key if "/" in key or "." in key else path_of(key)


def _bytes(value: Task | Policy | bytes) -> bytes:
    if isinstance(value, Task):
        return codec.dump_task(value)
    return codec.dump_policy(value) if isinstance(value, Policy) else value


def _commit(
    mark: int, files: Files, parents: tuple[int | str, ...], when: int, message: str
) -> bytes:
    head = f"commit refs/plain_repo\nmark :{mark}\ncommitter {WHO} {when} +0000\n"
    lines = [f"{head}data {len(message.encode())}\n{message}\n"]
    for number, parent in enumerate(parents):
        name = f":{parent}" if isinstance(parent, int) else parent
        lines.append(f"{'merge' if number else 'from'} {name}\n")
    if not parents:  # else fast-import goes on from the commit before
        lines.insert(0, f"reset refs/plain_repo\nfrom {'0' * 40}\n\n")
    parts = ["".join(lines).encode()]
    for key, value in files.items():
        path = _path(key).encode()
        if value is None:
            parts.append(b"D %s\n" % path)
        elif type(value) is tuple:
            parts.append(_odd(path, *value))
        else:
            data = _bytes(value)  # type: ignore[arg-type]
            parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path, len(data), data))
    return b"".join(parts)


def _odd(path: bytes, mode: str, content: str) -> bytes:
    if mode == "160000":
        return b"M 160000 %s %s\n" % (content.encode(), path)
    data = content.encode()
    return b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), path, len(data), data)


def genesis(**fields: Any) -> Files:
    """The files of the commit that begins a ledger."""
    return {POLICY_PATH: DEFAULT._replace(**fields)}


__all__ = [
    "FOLDER",
    "POLICY_PATH",
    "PlainRepo",
    "a_task",
    "genesis",
    "moved",
]
