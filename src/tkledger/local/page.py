"""A file of ``.git/tk`` that holds plain values, read whole and fast; what is damaged is as good as absent."""

from __future__ import annotations

import marshal

from tkledger import __version__
from tkledger.core.typing import Any
from tkledger.git.objects import digest
from tkledger.local.store import Store

_HEAD = f"{__version__} {marshal.version}\n".encode()


def read_page(store: Store, name: str) -> Any:
    """The values in a page; None if there are none, or another version of tk or Python wrote them."""
    try:
        data = store.read(name) or b""
    except OSError:
        return None
    start = len(_HEAD) + 20
    body = memoryview(data)[start:]
    if data[:start] != _HEAD + digest(body, 40):  # marshal is not made for damaged bytes
        return None
    return marshal.loads(body)  # noqa: S302 - a file of tk's own, and whole


def write_page(store: Store, name: str, values: Any) -> None:
    """Keep these values and no others; a failure costs time only."""
    body = marshal.dumps(values)
    store.keep(name, data=_HEAD + digest(body, 40) + body)
