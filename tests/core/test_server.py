"""What a server says that it asks, read as if it were hostile; and what names are worth by it."""

from __future__ import annotations

import pytest

from tkledger.core import server
from tkledger.core.policy import DEFAULT, Policy

ASKS = server.asks("1.0", DEFAULT._replace(proof="pusher", protected=("main",)), "REMOTE_USER")
GOOD = server.published(ASKS)


def test_what_is_published_is_read_as_it_was() -> None:
    assert ASKS.proof == "pusher"
    assert server.read(GOOD) == ASKS
    assert server.asks("1.0", DEFAULT._replace(law=1), "").proof == "pusher"
    assert server.asks("1.0", None, "").proof == "name"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        GOOD[:-3],
        GOOD.replace(b'"main"', b'"a\\u0007"'),
        GOOD.replace(b'["main"]', b'"main"'),
        GOOD.replace(b'"REMOTE_USER"', b'"x\\ny"'),
        GOOD.replace(b'"REMOTE_USER"', b"null"),
        GOOD.replace(b'"pusher",', b'"nothing",'),
        GOOD.replace(b'"law": 2', b'"law": -2'),
        GOOD + b" " * server.MAX_BYTES,
    ],
)
def test_what_cannot_be_understood_says_nothing(data: bytes) -> None:
    assert data != GOOD
    assert server.read(data) is None


PUSHER = DEFAULT._replace(proof="pusher")
FIRST = DEFAULT._replace(law=1)
RAISES = "tk config set proof pusher"


@pytest.mark.parametrize(
    ("policy", "pusher", "says", "raises", "stuck"),
    [
        (DEFAULT, None, "if your server knows", True, False),
        (DEFAULT, "REMOTE_USER", "this server knows who pushes (REMOTE_USER)", True, False),
        (DEFAULT, server.NOBODY, "this server does not know who pushes", False, False),
        (PUSHER, "", "bound to who pushes", False, False),
        (PUSHER, "REMOTE_USER", "bound to who pushes, by REMOTE_USER", False, False),
        (PUSHER, server.NOBODY, "it refuses them", False, True),
        (PUSHER, server.NONE, "it refuses them", False, True),
        (FIRST, server.NOBODY, "it refuses them", False, True),
        (FIRST, server.NONE, "cannot know who pushes", False, False),
    ],
)
def test_what_names_are_worth(
    policy: Policy, pusher: str | None, says: str, raises: bool, stuck: bool
) -> None:
    line = server.names_worth(policy, pusher)
    assert says in line
    assert "\n" not in line
    assert (RAISES in line) is raises
    assert server.refuses_all(policy, pusher) is stuck
