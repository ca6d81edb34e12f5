"""A server and a clone to attack, made once and copied for each attack; knows no attack."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.stopwatch import tk as command

ADA = "ada@example.org"
BOB = "bob@example.org"
BOSS = "boss@example.org"
"""Who alone may change the policy and raise limits."""

NOTHING = "0" * 40
CONFIG = ".tasks/config.yaml"

ATTACKS: dict[str, Callable[[Arena], None]] = {}
"""All attacks by ``subject.name``."""


class HoleError(Exception):
    """What the law forbids was accepted."""


class ControlError(Exception):
    """What is legal was refused, or what is illegal for another reason than the attack's."""


class Answer(NamedTuple):
    """Exit status, and all that was said."""

    status: int
    said: str


def attack(function: Callable[[Arena], None]) -> Callable[[Arena], None]:
    """Register an attack."""
    subject = function.__module__.rpartition(".")[2]
    ATTACKS[f"{subject}.{function.__name__}"] = function
    return function


Content = bytes | str | tuple[str, str] | None
"""A file's text, ``(mode, text or object id)`` for other modes, or None to delete it."""


def field(name: str, value: object, indent: str = "") -> str:
    """One field in canonical form; texts have to be written as they stand in the file."""
    if isinstance(value, Mapping):
        inner = "".join(field(key, value[key], indent + "  ") for key in sorted(value))
        return f"{indent}{name}:\n{inner}"
    if isinstance(value, list):
        return f"{indent}{name}:\n" + "".join(f"{indent}- {item}\n" for item in value)
    return f"{indent}{name}: {value}\n"


ORDER = [
    "id",
    "title",
    "type",
    "state",
    "priority",
    "parent",
    "origin",
    "depends_on",
    "labels",
    "owner",
    "creator",
    "attempt",
    "branch",
    "base",
    "pr",
    "agent",
    "budget",
    "spent",
    "retry",
    "admission",
    "wait",
    "error",
    "resolution",
    "description",
    "concerns",
    "settled",
    "notes",
    "x",
]


def task(name: str, state: str = "todo", **fields: object) -> str:
    """A task's file."""
    values = {"id": name, "title": name.capitalize(), "state": state, **fields}
    return "".join(field(key, values[key]) for key in ORDER if key in values)


POLICY = [
    "version",
    "format",
    "law",
    "prefix",
    "layout",
    "squash",
    "review",
    "forbid",
    "depth",
    "children",
    "chain",
    "discovered",
    "loops",
    "budget",
    "budgets",
    "retry",
    "roles",
    "attribution",
    "claims",
    "lease",
    "wip_actor",
    "wip_total",
    "failures",
    "protected",
    "actors",
    "proof",
    "pushers",
    "shared_login",
    "accepted",
]


def policy(version: int, **fields: object) -> str:
    """A policy's file, with the roles and protection of the template unless changed."""
    values: dict[str, object] = {"version": version, "format": 2, "law": 2}
    values["roles"] = {"budget": f"\n  - {BOSS}", "policy": f"\n  - {BOSS}"}
    values |= {"protected": ["main"], "proof": "pusher", **fields}
    found = "".join(field(key, values[key]) for key in POLICY if values.get(key) is not None)
    return found.replace(": \n", ":\n")


