"""Git's objects as bytes: how they are named, what a tree holds, how some make a pack."""

from __future__ import annotations

import re
import zlib
from _bisect import bisect_left, bisect_right  # bisect itself is one module more
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from operator import lt

from tkledger.core.typing import NamedTuple

try:  # hashlib's own loads OpenSSL, which takes 10 ms, as long as Python itself
    from _sha1 import sha1  # type: ignore[import-not-found]
except ImportError:
    from hashlib import sha1

from tkledger.git.errors import GitError

Oid = str

_KINDS = {"commit": 1, "tree": 2, "blob": 3}
FOLDER_MODE = "040000"
ABSENT = "000000"
"""The mode of a file that is not there."""


class TreeEntry(NamedTuple):
    """One entry of a tree, as stored: the mode in octal, the name, the object."""

    mode: str
    name: str
    oid: Oid


class NewObject(NamedTuple):
    """An object not stored yet: ``commit``, ``tree`` or ``blob``, and its bytes."""

    kind: str
    data: bytes


def oid_of(kind: str, data: bytes, width: int = 40) -> Oid:
    """The name of an object: the hash of its kind, size and bytes, ``width`` digits wide."""
    return digest(b"%s %d\0" % (kind.encode(), len(data)) + data, width).hex()


def digest(data: bytes, width: int) -> bytes:
    """The hash that git names objects by, for ids of ``width`` digits."""
    if width == 40:
        return bytes(sha1(data).digest())  # noqa: S324 - git's names, not ours
    from hashlib import sha256

    return sha256(data).digest()


def _canonical(mode: bytes) -> str:
    """A mode as git takes it, whatever is stored: a hundred and six hundreds are plain files."""
    if not mode.isdigit() or mode.strip(b"01234567"):
        raise GitError(f"a tree has an entry with the mode {mode!r}, which is not one", "git fsck")
    number = int(mode, 8)
    kind = number & 0o170000
    if kind == 0o100000:
        return "100755" if number & 0o100 else "100644"
    return {0o120000: "120000", 0o040000: FOLDER_MODE}.get(kind, "160000")


def is_in_order(entries: Sequence[TreeEntry]) -> bool:
    """Whether a tree holds each name once, in git's order, and no name that is a path.

    In a tree that does not, git's own walks pass over what checkouts take. A file and a folder of
    one name are in order, with others between them.
    """
    if len({entry.name for entry in entries}) < len(entries):
        return False
    names = [_order(entry) for entry in entries]
    return all(a < b for a, b in pairwise(names)) and not any(b"/" in name[:-1] for name in names)


def _order(entry: TreeEntry) -> bytes:
    name = entry.name.encode(errors="surrogateescape")
    return name + b"/" if entry.mode == FOLDER_MODE else name


def read_tree(data: bytes, width: int = 40) -> list[TreeEntry]:
    """The entries in a tree's bytes, in their order, even if one is there twice.

    Raises GitError if they end within an entry.
    """
    entries, at, size = [], 0, width // 2
    while at < len(data):
        blank = data.find(b" ", at)
        end = data.find(b"\0", blank)
        if blank < 0 or end < 0 or end + size >= len(data):
            raise GitError("a tree ends within an entry", "git fsck --full")
        entries.append(
            TreeEntry(
                _canonical(data[at:blank]),
                data[blank + 1 : end].decode(errors="surrogateescape"),
                data[end + 1 : end + 1 + size].hex(),
            )
        )
        at = end + 1 + size
    return entries


def tree_bytes(entries: Iterable[TreeEntry]) -> bytes:
    """A tree's bytes; git orders names as bytes, a folder's as if it ended with a slash."""
    return b"".join(
        b"%s %s\0%s"
        % (
            entry.mode.lstrip("0").encode(),
            entry.name.encode(errors="surrogateescape"),
            bytes.fromhex(entry.oid),
        )
        for entry in sorted(entries, key=_order)
    )


