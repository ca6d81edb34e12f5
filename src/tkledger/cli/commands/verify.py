"""``tk verify``: every commit of a range judged."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from tkledger.api.session import Session
from tkledger.cli import options as o
from tkledger.core.change import Violation
from tkledger.core.field import is_id
from tkledger.core.layout import path_of
from tkledger.doors import gate, hooks
from tkledger.errors import Exit, usage
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.report import print_json, say, violation_json, violation_text, visible


def verify(
    range: Annotated[
        str | None,
        typer.Argument(metavar="[A..B]", help="Commits of B that A has not; HEAD by default."),
    ] = None,
    all: Annotated[
        bool, typer.Option("--all", help="All history, from the ledger's beginning.")
    ] = False,
    staged: Annotated[
        bool, typer.Option("--staged", help="What is staged, as a commit on HEAD.")
    ] = False,
    format: Annotated[
        str, typer.Option("--format", metavar="F", help="text, or github for its annotations.")
    ] = "text",
    at: o.At = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
) -> int:
    """Judge every commit of a range, or of all history, from the commits alone."""
    session = Session(path, as_json=as_json)
    if format not in _FORMATS:
        raise usage("no-such-format", f"there is no format {format!r}", "--format github")
    if staged and (range or all or at):
        raise usage("both", "--staged stands alone", "tk verify --staged")
    if staged:
        return _verify_staged(session, format)
    if session.repo.head is None:
        session.ledger.usable(session.ledger.head())
    if range and (all or at):
        other = "--all" if all else "--at"
        raise usage("both", f"a range and {other} exclude each other", f"tk verify {range}")
    tip, bases = (session.repo.commit_at(at), []) if at else _ends(session.repo, range)
    verdict = gate.range_(session.ledger, tip, *bases, progress=_progress(as_json))
    if not verdict.violations:  # else what broke the ledger is named, which says more
        session.ledger.usable(session.ledger.at(tip))
    if as_json:
        violations = [violation_json(one) for one in verdict.violations]
        accepted = [
            {**violation_json(one), "reason": verdict.reasons[one.commit]}
            for one in verdict.accepted
        ]
        print_json(
            commits=verdict.commits,
            violations=violations,
            **({"accepted": accepted} if accepted else {}),
        )
    else:
        _tell(verdict, format)
    return Exit.REJECTED if verdict.violations else Exit.OK


def _verify_staged(session: Session, format: str) -> int:
    violations = hooks.in_index(session.ledger)
    if violations and not session.as_json:
        _tell_violations(violations, format)
        return Exit.REJECTED
    if session.as_json:
        print_json(commits=0, violations=[violation_json(one) for one in violations])
    else:
        print("what is staged breaks no rule")
    return Exit.REJECTED if violations else Exit.OK


def _github(one: Violation) -> str:
    """A violation as a workflow command, which GitHub shows at the pull request."""
    text = f"{one.task}: {one.message}\n{one.commit}\nremedy: {one.remedy}"
    escaped = visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    where = f"file={path_of(one.task)}," if is_id(one.task) else ""
    return f"::error {where}title={one.code} {one.name}::{escaped}"


_FORMATS = ("text", "github")


def _tell_violations(violations: Iterable[Violation], format: str) -> None:
    for one in violations:
        if format == "github":
            print(_github(one))  # a workflow command is data for the host, not words for a person
        else:
            say(violation_text(one))


def _tell(verdict: gate.Verdict, format: str) -> None:
    _tell_violations(verdict.violations, format)
    for one in verdict.accepted:
        say(violation_text(one, "accepted"))
        say(visible(f"  reason: {verdict.reasons[one.commit]}"))
    commits = f"{verdict.commits} commit{'' if verdict.commits == 1 else 's'}"
    if verdict.violations:
        bad = len({one.commit for one in verdict.violations})
        say(f"{commits} judged, {bad} of them against the rules")
        say("  a commit that has to stay is accepted by: tk accept COMMIT --reason TEXT")
    else:
        more = (
            f", {len({one.commit for one in verdict.accepted})} accepted"
            if verdict.accepted
            else ""
        )
        print(f"{commits} judged, no violation{more}")


def _ends(repo: Repo, text: str | None) -> tuple[Oid, list[Oid]]:
    """The tip and the base of ``A..B``; ``A`` alone means ``A..HEAD``."""
    if text is None:
        return repo.commit_of("HEAD"), []
    first, _, last = text.partition("..")
    if not first or last.startswith("."):
        raise usage("bad-range", f"{text} is no range", "tk verify origin/main..HEAD")
    return repo.commit_of(last or "HEAD"), [repo.commit_of(first)]


def _progress(as_json: bool) -> Any:
    """A count on the terminal, since a long history takes a while; nothing when piped."""
    if as_json or not sys.stderr.isatty():
        return lambda count: None
    return lambda count: print(f"\r{count} commits\r", end="", file=sys.stderr)
