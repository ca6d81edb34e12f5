"""The lines of evidence: one form each way, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.support.changes import a_task
from tests.support.strategies import evidence
from tkledger.core.evidence import EvidenceLine, parsed
from tkledger.files import codec

TREE, LATER, OUT = "3f" * 20, "4e" * 32, "ab" * 32
URL = 'https://ci.example.org/1?"a"'
RAN = EvidenceLine("check", True, TREE, "bob", "0", "1.5", OUT, "make check")
LATE = RAN._replace(passed=False, exit="timeout", seconds="60", command='a "b"', flaky=True)
TOLD = EvidenceLine("ci", True, LATER, "Ann Bär", url=URL)

GOOD = [
    (f'check pass {TREE} bob 0 1.5 {OUT} "make check"', RAN),
    (f'check fail {TREE} bob timeout 60 {OUT} "a \\"b\\"" flaky', LATE),
    (f'ci pass {LATER} "Ann Bär" - - - - {URL}', TOLD),
    (
        f'ci fail {LATER} "Ann Bär" - - - "x" flaky {URL}',
        TOLD._replace(passed=False, command="x", flaky=True),
    ),
]

WRONG: dict[int, list[str]] = {
    0: ["Check", "", "x" * 64, "-"],
    1: ["passed", "fail"],
    2: [TREE[:-1], TREE.upper(), LATER[:-2], "-"],
    3: ['"bob"', "Bär", 'b"ob', '"a\\u0062 c"', '""'],
    4: ["1", "-", "00", "1000", "timeout", "-1"],
    5: ["-", "1.", "01", "1.1234567", "-1"],
    6: ["-", OUT[1:], OUT.upper()],
    7: [
        "make",
        '""',
        '" make"',
        '"a\\nb"',
        '"\\u0061"',
        '"a" "b"',
        '"a"  flaky',
        '"a" flaky flaky',
    ],
    8: ["ftp://x", f"{URL} flaky", "https://", f"https://{'a' * 501}", "", "Flaky", "https://x\n"],
}
"""What each word cannot be, in place of a good one or after them all."""


@pytest.mark.parametrize(("text", "meant"), GOOD)
def test_evidence_is_read_and_written_alike(text: str, meant: EvidenceLine) -> None:
    assert parsed(text) == meant
    assert meant.text == text
    assert meant.ran == (meant.exit is not None)


@pytest.mark.parametrize(
    ("place", "word"), [(place, word) for place, words in WRONG.items() for word in words]
)
def test_what_is_no_evidence(place: int, word: str) -> None:
    words = ["check", "pass", TREE, "bob", "0", "1.5", OUT, '"make"', "flaky"]
    parsed(" ".join(words))
    words[place : place + 1] = [words[place], word] if place == 8 else [word]
    with pytest.raises(ValueError, match=r"\S"):
        parsed(" ".join(words))


@given(evidence)
def test_any_evidence_keeps_its_meaning_in_a_file(text: str) -> None:
    read = codec.load_task(codec.dump_task(a_task(evidence=[text])))
    assert [parsed(one) for one in read.evidence] == [parsed(text)]


def test_it_is_of_one_gate_with_one_command_on_one_code() -> None:
    assert RAN.is_of("check", "make check", TREE)
    others = (("lint", "make check", TREE), ("check", "true", TREE), ("check", "make check", LATER))
    assert not any(RAN.is_of(*other) for other in others)
