"""``tk config``: the policy, shown, explained and changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.api.json import policy_json
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, with_commit, would_be
from tkledger.core import policy as policies
from tkledger.core.field import FieldError
from tkledger.core.layout import POLICY_PATH
from tkledger.core.policy import Policy
from tkledger.core.quoting import quoted
from tkledger.core.snapshot import Snapshot
from tkledger.core.trailers import ACTOR, lines
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.errors import usage_error
from tkledger.files import codec
from tkledger.ledger.proposal import Proposal
from tkledger.verbs.settings import PARTS, changed, field_of, value_of

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def show(at: str | None = None, path: str = ".") -> Answer:
    """Show the policy in force, as its file has it; what it leaves out is as by default."""
    policy = Session(path, progress=TERMINAL).read(at).policy
    assert policy is not None
    return Answer(
        lambda: {"policy": policy_json(policy)},
        lambda: [codec.dump_policy(policy).decode().removesuffix("\n")],
    )


def explain(setting: str | None = None, path: str = ".") -> Answer:
    """Say what one field of the policy means, or each, and its default."""
    meanings = _meanings()
    field = setting.partition(".")[0] if setting is not None else None
    if field is not None and field not in meanings:
        fact = f"no such setting: {setting!r}"
        raise usage_error("no-such-setting", fact, "tk config explain")
    asked = {field: meanings[field], **_leaves(field)} if field is not None else meanings

    def view() -> Iterable[Lines]:
        from tkledger.views.explain import settings
        from tkledger.views.words import setting_text

        defaults = policies.DEFAULT._asdict()
        rows = [(name, text, defaults.get(name, "")) for name, text in asked.items()]
        return [settings((name, text, setting_text(value)) for name, text, value in rows)]

    return Answer(lambda: {"fields": {name: {"meaning": asked[name]} for name in asked}}, view)


def _meanings() -> dict[str, str]:
    """The meaning of each field, out of the one place where it is written: Policy's docstring."""
    return _documented(Policy)


def _leaves(field: str) -> dict[str, str]:
    """The same of the fields of each value of a map, and of a part."""
    if field in PARTS:
        leaves = _documented(PARTS[field])
        return {f"{field}.NAME {leaf}=": text for leaf, text in leaves.items()}
    part = type(getattr(policies.DEFAULT, field))
    return {f"{field}.{leaf}": text for leaf, text in _documented(part).items()}


def _documented(part: type) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in map(str.strip, lines(part.__doc__ or "")):
        head, _, text = line.partition(": ")
        heads = head.split(", ")
        if all(one in getattr(part, "_fields", ()) for one in heads):
            name, found[head] = head, text
        elif name:
            found[name] = f"{found[name]} {line}".rstrip()
    return {name: text.replace("``", "") for name, text in found.items()}


def set_(
    setting: str,
    values: Sequence[str] = (),
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Change one field of the policy, in a commit of its own with the next version."""
    session = Session(path, actor=actor, progress=TERMINAL)
    field = field_of(setting)
    if setting in ("proof", "law", "format") and len(values) == 1:
        from tkledger.doors.foreseen import require_able

        require_able(session.repo, setting, values[0])

    def propose(before: Snapshot) -> Proposal:
        return _amended(session, before, setting, values)

    recorded = session.record(propose, dry_run=dry_run, key=key)
    policy = recorded.after.policy
    assert policy is not None
    from tkledger.views.words import setting_text

    value = value_of(policy, setting)
    if field == "keys":
        value = _fingerprints(value)
    now = f"{setting_text(value)} (policy version {policy.version})"
    names = [Aside(f"names: {_names(session, policy)}")] if field in _ABOUT_NAMES else []
    return Answer(
        lambda: {"version": policy.version, **with_commit(recorded)},
        lambda: [f"{would_be(dry_run)}{setting}: {now}", *names],
    )


_ABOUT_NAMES = ("law", "roles", "review", "approvals", "proof", "pushers", "keys")
"""The settings that rest on names, or say what these rest on."""


def _fingerprints(value: Any) -> Any:
    """Public keys as git names them: those of an actor, or of each."""
    from tkledger.core.public_keys import fingerprint

    if isinstance(value, tuple):
        return tuple(map(fingerprint, value))
    return {name: _fingerprints(keys) for name, keys in value.items()}


def _names(session: Session, policy: Policy) -> str:
    """What the names in commits are worth under a policy, by what the remote published."""
    from tkledger.claims.remote import name_of
    from tkledger.core.server import names_worth
    from tkledger.doors.foreseen import remembered

    remote = name_of(session.repo.variables(), session.repo.head_ref)
    asked = remembered(session.repo, remote) if remote else None
    return names_worth(policy, asked.pusher if asked else None)


def _amended(session: Session, before: Snapshot, key: str, words: Sequence[str]) -> Proposal:
    policy = session.ledger.usable(before).policy
    assert policy is not None
    try:
        after = changed(policy, key, words)
    except FieldError as error:
        way = f"tk config explain {quoted(field_of(key))}"
        raise usage_error("bad-value", f"{error.key}: {error.message}", way) from None
    if after._replace(version=policy.version) == policy:
        raise usage_error("no-change", f"{key} already has this value", "tk config show")
    if field_of(key) == "keys":
        from tkledger.git.signatures import require_usable

        for one in (one for keys in after.keys.values() for one in keys):
            require_usable(one)
    snapshot = before.evolve({POLICY_PATH: after})
    words_of_commit = f"policy {after.version}: {key}"
    return Proposal(snapshot, words_of_commit, ((ACTOR, session.actor(before)),))
