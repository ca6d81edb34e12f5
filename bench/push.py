"""A push through the server's hooks: ``python bench/push.py [ROUNDS] [COMMITS] [REFS]``."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import history
from stopwatch import READ, READ_ALL, Peak, held, in_turns, peak, run, seconds, show, tk, world


def main(rounds: int, commits: int, refs: int) -> None:
    """A new server each time; what is pushed has to be legal from the first commit on.

    The floor has git check the objects as well, as `tk hooks install --server` tells it to.
    """
    with world() as folder:
        repo = history.build(folder / "repo", commits, 1_000)
        numbers = iter(range(6 * rounds + 12))

        def server(*, hooks: bool, checked: bool = False, floor: bool = False) -> Path:
            bare = folder / f"server{next(numbers)}"
            run(["git", "init", "-q", "--bare", str(bare)], folder)
            if checked:
                run(["git", "config", "receive.fsckObjects", "true"], bare)
            if hooks:
                run(tk("hooks", "install", "--server"), bare)
            if floor:
                hook = bare / "hooks" / "pre-receive"
                hook.write_text(f"#!/bin/sh\nexec {shlex.join([*READ_ALL, 'pushed'])}\n")
                hook.chmod(0o755)
            return bare

        def pushed(*, hooks: bool, checked: bool = False, floor: bool = False) -> float:
            bare = server(hooks=hooks, checked=checked, floor=floor)
            return seconds(lambda: run(["git", "push", "-q", str(bare), "main"], repo))

        many = [f"main:refs/heads/b{number}" for number in range(refs)]

        def fanned(*, hooks: bool) -> float:
            bare = server(hooks=hooks)
            run(["git", "push", "-q", str(bare), "main"], repo)
            return seconds(lambda: run(["git", "push", "-q", str(bare), *many], repo))

        cases = {
            f"{commits:,} commits, without hooks": lambda: pushed(hooks=False),
            "the same, each object checked by git": lambda: pushed(hooks=False, checked=True),
            f"{commits:,} commits, with hooks": lambda: pushed(hooks=True),
            f"the same, {READ}": lambda: pushed(hooks=False, checked=True, floor=True),
            f"{refs:,} refs at one commit, without hooks": lambda: fanned(hooks=False),
            f"{refs:,} refs at one commit, with hooks": lambda: fanned(hooks=True),
        }
        show("a push", in_turns(cases, rounds), next(iter(cases)))
        found = hook_peak(repo, server(hooks=True))
        print(f"peak of the hook: {found.own:.0f} MB, of git beside it {found.largest:.0f} MB")


def hook_peak(repo: Path, bare: Path) -> Peak:
    """Megabytes that pre-receive takes, run by itself over the same commits.

    The push itself brings the objects without a judgement, since a hook cannot be measured from
    outside of the push that runs it.
    """
    run(["git", "push", "-q", str(bare), "main"], repo)
    (bare / "tk" / "validated").write_text("")
    tip = run(["git", "rev-parse", "main"], repo).decode().strip()
    lines = bare / "lines"
    lines.write_text(f"{'0' * len(tip)} {tip} refs/heads/other\n")
    gate = [sys.executable, "-m", "tkledger.doors.hooks", "pre-receive", "/nonexistent"]
    hook = ["sh", "-c", 'exec "$@" <lines', "sh", *gate]
    print(f"all processes of the hook together, without mapped packs: {held(hook, bare):.0f} MB")
    return peak(hook, bare)


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(3, 10_000, 1_000)[len(given) :])
