"""``tk init``: begin a ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from tkledger.api.session import Session
from tkledger.cli import options as o
from tkledger.core import policy as policies
from tkledger.core.field import FieldError
from tkledger.core.layout import FOLDER, POLICY_PATH
from tkledger.core.snapshot import Snapshot
from tkledger.errors import Exit, TkError, unusable, usage
from tkledger.ledger.reader import Proposal
from tkledger.merging.driver import ATTRIBUTES, ATTRIBUTES_PATH
from tkledger.report import print_json, say, visible

PresetName = Annotated[
    str, typer.Option("--preset", metavar="NAME", help=f"{' or '.join(policies.PRESETS)}.")
]


def init(
    preset: PresetName = "default",
    no_hooks: Annotated[bool, typer.Option("--no-hooks", help="Leave git's hooks alone.")] = False,
    prefix: Annotated[
        str | None, typer.Option("--prefix", metavar="P", help="How ids begin.")
    ] = None,
    actor: o.Actor = None,
    path: o.Folder = ".",
    as_json: o.Json = False,
    dry_run: o.DryRun = False,
) -> int:
    """Begin a ledger in this repository: one commit with .tasks/config.yaml, and git's hooks."""
    session = Session(path, as_json=as_json, actor=actor)
    if preset not in policies.PRESETS:
        raise usage("no-such-preset", f"there is no preset {preset!r}", "tk init --preset agents")
    branch = session.repo.head_ref.removeprefix("refs/heads/")
    values = {"protected": [branch]} | ({"prefix": prefix} if prefix else {})
    try:
        begun = policies.changed(policies.PRESETS[preset]._replace(version=0), **values)
    except FieldError as error:
        raise usage("bad-value", f"{error.key}: {error.message}", "tk init --help") from None

    def propose(before: Snapshot) -> Proposal:
        if POLICY_PATH in before.entries:
            raise unusable("exists", "there is a ledger here already", "tk list")
        after = before.evolve({POLICY_PATH: begun})
        others = _attributes(session) if not no_hooks else ()
        return Proposal(after, "begin a ledger", (("Tk-Actor", session.actor(after)),), others)

    recorded = session.record(propose, dry_run=dry_run)
    if not (dry_run or no_hooks):
        _install_hooks(session)
    if as_json:
        print_json(**({"commit": recorded.commit} if recorded.commit else {}), path=POLICY_PATH)
    else:
        print(f"{'would begin' if dry_run else 'began'} a ledger in {FOLDER}/; next: tk new TITLE")
    return Exit.OK


def _attributes(session: Session) -> tuple[tuple[str, bytes], ...]:
    """The attributes file with the line that brings the merge driver in, unless it has it."""
    found = session.repo.read(f"HEAD:{ATTRIBUTES_PATH}") if session.repo.head else None
    old = found[2] if found else b""
    if ATTRIBUTES.encode() in old:
        return ()
    gap = b"" if not old or old.endswith(b"\n") else b"\n"
    return ((ATTRIBUTES_PATH, old + gap + ATTRIBUTES.encode() + b"\n"),)


def _install_hooks(session: Session) -> None:
    """The ledger stands even where hooks cannot be put in place; then say so."""
    from tkledger.doors import install

    try:
        install.install(session.repo)
    except TkError as error:
        say(visible(f"warning: no hooks are installed: {error.message}\n  remedy: {error.remedy}"))
