"""A thousand creations as one commit: ``python bench/batch.py [ROUNDS] [CREATIONS]``."""

from __future__ import annotations

import json
import sys

from stopwatch import DURABLE, in_turns, run, seconds, show, tk, world


def main(rounds: int, creations: int) -> None:
    """A new ledger each time."""
    with world() as folder:
        numbers, more = iter(range(rounds + 1)), iter(range(rounds + 1))

        def recorded() -> float:
            repo = folder / str(next(numbers))
            repo.mkdir()
            run(["git", "init", "-q"], repo)
            run(tk("init"), repo)
            lines = [
                {"op": "new", "id": f"t{n}", "title": f"Task {n}", "parent": f"t{n - n % 10}"}
                if n % 10
                else {"op": "new", "id": f"t{n}", "title": f"Task {n}"}
                for n in range(creations)
            ]
            text = "\n".join(map(json.dumps, lines)).encode()
            return seconds(lambda: run(tk("batch"), repo, text))

        def by_git() -> float:
            repo = folder / f"git-{next(more)}"
            (repo / ".tasks").mkdir(parents=True)
            run(["git", "init", "-q"], repo)

            def made() -> None:
                for n in range(creations):
                    new = repo / ".tasks" / f".t{n}"
                    new.write_text(f"id: t{n}\ntitle: Task {n}\nstate: todo\n")
                    new.rename(repo / ".tasks" / f"t{n}.yaml")
                run(["git", "add", "."], repo)
                run(["git", *DURABLE, "commit", "-qm", "many"], repo)

            return seconds(made)

        cases = {
            "tk --version": lambda: seconds(lambda: run(tk("--version"), folder)),
            "the files alone, by git, as durable": by_git,
            f"tk batch of {creations:,}": recorded,
        }
        show("a batch", in_turns(cases, rounds), "tk --version")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(5, 1_000)[len(given) :])
