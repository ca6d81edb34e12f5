"""An import of many issues as one commit, and its push: ``python bench/imports.py [ROUNDS] [TASKS]``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from stopwatch import in_turns, run, seconds, show, tk, world

STATES = ("open", "closed", "in_progress", "blocked")


def issue(number: int) -> dict[str, object]:
    """An issue of beads, as large as most are, which depends on an earlier one."""
    key = f"bd-{number:05x}"
    before = {"issue_id": key, "depends_on_id": f"bd-{number - 7:05x}", "type": "blocks"}
    return {
        **{"id": key, "title": f"Issue {number} about the parser", "priority": number % 5},
        **{"description": "What is wrong, in words.\n" * 6, "status": STATES[number % 4]},
        **{"issue_type": "bug", "labels": ["area/cli", "good first issue"], "assignee": "ann"},
        **{"created_at": "2025-01-01T00:00:00Z", "created_by": "bob"},
        "dependencies": [before] if number > 10 else [],
    }


def main(rounds: int, tasks: int) -> None:
    """A new ledger and a new server each time, both with hooks."""
    with world() as folder:
        file = folder / "issues.jsonl"
        file.write_text("".join(f"{json.dumps(issue(n))}\n" for n in range(1, tasks + 1)))
        made: list[Path] = []

        def imported() -> float:
            server, repo = folder / f"{len(made)}.git", folder / str(len(made))
            repo.mkdir()
            run(["git", "init", "-q", "--bare", "-b", "main", str(server)], folder)
            run(["git", "init", "-q", "-b", "main"], repo)
            run(["git", "remote", "add", "origin", str(server)], repo)
            run(tk("init"), repo)
            run(["git", "push", "-q", "origin", "main"], repo)
            run(tk("hooks", "install", "--server", "-C", str(server)), repo)
            made.append(repo)
            return seconds(lambda: run(tk("import", "--from", "beads", str(file)), repo))

        def pushed() -> float:
            return seconds(lambda: run(["git", "push", "-q", "origin", "main"], made[-1]))

        cases = {
            "tk --version": lambda: seconds(lambda: run(tk("--version"), folder)),
            f"tk import of {tasks:,}": imported,
            "its push, through the hooks of both": pushed,
        }
        show("an import", in_turns(cases, rounds), "tk --version")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(3, 10_000)[len(given) :])
