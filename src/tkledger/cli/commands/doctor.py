"""``tk doctor``: is everything in place, and does each hook reject what it must?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from tkledger.api.json import without_empty
from tkledger.cli.answer import Answer, Aside, TerminalView
from tkledger.cli.commands.hooks import warnings
from tkledger.core.change import Violation
from tkledger.core.typing import TYPE_CHECKING
from tkledger.doors.doctor import Examined, examine
from tkledger.doors.install import Installed
from tkledger.errors import Exit, usage_error
from tkledger.git.repo import Repo
from tkledger.report import violation_json

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def doctor(fix: bool = False, denials: bool = False, path: str = ".") -> Answer:
    """Check this repository, and try that each hook rejects what it must; or list what a server refused."""
    repo = Repo(path)
    if denials:
        if fix:
            fact = "--fix and --denials exclude each other: a list repairs nothing"
            raise usage_error("both", fact, "tk doctor --fix")
        return _denials(repo)
    findings = list(examine(repo))
    fixed = [one for one in findings if fix and not one.good and one.fix is not None]
    violations: list[Violation] = []
    for one in fixed:
        assert one.fix is not None
        done = one.fix()
        violations += done.violations if isinstance(done, Installed) else ()
    if fixed:
        findings = list(examine(Repo(path)))
    bad = [one for one in findings if not one.good]
    repaired = [one.what for one in fixed]

    def view() -> Iterable[str | Aside | TerminalView]:
        causes = _by_cause(findings)
        yield TerminalView(partial(_drawn, causes), [*_lines(causes)])
        for one in fixed:
            yield f"fixed: {one.what} (before: {one.message})"
        yield from (Aside(line) for line in warnings(violations))
        if any(one.fix for one in bad) and not fix:
            yield "to repair what is safe to repair: tk doctor --fix"

    known = {"violations": [violation_json(one) for one in violations]} if violations else {}
    return Answer(
        lambda: {"findings": [_json(one) for one in findings], "fixed": repaired, **known},
        view,
        lambda: Exit.UNUSABLE if bad else Exit.OK,
    )


Causes = Mapping[str, Mapping[str, Sequence[str]]]
"""The names of what was examined, by remedy and message."""


def _denials(repo: Repo) -> Answer:
    from tkledger.doors.denials import denials

    found = denials(repo)

    def view() -> Iterable[Lines | Aside]:
        from tkledger.views.denials import refused

        yield refused(found)
        if not found:
            yield Aside("no push was refused here")
        if not repo.has_hook("pre-receive"):
            yield Aside("no hook judges pushes here: tk hooks install --server")

    return Answer(lambda: {"denials": [without_empty(one._asdict()) for one in found]}, view)


def _by_cause(findings: Iterable[Examined]) -> dict[str, dict[str, list[str]]]:
    """What was examined, by remedy and message: what is well first, under the empty remedy."""
    found: dict[str, dict[str, list[str]]] = {"": {}}
    for one in findings:
        remedy = "" if one.good else one.remedy
        found.setdefault(remedy, {}).setdefault(one.message, []).append(one.what)
    return found


def _drawn(causes: Causes) -> Lines:
    from tkledger.views.verdict import examined

    return examined(causes)


def _lines(causes: Causes) -> Iterator[str]:
    for remedy, messages in causes.items():
        for message, names in messages.items():
            yield f"{'BAD' if remedy else 'ok '}  {', '.join(names)}: {message}"
        if remedy:
            yield f"       remedy: {remedy}"


def _json(one: Examined) -> dict[str, object]:
    remedy = "" if one.good else one.remedy
    return without_empty(
        {"what": one.what, "good": one.good, "message": one.message, "remedy": remedy}
    )
