"""``tk gates``: the gates of the policy, and which of their commands may run on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, would_be
from tkledger.core.guard import Gate
from tkledger.core.quoting import few
from tkledger.core.typing import Any
from tkledger.errors import unusable, usage_error
from tkledger.local.trust import Trust


def list_(path: str = ".") -> Answer:
    """List the gates of the policy, what asks for each, and whether it is trusted here."""
    gates, guards, trust = _gates(path)
    return Answer(
        lambda: {"gates": [_json(name, gate, trust) for name, gate in gates.items()]},
        lambda: _rows(gates, guards, trust),
    )


def trust(names: Sequence[str] = (), path: str = ".", dry_run: bool = False) -> Answer:
    """Let the commands of gates run on this machine, as they are now."""
    gates, _, trust = _gates(path)
    unknown = [one for one in names if one not in gates]
    if unknown:
        fact = f"the policy has no gate {unknown[0]!r}"
        raise usage_error("no-such-gate", fact, "tk gates list")
    if trust.inside:
        fact = f"{trust.folder} lies in {trust.inside}, so the repository could say itself what to trust"
        way = "set XDG_STATE_HOME to a folder outside of it"
        raise unusable("state-inside", fact, way)
    asked = {one: gates[one] for one in names or gates if gates[one].run is not None}

    def view() -> Iterable[str | Aside]:
        for name, gate in asked.items():
            yield f"{would_be(dry_run)}trusted: {name}: {gate.run}"
        if asked and not dry_run:
            yield Aside(
                "they run what the code has in it, with your rights; a gate that changes asks again"
            )
        if not asked:
            yield Aside("no gate has a command")

    def to_json() -> dict[str, Any]:
        return {"gates": [_json(name, gate, trust) for name, gate in asked.items()]}

    if not dry_run:
        trust.add([*asked.items()])
    return Answer(to_json, view)


def _gates(path: str) -> tuple[dict[str, Gate], dict[str, list[str]], Trust]:
    """The gates of the policy, the guards that name each, and what is trusted."""
    session = Session(path, progress=TERMINAL)
    policy = session.read().policy
    assert policy is not None
    guards: dict[str, list[str]] = {name: [] for name in policy.gates}
    for name, guard in policy.guards.items():
        for one in guard.evidence:
            guards.setdefault(one, []).append(f"guard {name}")
    return dict(policy.gates), guards, Trust(session.repo.common_dir, session.repo.top)


def _rows(
    gates: dict[str, Gate], guards: dict[str, list[str]], trust: Trust
) -> Iterable[str | Aside]:
    for name, gate in gates.items():
        kinds = f" of {few(gate.type)}" if gate.type else ""
        asking = [*([f"before {few(gate.state)}{kinds}"] if gate.state else []), *guards[name]]
        role = f"; by {gate.role}" if gate.role else ""
        where = "runs elsewhere"
        if gate.run is not None:
            where = f"{'trusted' if trust.has(name, gate) else 'not trusted'}: {gate.run}"
        yield f"{name}  {', '.join(asking) or 'asked by nothing'}{role}  {where}"
    if not gates:
        yield Aside("the policy has no gates: tk config set gates.NAME run=COMMAND state=done")


def _json(name: str, gate: Gate, trust: Trust) -> dict[str, Any]:
    return {"name": name, **without_empty(gate._asdict()), "trusted": trust.has(name, gate)}
