"""A folder's files read beside those of another are what they are read alone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tkledger.git.objects import plain_files, shared

NAME = rb"[a-z]{1,3}\.yaml"

ids = st.sampled_from(
    [bytes([n] * 20) for n in (0, 1, 0x20, 0x30, 0x2E)] + [b"100644 a.yaml\0" + b"x" * 6]
)
names = st.text("abc", min_size=1, max_size=3)
folders = st.dictionaries(names, ids, max_size=12)


def tree(files: dict[str, bytes], *, in_order: bool = True) -> bytes:
    found = sorted(files.items(), reverse=not in_order)
    return b"".join(b"100644 %s.yaml\0%s" % (name.encode(), oid) for name, oid in found)


@settings(max_examples=600, deadline=None)
@given(folders, st.dictionaries(names, st.one_of(ids, st.none()), max_size=3), st.booleans())
def test_beside_another_folder(
    files: dict[str, bytes], changes: dict[str, bytes | None], in_order: bool
) -> None:
    known = plain_files(tree(files), 40, NAME)
    assert known is not None
    after = {name: oid for name, oid in {**files, **changes}.items() if oid is not None}
    data = tree(after, in_order=in_order)
    alone = plain_files(data, 40, NAME)
    assert plain_files(data, 40, NAME, known) == alone
    assert (alone is None) == (not in_order and len(after) > 1)


@given(folders, folders, st.binary(max_size=40), st.integers(0, 200))
def test_beside_what_is_no_such_folder(
    files: dict[str, bytes], others: dict[str, bytes], bad: bytes, at: int
) -> None:
    known, good = plain_files(tree(files), 40, NAME), tree(others)
    data = good[:at] + bad + good[at:]
    assert plain_files(data, 40, NAME, known) == plain_files(data, 40, NAME)


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_what_two_have_in_common(one: bytes, other: bytes) -> None:
    same = shared(one, other)
    assert one[:same] == other[:same]
    assert one[same : same + 1] != other[same : same + 1] or same in (len(one), len(other))
