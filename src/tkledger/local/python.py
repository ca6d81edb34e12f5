"""How tk starts a Python: one that imports nothing from the working folder or the environment."""

from __future__ import annotations

import os
import sys

import tkledger

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(tkledger.__file__)))
"""The folder that tkledger is imported from."""

COMMAND = "from tkledger.cli import main; main()"
"""How a Python becomes ``tk``."""


def isolated(code: str, *words: str, python: str = "", package: str = "") -> list[str]:
    """The command line of a Python that runs ``code`` with tkledger of this very folder.

    ``-m tkledger`` would put the working folder first: a repository with a ``tkledger``, a ``typer.py``
    or a ``yaml.py`` would run its own code. ``-I`` puts in neither that folder nor those of the
    environment; so the one of tkledger is given as a word.
    python, package: by default those of this process
    """
    start = f"import gc, sys; gc.disable(); sys.path.insert(0, sys.argv.pop(1)); {code}"
    return [python or sys.executable, "-I", "-c", start, package or PACKAGE, *words]
