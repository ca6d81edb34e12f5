"""Why the last sync of a checkout was refused: a note for who looks next, which decides nothing."""

from __future__ import annotations

import json

from tkledger.core.typing import NamedTuple
from tkledger.git.repo import Repo
from tkledger.local.store import REFUSED, Store


class Refusal(NamedTuple):
    """The fact, and the way on, as the sync said them."""

    fact: str
    way: str


def note_refusal(repo: Repo, refusal: Refusal) -> None:
    """Note why what HEAD has was not sent."""
    text = json.dumps([repo.head, *refusal])
    Store(repo.git_dir).keep(REFUSED, data=text.encode())


def read_refusal(repo: Repo) -> Refusal | None:
    """Why what HEAD has was not sent when that was last tried; None if HEAD has moved since."""
    try:
        head, fact, way = json.loads(Store(repo.git_dir).read(REFUSED) or "[]")
    except ValueError:  # none, or an odd one
        return None
    known = head == repo.head and isinstance(fact, str) and isinstance(way, str)
    return Refusal(fact, way) if known else None
