"""What breaks the rules of budgets, TK401 to TK409 and TK501, and legal twins."""

from __future__ import annotations

from typing import Any

from tests.support.changes import a_task, commit, edit, ledger, used
from tests.support.rule_cases.case import (
    Case,
)
from tests.support.rule_cases.overrides import WHY
from tkledger.core.change import Change
from tkledger.core.policy import DEFAULT
from tkledger.core.usage import Fact, Used

WARN = {"repeats": "warn"}


def _naming(count: int) -> str:
    return "w\n\n" + "".join(f"Tk-Task: t{number}\n" for number in range(count))


def budget_cases() -> list[Case]:
    limited = a_task(state="in_progress", budget={"steps": 2})
    still = commit(ledger(limited), ledger(limited))
    words = "work\n\nTk-Task: a\n"
    todo = a_task(budget={"rework": 1, "tokens": 5})
    started = edit(todo, a_task(state="in_progress", budget={"rework": 1, "tokens": 5}))
    early = a_task(retry={"not_before": "2026-01-31T12:00:00Z"})
    late = 1769860800  # 2026-01-31T12:00:00Z
    again = edit(early, a_task(state="in_progress", retry={"not_before": "2026-01-31T12:00:00Z"}))
    bare = commit(ledger(a_task()), ledger(a_task()))
    retried = edit(
        a_task(state="blocked", wait={"reason": "failed"}, retry={"max": 2}, attempt=2),
        a_task(retry={"max": 2}, attempt=3),
    )
    first = edit(
        a_task(state="blocked", wait={"reason": "failed"}, retry={"max": 2}),
        a_task(retry={"max": 2}, attempt=2),
    )
    roles = DEFAULT._replace(roles={"budget": ("alice",)})

    def of(kind: str, on: tuple[str, ...] = (), state: str = "todo") -> Change:
        old = a_task(state="blocked", wait={"reason": "failed"}, error={"kind": kind})
        new = {
            "todo": a_task(attempt=2),
            "cancelled": a_task(state=state),
            "in_progress": a_task(state=state),
        }
        return edit(old, new[state], policy=DEFAULT._replace(retry_on=on))

    def said(old: str, new: str, actor: str) -> Change:
        tasks = (
            a_task(state="blocked", wait={"reason": "failed"}, error={"kind": kind})
            for kind in (old, new)
        )
        return edit(*tasks, policy=roles)._replace(actor=actor, message="Tk-Reason: so")

    def failing(
        *attempts: str, text: str = "no host: 10.0.0.7", actor: str = "ann", **policy: Any
    ) -> Change:
        said: dict[str, Any] = {
            "wait": {"reason": "failed"},
            "error": {"kind": "timeout", "message": text},
        }
        number = len(attempts) + 1
        old = a_task(state="blocked", attempts=attempts, attempt=number, **said)
        now = (*attempts, f'{number} failed {actor} timeout - "{text}"')
        law = DEFAULT._replace(**{"repeats": 3, **policy})
        new = a_task(attempts=now, attempt=number + 1)
        return edit(old, new, policy=law)._replace(actor=actor)

    one, two = (f'{number} failed ann timeout - "No host 10.0.0.{number}"' for number in (1, 2))
    other = '2 failed ann timeout - "no route"'
    named = failing(one, two, actor="zoe", roles={"override": ("zoe",)})
    said_why = named._replace(message=WHY)

    def attached(size: int, most: int = 1_000) -> Change:
        line = f"{'a' * 40} {size} - big.log"
        law = DEFAULT._replace(artifact_size=most)
        return edit(a_task(), a_task(artifacts=[line]), policy=law)

    raise_ = edit(a_task(budget={"steps": 1}), a_task(budget={"steps": 2}), policy=roles)._replace(
        message="Tk-Reason: more to do"
    )
    lower = edit(a_task(budget={"steps": 2}), a_task(budget={"steps": 1}), policy=roles)
    return [
        Case(
            "TK401",
            "a step more than the limit",
            used(still, Fact("1", "a", used=Used(steps=3)), message=words),
            used(still, Fact("1", "a", used=Used(steps=2)), message=words),
        ),
        Case(
            "TK402",
            "begun when more tokens than allowed are gone",
            used(started, Fact("1", "a", used=Used(tokens=6))),
            used(started, Fact("1", "a", used=Used(tokens=5))),
        ),
        Case("TK403", "an attempt too many", retried, first),
        Case("TK404", "begun before its time", used(again, at=late - 1), used(again, at=late)),
        Case("TK407", "after a permanent error", of("permanent"), of("transient")),
        Case(
            "TK407",
            "after one that is not named",
            of("timeout", ("transient",)),
            of("timeout", ("timeout",)),
        ),
        Case("TK407", "after one of a kind of one's own", of("odd", ("transient",)), of("odd")),
        Case(
            "TK407", "sent back, and not ended", of("permanent"), of("permanent", state="cancelled")
        ),
        Case(
            "TK407",
            "sent back, and not resumed",
            of("permanent"),
            of("permanent", state="in_progress"),
        ),
        Case("TK408", "the same error a third time", failing(one, two), failing(two, text="odd")),
        Case("TK408", "not after another one", failing(one, two), failing(one, other)),
        Case("TK408", "as often as allowed", failing(one, two), failing(two)),
        Case("TK408", "refused, not warned of", failing(one, two), failing(one, two, loops=WARN)),
        Case("TK408", "set aside without a reason", named._replace(message="x"), said_why),
        Case("TK409", "a byte too many", attached(1_001), attached(1_000)),
        Case(
            "TK501",
            "an error said to be of another kind",
            said("permanent", "transient", "bob"),
            said("permanent", "transient", "alice"),
        ),
        Case(
            "TK501",
            "an error said to be one that is tried again",
            said("permanent", "transient", "bob"),
            said("transient", "permanent", "bob"),
        ),
        Case(
            "TK405",
            "an amount that is none",
            used(bare, message="w\n\nTk-Task: a\nTk-Tokens: many\n"),
            used(bare, message="w\n\nTk-Task: a\nTk-Tokens: 12\n"),
        ),
        Case(
            "TK406",
            "a thousand tasks and one",
            used(bare, message=_naming(1_001))._replace(policy=DEFAULT._replace(law=2)),
            used(bare, message=_naming(1_000))._replace(policy=DEFAULT._replace(law=2)),
        ),
        Case(
            "TK501",
            "raised by another",
            raise_._replace(actor="bob"),
            raise_._replace(actor="alice"),
        ),
        Case(
            "TK501",
            "raised without a reason",
            raise_._replace(actor="alice", message="more"),
            lower._replace(actor="bob", message="less"),
        ),
        Case(
            "TK501",
            "taken out from under a budget",
            edit(
                a_task(parent="p"),
                a_task(),
                among=(a_task("p", budget={"steps": 1}),),
                policy=roles,
            )._replace(actor="bob"),
            edit(a_task(parent="p"), a_task(), among=(a_task("p"),), policy=roles)._replace(
                actor="bob"
            ),
        ),
    ]
