"""``tk gate``: run the gates of a task on its code, or take a result from elsewhere, and record it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tkledger.agents import gates
from tkledger.agents.gates import GateResult
from tkledger.api.json import without_empty
from tkledger.api.session import Session
from tkledger.cli.answer import TERMINAL, Answer, Aside, would_be
from tkledger.core.evidence import said_in
from tkledger.core.field import URL
from tkledger.core.pattern import pattern
from tkledger.core.quoting import quoted
from tkledger.core.typing import Any
from tkledger.errors import Exit, usage_error


def gate(
    id: str,
    gate: str | None = None,
    record: str | None = None,
    url: str | None = None,
    flaky: bool = False,
    actor: str | None = None,
    path: str = ".",
    dry_run: bool = False,
) -> Answer:
    """Run a gate of a task, or all that it lacks, and record what they came to; or record what one came to
    elsewhere.
    """
    session = Session(path, actor=actor, progress=TERMINAL)
    way = f"tk gate {id} NAME --record pass --url URL"
    if record is None:
        if url is not None:
            raise usage_error("no-record", "--url goes with --record", way)
        found = gates.run(session, id, gate, flaky=flaky, dry_run=dry_run)
        return _answer(id, found, dry_run=dry_run)
    if gate is None:
        raise usage_error("no-gate", "which gate is to be recorded?", way)
    if url is not None and not pattern(rf"{URL}\Z").match(url):
        raise usage_error("bad-value", f"{url!r} is not an address", "--url https://...")
    passed = record == "pass"
    told = gates.tell(session, id, gate, passed=passed, url=url, flaky=flaky, dry_run=dry_run)
    return _answer(id, iter([told]), dry_run=dry_run, told=True)


def _answer(id: str, found: Iterator[GateResult], *, dry_run: bool, told: bool = False) -> Answer:
    """Each gate as it ends. It fails if a gate that ran here does, not if a fail is recorded."""
    ended: list[GateResult] = []

    def view() -> Iterable[str | Aside]:
        for one in found:
            ended.append(one)
            if dry_run and not told:
                yield f"would run: {one.line.gate}: {one.line.command}"
                continue
            yield from (Aside(f"  {line}") for line in one.last)
            yield f"{would_be(dry_run)}{id}: {said_in(one.line)}"
            if one.last:
                yield Aside(f"  output: {quoted(one.log)}")
        if not ended:
            yield Aside(f"{id}: no gate is left to pass on this code")

    def to_json() -> dict[str, Any]:
        for _ in view():
            pass
        return {"gates": [_json(one) for one in ended]}

    def status() -> Exit:
        failed = not told and any(not one.line.passed for one in ended)
        return Exit.REJECTED if failed else Exit.OK

    return Answer(to_json, view, status, live=True)


def _json(one: GateResult) -> dict[str, Any]:
    more = {"commit": one.commit or "", "log": one.log}
    return {**without_empty({**one.line._asdict(), **more}), "passed": one.line.passed}
