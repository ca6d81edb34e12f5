"""``tk init``: begin a ledger."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from tkledger.api.session import Session
from tkledger.claims.remote import TWICE, has_remote
from tkledger.cli.answer import TERMINAL, Answer, Aside, Verbatim, say, with_commit
from tkledger.core import policy_fields
from tkledger.core.field import FieldError
from tkledger.core.layout import FOLDER, POLICY_PATH
from tkledger.core.policy import DEFAULT, Policy
from tkledger.core.presets import PRESETS
from tkledger.core.quoting import quoted
from tkledger.core.ref_names import branch_name
from tkledger.core.roles import holders
from tkledger.core.snapshot import Snapshot
from tkledger.core.trailers import ACTOR
from tkledger.core.typing import TYPE_CHECKING
from tkledger.errors import TkError, unusable, usage_error
from tkledger.ledger.proposal import Proposal
from tkledger.merging.files import ATTRIBUTES, ATTRIBUTES_PATH
from tkledger.verbs.parameters import ADMISSION, PREFIX, PRESET

if TYPE_CHECKING:
    from tkledger.agents.instructions import Instructions


def init(
    preset: str,
    no_hooks: bool = False,
    prefix: str | None = None,
    agents: str | None = None,
    write: bool = False,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Begin a ledger in this repository: one commit with .tasks/config.yaml, and git's hooks. In a
    clone of a ledger, put hooks and merge driver in place, and change nothing else.
    """
    session = Session(path, actor=actor, progress=TERMINAL)
    if write and agents is None:
        raise usage_error("no-agents", "--write goes with --agents", "tk init --agents --write")
    if agents is None:
        return _begun(session, preset, prefix, key, no_hooks=no_hooks, dry_run=dry_run)
    from tkledger.agents import instructions

    top = session.repo.top or path
    tools = [one.strip() for one in agents.split(",") if one.strip()]
    plan = instructions.planned(top, tools, write=write)  # first, since it may have to refuse
    begun = _begun(session, preset, prefix, key, no_hooks=no_hooks, dry_run=dry_run)
    if not dry_run:
        instructions.put(top, plan)
    return Answer(
        lambda: {**(begun.to_json() or {}), "files": [*plan.files], "settings": plan.settings_file},
        lambda: [*begun.view(), *_told(plan, dry_run=dry_run)],
    )


def _told(plan: Instructions, *, dry_run: bool) -> list[str | Aside | Verbatim]:
    """What was written for agents, or would be, and what is left to do."""
    files = " ".join(map(quoted, plan.files))
    lines: list[str | Aside | Verbatim] = []
    if plan.files and dry_run:
        lines.append(f"would write {files}")
    elif plan.files:
        lines.append(
            f"wrote {files}; commit it: git add {files} && git commit -m 'Tell agents of tk'"
        )
    if plan.wanted is not None and dry_run:
        return [*lines, f"sessions would begin with tk prime, by {plan.settings_file}"]
    if plan.wanted is not None:
        return [*lines, f"sessions begin with tk prime now, by {plan.settings_file}"]
    lines.append(Aside(f"settings for {plan.settings_file}, or --write puts them there:"))
    return [*lines, Verbatim(plan.settings)]


def _begun(
    session: Session,
    preset: str,
    prefix: str | None,
    key: str | None,
    *,
    no_hooks: bool,
    dry_run: bool,
) -> Answer:
    """Begin the ledger, or join it."""
    values: dict[str, object] = {"prefix": prefix} if prefix else {}
    begun = _policy(preset, values)
    if key is None and POLICY_PATH in session.ledger.head().entries:
        asked = {
            PREFIX.words[0]: prefix and f"tk config set prefix {quoted(prefix)}",
            PRESET.words[0]: "tk config explain" if preset != PRESET.default else None,
        }
        return _joined(session, asked, wanted=not no_hooks, dry_run=dry_run)
    values["protected"] = [branch_name(session.repo.head_ref)]
    if begun.approvals.independent:  # agents need a keeper who is not one of them
        keeper = session.actor(session.ledger.head())
        values["roles"] = {role: [keeper] for role in _KEPT}
    begun = _policy(preset, values)
    if begun.claims == "local" and not dry_run and _wants_claims_there(session):
        begun = _policy(preset, {**values, "claims": "remote"})

    def propose(before: Snapshot) -> Proposal:
        if POLICY_PATH in before.entries:
            raise unusable("exists", "this repository already has a ledger", "tk init")
        after = before.evolve({POLICY_PATH: begun})
        others = _attributes(session) if not no_hooks else ()
        return Proposal(after, "begin a ledger", ((ACTOR, session.actor(after)),), others)

    recorded = session.record(propose, dry_run=dry_run, key=key)
    if not dry_run:
        _hook_up(session, wanted=not no_hooks)
    if begun.claims == "local" and has_remote(session.repo):
        session.progress.say(TWICE)
    did = "would begin" if dry_run else "began"
    names = _names_worth(begun) if begun.requires_review else []
    said = _what_is_set(begun) if preset != PRESET.default else []
    if keeper := next(iter(holders(begun, "policy")), ""):
        said.append(Aside(f"{keeper} keeps the policy; agents need other names: TK_ACTOR=NAME"))
    return Answer(
        lambda: {**with_commit(recorded), "path": POLICY_PATH},
        lambda: [f"{did} a ledger in {FOLDER}/; next: {_first(begun)}", *said, *names],
    )


