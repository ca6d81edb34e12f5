"""A small ledger with fixed dates, as five people and an agent might have left it: for pictures and for tests."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tkledger.core.layout import POLICY_PATH, path_of
from tkledger.core.lifecycle import State
from tkledger.core.policy import DEFAULT
from tkledger.core.task import Task, changed, task
from tkledger.core.task_parts import Wait
from tkledger.files import codec

BEGIN = 1_772_442_000  # 2026-03-02T09:00Z, a Monday
DAYS = 38
PEOPLE = ("ada", "bob", "cyd", "dan", "eve", "agent-1")
MODELS = ("small-1", "large-2")
DAY = 86_400

# id, its whole, title, type, priority, labels, what it depends on
PLAN = """\
shop|-|Open the new shop|feature|0||
pay|shop|Take payments|feature|0|money|
card|pay|Charge a card|feature|0|money,api|
refund|pay|Give money back|feature|1|money|card
twice|pay|Never charge twice when a request is repeated|bug|0|money,api|card
receipt|pay|Send a receipt by mail|feature|2|mail|card
invoice|pay|Write invoices as PDF|feature|2|money|receipt
vat|invoice|Add VAT for every country of the union|task|1|money|
fraud|pay|Stop a card that is tried too often|feature|1|money,safety|card
cart|shop|Keep a cart between visits|feature|1|ui|
merge-cart|cart|Join two carts when a guest signs in|task|2|ui|
cart-sync|cart|Show the same cart on phone and desk|task|2|ui,api|merge-cart
stock|cart|Do not sell what is not in stock|bug|0|api|
search|shop|Find things|feature|1|search|
index|search|Index names and descriptions|task|1|search|
typo|search|Forgive one wrong letter|feature|2|search|index
rtl|search|Show results from right to left: חיפוש בחנות|bug|2|search,ui|index
rank|search|Put what is sold often first|task|3|search|index
facets|search|Narrow by size, colour and price|feature|2|search,ui|index
speed|search|Answer in 50 ms with 2,000,000 things|task|1|search|index
account|shop|Sign in|feature|0|safety|
login|account|Sign in with a link by mail|feature|0|safety,mail|
passkey|account|Sign in with a passkey|feature|1|safety|login
delete-me|account|Delete an account and all it left|task|1|safety|login
export-me|account|Hand out all that is known of a person|task|2|safety|login
sessions|account|End all sessions at once|task|2|safety|login
phone|shop|Work well on phones|feature|1|ui|
menu|phone|A menu for one thumb|task|1|ui|
pictures|phone|Load pictures when they come into sight|task|2|ui|
offline|phone|Show the cart without a network|feature|3|ui|cart-sync
contrast|phone|Give every text enough contrast|bug|1|ui|
ops|shop|Keep it running|feature|1|ops|
backup|ops|Back up every night, and try the backup|task|0|ops|
limits|ops|Limit requests of one address|task|1|ops,safety|
alerts|ops|Wake a person when payments fail|task|0|ops,money|card
move-db|ops|Move to the new database without a pause|task|1|ops|backup
logs|ops|Keep no card numbers in logs|bug|0|ops,safety|
docs|shop|Write down how it works|task|2|docs|
api-docs|docs|Describe every call of the API|task|2|docs,api|card
runbook|docs|What to do when it breaks at night|task|1|docs,ops|alerts
faq|docs|Answer what people ask most|task|3|docs|
news|shop|Send a letter with news|feature|4|mail|
"""
BACKLOG = ("news", "faq")
ASKED = {
    "speed": "On which machine is it measured?",
    "move-db": "May it be read-only for a minute?",
}
CANCELLED = ("rank",)


def build(path: Path) -> Path:
    """A checkout with that ledger; the same commits each time."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    stream = b"".join(_stream(random.Random(7)))
    command = ["git", "fast-import", "--quiet"]
    subprocess.run(command, cwd=path, check=True, input=stream)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=path, check=True)
    return path


def _born(row: str, number: int) -> Task:
    key, whole, title, kind, priority, labels, needs = row.split("|")
    fields = {
        **{"id": key, "title": title, "type": kind, "priority": int(priority)},
        **{"state": "backlog" if key in BACKLOG else "todo"},
        "parent": whole if whole != "-" else None,
        "labels": sorted(filter(None, labels.split(","))),
        "depends_on": sorted(filter(None, needs.split(","))),
        "creator": PEOPLE[number % 3],
    }
    if kind == "bug":
        fields["description"] = (
            f"Seen by a customer on the phone.\n\n1. open the shop\n2. {title.lower()}\n"
        )
    if number % 9 == 4:
        fields["links"] = [f"https://example.org/wishes/{number}"]
    if number % 7 == 3:
        fields["due"] = f"2026-0{4 + number % 2}-{10 + number % 18}"
    if number % 5 == 0:
        fields["criteria"] = ["a test shows it", "the runbook names it"]
    return task({name: value for name, value in fields.items() if value or value == 0})


