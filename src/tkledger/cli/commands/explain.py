"""``tk explain``: the rules' pages."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tkledger.cli import options as o
from tkledger.core.door_rules import EVERY
from tkledger.errors import Exit, usage
from tkledger.report import print_json


def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A rule, such as TK201.")
    ] = None,
    path: o.Folder = ".",  # every command takes it, here it changes nothing
    as_json: o.Json = False,
) -> int:
    """Print a rule's page; without a code, all rules."""
    rules = [
        rule for rule in EVERY if code is None or code.upper() in (rule.code, rule.name.upper())
    ]
    if not rules:
        raise usage("no-such-rule", f"there is no rule {code}", "tk explain")
    if as_json:
        print_json(
            rules=[
                {"code": one.code, "name": one.name, "since": one.since, "page": one.page}
                for one in rules
            ]
        )
        return Exit.OK
    from tkledger.views.explain import catalogue, page
    from tkledger.views.style import show

    show(page(rules[0]) if code else catalogue(rules), sys.stdout)
    return Exit.OK
