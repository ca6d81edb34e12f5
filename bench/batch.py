"""A thousand creations as one commit: ``python bench/batch.py [ROUNDS] [CREATIONS]``."""

from __future__ import annotations

import json
import sys

from stopwatch import in_turns, run, seconds, show, tk, world


def main(rounds: int, creations: int) -> None:
    """A new ledger each time."""
    with world() as folder:
        numbers = iter(range(rounds + 1))

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

        cases = {
            "tk --version": lambda: seconds(lambda: run(tk("--version"), folder)),
            f"tk batch of {creations:,}": recorded,
        }
        show("a batch", in_turns(cases, rounds), "tk --version")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(5, 1_000)[len(given) :])
