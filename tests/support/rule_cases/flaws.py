"""Files that break the rules of form, TK1xx, as the reader of files tells of them."""

from __future__ import annotations

from collections.abc import Iterator

from tkledger.core.layout import key_of
from tkledger.core.snapshot import Flaw, Pending
from tkledger.files import codec
from tkledger.files.look_alikes import look_alike
from tkledger.files.reader import TreeReader, read_task

OID = "0123456789abcdef0123456789abcdef01234567"
_HEAD = b"id: a\ntitle: A\nstate: todo\n"

_BYTES = {
    "TK101 not UTF-8": _HEAD + b"owner: \xff\n",
    "TK101 a hidden character": _HEAD + "owner: a\u2028b\n".encode(),
    "TK101 a pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
    "TK102 markers": _HEAD + b"<<<<<<< HEAD\nowner: a\n=======\nowner: b\n>>>>>>> x\n",
    "TK103 a field misspelt": _HEAD + b"onwer: a\n",
    "TK103 a field within": _HEAD + b"budget:\n  stepz: 1\n",
    "TK104 not a number": _HEAD + b"priority: high\n",
    "TK104 not a state": b"id: a\ntitle: A\nstate: doing\n",
    "TK104 a field missing": b"id: a\nstate: todo\n",
    "TK105 another id": b"id: b\ntitle: B\nstate: todo\n",
    "TK108 order": b"title: A\nid: a\nstate: todo\n",
    "TK109 too many bytes": _HEAD + b"description: " + b"a" * codec.MAX_BYTES + b"\n",
}
"""Of a file of its own name, ``a.yaml``."""

_NAMES = {
    "TK105 not an id": (".tasks/A b.yaml", "100644"),
    "TK106 a capital": (".tasks/Config.yaml", "100644"),
    "TK107 executable": (".tasks/a.yaml", "100755"),
    "TK107 a symbolic link": (".tasks/a.yaml", "120000"),
    "TK107 in place of the folder": (".tasks", "120000"),
    "TK110 something else": (".tasks/notes.txt", "100644"),
}
"""A path and git's mode; the bytes are not looked at."""


def flaws() -> Iterator[tuple[str, str, Flaw]]:
    """What is wrong, the entry's key, and the flaw; one at least for every rule of form."""
    for what, data in _BYTES.items():
        found = read_task(Pending(".tasks/a.yaml", OID), data)
        assert isinstance(found, Flaw)
        yield what, "a", found
    for what, (path, mode) in _NAMES.items():
        named = TreeReader(None).entry(path, mode, OID)[key_of(path)]  # type: ignore[arg-type]
        assert isinstance(named, Flaw)
        yield what, key_of(path), named
    for key, alike in look_alike(".Tasks").items():
        assert isinstance(alike, Flaw)
        yield "TK106 another folder", key, alike
