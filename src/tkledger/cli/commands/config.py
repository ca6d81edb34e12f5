"""``tk config``: the policy, shown, explained and changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.api.amending import Amended, Wanted, amend, differing
from tkledger.api.json import policy_json
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, with_commit, would_be
from tkledger.core.field import FieldError
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.quoting import any_of, few, quoted
from tkledger.core.roles import is_keeper
from tkledger.core.trailers import lines
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.errors import Exit, TkError, unusable, usage_error
from tkledger.files import codec
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

        defaults = DEFAULT._asdict()
        rows = [(name, text, defaults.get(name, "")) for name, text in asked.items()]
        return [settings((name, text, setting_text(value, name)) for name, text, value in rows)]

    return Answer(lambda: {"fields": {name: {"meaning": asked[name]} for name in asked}}, view)


def _meanings() -> dict[str, str]:
    """The meaning of each field, out of the one place where it is written: Policy's docstring."""
    return _documented(Policy)


def _leaves(field: str) -> dict[str, str]:
    """The same of the fields of each value of a map, and of a part."""
    if field in PARTS:
        leaves = _documented(PARTS[field])
        return {f"{field}.NAME {leaf}=": text for leaf, text in leaves.items()}
    part = type(getattr(DEFAULT, field))
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
    field_of(setting)
    _require_names_apart(setting, values)
    if setting in _ABLE and len(values) == 1:
        from tkledger.doors.foreseen import require_able

        require_able(session.repo, setting, values[0])

    def wanted(policy: Policy) -> Wanted:
        try:
            after = changed(policy, setting, values)
        except FieldError as error:
            way = f"tk config explain {quoted(field_of(setting))}"
            raise usage_error("bad-value", f"{error.key}: {error.message}", way) from None
        if _is_same(policy, after):
            raise usage_error("no-change", f"{setting} already has this value", "tk config show")
        _require_usable_keys(policy, after)
        return Wanted(after, setting)

    return _answer(session, amend(session, wanted, dry_run=dry_run, key=key), [setting], dry_run)


def _require_names_apart(setting: str, values: Sequence[str]) -> None:
    """Raise if what is meant as several actors would be one, whose name has commas in it."""
    joined = [one for one in values if "," in one.strip(",") and " " not in one]
    if setting.startswith("roles.") and joined:
        names = " ".join(quoted(name) for one in values for name in one.split(",") if name)
        fact = f"{quoted(joined[0])} would be the name of one actor"
        raise usage_error("one-name", fact, f"tk config set {quoted(setting)} {names}")


_ABLE = ("proof", "law", "format")
"""The settings that a server may be too old for, or not know enough."""


def edit(actor: str | None = None, path: str = ".", dry_run: bool = False) -> Answer:
    """Change the policy in the editor; form and version are put right."""
    from tkledger.cli.editor import in_editor

    session = Session(path, actor=actor, progress=TERMINAL)
    shown = session.read().policy
    assert shown is not None
    text = codec.dump_policy(shown._replace(proposal=None))
    settings: list[str] = []

    def record(data: bytes) -> Amended:
        def wanted(policy: Policy) -> Wanted:
            if policy != shown:
                raise unusable("changed", "the policy was changed meanwhile", _EDIT)
            try:
                after = codec.load_policy(codec.reformatted(data, is_policy=True))
            except codec.FormError as error:
                raise usage_error("bad-file", str(error), _EDIT) from None
            if _is_same(policy, after):
                raise usage_error("no-change", "nothing was changed", "tk config show")
            _require_usable_keys(policy, after)
            settings[:] = differing(policy, after)
            for setting in (one for one in _ABLE if one in settings):
                from tkledger.doors.foreseen import require_able

                require_able(session.repo, setting, str(getattr(after, setting)))
            after = after._replace(version=policy.version + 1)
            return Wanted(after, few(settings))

        return amend(session, wanted, dry_run=dry_run)

    amended = in_editor(session, "config", text, _EDIT, record, _SET_ONE)
    return _answer(session, amended, settings, dry_run)


_EDIT = "tk config edit"
_SET_ONE = "tk config set KEY VALUE changes one field"


