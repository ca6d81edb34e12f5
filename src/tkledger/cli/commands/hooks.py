"""``tk hooks``: the doors of git, put in place, taken away, looked at."""

from __future__ import annotations

from tkledger.doors import install as hooks
from tkledger.errors import Exit
from tkledger.git.repo import Repo
from tkledger.report import print_json, visible


def install(server: bool = False, path: str = ".", as_json: bool = False) -> int:
    """Install the hooks; a hook that is there already goes on working behind them."""
    states = hooks.install(Repo(path), server=server)
    if as_json:
        print_json(hooks=[state._asdict() for state in states])
    else:
        chained = [state.name for state in states if state.chained]
        more = f"; behind them go on: {', '.join(chained)}" if chained else ""
        print(f"installed {', '.join(state.name for state in states)}{more}")
        if server:
            print(f"next: tk doctor --fix -C {path}")
    return Exit.OK


def uninstall(server: bool = False, path: str = ".", as_json: bool = False) -> int:
    """Take the hooks away, and put back those that were there before."""
    restored = hooks.uninstall(Repo(path), server=server)
    if as_json:
        print_json(restored=restored)
    else:
        print("taken away" + (f"; restored {', '.join(restored)}" if restored else ""))
    return Exit.OK


def status(server: bool = False, path: str = ".", as_json: bool = False) -> int:
    """Say how each hook stands; exit 3 unless all are in place."""
    states = hooks.status(Repo(path), server=server)
    good = all(state.ours and state.current and state.executable for state in states)
    if as_json:
        print_json(hooks=[state._asdict() for state in states], installed=good)
    for state in () if as_json else states:
        print(visible(f"{state.name:22} {_words(state, server)}"))
    return Exit.OK if good else Exit.UNUSABLE


def _words(state: hooks.HookState, server: bool) -> str:
    command = "tk hooks install" + (" --server" if server else "")
    if not state.ours:
        return f"not installed: {command}"
    if not state.executable:
        return f"installed, but not executable, so git passes it over: {command}"
    if not state.current:
        return f"installed by another tk: {command}"
    return "installed" + (", with another hook behind it" if state.chained else "")
