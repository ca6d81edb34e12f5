"""Counting and hostile graphs: ``python bench/budgets.py [ROUNDS] [COMMITS] [TASKS]``."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from stopwatch import held, in_turns, run, seconds, show, tk, world

from tkledger.core.change import Change, change
from tkledger.core.layout import POLICY_PATH, path_of
from tkledger.core.policy import DEFAULT
from tkledger.core.rules import judge
from tkledger.core.snapshot import Snapshot
from tkledger.core.task import Task, task
from tkledger.core.usage import Account, Activity, Fact, Usage, Used
from tkledger.files import codec


def worked(path: Path, commits: int) -> Path:
    """A repository with ``commits`` commits of work on a hundred tasks under one budget."""
    path.mkdir()
    run(["git", "init", "-q"], path)
    subprocess.run(
        ["git", "fast-import", "--quiet"], cwd=path, check=True, input=b"".join(_stream(commits))
    )
    run(["git", "reset", "-q", "--hard"], path)
    return path


def _stream(commits: int) -> Iterator[bytes]:
    root = task({"id": "root", "title": "All", "state": "todo", "budget": {"steps": 10 * commits}})
    below = [
        task({"id": f"t{n}", "title": "T", "state": "todo", "parent": "root"}) for n in range(100)
    ]
    files = {POLICY_PATH: codec.dump_policy(DEFAULT)}
    files |= {path_of(one.id): codec.dump_task(one) for one in (root, *below)}
    yield _commit(0, "begin", files)
    for number in range(1, commits):
        yield _commit(number, f"work\n\nTk-Task: t{number % 100}\n", {})


def _commit(number: int, words: str, files: dict[str, bytes]) -> bytes:
    who = f"Bench <bench@example.org> {1_700_000_000 + number} +0000"
    parts = [f"commit refs/heads/main\ncommitter {who}\ndata {len(words)}\n{words}\n".encode()]
    parts += [
        b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
        for path, data in files.items()
    ]
    return b"".join(parts)


def graphs(size: int) -> dict[str, list[Task]]:
    """Ledgers that somebody made to be slow: a chain, a fan, and dependencies as dense as they go."""
    limit = {"steps": 1}

    def one(number: int, **fields: object) -> Task:
        return task({"id": f"t{number}", "title": "T", "state": "todo", **fields})

    def up(number: int) -> dict[str, object]:
        return {"parent": f"t{number - 1}"} if number else {"budget": limit}

    fan = {"parent": "t0"}
    return {
        "deep chain": [one(n, **up(n)) for n in range(size)],
        "wide fan": [one(n, **(fan if n else {"budget": limit})) for n in range(size)],
        "dense dependencies": [
            one(n, depends_on=[f"t{other}" for other in range(max(0, n - 10), n)])
            for n in range(size)
        ],
    }


def hostile(tasks: list[Task]) -> Change:
    """The last task, deepest of all, gets links and begins."""
    policy = DEFAULT._replace(depth=1000)
    before = Snapshot({POLICY_PATH: policy, **{one.id: one for one in tasks}}, policy)
    last = tasks[-1]
    after = before.put(last._replace(state=last.state.IN_PROGRESS, depends_on=("t1",)))
    accounts = {one.id: Account() for one in tasks}
    for one in tasks:
        accounts[one.id].add(Fact(one.id, one.id, used=Used(steps=1)))
    usage = Usage(accounts.get, lambda task_id: Activity(), 0)
    return change((before,), after)._replace(tally=lambda: usage)


def main(rounds: int, commits: int, tasks: int) -> None:
    """Both questions, as ratios."""
    with world() as folder:
        repo = worked(folder / "repo", commits)
        sums = repo / ".git/tk/sums.json"

        def cold() -> float:
            sums.unlink(missing_ok=True)
            return seconds(lambda: run(tk("budget", "--json"), repo))

        walk = ["git", "log", "--raw", "--no-abbrev", "-z", "--", ".tasks"]
        least = "import tkledger.cli, tkledger.files.reader, tkledger.ledger.tally, tkledger.core.budget"
        counting = in_turns(
            {
                "tk --version": lambda: seconds(lambda: run(tk("--version"), repo)),
                "what reads and counts, loaded": lambda: seconds(
                    lambda: run([sys.executable, "-c", least], repo)
                ),
                "tk budget ID, counted before": lambda: seconds(
                    lambda: run(tk("budget", "t1"), repo)
                ),
                "tk budget, counted before": lambda: seconds(lambda: run(tk("budget"), repo)),
            },
            rounds,
        )
        show(f"{commits:,} commits of work", counting, "tk --version")
        first = in_turns(
            {"git log --raw": lambda: seconds(lambda: run(walk, repo)), "tk budget, first": cold}, 1
        )
        show("counted from the beginning", first, "git log --raw")
        sums.unlink(missing_ok=True)
        most = held(tk("budget", "--json"), repo)
        print(f"all processes of the first, without mapped packs: {most:.0f} MB")
        gc.disable()  # as every tk does
        judged = {"tk --version": lambda: seconds(lambda: run(tk("--version"), repo))}
        for name, some in graphs(tasks).items():
            made = hostile(some)
            judged[f"{tasks:,} tasks, {name}"] = lambda made=made: seconds(lambda: judge(made))  # type: ignore[misc]
        show("one change of a hostile ledger, judged", in_turns(judged, rounds), "tk --version")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(5, 100_000, 100_000)[len(given) :])
