"""``tk verify``: every commit of a range judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from tkledger.api.json import gauge_json
from tkledger.api.session import Session
from tkledger.cli.answer import COUNTING, TERMINAL, Answer, Aside, TerminalView, Verbatim
from tkledger.core.change import Violation
from tkledger.core.field import is_id
from tkledger.core.layout import path_of
from tkledger.core.quoting import many, quoted
from tkledger.core.task import NOT_JUDGED
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.doors.verify import Verdict, judge_range
from tkledger.errors import Exit, usage_error
from tkledger.git import history
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo
from tkledger.report import SILENT, Progress, violation_json, violation_text, visible
from tkledger.verbs.parameters import ALL_HISTORY, AT

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines
    from tkledger.views.verdict import KnownCommit

REPORTS = ("sarif", "junit", "gitlab")
"""The formats that are one document, for a program."""


def verify(
    format: str,
    range: str | None = None,
    all: bool = False,
    again: bool = False,
    staged: bool = False,
    anchor: str | None = None,
    at: str | None = None,
    path: str = ".",
) -> Answer:
    """Check every commit of a range, or of all history, from the commits alone."""
    session = Session(path, progress=TERMINAL)
    if staged and (range or all or at or anchor):
        fact = "--staged takes no range, --all, --at or --anchor"
        raise usage_error("both", fact, "tk verify --staged")
    if staged:
        return _staged(session, format)
    if session.repo.head is None:
        session.head()
    if range and (all or at):
        other = (ALL_HISTORY if all else AT).label
        raise usage_error(
            "both", f"a range and {other} exclude each other", f"tk verify {quoted(range)}"
        )
    tip, bases = (history.commit_at(session.repo, at), []) if at else selected(session.repo, range)
    if anchor is not None:
        from tkledger.doors.anchor import require_in_history

        require_in_history(session.ledger, anchor, tip)
    found: list[Verdict] = []

    def judged(progress: Progress) -> Verdict:
        verdict = judge_range(session.ledger, tip, *bases, progress=progress, again=again)
        if not verdict.violations:  # else what broke the ledger is named, which says more
            session.ledger.usable(session.ledger.at(tip))
        found.append(worded(session, verdict))
        return found[0]

    def to_json() -> dict[str, Any]:
        verdict = judged(SILENT)
        return {"head": tip, **_first(session.repo, verdict, bases), **verdict_json(verdict)}

    return Answer(
        to_json,
        lambda: verdict_view(judged(COUNTING), format, range, partial(_known, session.repo)),
        lambda: status_of(found[0]),
    )


def _first(repo: Repo, verdict: Verdict, bases: Sequence[Oid]) -> dict[str, Any]:
    """The first commit that breaks a rule, and its place in its own history, or in the range; counted from 1."""
    bad = next((one.commit for one in verdict.violations if one.commit), None)
    if bad is None:
        return {}
    count = repo.run("rev-list", "--count", bad, *(f"^{base}" for base in bases))
    return {"first": {"commit": bad, "index": int(count)}}


def worded(session: Session, verdict: Verdict) -> Verdict:
    """The verdict with the remedies that are left in this clone."""
    if not verdict.violations:
        return verdict
    from tkledger.api.undo import undoable
    from tkledger.doors.remedies import if_undoable

    violations = if_undoable(verdict.violations, undoable(session))
    return verdict._replace(violations=tuple(violations))


def status_of(verdict: Verdict) -> Exit:
    """The exit status that a verdict comes to."""
    if verdict.violations:
        return Exit.REJECTED
    return Exit.OK if verdict.commits else Exit.NOTHING  # nothing was checked


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict by the names of its JSON."""
    violations = [violation_json(one) for one in verdict.violations]
    accepted = [
        {**violation_json(one), "reason": verdict.reasons[one.commit]} for one in verdict.accepted
    ]
    exceeded = [gauge_json(one) for one in verdict.exceeded]
    aside = [
        {
            **violation_json(one.violation._replace(remedy="")),
            "actor": one.actor,
            "reason": one.reason,
        }
        for one in verdict.aside
    ]
    return {
        "commits": verdict.commits,
        "violations": violations,
        **({"accepted": accepted} if accepted else {}),
        **({"exceeded": exceeded} if exceeded else {}),
        **({"set_aside": aside} if aside else {}),
        **({"signers": dict(verdict.signers)} if verdict.signers else {}),
        **({"imported": verdict.imported} if verdict.imported else {}),
        **({"joined": list(map(violation_json, verdict.joined))} if verdict.joined else {}),
    }


Known = Callable[[Sequence[Oid]], Mapping[str, "KnownCommit"]]

_MOST_KNOWN = 200
"""Of so many commits a terminal shows more than the id; of those that break rules, the first."""


def _known(repo: Repo, oids: Sequence[Oid]) -> dict[str, KnownCommit]:
    """These commits as people know them."""
    from tkledger.views.verdict import KnownCommit

    now = int(time.time())
    found = map(history.as_commit, repo.read_many([*oids[:_MOST_KNOWN]]))
    return {
        one.oid: KnownCommit(one.subject, one.author.actor, now - one.at) for one in found if one
    }


def _unknown(_: Sequence[Oid]) -> dict[str, KnownCommit]:
    """No commit: what is staged has none."""
    return {}


