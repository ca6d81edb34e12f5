"""The verbs that charge a task with work: they leave the ledger as it is and write trailers."""

from __future__ import annotations

from tkledger.core.field import decimal, line, whole
from tkledger.core.snapshot import Snapshot
from tkledger.core.trailers import CALLS, COST, MODEL, PREFIX, SPEND, STEP, TOKENS_IN, TOKENS_OUT
from tkledger.errors import usage_error
from tkledger.verbs.ids import existing
from tkledger.verbs.verb import Options, Proposed

MOST = 10**15 - 1
"""The most tokens, or calls, that one record of usage may name."""


def step(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """One step of work on a task, counted though no file of the work is in the commit."""
    task = existing(ledger, options.get("id"))
    words = options.get("message") or task.title
    return Proposed(ledger, task.id, f"step {task.id} {words}", ((STEP, task.id),), work=True)


def _priced(ledger: Snapshot, options: Options) -> str | None:
    """What the tokens cost by the policy's price of the model; None if it has none, or they are no numbers."""
    price = ledger.policy.prices.get(options["model"]) if ledger.policy else None
    counts = [options.get(name) or 0 for name in ("tokens_in", "tokens_out")]
    if price is None or not all(type(one) is int and 0 <= one <= MOST for one in counts):
        return None
    from tkledger.core.prices import cost_of

    return cost_of(price, *counts) if any(counts) else None


def spend(ledger: Snapshot, options: Options, actor: str) -> Proposed:
    """What work on a task used that no commit shows: tokens, US dollars, and calls of tools and models."""
    task = existing(ledger, options.get("id"))
    amounts = [
        (TOKENS_IN, whole(0, MOST), options.get("tokens_in")),
        (TOKENS_OUT, whole(0, MOST), options.get("tokens_out")),
        (COST, decimal, options.get("cost")),
        (CALLS, whole(0, MOST), options.get("calls")),
        (MODEL, line, options.get("model")),
    ]
    if options.get("cost") is None and options.get("model"):
        amounts[2] = (COST, decimal, _priced(ledger, options))
    trailers = [(SPEND, task.id)]
    for name, clean, value in amounts:
        if value is not None:
            try:
                trailers.append((name, str(clean(value))))
            except ValueError as error:
                option = name.removeprefix(PREFIX).lower()
                raise usage_error("bad-amount", f"--{option} {error}", "tk spend --help") from None
    if not {TOKENS_IN, TOKENS_OUT, COST, CALLS} & {name for name, _ in trailers}:
        raise usage_error(
            "no-amount",
            f"what was spent on {task.id}?",
            f"tk spend {task.id} --tokens-in N --tokens-out N --cost USD --calls N",
        )
    words = options.get("message") or task.title
    return Proposed(ledger, task.id, f"spend {task.id} {words}", tuple(trailers), work=True)