def _stream(rng: random.Random) -> Iterator[bytes]:
    yield _commit(BEGIN, PEOPLE[0], "tk: init", POLICY_PATH, codec.dump_policy(DEFAULT))
    ledger: dict[str, Task] = {}
    rows = PLAN.splitlines()
    born = [min(int(number * 0.7), DAYS - 1) for number in range(len(rows))]
    ends: dict[str, int] = {}
    for day in range(DAYS):
        at = BEGIN + day * DAY
        for number, row in enumerate(rows):
            if born[number] == day:
                one = _born(row, number)
                ledger[one.id] = one
                yield _said(at + number, str(one.creator), "new", one)
        if day % 7 > 4:
            continue  # nobody works at weekends
        for number, new, who, verb in [*_steps(ledger, ends, day, rng)]:
            ledger[new.id] = new
            yield _said(at + 3600 * (2 + number % 7) + number, who, verb, new, rng)


Step = tuple[int, Task, str, str]


def _steps(
    ledger: dict[str, Task], ends: dict[str, int], day: int, rng: random.Random
) -> Iterator[Step]:
    """What happens on a day: reviews, ends and starts, the most urgent first."""
    number = 0
    for key in sorted(ledger, key=lambda key: (ledger[key].urgency, key)):
        one = ledger[key]
        found = _next(one, ledger, ends, day, rng)
        if found is not None:
            ledger[key] = found[0]
            number += 1
            yield number, *found


def _next(
    one: Task, ledger: dict[str, Task], ends: dict[str, int], day: int, rng: random.Random
) -> tuple[Task, str, str] | None:
    children = [other for other in ledger.values() if other.parent == one.id]
    owner = one.owner or ""
    if one.state is State.TODO and one.id in CANCELLED and day > 24:
        return changed(one, state="cancelled"), PEOPLE[0], "cancel"
    if one.state is State.TODO and _may_begin(one, ledger, children):
        who = (
            PEOPLE[0] if children else next((name for name in PEOPLE if _is_free(name, ledger)), "")
        )
        if not who:
            return None
        ends[one.id] = day + 1 + rng.randrange(2, 12)
        return changed(one, state="in_progress", owner=who), who, "start"
    if one.state is State.IN_PROGRESS and one.id in ASKED and day > 12:
        wait = Wait(reason="user", detail=ASKED[one.id])
        return changed(one, state="blocked", wait=wait), owner, "block"
    if one.state is State.IN_PROGRESS and not children and day >= ends[one.id]:
        return changed(one, state="in_review", met=one.criteria or None), owner, "submit"
    if one.state is State.IN_REVIEW and day > ends[one.id]:
        reviewer = PEOPLE[(PEOPLE.index(owner) + 1) % 5]
        if one.tries == 1 and rng.random() < 0.15 and not one.notes:
            ends[one.id] = day + 2
            notes = ("no test for a request that comes twice",)
            return changed(one, state="in_progress", notes=notes), reviewer, "reject"
        return changed(one, state="done"), reviewer, "approve"
    if children and one.state is State.IN_PROGRESS and all(other.ended for other in children):
        return changed(one, state="done", met=one.criteria or None), owner, "done"
    return None


def _may_begin(one: Task, ledger: dict[str, Task], children: list[Task]) -> bool:
    if any(ledger[key].state is not State.DONE for key in one.depends_on):
        return False
    return not children or any(other.state is State.IN_PROGRESS for other in children)


def _is_free(name: str, ledger: dict[str, Task]) -> bool:
    wholes = {one.parent for one in ledger.values()}
    at_work = (State.IN_PROGRESS, State.IN_REVIEW)
    return not any(
        one.owner == name and one.state in at_work and one.id not in wholes
        for one in ledger.values()
    )


def _said(at: int, who: str, verb: str, new: Task, rng: random.Random | None = None) -> bytes:
    words = f"tk: {verb} {new.id} {new.title}\n\nTk-Actor: {who}\n"
    if rng is not None and verb == "submit":
        tokens = rng.randrange(4_000, 90_000)
        words += f"Tk-Spend: {new.id}\nTk-Tokens: {tokens}\n"
        words += f"Tk-Cost: {tokens / 50_000:.2f}\nTk-Model: {MODELS[tokens % 2]}\n"
    return _commit(at, who, words, path_of(new.id), codec.dump_task(new))


def _commit(at: int, who: str, words: str, path: str, data: bytes) -> bytes:
    text, mail = words.encode(), f"{who} <{who}@example.org> {at} +0000".encode()
    head = b"commit refs/heads/main\nauthor %s\ncommitter %s\n" % (mail, mail)
    body = b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
    return head + b"data %d\n%s\n" % (len(text), text) + body
