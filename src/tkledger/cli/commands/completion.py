"""``tk completion``: what a shell needs to complete tk; it is printed, and no file is edited."""

from __future__ import annotations

from tkledger.cli.answer import Answer, Verbatim
from tkledger.errors import usage_error
from tkledger.verbs.parameters import SHELL


def completion(shell: str, path: str = ".") -> Answer:
    """Print the script by which a shell completes tk."""
    if shell not in SHELL.choices:
        fact = f"{shell!r} is not one of {', '.join(SHELL.choices)}"
        raise usage_error("bad-shell", fact, "tk completion bash")
    from tkledger.cli.typer_app import completion_script

    script = completion_script(shell)
    return Answer(lambda: {"shell": shell, "script": script}, lambda: [Verbatim(script)])