def verdict_view(
    verdict: Verdict, format: str, range: str | None, known: Known | None = None
) -> Iterable[str | Aside | Verbatim | TerminalView]:
    """The lines that say a verdict. If a report for a program is on stdout, they are on stderr. A terminal shows
    what breaks the rules by commit if these can be ``known`` by more than their ids.
    """
    if format in REPORTS:
        yield _report(verdict.violations, verdict.joined, verdict.commits, format)
        for line in verdict_view(verdict, "text", range):
            yield Aside(line) if isinstance(line, str) else line
        return
    drawn = known if format == "text" else None
    if not verdict.commits:
        yield f"no commits in {range}: nothing was checked"
        return
    yield from _shown(verdict.violations, format, drawn)
    for one in verdict.accepted:
        yield Aside(violation_text(one, "accepted"))
        yield Aside(f"  reason: {verdict.reasons[one.commit]}")
    for aside in verdict.aside:
        yield Aside(violation_text(aside.violation, "set aside"))
        yield Aside(visible(f"  by {aside.actor}: {aside.reason}"))
    for one in verdict.joined:
        if format == "github":
            yield _github(one, "warning")
            continue
        yield Aside(violation_text(one, "warning"))
        yield Aside(f"  remedy: {one.remedy}")
    if verdict.signers:
        counts = (f"{name} ({count:,})" for name, count in verdict.signers.items())
        yield Aside(visible(f"signed by {', '.join(counts)}"))
    for gauge in verdict.exceeded:
        yield Aside(f"exceeded: {gauge.limit.holder}: {gauge.figures} used")
    commits = many(verdict.commits, "commit")
    if verdict.imported:
        yield f"{many(verdict.imported, 'task')} {NOT_JUDGED}"
    if verdict.violations:
        bad = len({one.commit for one in verdict.violations})
        text = f"checked {commits}: {bad:,} break{'s' if bad == 1 else ''} the rules"
        yield _summed(text, good=False) if drawn else Aside(text)
        if verdict.pending:
            yield Aside(
                f"  {verdict.pending:,} accepted at the end only: counts once {verdict.decides} has it"
            )
            if verdict.way:
                yield Aside(f"  to get it there: {verdict.way}")
    else:
        accepted = len({one.commit for one in verdict.accepted})
        text = f"checked {commits}: no violation" + (f", {accepted:,} accepted" if accepted else "")
        yield _summed(text, good=True) if drawn else text


def _shown(
    violations: Sequence[Violation], format: str, known: Known | None
) -> Sequence[str | Aside | TerminalView]:
    """What breaks the rules: on a terminal by commit, if these can be ``known``."""
    lines = [*_violations(violations, format)]
    return [TerminalView(partial(_broken, violations, known), lines)] if lines and known else lines


def _broken(violations: Sequence[Violation], known: Known) -> Lines:
    from tkledger.views.verdict import broken

    oids = [*dict.fromkeys(one.commit for one in violations if one.commit)]
    return broken(violations, partial(known, oids))


def _summed(text: str, *, good: bool) -> TerminalView:
    def drawn() -> Lines:
        from tkledger.views.verdict import summed

        return summed(text, good=good)

    return TerminalView(drawn, [text if good else Aside(text)])


def _staged(session: Session, format: str) -> Answer:
    from tkledger.doors import hooks, remedies

    violations = list(remedies.for_index(session.repo, hooks.in_index(session.ledger)))

    def view() -> Iterable[str | Aside | Verbatim | TerminalView]:
        if format in REPORTS:
            asides = _violations(violations, "text")
            return [_report(violations, (), 0, format), *asides]
        known = _unknown if format == "text" else None
        return _shown(violations, format, known) or ["the staged changes break no rule"]

    return Answer(
        lambda: {"commits": 0, "violations": [violation_json(one) for one in violations]},
        view,
        lambda: Exit.REJECTED if violations else Exit.OK,
    )


def _report(
    violations: Sequence[Violation], joined: Sequence[Violation], commits: int, format: str
) -> Verbatim:
    """A verdict in a form that a host reads."""
    from tkledger.views import reports

    if format == "junit":
        return Verbatim(reports.junit(commits, violations, "commits"))
    if format == "gitlab":
        return Verbatim(reports.code_quality(violations, joined))
    from tkledger.core.catalogue import EVERY

    pages = {
        one.code: " ".join((one.findings.__doc__ or "").partition("\n\n")[0].split())
        for one in EVERY
    }
    return Verbatim(reports.sarif(violations, joined, pages))


def _violations(violations: Iterable[Violation], format: str) -> Iterable[str | Aside]:
    """Each in words or, since a workflow command is data for the host, on stdout."""
    for one in violations:
        yield _github(one) if format == "github" else Aside(violation_text(one))


def _github(one: Violation, level: str = "error") -> str:
    """A violation as a workflow command, which GitHub shows at the pull request."""
    text = f"{one.task}: {one.message}\n{one.commit}\nremedy: {one.remedy}"
    escaped = visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    where = f"file={path_of(one.task)}," if is_id(one.task) else ""
    return f"::{level} {where}title={one.code} {one.name}::{escaped}"


def selected(repo: Repo, text: str | None) -> tuple[Oid, list[Oid]]:
    """The tip and the bases of what git would read: ``A..B`` is B without A, ``REV^!`` one commit,
    ``REV`` all history up to it.
    """
    if text is None:
        return repo.head or history.commit_of(repo, "HEAD"), []
    first, dots, last = text.partition("..")
    if dots and (not first or last.startswith(".")):
        raise usage_error("bad-range", f"not a commit range: {text}", "tk verify origin/main..HEAD")
    if dots:
        return history.commit_of(repo, last or "HEAD"), [history.commit_of(repo, first)]
    tip = history.commit_of(repo, first.removesuffix("^!"))
    alone = first.endswith("^!")
    return tip, repo.run("rev-parse", f"{tip}^@").decode().split() if alone else []
