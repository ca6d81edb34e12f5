"""``tk wake``: the end of ``tk sleep``."""

from __future__ import annotations

from typing import Annotated

import typer

from tkledger.api.session import Session
from tkledger.cli import options as o
from tkledger.cli.commands.sleep import mark


def wake(
    all: Annotated[bool, typer.Option("--all", help="Everybody, in this repository.")] = False,
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
) -> int:
    """End what `tk sleep` began."""
    return mark(Session(path, as_json=as_json, actor=actor), all, idle=False)
