"""``tk gates``: the gates of the policy, and which of their commands may run on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, would_be
from tkledger.core.guard import Gate
from tkledger.core.policy import Policy
from tkledger.core.quoting import few
from tkledger.core.typing import Any
from tkledger.errors import unusable
from tkledger.local.trust import Trust
from tkledger.verbs.gates import gate_named


def list_(path: str = ".") -> Answer:
    """List the gates of the policy, what asks for each, and whether it is trusted here."""
    policy, trust = _known(path)
    return Answer(
        lambda: {"gates": [_json(name, gate, trust) for name, gate in policy.gates.items()]},
        lambda: _rows(policy, trust),
    )


def trust(names: Sequence[str] = (), path: str = ".", dry_run: bool = False) -> Answer:
    """Let the commands of gates run on this machine, as they are now."""
    policy, trust = _known(path)
    gates = {one: gate_named(policy, one) for one in names or policy.gates}
    if trust.inside:
        fact = f"{trust.folder} lies in {trust.inside}, so the repository could say itself what to trust"
        way = "set XDG_STATE_HOME to a folder outside of it"
        raise unusable("state-inside", fact, way)
    asked = {name: gate for name, gate in gates.items() if gate.run is not None}

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


def _known(path: str) -> tuple[Policy, Trust]:
    """The policy, and what is trusted."""
    session = Session(path, progress=TERMINAL)
    policy = session.read().policy
    assert policy is not None
    return policy, Trust(session.repo.common_dir, session.repo.top)


def _rows(policy: Policy, trust: Trust) -> Iterable[str | Aside]:
    for name, gate in policy.gates.items():
        guards = [f"guard {one}" for one, guard in policy.guards.items() if name in guard.evidence]
        kinds = f" of {few(gate.type)}" if gate.type else ""
        asking = [*([f"before {few(gate.state)}{kinds}"] if gate.state else []), *guards]
        role = f"; by {gate.role}" if gate.role else ""
        where = "runs elsewhere"
        if gate.run is not None:
            where = f"{'trusted' if trust.has(name, gate) else 'not trusted'}: {gate.run}"
        yield f"{name}  {', '.join(asking) or 'asked by nothing'}{role}  {where}"
    if not policy.gates:
        yield Aside("the policy has no gates: tk config set gates.NAME run=COMMAND state=done")


def _json(name: str, gate: Gate, trust: Trust) -> dict[str, Any]:
    return {"name": name, **without_empty(gate._asdict()), "trusted": trust.has(name, gate)}