def _first(policy: Policy) -> str:
    """The command that creates the first task."""
    asked = ADMISSION if policy.admission != "off" else ()
    return " ".join(["tk new TITLE", *(f"{one.words[0]} {one.metavar}" for one in asked)])


_KEPT = ("budget", "override", "policy")
"""The roles that who begins a ledger for agents has alone."""


def _policy(preset: str, values: Mapping[str, object]) -> Policy:
    """The first policy of a ledger. Raises TkError, USAGE, if a value is bad."""
    try:
        return policy_fields.changed(PRESETS[preset]._replace(version=0), **values)
    except FieldError as error:
        raise usage_error("bad-value", f"{error.key}: {error.message}", "tk init --help") from None


def _wants_claims_there(session: Session) -> bool:
    """Whether a person at a terminal wants a remote, if there is one, to decide about claims."""
    if not (sys.stdin.isatty() and sys.stderr.isatty() and has_remote(session.repo)):
        return False
    say(
        "this repository has a remote. If it decides about claims, a task is started in one clone only;"
    )
    say("starting one then needs the network. Let it decide? [Y/n]")
    return sys.stdin.readline().lower() in ("\n", "y\n", "yes\n")


def _what_is_set(policy: Policy) -> list[Aside]:
    """What a preset sets, a field a line, and how that is explained and changed."""
    from tkledger.views.words import setting_text

    usual = DEFAULT._asdict()
    rows = [
        Aside(f"  {name}: {setting_text(value)}")
        for name, value in policy._asdict().items()
        if value != usual[name]
    ]
    ways = "tk config explain FIELD says what one means, tk config set FIELD VALUE changes it"
    return [Aside("the policy sets:"), *rows, Aside(ways)]


def _names_worth(policy: Policy) -> list[Aside]:
    """What names are worth, said where approvals rest on them. No server is known yet."""
    from tkledger.core.server import names_worth

    return [Aside(f"names: {names_worth(policy, None)}")]


def _attributes(session: Session) -> tuple[tuple[str, bytes], ...]:
    """The attributes file with the line that brings the merge driver in, unless it has it."""
    found = session.repo.read(f"HEAD:{ATTRIBUTES_PATH}") if session.repo.head else None
    old = found[2] if found else b""
    if ATTRIBUTES.encode() in old:
        return ()
    gap = b"" if not old or old.endswith(b"\n") else b"\n"
    return ((ATTRIBUTES_PATH, old + gap + ATTRIBUTES.encode() + b"\n"),)


def _hook_up(session: Session, *, wanted: bool) -> None:
    """Install hooks and merge driver, or note that they are not wanted. The ledger is there even if
    they cannot be installed; then warn.
    """
    try:
        _join(session, wanted=wanted)
    except TkError as error:
        session.progress.say(
            f"warning: no hooks are installed: {error.message}\n  remedy: {error.remedy}"
        )


def _join(session: Session, *, wanted: bool) -> str:
    """Install hooks and merge driver, or note that they are not wanted; what was done, in words."""
    from tkledger.doors import install

    if not wanted:
        install.decline(session.repo)
        return "joined the ledger, without hooks"
    install.install(session.repo)
    return "joined the ledger: hooks and merge driver are installed"


def _joined(
    session: Session, asked: Mapping[str, str | None], *, wanted: bool, dry_run: bool
) -> Answer:
    """A clone of a ledger in which its rules hold from now on; its policy stays."""
    for option, remedy in asked.items():
        if remedy is not None:
            session.progress.say(f"{option} does not change a ledger that exists: {remedy}")
    did = "would join the ledger" if dry_run else _join(session, wanted=wanted)
    return Answer(lambda: {"path": POLICY_PATH}, lambda: [f"{did}; next: tk ready"])
