"""Where git lets changes in: gate, push, verify, hooks, install, canaries, doctor; no command line."""

from __future__ import annotations

from tkledger.core.typing import NoReturn


def run(argv: list[str]) -> NoReturn:
    """Where hook scripts of an older tk enter; `tk doctor --fix` rewrites them."""
    from tkledger.doors import hooks

    hooks.run(argv)