class PlainFiles(NamedTuple):
    """The entries of a tree that holds plain files only, each name once and in order: as stored, but
    for the id; and the whole of it.
    """

    names: list[bytes]
    entries: list[bytes]

    def place(self, name: bytes) -> tuple[int, int]:
        """Where the entry with such a name begins and ends in the lists; the same if there is none."""
        at = bisect_left(self.names, name)
        return at, at + (at < len(self.names) and self.names[at] == name)


def plain_files(
    data: bytes, width: int, name: bytes = rb"[^\0/]+", beside: PlainFiles | None = None
) -> PlainFiles | None:
    """The entries in a tree's bytes, if all are plain files with names of this form; None if not. A long
    tree is read ten times as fast as by `read_tree`, and ten times faster again ``beside`` another one
    with names of this form, of which it changes little.
    """
    size = width // 2
    if beside is not None and (spliced := _spliced(data, width, name, beside)) is not None:
        return spliced
    entries = re.compile(rb"100644 %s\0[\s\S]{%d}" % (name, size)).findall(data)
    if sum(map(len, entries)) != len(data):
        return None
    names = [entry[:-size] for entry in entries]
    return PlainFiles(names, entries) if all(map(lt, names, names[1:])) else None


def _spliced(data: bytes, width: int, name: bytes, known: PlainFiles) -> PlainFiles | None:
    """The entries of ``known`` with those in the place of which ``data`` has others; None if that cannot
    be told, as where what is at the same place are parts of different entries.
    """
    old = b"".join(known.entries)
    same = shared(old, data)
    same_end = shared(old[same:][::-1], data[same:][::-1])
    ends = list(accumulate(map(len, known.entries), initial=0))
    first = bisect_right(ends, same) - 1
    last = max(first, bisect_left(ends, len(old) - same_end))
    middle = plain_files(data[ends[first] : len(data) - (len(old) - ends[last])], width, name)
    if middle is None:
        return None
    names = [*known.names[:first], *middle.names, *known.names[last:]]
    seams = names[max(first - 1, 0) : first + len(middle.names) + 1]
    if not all(map(lt, seams, seams[1:])):
        return None
    return PlainFiles(names, [*known.entries[:first], *middle.entries, *known.entries[last:]])


def shared(one: Sequence[object], other: Sequence[object]) -> int:
    """How many items two sequences have in common at their beginning."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def without(data: bytes, name: str, width: int) -> bytes:
    """A tree's bytes without the entries of a name, all others as they are stored. Raises GitError if they
    end within an entry.
    """
    kept, at = [], 0
    for entry in read_tree(data, width):
        end = data.index(b"\0", at) + 1 + width // 2
        if entry.name != name:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def plain_name(name: str) -> bytes:
    """What the entry of a plain file begins with, up to its id."""
    return b"100644 %s\0" % name.encode(errors="surrogateescape")


def replaced(data: bytes, new: Mapping[str, TreeEntry], width: int) -> bytes:
    """A tree's bytes with the entries of ``new``, by name, in place of old ones or in addition."""
    known = plain_files(data, width)
    if known is None or any(entry.mode != "100644" for entry in new.values()):
        kept = (entry for entry in read_tree(data, width) if entry.name not in new)
        return tree_bytes([*kept, *new.values()])
    for name, entry in new.items():
        begin, end = known.place(plain_name(name))
        known.names[begin:end] = [plain_name(name)]
        known.entries[begin:end] = [tree_bytes([entry])]
    return b"".join(known.entries)


def pack(objects: Iterable[NewObject], width: int = 40) -> bytes:
    """A pack file of whole objects (gitformat-pack: no deltas)."""
    members = [_member(one) for one in objects]
    body = b"PACK" + (2).to_bytes(4, "big") + len(members).to_bytes(4, "big") + b"".join(members)
    return body + digest(body, width)


def _member(one: NewObject) -> bytes:
    """Kind and size, seven bits a byte but four in the first, then the bytes, deflated."""
    size = len(one.data)
    head, size = [_KINDS[one.kind] << 4 | size & 15], size >> 4
    while size:
        head[-1] |= 0x80
        head.append(size & 0x7F)
        size >>= 7
    return bytes(head) + zlib.compress(one.data, 1)