def approve(
    key: str | None = None, actor: str | None = None, path: str = ".", dry_run: bool = False
) -> Answer:
    """Put the policy in force that another actor proposed."""
    session = Session(path, actor=actor, progress=TERMINAL)

    def wanted(policy: Policy) -> Wanted:
        if policy.proposal is None:
            raise TkError(Exit.NOTHING, "nothing-proposed", "nothing is proposed", "tk config show")
        return Wanted(policy.proposal.policy, f"as {policy.proposal.by} proposed")

    amended = amend(session, wanted, agreeing=True, dry_run=dry_run, key=key)
    settings = differing(amended.before, amended.after)
    return _answer(session, amended, settings, dry_run, agreed=True)


def _is_same(policy: Policy, after: Policy) -> bool:
    return after._replace(version=policy.version) == policy


def _require_usable_keys(policy: Policy, after: Policy) -> None:
    if policy.keys == after.keys:
        return
    from tkledger.git.signatures import require_usable

    for one in (one for keys in after.keys.values() for one in keys):
        require_usable(one)


def _answer(
    session: Session,
    amended: Amended,
    settings: Sequence[str],
    dry_run: bool,
    *,
    agreed: bool = False,
) -> Answer:
    """What was set, or proposed; what of it is looser than before, and who has to agree. ``agreed`` is
    whether it is what was proposed, which any other change drops.
    """
    from tkledger.views.words import setting_text

    policy, looser = amended.after, amended.looser

    def view() -> Iterable[str | Aside]:
        did = "proposed: " if amended.proposed else ""
        for setting in settings:
            value = value_of(policy, setting)
            if _field(setting) == "keys":
                value = _fingerprints(value)
            version = f"(policy version {policy.version})"
            yield f"{would_be(dry_run)}{did}{setting}: {setting_text(value, setting)} {version}"
        yield from (Aside(f"looser: {one}") for one in looser)
        yield from (Aside(f"warning: {one}") for one in _pitfalls(session, amended))
        dropped = amended.before.proposal
        if dropped is not None and not agreed:
            what = few(differing(amended.before, dropped.policy))
            would = "would drop" if dry_run else "drops"
            yield Aside(f"{would} what {dropped.by} proposed ({what})")
        if amended.proposed:
            other = any_of(amended.others) or "another keeper"
            yield Aside(f"{other} puts it in force: tk config approve")
        if any(_field(one) in _ABOUT_NAMES for one in settings):
            yield Aside(f"names: {_names(session, policy)}")

    values = {
        "version": amended.recorded.after.policy and amended.recorded.after.policy.version,
        **({"proposed": True} if amended.proposed else {}),
        **({"looser": looser} if looser else {}),
        **with_commit(amended.recorded),
    }
    return Answer(lambda: values, view)


def _pitfalls(session: Session, amended: Amended) -> Iterable[str]:
    """What the policy makes impossible, perhaps by a slip."""
    policy, actor = amended.after, session.actor(amended.recorded.before)
    if is_keeper(amended.before, actor) and not is_keeper(policy, actor):
        yield f"{quoted(actor)} may not change the policy any more; tk undo takes that back"
    if not amended.proposed and (named := _held_by_renamed(session, amended)):
        yield (
            f"{few(named)}: claimed by a name that is another from now on; tk sync before more work"
            " on it, so that the remote knows"
        )
    asked = {guard.role: "a guard asks" for guard in policy.guards.values() if guard.role}
    if policy.approvals.role:
        asked[policy.approvals.role] = "approvals ask"
    for role in sorted(asked.keys() - policy.roles.keys()):
        name = quoted(role)
        yield f"no actor has the role {name}, which {asked[role]} for: tk config set roles.{name} ACTOR"


def _held_by_renamed(session: Session, amended: Amended) -> list[str]:
    """The tasks whose holders get another name, where a remote decides about claims."""
    before, after = amended.before, amended.after
    if before.actors == after.actors or after.claims == "local":
        return []
    held = ((task, one.claim.holder) for task, one in session.standing().items() if one.live)
    return sorted(task for task, name in held if before.actor(name) != after.actor(name))


def _field(setting: str) -> str:
    return setting.partition(".")[0]


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
