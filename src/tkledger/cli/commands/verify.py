"""``tk verify``: every commit of a range judged."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from tkledger.api.session import Session
from tkledger.core.change import Violation
from tkledger.core.field import is_id
from tkledger.core.snapshot import FOLDER
from tkledger.doors.verify import Verdict, judge_range
from tkledger.errors import Exit, usage
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.report import print_json, say, violation_json, violation_text, visible
from tkledger.verbs.parameters import ALL_HISTORY, AT


def verify(
    format: str,
    range: str | None = None,
    all: bool = False,
    staged: bool = False,
    at: str | None = None,
    path: str = ".",
    as_json: bool = False,
) -> int:
    """Judge every commit of a range, or of all history, from the commits alone."""
    session = Session(path, as_json=as_json)
    if staged and (range or all or at):
        raise usage("both", "--staged stands alone", "tk verify --staged")
    if staged:
        return _verify_staged(session, format)
    if session.repo.head is None:
        session.ledger.usable(session.ledger.head())
    if range and (all or at):
        other = (ALL_HISTORY if all else AT).label
        raise usage("both", f"a range and {other} exclude each other", f"tk verify {range}")
    tip, bases = (session.repo.commit_at(at), []) if at else _ends(session.repo, range)
    verdict = judge_range(session.ledger, tip, *bases, progress=_progress(as_json))
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
    from tkledger.doors import hooks

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
    where = f"file={FOLDER}/{one.task}.yaml," if is_id(one.task) else ""
    return f"::error {where}title={one.code} {one.name}::{escaped}"


def _tell_violations(violations: Iterable[Violation], format: str) -> None:
    for one in violations:
        if format == "github":
            print(_github(one))  # a workflow command is data for the host, not words for a person
        else:
            say(violation_text(one))


def _tell(verdict: Verdict, format: str) -> None:
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
