"""``tk audit``: who did what in a range of history, and what proves that it was them."""

from __future__ import annotations

from collections.abc import Iterable

from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, TerminalView, Verbatim
from tkledger.cli.commands.verify import selected, status_of, verdict_json, verdict_view, worded
from tkledger.core.loosening import is_bound, keepers, who_is_bound
from tkledger.core.quoting import few
from tkledger.core.time import iso
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.doors.audit import Audit, audited
from tkledger.doors.verify import judge_range
from tkledger.git.repo import Repo

if TYPE_CHECKING:
    from tkledger.core.audit import Act
    from tkledger.views.text_layout import Lines

KIND = "urn:tkledger:audit:1"
"""What kind of statement an attested audit is: its predicate is the JSON of ``tk audit``."""

NAMESPACE = "tk-audit"
"""What a key of ssh signs an attestation for."""


_FREE = "anyone may change the policy, so it binds no one"


def audit(range: str | None = None, attest: bool = False, path: str = ".") -> Answer:
    """Show who did what, and what proves it; or print that as a signed statement."""
    session = Session(path, progress=TERMINAL)
    if session.repo.head is None:
        session.head()
    tip, bases = selected(session.repo, range)
    verdict = judge_range(session.ledger, tip, *bases, again=attest)
    if not verdict.violations:
        session.ledger.usable(session.ledger.at(tip))
    found = audited(session.ledger, tip, bases, worded(session, verdict))

    def view() -> Iterable[str | Aside | Verbatim | TerminalView | Lines]:
        if attest:
            return [Verbatim(_attested(session.repo, found, range))]
        return _view(found, range)

    def to_json() -> dict[str, Any] | None:
        if attest:
            print(_attested(session.repo, found, range))
            return None
        return _json(found)

    return Answer(to_json, view, lambda: status_of(verdict))


def _view(
    found: Audit, range: str | None
) -> Iterable[str | Aside | Verbatim | TerminalView | Lines]:
    from tkledger.views.audit import acts, proofs

    yield acts(found.acts)
    yield proofs(found.acts)
    if found.imported:
        yield f"imported: {few(found.imported)}, as the ledger began"
    if found.policy is not None:
        yield f"policy: version {found.policy.version}, proof: {found.policy.proof}"
        yield f"keepers: {who_is_bound(found.policy) or _FREE}"
    yield from verdict_view(found.verdict, "text", range)


def _json(found: Audit) -> dict[str, Any]:
    policy = found.policy
    return without_empty(
        {
            "range": {"tip": found.tip, "bases": list(found.bases)},
            "policy": {
                "version": policy.version,
                "file": found.policy_file,
                "proof": policy.proof,
                "keepers": keepers(policy),
                "bound": is_bound(policy),
            }
            if policy
            else None,
            "verdict": verdict_json(found.verdict),
            "acts": [_act_json(act) for act in found.acts],
            "imported": list(found.imported),
        }
    )


def _act_json(act: Act) -> dict[str, Any]:
    return without_empty({**act._asdict(), "at": iso(act.at)})


def _attested(repo: Repo, found: Audit, range: str | None) -> str:
    """The audit as a signed statement about the commit at the end of the range."""
    import json

    from tkledger.core import attestation
    from tkledger.git import detached

    name = (range or repo.head_ref).rpartition("..")[2].removesuffix("^!") or repo.head_ref
    payload = attestation.statement(name, found.tip, KIND, _json(found))
    made = detached.signed(repo, attestation.to_sign(payload), NAMESPACE)
    return json.dumps(attestation.envelope(payload, made.key, made.signature))