class Arena:
    """A bare server with the hooks, and a clone of it; every commit is made by plumbing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = folder / "server.git"
        self.clone = folder / "clone"
        self.seconds = int(time.time()) - 86_400
        self.version = 2

    # -- processes ---------------------------------------------------------------------------

    def run(
        self,
        argv: Sequence[str],
        at: Path | None = None,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> Answer:
        """Run a program, and take whatever comes of it; none may take longer than a minute."""
        try:
            done = subprocess.run(
                argv,
                cwd=at or self.clone,
                input=stdin,
                capture_output=True,
                env={**os.environ, **(env or {})},
                timeout=60,
            )
        except subprocess.TimeoutExpired as late:
            raise HoleError("no answer within a minute") from late
        return Answer(done.returncode, (done.stdout + done.stderr).decode(errors="replace"))

    def git(
        self,
        *args: str,
        at: Path | None = None,
        stdin: bytes | str = b"",
        env: Mapping[str, str] | None = None,
    ) -> str:
        """Run git, past the hooks of the clone; it has to succeed."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        answer = self.run(["git", "-c", "core.hooksPath=/dev/null", *args], at, data, env)
        if answer.status:
            raise ControlError(f"git {' '.join(args)}: {answer.said}")
        return answer.said.strip("\n")

    def tk(
        self,
        *args: str,
        at: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
    ) -> Answer:
        """Run a command of tk."""
        return self.run(command(*args), at, stdin, env)

    # -- commits -----------------------------------------------------------------------------

    def tip(self, ref: str = "refs/heads/main") -> str:
        """What a ref of the server shows."""
        return self.git("rev-parse", ref, at=self.server)

    def blob(self, data: bytes | str) -> str:
        """A file's object."""
        return self.git("hash-object", "-w", "--stdin", stdin=data)

    def tree(self, files: Mapping[str, Content], base: str | None = None) -> str:
        """The tree of ``base`` with some files changed."""
        env = {"GIT_INDEX_FILE": str(self.clone / ".git" / f"index-{time.monotonic_ns()}")}
        self.git("read-tree", base or "--empty", env=env)
        for path, value in files.items():
            lines = f"0 {NOTHING}\t{path}\0"
            if value is not None:
                mode, text = value if isinstance(value, tuple) else ("100644", value)
                oid = str(text) if mode == "160000" else self.blob(text)
                lines = f"{mode} {oid}\t{path}\0"
            self.git("update-index", "-z", "--index-info", stdin=lines, env=env)
        return self.git("write-tree", env=env)

    def commit(
        self,
        files: Mapping[str, Content],
        message: str = "change\n",
        actor: str = ADA,
        parents: Sequence[str] | None = None,
        date: int | None = None,
        tree: str | None = None,
    ) -> str:
        """A commit on the server's main, or on other parents, with the first one's other files."""
        parents = [self.tip()] if parents is None else parents
        tree = tree or self.tree(files, parents[0] if parents else None)
        self.seconds += 60
        when = self.seconds if date is None else date
        who = f"{actor.partition('@')[0]} <{actor}> {when} +0000"
        head = f"tree {tree}\n" + "".join(f"parent {parent}\n" for parent in parents)
        return self.raw(f"{head}author {who}\ncommitter {who}\n\n{message}".encode())

    def raw(self, data: bytes) -> str:
        """A commit object of just these bytes."""
        return self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=data)

    def work(self, name: str, parent: str | None = None, message: str | None = None) -> str:
        """A commit of code for a task."""
        parents = None if parent is None else [parent]
        files: dict[str, Content] = {f"code-{self.seconds}.txt": f"{self.seconds}\n"}
        return self.commit(files, message or f"work\n\nTk-Task: {name}\n", parents=parents)

    def move(self, name: str, state: str, parent: str | None = None, **fields: object) -> str:
        """A commit that writes a task's file."""
        parents = None if parent is None else [parent]
        actor = str(fields.pop("actor", ADA))
        text = task(name, state, **fields)
        return self.commit({f".tasks/{name}.yaml": text}, actor=actor, parents=parents)

    # -- pushes and verdicts -----------------------------------------------------------------

    def push(self, *refspecs: str, who: str = ADA, options: Sequence[str] = ()) -> Answer:
        """Push as somebody whom the server knows."""
        line = ["git", "-c", "core.hooksPath=/dev/null", "push", *options, "../server.git"]
        return self.run([*line, *refspecs], env={"PUSHER": who})

    def main(self, oid: str, who: str = ADA) -> str:
        """Push what has to be accepted to main."""
        self.legal(self.push(f"{oid}:refs/heads/main", who=who))
        return oid

    def law(self, **fields: object) -> str:
        """Change the policy as who may."""
        self.version += 1
        text = policy(self.version, **fields)
        return self.main(self.commit({CONFIG: text}, "law\n", BOSS), BOSS)

    def legal(self, answer: Answer) -> None:
        """The control: it must have passed."""
        if answer.status:
            raise ControlError(f"refused: {answer.said}")

    def illegal(self, answer: Answer, *codes: str) -> None:
        """The attack: it must have been refused, and by one of these words."""
        if not answer.status:
            raise HoleError(answer.said)
        if codes and not any(code in answer.said for code in codes):
            raise ControlError(f"refused, but not by {'/'.join(codes)}: {answer.said}")

    def control(self, oid: str, who: str = ADA, ref: str = "refs/heads/control") -> None:
        """Push something legal to a branch of its own."""
        self.legal(self.push(f"+{oid}:{ref}", who=who))

    def cheat(
        self,
        oid: str,
        *codes: str,
        who: str = ADA,
        ref: str = "refs/heads/cheat",
        verify: bool = True,
    ) -> None:
        """Push something illegal, and have ``tk verify`` judge it, too."""
        base = self.tip()
        pushed = self.push(f"{oid}:{ref}", who=who)
        if not pushed.status:
            raise HoleError("the server took it")
        self.illegal(pushed, *codes)
        if verify:
            found = self.tk("verify", f"{base}..{oid}")
            if not found.status:
                raise HoleError(f"tk verify passed it: {found.said}")
            self.illegal(found, *codes)


