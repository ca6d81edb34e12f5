"""The lines of verdicts: one form each way, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.changes import a_task
from tests.support.strategies import lines
from tkledger.core.verdict import VerdictLine, parsed, round_of, said_in, sent_back
from tkledger.files import codec

OID, LATER = "3f" * 20, "4e" * 32

GOOD = [
    (f'1.2 rejected bob {OID} 6.5 "no" "x"', VerdictLine(1, 2, False, "bob", (OID,), "6.5", ("no", "x"))),
    ("1.1 approved bob@example.org -", VerdictLine(1, 1, True, "bob@example.org")),
    (f"12.1 approved \"Ann Bär\" {OID}+{LATER}", VerdictLine(12, 1, True, "Ann Bär", (OID, LATER))),
    ("1.1 rejected \"\\\"x\\\\\" - \"a \\\"b\\\"\"", VerdictLine(1, 1, False, "\"x\\", gaps=("a \"b\"",))),
    ("1.1 approved - - 0.000001", VerdictLine(1, 1, True, "-", score="0.000001")),
]  # fmt: skip

BAD = [
    *("", "1.1", "1.1 approved", "1.1 approved bob", "1 approved bob -", "1.1 agreed bob -"),
    *("0.1 approved bob -", "1.0 approved bob -", "01.1 approved bob -", "1.1 approved  bob -"),
    *("1.1 approved bob - ", " 1.1 approved bob -", "1.1 approved bob -\n", "1.1\tapproved bob -"),
    *('1.1 approved "bob" -', '1.1 approved bo"b -', "1.1 approved Bär -", '1.1 approved "a\\u0062 c" -'),
    *("1.1 approved bob abc", f"1.1 approved bob {OID[:-1]}", f"1.1 approved bob {OID.upper()}"),
    *(f"1.1 approved bob {LATER}+{OID}", f"1.1 approved bob {OID}+{OID}", f"1.1 approved bob {OID}+"),
    *("1.1 approved bob - 6.", "1.1 approved bob - 06", "1.1 approved bob - -1", "1.1 approved bob - 1.1234567"),
    *('1.1 approved bob - "gap"', '1.1 rejected bob - ""', '1.1 rejected bob - " gap"', "1.1 rejected bob - gap"),
    *('1.1 rejected bob - "a\\nb"', '1.1 rejected bob - "a\\tb"', '1.1 rejected bob - "\\x"'),
    *('1.1 rejected bob - "a"  "b"', '1.1 rejected bob - "a" 6', '1.1 rejected bob - "\\ud800"'),
    "1.1 rejected bob - " + " ".join(['"a"'] * 21),
    f"1.1 rejected bob - \"{'a' * 501}\"",
]  # fmt: skip


@pytest.mark.parametrize(("text", "verdict"), GOOD)
def test_a_verdict_is_read_and_written_alike(text: str, verdict: VerdictLine) -> None:
    assert parsed(text) == verdict
    assert verdict.text == text


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_verdict(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parsed(text)


@given(
    st.builds(
        VerdictLine,
        *(st.integers(1, 99), st.integers(1, 99), st.just(False), lines),
        st.lists(st.sampled_from([OID, LATER]), unique=True, max_size=2).map(sorted).map(tuple),
        st.none() | st.sampled_from(["0", "10", "6.5"]),
        st.lists(lines, max_size=3).map(tuple),
    )
)
def test_any_verdict_keeps_its_meaning_in_a_file(verdict: VerdictLine) -> None:
    task = a_task(state="in_review", verdicts=[verdict.text])
    read = codec.load_task(codec.dump_task(task))
    assert [parsed(one) for one in read.verdicts] == [verdict]


def test_rounds_and_what_was_sent_back() -> None:
    def said(attempt: int, round: int, verdict: str, *more: str) -> str:
        return " ".join([f"{attempt}.{round} {verdict} bob -", *more])

    first = [
        said(1, 1, "rejected", '"a"'),
        said(1, 2, "approved"),
        said(1, 2, "rejected", "3", '"b"'),
    ]
    assert [round_of(first[:n], 1) for n in range(4)] == [1, 2, 2, 3]
    assert [round_of(first, attempt) for attempt in (1, 2)] == [3, 1]
    assert [one.gaps for one in sent_back(first)] == [("a",), ("b",)]
    later = [*first, said(2, 1, "approved")]
    assert sent_back(later) == sent_back(first)
    last = sent_back([*later, said(2, 1, "rejected")])
    assert [said_in(one) for one in last] == [""]
    assert [said_in(parsed(one)) for one in first] == ["a", "", "score 3: b"]
