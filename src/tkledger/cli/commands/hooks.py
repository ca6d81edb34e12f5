"""``tk hooks``: git's hooks, installed, removed, checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.api.json import without_empty
from tkledger.cli.answer import Answer, Aside, TerminalView
from tkledger.core.change import Violation
from tkledger.core.quoting import quoted
from tkledger.core.typing import TYPE_CHECKING, Any
from tkledger.doors import install as installer
from tkledger.doors import script
from tkledger.errors import Exit
from tkledger.git.repo import Repo
from tkledger.report import violation_json, violation_text

if TYPE_CHECKING:
    from tkledger.views.text_layout import Lines


def install(server: bool = False, path: str = ".") -> Answer:
    """Install the hooks; existing hooks run after them."""
    repo = Repo(path)
    states, violations = installer.install(repo, server=server)
    names = _names_worth(repo) if server else ""

    def to_json() -> dict[str, Any]:
        broken = [violation_json(one) for one in violations]
        known = {"violations": broken} if broken else {}
        more = {"names": names} if names else {}
        return {"hooks": [without_empty(state._asdict()) for state in states], **more, **known}

    def view() -> Iterable[str | Aside]:
        chained = [state.name for state in states if state.chained]
        more = f"; run after them: {', '.join(chained)}" if chained else ""
        yield f"installed {', '.join(state.name for state in states)}{more}"
        yield from (Aside(one) for one in warnings(violations))
        if server:
            yield f"names: {names}"
            yield f"next: tk doctor --fix -C {quoted(path)}"

    return Answer(to_json, view)


def _names_worth(repo: Repo) -> str:
    """What the names in commits are worth on a server."""
    from tkledger.core.policy import DEFAULT
    from tkledger.core.server import names_worth
    from tkledger.doors.published import pusher_known_by
    from tkledger.ledger.reader import Ledger

    return names_worth(Ledger(repo).head().policy or DEFAULT, pusher_known_by(repo))


def warnings(violations: Sequence[Violation]) -> Iterable[str]:
    """What broke the rules before a server had hooks, for people."""
    yield from (violation_text(one, "warning") for one in violations)
    if violations:
        yield "these commits were here before the hooks: they stay, and are not judged again"


def uninstall(server: bool = False, path: str = ".") -> Answer:
    """Remove the hooks, and restore those that were there before."""
    restored = installer.uninstall(Repo(path), server=server)
    more = f"; restored {', '.join(restored)}" if restored else ""
    return Answer(lambda: {"restored": restored}, lambda: [f"removed{more}"])


def status(server: bool = False, path: str = ".") -> Answer:
    """Show the state of each hook; exit 3 if one is missing."""
    repo = Repo(path)
    if server:
        installer.require_kind(repo, "status", server=server)
    states = installer.status(repo)
    rows = [
        (one.name, one.ours and one.current and one.executable, _words(one, repo.is_bare))
        for one in states
    ]
    good = all(fine for _, fine, _ in rows)

    def drawn() -> Lines:
        from tkledger.views.verdict import hook_states

        return hook_states(rows)

    def view() -> Iterable[TerminalView]:
        yield TerminalView(drawn, [f"{name:22} {words}" for name, _, words in rows])

    return Answer(
        lambda: {"hooks": [without_empty(state._asdict()) for state in states], "installed": good},
        view,
        lambda: Exit.OK if good else Exit.UNUSABLE,
    )


def _words(state: installer.HookState, server: bool) -> str:
    command = script.command("install", server=server)
    if not state.ours:
        fact = f"replaced by {state.tool}" if state.tool else "not installed"
        return f"{fact}: {command}"
    if not state.executable:
        return f"installed, but not executable, so git ignores it: {command}"
    if not state.current:
        return f"installed by another tk: {command}"
    return "installed" + ("; another hook runs after it" if state.chained else "")
