"""Makes the fixtures of this folder anew, with the trackers themselves: ``python make.py TRACKER [FOLDER]``.

The programs are looked for on the PATH: ``backlog`` (npm: backlog.md), ``task-master`` with its server (npm:
task-master-ai), ``task`` (Debian: taskwarrior) and ``ticket`` (a shell script). Ids and times differ with each
run, so that the tests read what was made once, and is kept here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LONG = "The word for a title can be longer than a line of YAML that is folded: so see what becomes of it"


def run(*words: str, at: Path, given: str = "") -> str:
    """What a program prints; raises CalledProcessError."""
    return subprocess.run(
        words,
        cwd=at,
        input=given,
        env={**os.environ, "HOME": str(at), "TZ": "UTC", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


@contextmanager
def project() -> Iterator[Path]:
    """A repository for the time of a with block; its name is part of some ids."""
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder, "web-site")
        at.mkdir()
        run("git", "init", "-q", at=at)
        run("git", "config", "user.name", "Ada", at=at)
        run("git", "config", "user.email", "ada@example.com", at=at)
        yield at


def backlog(to: Path) -> None:
    """The folder that Backlog.md keeps, with all options of its commands."""
    with project() as at:

        def tool(*words: str) -> None:
            run("backlog", *words, at=at)

        tool("init", "Site", "--defaults", "--integration-mode", "none")
        tool("milestone", "add", "v1: the first")
        tool(
            *("task", "create", "Fix the login", "--description", "It fails.\n\n- on Firefox"),
            *("--assignee", "@bob,@ada", "--status", "In Progress", "--labels", "ui,needs review"),
            *("--priority", "high", "--type", "bug", "--due-date", "2027-03-31"),
            *("--ac", "a user logs in", "--ac", "two, too: `x`", "--dod", "tests pass"),
            *("--dod", "reviewed", "--plan", "1. look\n2. mend", "--notes", "Looked at it."),
            *("--ordinal", "1000", "--ref", "https://example.com/a", "--ref", "src/a.py"),
            *("--doc", "docs/a.md", "--modified-file", "src/b.py"),
        )
        tool("task", "edit", "1", "--milestone", "m-0", "--check-ac", "1", "--check-dod", "1")
        tool("task", "edit", "1", "--comment", "Say more.", "--comment-author", "@ada")
        tool(
            "task", "edit", "1", "--comment", "Once again:\n\nwhere?", "--append-notes", "And more."
        )
        tool("task", "create", "A part of it", "-p", "TASK-1", "-a", "@bob")
        tool("task", "create", LONG, "--dep", "TASK-1", "--dep", "TASK-1.1", "--priority", "low")
        tool("task", "create", "Write it: down", "-s", "Done", "--final-summary", "It is written.")
        tool("task", "complete", "TASK-3")
        tool("task", "create", "Not wanted")
        tool("task", "archive", "TASK-4")
        tool("task", "create", "An idea", "--draft", "--description", "Perhaps.")
        shutil.copytree(at / "backlog", to, dirs_exist_ok=True)


def taskwarrior(to: Path) -> None:
    """What ``task export`` prints."""
    with project() as at:
        settings = {
            "data.location": str(at / "data"),
            "confirmation": "no",
            "uda.estimate.type": "duration",
            "uda.reviewer.type": "string",
            "uda.points.type": "numeric",
        }
        rc = at / "rc"
        rc.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))

        def tool(*words: str) -> str:
            return run("task", f"rc:{rc}", "rc.verbose=nothing", *words, at=at)

        tool(
            "add",
            "Fix the login",
            "project:site.web",
            "priority:H",
            "+ui",
            "+bug",
            "due:2027-03-31",
        )
        tool("1", "annotate", "See https://example.com/a")
        tool("1", "annotate", "Say more: where?")
        tool("1", "modify", "estimate:PT2H", "reviewer:bob", "points:3")
        tool("1", "start")
        tool("add", "Write it down", "depends:1", "priority:M", "scheduled:2027-02-02", "+docs")
        tool(
            "add",
            "Wait for spring",
            "wait:2027-02-01",
            "until:2027-12-01",
            "depends:1,2",
            "priority:L",
        )
        tool("add", "Look at the logs", "due:2027-01-02", "recur:weekly", "until:2027-01-20")
        tool("list")  # which makes the next one of those that recur
        tool("add", "Move the server", "project:site")
        tool("+LATEST", "done")
        tool("add", "Not wanted")
        tool("+LATEST", "delete")
        found = json.loads(tool("export"))
        to.write_text("[\n" + ",\n".join(map(json.dumps, found)) + "\n]\n")


def taskmaster(to: Path) -> None:
    """The file of Task Master, by its server for agents: that one takes all fields without a model."""
    with project() as at:
        run("task-master", "init", "-y", "--no-git", "--no-aliases", "-r", "claude", at=at)
        server = subprocess.Popen(
            ["task-master-mcp"],
            cwd=at,
            env={**os.environ, "HOME": str(at), "TASK_MASTER_TOOLS": "all"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert server.stdin
        assert server.stdout
        count = 0

        def ask(method: str, **params: Any) -> Any:
            nonlocal count
            assert server.stdin
            assert server.stdout
            count += 1
            asked = {"jsonrpc": "2.0", "id": count, "method": method, "params": params}
            print(json.dumps(asked), file=server.stdin, flush=True)
            for line in server.stdout:
                answer = json.loads(line)
                if answer.get("id") == count and "method" not in answer:
                    return answer["result"]
            raise SystemExit("the server ended")

        def tool(call: str, /, **arguments: Any) -> None:
            given = {"projectRoot": str(at), **arguments}
            result = ask("tools/call", name=call, arguments=given)
            if result.get("isError"):
                raise SystemExit(f"{call}: {result['content'][0]['text']}")

        client = {"name": "make", "version": "1"}
        ask("initialize", protocolVersion="2025-03-26", capabilities={}, clientInfo=client)
        print(
            '{"jsonrpc": "2.0", "method": "notifications/initialized"}',
            file=server.stdin,
            flush=True,
        )
        tool(
            "add_task",
            title="Fix the login",
            description="It fails on Firefox.",
            details="Look at the cookie.\nThen at the form.",
            testStrategy="Log in with three browsers.",
            priority="high",
        )
        tool("add_subtask", id="1", title="Find it", description="Where?", details="In the log.")
        tool("add_subtask", id="1", title="Mend it", description="How?", dependencies="1")
        tool(
            "add_task",
            title="Write it down",
            description="In docs.",
            dependencies="1",
            priority="low",
        )
        for status in ("in-progress", "review", "deferred", "cancelled", "blocked"):
            tool("add_task", title=f"One that is {status}", description="So it is.")
        tool("add_tag", name="feature-x", description="What comes next")
        tool("use_tag", name="feature-x")
        tool("add_task", title="Another first", description="In its own list.", tag="feature-x")
        for number, status in enumerate(
            ("in-progress", "review", "deferred", "cancelled", "blocked"), 3
        ):
            tool("set_task_status", id=str(number), status=status, tag="master")
        tool("set_task_status", id="1.1", status="done", tag="master")
        server.stdin.close()
        server.wait()
        to.mkdir(parents=True, exist_ok=True)
        shutil.copy(at / ".taskmaster/tasks/tasks.json", to / "tasks.json")


def ticket(to: Path) -> None:
    """The folder that ticket keeps."""
    with project() as at:

        def tool(*words: str) -> str:
            return run("ticket", *words, at=at).strip()

        epic = tool("create", "The login", "-t", "epic", "-p", "0", "-d", "All of it.")
        one = tool(
            *("create", "Fix the form", "--description", "It fails.\n\n- on Firefox", "-t", "bug"),
            *("--design", "Ask the server first.", "--acceptance", "- a user logs in\n- twice"),
            *("-p", "1", "-a", "Bob Smith", "--external-ref", "gh-12", "--parent", epic),
            *("--tags", "ui,backend"),
        )
        two = tool(
            "create", "Write it: down", "--external-ref", "https://example.com/12", "-p", "3"
        )
        three = tool("create", "Move the server", "-t", "chore", "-p", "4")
        tool("dep", two, one)
        tool("link", one, three)
        tool("add-note", one, "Looked at it.")
        tool("add-note", one, "And again:\n\n- twice")
        tool("start", one)
        tool("close", three)
        shutil.copytree(at / ".tickets", to, dirs_exist_ok=True)


MAKERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "backlog": (backlog, "backlog"),
    "taskwarrior": (taskwarrior, "taskwarrior.json"),
    "taskmaster": (taskmaster, "taskmaster/.taskmaster/tasks"),
    "ticket": (ticket, "ticket/.tickets"),
}


def main(name: str, folder: Path = HERE) -> None:
    """Makes the fixtures of one tracker below a folder."""
    make, place = MAKERS[name]
    to = folder / place
    if to.is_dir():
        shutil.rmtree(to)
    make(to)


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
