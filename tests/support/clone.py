"""A clone and the bare server it pushes to, both with hooks; and how one does mischief in it."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.support.changes import a_task as a_task
from tests.support.project import Answer as Answer
from tkledger import cli
from tkledger.core import policy_fields
from tkledger.core.layout import POLICY_PATH, path_of
from tkledger.core.task import Task, changed
from tkledger.doors import install
from tkledger.errors import Exit
from tkledger.files import codec
from tkledger.git.repo import Repo

BEGINNING: tuple[tuple[dict[str, object], ...], ...] = (
    (
        *({"op": "new", "id": one, "title": f"Task {one}"} for one in ("a", "b", "c", "p", "s")),
        {"op": "new", "id": "d", "title": "Task d"},
        {"op": "new", "id": "r", "title": "Task r", "depends_on": ["s"]},
    ),
    ({"op": "start", "id": "p"}, {"op": "start", "id": "s"}, {"op": "start", "id": "d"}),
    ({"op": "done", "id": "d"},),
)
"""a, b, c and r wait in todo (r for s), p and s are in progress, d is done."""

NOBODY = "0" * 40


class Refused(Exception):
    """git, or a hook of it, said no; with its words."""


class Clone:
    """A checkout with a server beside it; ``origin`` is a relative path, so copies are whole."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / "client"
        self.server = root / "server.git"
        self.trace = root / "trace"

    @classmethod
    def create(cls, root: Path) -> Clone:
        made = cls(root)
        made.path.mkdir(parents=True)
        made.git("init", "-q", "--template=")
        made.git("init", "-q", "--template=", "--bare", str(made.server))
        made.git("remote", "add", "origin", "../server.git")
        made.write("code.txt", "one\ntwo\nthree\n")
        made.git("add", "code.txt")
        made.git("commit", "-q", "-m", "code")
        made.ok("init", "--no-hooks")
        for lines in BEGINNING:
            made.ok("batch", stdin="".join(f"{json.dumps(line)}\n" for line in lines))
        made.ok("note", "p", "half way")  # so that HEAD is no move, which a commit might amend
        made.git("push", "-q", "-u", "origin", "main")
        for path, server in ((made.path, False), (made.server, True)):
            repo = Repo(str(path))
            install.install(repo, server=server)
            if server:  # git's own look at the objects would come before the gate's
                repo.run("config", "receive.fsckObjects", "false")
            repo.close()
        made.git("gc", "-q")
        return made

    def copy(self, root: Path) -> Clone:
        shutil.copytree(self.root, root, symlinks=True)
        made = Clone(root)
        made.trace.unlink(missing_ok=True)
        made.git("update-index", "-q", "--refresh")  # the copies have other inodes
        return made

    def hooks_off(self) -> Clone:
        """As somebody who does not want them would have it."""
        self.git("config", "core.hooksPath", "/dev/null")
        return self

    # -- git ---------------------------------------------------------------------------------

    def run(
        self,
        *args: str,
        stdin: str | bytes = b"",
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", *args],
            cwd=cwd or self.path,
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env={**os.environ, "GIT_TRACE2_EVENT": str(self.trace), **(env or {})},
        )

    def git(
        self,
        *args: str,
        stdin: str | bytes = b"",
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> str:
        """What git answers; raises Refused with all it said."""
        done = self.run(*args, stdin=stdin, env=env, cwd=cwd)
        if done.returncode:
            words = (done.stderr + done.stdout).decode(errors="replace")
            raise Refused(f"git {' '.join(args)}: {words}")
        return done.stdout.decode(errors="replace").strip("\n")

    def refusals(self) -> list[str]:
        """The hooks that ended with another status than 0, by git's own account, in order."""
        started: dict[tuple[str, int], str] = {}
        found = []
        if not self.trace.exists():
            return []
        for line in self.trace.read_text(errors="replace").splitlines():
            event = json.loads(line)
            key = (event["sid"], event.get("child_id", -1))
            if event["event"] == "child_start" and "hook_name" in event:
                started[key] = event["hook_name"]
            elif event["event"] == "child_exit" and event["code"] and key in started:
                found.append(started[key])
        return found

    def ran(self) -> list[str]:
        """Every command of git's that ran, as its words."""
        lines = self.trace.read_text(errors="replace").splitlines()
        events = [json.loads(line) for line in lines]
        return [" ".join(event["argv"]) for event in events if event["event"] == "start"]

    def oid(self, name: str = "HEAD") -> str:
        return self.git("rev-parse", "--verify", name)

    def refs(self) -> str:
        """All refs of the client."""
        return self.git("for-each-ref")

    def push(self, *refs: str, options: tuple[str, ...] = ()) -> str:
        return self.git("push", "-q", *options, "origin", *(refs or ("main",)))

    def arrived(self) -> str:
        """All refs of the server."""
        return self.git("for-each-ref", cwd=self.server)

    # -- files -------------------------------------------------------------------------------

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def task(self, id: str) -> Task:
        return codec.load_task((self.path / path_of(id)).read_bytes())

    def edit(self, id: str, **fields: Any) -> None:
        """Change fields in a task's file, or make the file; staging is another matter."""
        self.write(path_of(id), self.task_bytes(id, **fields))

    def task_bytes(self, id: str, **fields: Any) -> bytes:
        """A task's file with other fields, or that of a new task."""
        path = self.path / path_of(id)
        made = changed(self.task(id), **fields) if path.exists() else a_task(id, **fields)
        return codec.dump_task(made)

    def policy(self, **fields: Any) -> bytes:
        """The policy with other values, and the next version unless told."""
        old = codec.load_policy((self.path / POLICY_PATH).read_bytes())
        made = policy_fields.changed(old, **{k: v for k, v in fields.items() if k != "version"})
        version = fields.get("version", made.version)
        data = codec.dump_policy(made._replace(version=version))
        self.write(POLICY_PATH, data)
        return data

    def commit(self, message: str = "by hand", *options: str, **fields: Mapping[str, Any]) -> str:
        """Edit tasks, ``id={field: value}``, and commit everything."""
        for id, values in fields.items():
            self.edit(id, **values)
        self.git("add", "-A")
        self.git("commit", "-q", *options, "-m", message)
        return self.oid()

    def tree(self, files: Mapping[str, bytes | tuple[str, str] | None]) -> str:
        """A tree like HEAD's but for ``files``; ``(mode, oid)`` for other modes."""
        env = {"GIT_INDEX_FILE": str(self.root / "scratch-index")}
        self.git("read-tree", "HEAD", env=env)
        lines = []
        for path, value in files.items():
            if value is None:
                lines.append(f"0 {NOBODY}\t{path}\n")
                continue
            mode, oid = value if isinstance(value, tuple) else ("100644", self.blob(value))
            lines.append(f"{mode} {oid}\t{path}\n")
        self.git("update-index", "--index-info", stdin="".join(lines), env=env)
        return self.git("write-tree", env=env)

    def blob(self, data: bytes | str) -> str:
        return self.git("hash-object", "-w", "--stdin", stdin=data)

    def commit_tree(self, tree: str, *parents: str, message: str = "by hand") -> str:
        links = [word for parent in parents for word in ("-p", parent)]
        return self.git("commit-tree", *links, "-m", message, tree)

    def tree_with(self, **fields: Mapping[str, Any]) -> str:
        """A tree like HEAD's with tasks edited, ``id={field: value}``."""
        return self.tree(
            {
                path_of(id): codec.dump_task(changed(self.task(id), **values))
                for id, values in fields.items()
            }
        )

    def dangling(self, *parents: str, **fields: Mapping[str, Any]) -> str:
        """A commit that no ref shows, as if made elsewhere."""
        return self.commit_tree(self.tree_with(**fields), *(parents or ("HEAD",)))

    def dangling_bytes(self, path: str, data: bytes) -> str:
        return self.commit_tree(self.tree({path: data}), "HEAD")

    def at(self, path: Path) -> Clone:
        """Another checkout beside the same server."""
        other = Clone(self.root)
        other.path = path
        return other

    # -- tk ----------------------------------------------------------------------------------

    def tk(self, *args: str, stdin: str = "") -> Answer:
        out, err = io.StringIO(), io.StringIO()
        words = 2 if args[0] in ("hooks", "config", "check", "gates") else 1
        argv = [*args[:words], "-C", str(self.path), *args[words:]]
        with patch("sys.stdin", io.StringIO(stdin)), redirect_stdout(out), redirect_stderr(err):
            status = cli.run(argv)
        return Answer(status, out.getvalue(), err.getvalue())

    def server_tk(self, verb: str) -> Answer:
        return self.at(self.server).tk("hooks", verb, "--server")

    def ok(self, *args: str, stdin: str = "") -> Answer:
        answer = self.tk(*args, stdin=stdin)
        assert answer.status == Exit.OK, answer
        return answer

    def verified(self, *args: str) -> set[str]:
        """The codes that ``tk verify`` names, of all history unless told."""
        answer = self.tk("verify", *(args or ("--all",)), "--json")
        assert answer.status in (Exit.OK, Exit.REJECTED), answer
        return {one["code"] for one in json.loads(answer.out)["violations"]}


def text_of(id: str, **fields: Any) -> bytes:
    return codec.dump_task(a_task(id, **fields))


def followed(clone: Clone, way: str) -> None:
    """Run what a remedy says, command by command."""
    for command in way.split(" && "):
        program, *words = shlex.split(command)
        clone.ok(*words) if program == "tk" else clone.git(*words)
