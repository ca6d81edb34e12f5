"""A push that was refused: the rules that were broken and the commits that break them, or git's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

from tkledger.core.change import Refused, Violation
from tkledger.core.charges import steps
from tkledger.core.claim import LEAVE, is_open
from tkledger.core.quoting import quoted
from tkledger.core.trailers import STEP, lines
from tkledger.errors import Exit, TkError
from tkledger.git.commit import Commit
from tkledger.git.history import as_commit
from tkledger.git.identity import author_email
from tkledger.git.objects import Oid
from tkledger.git.transport import Pushed
from tkledger.ledger.newest import Newest, newest
from tkledger.ledger.reader import Ledger
from tkledger.sync.route import Route

_LISTED = 5
"""How many commits a message names."""

_MOST = 1_000
"""How many violations are read out of a server's words."""

_BROKEN = re.compile(r"error\[(TK\d{3})\] ([^ :]+): (.*?)(?: \(([0-9a-f]{10})\))?")
_SHORT = re.compile("[0-9a-f]{10}")
_REMEDY = "  remedy: "


class NotSent(Refused):
    """A branch that was not sent, since it breaks rules.

    heading: who refuses it, and which commits, in words
    """

    def __init__(self, ledger: Ledger, route: Route, by: str, *violations: Violation) -> None:
        read = ledger.repo.read
        found = {one.commit: as_commit(read(one.commit)) for one in violations if one.commit}
        known = {name: made for name, made in found.items() if made is not None}
        named = (
            one._replace(commit=known[one.commit].oid) if one.commit in known else one
            for one in violations
        )
        own = {made.oid: made for made in known.values()}
        super().__init__(*_with_way_back(ledger, route, tuple(named), own))
        commits = {made.oid: made.message.partition("\n")[0] for made in known.values()}
        self.more["commits"] = [{"commit": oid, "subject": words} for oid, words in commits.items()]
        self.heading = _heading(route, by, commits)


def _with_way_back(
    ledger: Ledger, route: Route, violations: tuple[Violation, ...], known: Mapping[str, Commit]
) -> Iterator[Violation]:
    """The same; of the newest change, as long as no one else has it, with the command that takes it back, and
    of work on a task that another has claimed with the way to leave that to them.
    """
    own, last = author_email(ledger.repo), None
    with suppress(TkError):  # there is no change of the ledger at all
        last = newest(ledger, lambda made: made.email == own)
    for one in violations:
        undo = _undo(last, one) if last else ""
        made = known.get(one.commit)
        if made is not None and one.remedy.startswith(LEAVE):
            takes = last is None or is_open(last.before.task(one.task))  # and it is another's
            back = _reworked(ledger, route, one.task, made) if takes or not undo else undo
            remedy = one.remedy.removeprefix(LEAVE)
            one = one._replace(remedy=f"{back}, then tk sync; or {remedy}")
        elif undo and "tk undo" not in one.remedy:
            back = f"take the commit back: {undo}"
            one = one._replace(remedy=f"{one.remedy}; or {back}" if one.remedy else back)
        yield one


def _undo(last: Newest, one: Violation) -> str:
    """The command that takes a refused commit back, if it is the newest change and can be; or nothing."""
    if last.obstacle or not last.touched or one.commit != last.commit.oid:
        return ""
    return f"tk undo {quoted(one.task if one.task in last.touched else min(last.touched))}"


def _reworked(ledger: Ledger, route: Route, task: str, made: Commit) -> str:
    """How a commit of ours, wherever it lies, is made to be no work on a task."""
    known = ledger.repo.read(f"refs/remotes/{route.there}") is not None
    there = quoted(route.there) if known else f"{made.oid[:10]}^"
    named = task in steps(made.message)
    way = f"drop {made.oid[:10]}"
    if named:
        way = f"reword {made.oid[:10]} without its line {STEP}: {task}"
    return f"git rebase -i --empty=drop {there}, and there {way}"


def _heading(route: Route, by: str, commits: dict[Oid, str]) -> str:
    rows = [f"  {oid[:10]} {subject}" for oid, subject in list(commits.items())[:_LISTED]]
    rows += [f"  and {len(commits) - _LISTED} more"] if len(commits) > _LISTED else []
    what = "; refused:" if rows else ":"
    return "\n".join([f"{by}, so nothing of {route.here} was sent{what}", *rows])


def named(ledger: Ledger, route: Route, refused: Refused) -> NotSent:
    """A refusal with its commits: what the law forbids here was not even sent."""
    if isinstance(refused, NotSent):
        return refused
    by = f"syncing {route.here} with {route.there} would break the rules"
    return NotSent(ledger, route, by, *refused.violations)


def refused_there(ledger: Ledger, route: Route, pushed: Pushed) -> Exception:
    """The error for a push that the remote does not take: the rules that its hooks name, else its words."""
    violations = tuple(_violations(pushed.told))
    if violations and pushed.declined:
        return NotSent(ledger, route, f"{route.remote} refused the push", *violations)
    return _rejected(route, pushed)


def _violations(told: str) -> Iterator[Violation]:
    """The violations that tk's own hook on a server printed, as `tkledger.report` words them."""
    from tkledger.core.catalogue import EVERY  # all rules, for their names

    names = {one.code: one.name for one in EVERY}
    rows = lines(told)
    for row, after in list(zip(rows, [*rows[1:], ""]))[:_MOST]:
        match = _BROKEN.fullmatch(row)
        if match is not None:
            code, task, fact, commit = match.groups()
            remedy = after.removeprefix(_REMEDY) if after.startswith(_REMEDY) else ""
            about = task if _SHORT.fullmatch(task) else ""  # some rules are about commits
            yield Violation(task, code, names.get(code, ""), fact, remedy, commit or about)


def _rejected(route: Route, pushed: Pushed) -> TkError:
    output = lines(pushed.told or pushed.words)
    said = [line for line in output if line and not line.startswith(("To ", "hint:"))]
    reasons = "; ".join(dict.fromkeys(one.summary for one in pushed.answers if one.flag == "!"))
    between = f"{route.there}..{route.here}"
    remedy = f"look with tk verify {quoted(between)}"
    if pushed.too_large:
        reasons = "it is larger than the remote allows"
        there = f"{quoted(route.remote)} COMMIT:{quoted(route.target)}"
        remedy = f"push less at a time, git push {there}, then tk sync;"
        remedy += f" or have receive.maxInputSize raised at {route.remote}"
    fact = f"{route.remote} rejected the push{reasons and f', {reasons}'}:\n"
    indented = "\n".join(f"  {line}" for line in said)
    return TkError(Exit.REJECTED, "refused", fact + indented, f"nothing here was changed; {remedy}")
