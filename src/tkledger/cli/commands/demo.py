"""``tk demo``: a scripted session, with real git, in a repository that is thrown away."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable

from tkledger.cli.answer import Answer
from tkledger.core.layout import path_of
from tkledger.core.typing import Any, NamedTuple, TextIO
from tkledger.errors import Exit, TkError
from tkledger.local.python import COMMAND, isolated

ALICE, BOB = "agent-alice", "agent-bob"


class _Stage(NamedTuple):
    """Where the demo plays: the folder of it all, where it speaks, and what was run."""

    root: str
    out: TextIO
    commands: list[str]

    def say(self, text: str) -> None:
        print(f"\n# {text}", file=self.out, flush=True)

    def run(self, folder: str, command: str, *, actor: str = "", fails: bool = False) -> None:
        """Show a command and let it speak; it has to fail iff ``fails``."""
        words = shlex.split(command)
        shown = f"[{actor}] " if actor else ""
        print(f"{shown}$ {command}", file=self.out, flush=True)
        self.commands.append(command)
        # this very tk, whatever the PATH has
        argv = isolated(COMMAND, *words[1:]) if words[0] == "tk" else words
        env = {**os.environ, **_IDENTITY, **(_identity(actor) if actor else {})}
        done = subprocess.run(
            argv,
            cwd=os.path.join(self.root, folder),
            env=env,
            stdout=self.out,
            stderr=subprocess.STDOUT,
        )
        if bool(done.returncode) != fails:
            raise TkError(
                Exit.BUG, "demo", f"{command!r} ended with {done.returncode}", "tk demo --keep"
            )


_IDENTITY = {
    "GIT_AUTHOR_NAME": "Alice",
    "GIT_AUTHOR_EMAIL": "alice@example.org",
    "GIT_COMMITTER_NAME": "Alice",
    "GIT_COMMITTER_EMAIL": "alice@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def _identity(actor: str) -> dict[str, str]:
    """Who commits, for tk and for git alike."""
    email = f"{actor}@example.org"
    names = {"GIT_AUTHOR_NAME": actor, "GIT_AUTHOR_EMAIL": email}
    names |= {"GIT_COMMITTER_NAME": actor, "GIT_COMMITTER_EMAIL": email}
    return {**names, "TK_ACTOR": email}


def demo(keep: bool = False, path: str = ".") -> Answer:
    """Play a session: two agents in two worktrees, and a shortcut that the server rejects.

    With --json the session is words, on stderr.
    """

    def to_json() -> dict[str, Any]:
        stage = _played(sys.stderr, keep=keep)
        return {"commands": stage.commands, **({"path": stage.root} if keep else {})}

    def view() -> Iterable[str]:
        _played(sys.stdout, keep=keep)
        return ()

    return Answer(to_json, view)


def _played(out: TextIO, *, keep: bool) -> _Stage:
    """Play it all; unless ``keep`` is set, the repository is gone afterwards."""
    stage = _Stage(tempfile.mkdtemp(prefix="tk-demo-"), out, [])
    try:
        _play(stage)
    finally:
        if keep:
            print(f"\nthe repository is in {stage.root}", file=stage.out)
        else:
            import shutil

            shutil.rmtree(stage.root, ignore_errors=True)
    return stage


def _play(stage: _Stage) -> None:
    _set_the_scene(stage)
    _two_agents(stage)
    _a_shortcut(stage)
    _by_hand(stage)
    stage.say("How it stands, and that anybody can check it from the commits alone.")
    stage.run("work", "tk tree --all")
    stage.run("work", "tk log --limit 6")
    stage.run("work", "tk verify --all")


def _set_the_scene(stage: _Stage) -> None:
    stage.say("A server: a bare repository whose hooks judge every push. And a clone to work in.")
    stage.run("", "git init --quiet --bare --initial-branch=main server.git")
    stage.run("", "git init --quiet --initial-branch=main work")
    stage.run("work", "git remote add origin ../server.git")
    stage.run("work", "tk init")
    stage.run("", "tk hooks install --server -C server.git")
    stage.say("The work to be done: one whole, two parts, one of which needs the other.")
    stage.run("work", "tk new 'Ship the parser' --id ship --type feature --priority 1")
    stage.run("work", "tk new 'Parse the config file' --id parse --parent ship")
    stage.run("work", "tk new 'Document the format' --id docs --parent ship --depends-on parse")
    stage.run("work", "git push --quiet origin main")
    stage.run("work", "tk ready")


def _two_agents(stage: _Stage) -> None:
    stage.say("Two agents, each in a worktree and on a branch of its own.")
    stage.run("work", "git worktree add --quiet -b alice ../alice")
    stage.run("work", "git worktree add --quiet -b bob ../bob")
    stage.run("alice", "tk start parse", actor=ALICE)
    stage.say("Bob wants the documentation, but that has to wait; he takes the whole instead.")
    stage.run("bob", "tk start docs", actor=BOB, fails=True)
    stage.run("bob", "tk start ship", actor=BOB)
    stage.run("alice", "tk submit parse -m 'parses TOML and INI'", actor=ALICE)
    stage.run("alice", "tk approve parse", actor=BOB)
    stage.say("What both did meets on main: plain git merges, and the doors judge the result.")
    stage.run("work", "git merge --quiet --no-edit alice")
    stage.run("work", "git merge --quiet --no-edit bob")
    stage.run("work", "git push --quiet origin main")


def _a_shortcut(stage: _Stage) -> None:
    stage.say("An agent wants a shortcut: it writes 'done' into a task that no one worked on.")
    path = os.path.join(stage.root, "work", path_of("docs"))
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("state: todo", "state: done"))
    stage.run("work", "git commit --quiet -am 'docs are done'", actor=BOB, fails=True)
    stage.say("It goes past the hooks of its own clone. The server judges by the same law.")
    stage.run(
        "work", "git -c core.hooksPath=/dev/null commit --quiet -am 'docs are done'", actor=BOB
    )
    stage.run("work", "git push --quiet --no-verify origin main", actor=BOB, fails=True)
    stage.run("work", "tk verify --all", fails=True)
    stage.run("work", "git reset --quiet --hard HEAD~1")


def _by_hand(stage: _Stage) -> None:
    stage.say("The honest way, one line in an editor and a commit, is as good as a command.")
    stage.run("work", f"sed -i.bak 's/^state: todo/state: in_progress/' {path_of('docs')}")
    os.unlink(os.path.join(stage.root, "work", f"{path_of('docs')}.bak"))
    stage.run("work", "git commit --quiet -am 'write the docs'", actor=BOB)
    stage.run("work", "tk done docs", actor=BOB)
    stage.run("work", "tk done ship", actor=BOB)
    stage.run("work", "git push --quiet origin main")
