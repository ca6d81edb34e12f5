"""Any bytes to everything that parses: ``python -m stress.fuzz [COUNT] [SEED]``.

Starts from the golden files and from values that the tests' strategies draw, and changes them at
random; what a parser accepts is changed further. Nothing but its own errors may come out of one,
and what it accepts must be read the same once it was written again. Exits 1 otherwise.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.strategies import HAZARDS, lines, policy_values, tasks, texts
from tkledger.core import charges, claim, messages
from tkledger.core.claim import Claim
from tkledger.core.messages import Message, Reply
from tkledger.core.policy_fields import TooNew
from tkledger.core.trailers import trailers
from tkledger.files import codec
from tkledger.git.commit import LATEST, commit_bytes, read_commit

OID = "0123456789abcdef0123456789abcdef01234567"
DRAWN = 300
"""So many values each strategy gives."""

MOST_SEEDS = 3_000
"""Kept for each parser; above it an accepted input takes the place of another."""

TOLD = 10_000
"""After so many inputs it prints how far it is."""

TOKENS = tuple(
    token.encode("utf-8", "surrogatepass")
    for token in (
        *HAZARDS,
        *("\n", "\n\n", "\r\n", "\r", "\x00", "\x0b", "\x85", "\u2028", "\ud800", "\\ud800"),
        *("0", "-1", "9007199254740992", "9" * 30, "9" * 5_000, "1e9", "\u0663", "true", "null"),
        *('"', "'", "{", "}", "[", "]", "[" * 3_000, '{"a":' * 3_000, ": ", " ", "  ", "\t"),
        *("Tk-Task: a\n", "Tk-Tokens: 1\n", "Tk-Cost: 0.1\n", "Tk-Spend: b\n", "Tk-Actor: x\n"),
        *("holder: x\n", "ttl: 1\n", "epoch: 1\n", "final: done\n", "branch: refs/heads/a..b\n"),
        *("parent ", "tree ", "author ", "committer ", "> ", "<", "  steps: 1\n", "budget:\n"),
    )
)


def task(data: bytes) -> bool:
    """A task file; True if it is accepted."""
    try:
        found = codec.load_task(data)
    except codec.FormError as error:
        str(error).encode()
        _reformatted(data, is_policy=False)
        return False
    assert codec.dump_task(found) == data
    assert codec.load_task(data) == found
    return True


def policy(data: bytes) -> bool:
    """The policy's file."""
    try:
        found = codec.load_policy(data)
    except TooNew:
        return False
    except codec.FormError as error:
        str(error).encode()
        _reformatted(data, is_policy=True)
        return False
    assert codec.dump_policy(found) == data
    return True


def _reformatted(data: bytes, *, is_policy: bool) -> None:
    try:
        made = codec.reformatted(data, is_policy=is_policy)
    except (codec.FormError, TooNew):
        return
    load = codec.load_policy if is_policy else codec.load_task
    load(made)
    assert codec.reformatted(made, is_policy=is_policy) == made


def claimed(data: bytes) -> bool:
    """A claim's message."""
    found = claim.parsed("a", read_commit(OID, b"\n\n" + data).text)
    if found.holder == claim.UNREADABLE:
        return False
    claim.message(found).encode()
    assert claim.parsed("a", claim.message(found)) == found._replace(ttl=found.lease)
    return True


def letter(data: bytes) -> bool:
    """A message to an actor, or a reply to one."""
    found = messages.read(OID, 0, read_commit(OID, b"\n\n" + data).text)
    if found is None:
        return False
    again = messages.written(found)
    again.encode()
    assert messages.read(OID, 0, again) == found
    messages.letters([found])
    return True


def charged(data: bytes) -> bool:
    """What a commit's message charges, and to whom."""
    text = read_commit(OID, b"\n\n" + data).message
    trailers(text)
    wrong = [name for name, _ in charges.unreadable(text)]
    found = charges.bills(text)
    if any(amount >= 10**15 for bill in found for amount in bill[2:]):
        return True  # more than one line can say
    again = "".join(
        f"{'Tk-Task' if step else 'Tk-Spend'}: {who}\nTk-Tokens: {tokens}\n"
        f"Tk-Cost: {charges.dollars(cost)}\nTk-Calls: {calls}\n"
        for who, step, tokens, cost, calls in found
    )
    assert charges.bills(again) == found
    return bool(found) and not wrong


def committed(data: bytes) -> bool:
    """The bytes of a commit."""
    found = read_commit(OID, data)
    assert 0 <= found.at <= LATEST
    found.text.encode()
    str(found.author)
    again = commit_bytes(
        found.tree, found.parents, f"x <{found.email}> 0 +0000", f"x <y> {found.at} +0000",
        found.message,
    )  # fmt: skip
    assert read_commit(OID, again) == found
    return bool(found.tree and found.at)


def duration(data: bytes) -> bool:
    """How long a message is valid, as people say it."""
    try:
        return 0 < messages.seconds(data.decode(errors="surrogateescape")) <= 365 * 86_400
    except ValueError:
        return False


class Target(NamedTuple):
    """A parser with its check, and how often it is taken; the seeds grow."""

    check: Callable[[bytes], bool]
    weight: int
    seeds: list[bytes]