def template(folder: Path) -> None:
    """Make the server and the clone that every attack begins with."""
    arena = Arena(folder)
    for path, bare in ((arena.server, ["--bare"]), (arena.clone, [])):
        arena.run(["git", "init", "-q", *bare, "-b", "main", str(path)], at=folder)
    arena.legal(arena.tk("hooks", "install", "--server", at=arena.server))
    arena.git("config", "tk.pusher", "PUSHER", at=arena.server)
    arena.git("config", "user.name", "ada")
    arena.git("config", "user.email", ADA)
    arena.seconds -= 86_400
    begun = {CONFIG: policy(1, roles=None), ".gitattributes": ATTRIBUTES, "README": "shop\n"}
    oid = arena.commit(begun, "begin\n", BOSS, parents=[])
    arena.legal(arena.push(f"{oid}:refs/heads/main", who=BOSS))
    oid = arena.commit({CONFIG: policy(2)}, "roles\n", BOSS)
    tasks = {
        "one": task("one"),
        "two": task("two"),
        "busy": task("busy", owner=ADA, creator=ADA),
        "capped": task("capped", budget={"steps": 2}),
        "fin": task("fin"),
    }
    files: dict[str, Content] = {f".tasks/{name}.yaml": text for name, text in tasks.items()}
    oid = arena.commit(files, "tasks\n", BOSS, parents=[oid])
    started: dict[str, Content] = {
        ".tasks/busy.yaml": task("busy", "in_progress", owner=ADA, creator=ADA),
        ".tasks/capped.yaml": task("capped", "in_progress", owner=ADA, budget={"steps": 2}),
        ".tasks/fin.yaml": task("fin", "in_progress", owner=ADA),
    }
    oid = arena.commit(started, "start\n", parents=[oid])
    oid = arena.move("fin", "done", oid, owner=ADA)
    arena.legal(arena.push(f"{oid}:refs/heads/main", who=BOSS))
    arena.git("fetch", "-q", "../server.git", "main:refs/remotes/origin/main")
    arena.git("remote", "add", "origin", "../server.git")
    arena.git("checkout", "-q", "-b", "main", "origin/main")
    arena.legal(arena.tk("hooks", "install"))


ATTRIBUTES = "/.tasks/*.yaml merge=tk text eol=lf\n"


def copied(source: Path, folder: Path) -> Arena:
    """An arena of its own for one attack."""
    shutil.copytree(source, folder, symlinks=True)
    return Arena(folder)
