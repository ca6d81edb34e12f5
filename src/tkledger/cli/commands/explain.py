"""``tk explain``: the rules' pages."""

from __future__ import annotations

import sys

from tkledger.core.catalogue import EVERY
from tkledger.errors import Exit, usage
from tkledger.report import print_json


def explain(code: str | None = None, path: str = ".", as_json: bool = False) -> int:
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