def targets() -> list[Target]:
    """All parsers, with what they start from."""
    golden = Path(__file__).parents[1] / "tests" / "data" / "golden"
    claims = st.builds(
        Claim, st.just("a"), lines, st.just("refs/heads/tk/a"), st.just("HEAD"),
        st.integers(0, 10**6), st.just("0123456789abcdef"), st.integers(1, 99), st.booleans(),
        st.booleans(), st.sampled_from(["", "done", "cancelled"]),
    )  # fmt: skip
    sent = st.builds(Message, st.just(OID), lines, lines, texts, st.just(0), st.integers(1, 10**6))
    replies = st.builds(Reply, st.just((OID,)), lines, st.booleans(), texts)
    work = b"subject\n\nTk-Task: a\nTk-Tokens: 12\nTk-Tokens-In: 3\nTk-Spend: b\nTk-Cost: 0.25\n"
    head = commit_bytes(OID, [OID, OID], "A <a@x> 1 +0000", "B <b@x> 17 +0100", work.decode())
    return [
        Target(task, 6, [one.read_bytes() for one in golden.glob("*.yaml")]
            + [codec.dump_task(one) for one in drawn(tasks())]),
        Target(policy, 4, [one.read_bytes() for one in golden.glob("policies/*.yaml")]
            + [codec.dump_policy(one) for one in drawn(policy_values)]),
        Target(claimed, 3, [claim.message(one).encode() for one in drawn(claims)]),
        Target(letter, 3, [messages.written(one).encode() for one in drawn(sent | replies)]),
        Target(charged, 3, [work, work.replace(b"\n", b"\n    ")]),
        Target(committed, 2, [head]),
        Target(duration, 1, [b"90", b"30m", b"7d"]),
    ]  # fmt: skip


def drawn(strategy: st.SearchStrategy[Any]) -> list[Any]:
    """Values of a strategy, always the same ones."""
    found: list[Any] = []

    @settings(
        max_examples=DRAWN, derandomize=True, database=None, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


def changed(rng: Random, seeds: list[bytes]) -> bytes:
    """One of the seeds with a few changes: to bytes, to lines, or by a part of another seed."""
    data = rng.choice(seeds)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 5))):
        data = rng.choice(CHANGES)(rng, data, seeds)
    return data


def _piece(rng: Random, data: bytes) -> tuple[int, int]:
    begin = rng.randint(0, len(data))
    return begin, min(len(data), begin + rng.choice((0, 1, 1, 2, 4, 16)))


def _token(rng: Random, data: bytes, seeds: list[bytes]) -> bytes:
    begin, end = _piece(rng, data)
    return data[:begin] + rng.choice(TOKENS) + data[end if rng.random() < 0.5 else begin :]


def _byte(rng: Random, data: bytes, seeds: list[bytes]) -> bytes:
    begin, end = _piece(rng, data)
    return data[:begin] + bytes([rng.randrange(256)]) + data[end:]


def _cut(rng: Random, data: bytes, seeds: list[bytes]) -> bytes:
    begin, end = _piece(rng, data)
    return data[:begin] + data[end:]


def _spliced(rng: Random, data: bytes, seeds: list[bytes]) -> bytes:
    mine, theirs = data.split(b"\n"), rng.choice(seeds).split(b"\n")
    return b"\n".join(mine[: rng.randint(0, len(mine))] + theirs[rng.randint(0, len(theirs)) :])


def _line(rng: Random, data: bytes, seeds: list[bytes]) -> bytes:
    rows = data.split(b"\n")
    row = rows.pop(rng.randrange(len(rows)))
    for _ in range(rng.choice((0, 1, 2))):
        rows.insert(rng.randint(0, len(rows)), row)
    return b"\n".join(rows)


CHANGES = (_token, _token, _byte, _cut, _spliced, _line)


def main(count: int, seed: int) -> int:
    """Try so many inputs; tell what came of them."""
    rng, all_of = Random(seed), targets()
    weights = [one.weight for one in all_of]
    tried: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    wrong: list[str] = []
    begun = time.perf_counter()
    for number, target in enumerate(rng.choices(all_of, weights, k=count), 1):
        if number % TOLD == 0:
            print(f"{number:,} of {count:,} inputs, {len(wrong)} wrong", flush=True)
        name = target.check.__name__
        data = changed(rng, target.seeds)
        tried[name] += 1
        try:
            taken = target.check(data)
        except Exception as error:  # whatever it is, it is what is looked for
            wrong.append(f"{name}: {type(error).__name__}: {error!s:.200}: {data[:600]!r}")
            continue
        accepted[name] += taken
        if taken and len(data) < 10_000:
            if len(target.seeds) < MOST_SEEDS:
                target.seeds.append(data)
            else:
                target.seeds[rng.randrange(MOST_SEEDS)] = data
    print(f"{count:,} inputs in {time.perf_counter() - begun:.0f} s, seed {seed}")
    for name, number in tried.items():
        print(f"{name:10} {number:10,} tried {accepted[name]:10,} accepted")
    for one in wrong[:20]:
        print(f"wrong: {one}")
    print(f"{len(wrong)} things are wrong" if wrong else "nothing is wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    given_words = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*given_words, *(1_000_000, 1)[len(given_words) :]))
