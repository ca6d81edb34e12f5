"""A file of ``.git/tk`` that holds plain values, read whole and fast; what is damaged is as good as absent."""

from __future__ import annotations

import marshal
import zlib

from tkledger import __version__
from tkledger.core.typing import Any
from tkledger.local.store import Store

_FORM = 3
"""Raised when a page of the same version comes to hold other values, since an older tk may still read it."""

_HEAD = f"{__version__} {marshal.version} {_FORM}\n".encode()


def read_page(store: Store, name: str) -> Any:
    """The values in a page; None if it is absent or damaged, or another version of tk or Python wrote it."""
    try:
        data = store.read(name) or b""
    except OSError:
        return None
    start = len(_HEAD) + _SUM
    body = memoryview(data)[start:]
    if data[:start] != _HEAD + _sum(body):  # marshal is not made for damaged bytes
        return None
    return marshal.loads(body)  # noqa: S302 - a file of tk's own, and whole


def write_page(store: Store, name: str, values: Any) -> None:
    """Keep these values and no others; a failure costs time only."""
    body = marshal.dumps(values)
    store.keep(name, data=_HEAD + _sum(body) + body)


_SUM = 16


def _sum(body: bytes | memoryview) -> bytes:
    """What damage changes: two checks of 32 bits, in a tenth of the time of a hash that nobody can forge."""
    return b"%08x%08x" % (zlib.crc32(body), zlib.adler32(body))
