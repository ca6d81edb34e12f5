"""``tk explain``: the rules' pages."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.cli.answer import Answer
from tkledger.core.catalogue import EVERY
from tkledger.core.typing import TYPE_CHECKING
from tkledger.errors import usage_error

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def explain(code: str | None = None, path: str = ".") -> Answer:
    """Print a rule's page; without a code, all rules."""
    rules = [
        rule for rule in EVERY if code is None or code.upper() in (rule.code, rule.name.upper())
    ]
    if not rules:
        raise usage_error("no-such-rule", f"no such rule: {code}", "tk explain")

    def view() -> Iterable[Lines]:
        from tkledger.views.explain import catalogue, page

        return [page(rules[0]) if code else catalogue(rules)]

    names = ("code", "name", "since", "page")
    return Answer(
        lambda: {"rules": [{name: getattr(rule, name) for name in names} for rule in rules]}, view
    )
