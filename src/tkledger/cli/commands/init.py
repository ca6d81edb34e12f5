"""``tk init``: begin a ledger."""

from __future__ import annotations

import sys

from tkledger.api.session import Session
from tkledger.claims.remote import TWICE, has_remote
from tkledger.cli.answer import TERMINAL, Answer, Aside, say, with_commit
from tkledger.core import policy as policies
from tkledger.core.field import FieldError
from tkledger.core.layout import FOLDER, POLICY_PATH
from tkledger.core.snapshot import Snapshot
from tkledger.core.trailers import ACTOR
from tkledger.errors import TkError, unusable, usage_error
from tkledger.ledger.proposal import Proposal
from tkledger.merging.files import ATTRIBUTES, ATTRIBUTES_PATH


def init(
    preset: str,
    no_hooks: bool = False,
    prefix: str | None = None,
    key: str | None = None,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Begin a ledger in this repository: one commit with .tasks/config.yaml, and git's hooks."""
    session = Session(path, actor=actor, progress=TERMINAL)
    branch = session.repo.head_ref.removeprefix("refs/heads/")
    values: dict[str, object] = {"protected": [branch]} | ({"prefix": prefix} if prefix else {})
    if policies.PRESETS[preset].claims == "local" and not dry_run and _wants_claims_there(session):
        values["claims"] = "remote"
    try:
        begun = policies.changed(policies.PRESETS[preset]._replace(version=0), **values)
    except FieldError as error:
        raise usage_error("bad-value", f"{error.key}: {error.message}", "tk init --help") from None

    def propose(before: Snapshot) -> Proposal:
        if POLICY_PATH in before.entries:
            raise unusable("exists", "this repository already has a ledger", "tk list")
        after = before.evolve({POLICY_PATH: begun})
        others = _attributes(session) if not no_hooks else ()
        return Proposal(after, "begin a ledger", ((ACTOR, session.actor(after)),), others)

    recorded = session.record(propose, dry_run=dry_run, key=key)
    if not (dry_run or no_hooks):
        _install_hooks(session)
    if begun.claims == "local" and has_remote(session.repo):
        session.progress.say(TWICE)
    did = "would begin" if dry_run else "began"
    names = _names_worth(begun) if begun.review == "required" else []
    return Answer(
        lambda: {**with_commit(recorded), "path": POLICY_PATH},
        lambda: [f"{did} a ledger in {FOLDER}/; next: tk new TITLE", *names],
    )


def _wants_claims_there(session: Session) -> bool:
    """Whether a person at a terminal wants a remote, if there is one, to decide about claims."""
    if not (sys.stdin.isatty() and sys.stderr.isatty() and has_remote(session.repo)):
        return False
    if session.repo.head and session.repo.read(f"HEAD:{POLICY_PATH}"):
        return False  # there is a ledger already, which is said next
    say(
        "this repository has a remote. If it decides about claims, a task is started in one clone only;"
    )
    say("starting one then needs the network. Let it decide? [Y/n]")
    return sys.stdin.readline().lower() in ("\n", "y\n", "yes\n")


def _names_worth(policy: policies.Policy) -> list[Aside]:
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


def _install_hooks(session: Session) -> None:
    """The ledger is there even if hooks cannot be installed; then warn."""
    from tkledger.doors import install

    try:
        install.install(session.repo)
    except TkError as error:
        session.progress.say(
            f"warning: no hooks are installed: {error.message}\n  remedy: {error.remedy}"
        )
