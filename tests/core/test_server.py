"""What a server says that it asks, read as if it were hostile; and what names are worth by it."""

from __future__ import annotations

import pytest

from tkledger.core import server
from tkledger.core.policy import DEFAULT, Policy
from tkledger.files import codec

ASKS = server.asks("1.0", DEFAULT._replace(proof="pusher", protected=("main",)), "REMOTE_USER")
GOOD = server.published(ASKS)


def test_what_is_published_is_read_as_it_was() -> None:
    assert ASKS.proof == "pusher"
    assert server.read(GOOD) == ASKS
    assert server.asks("1.0", DEFAULT._replace(law=1), "").proof == "pusher"
    assert server.asks("1.0", None, "").proof == "name"


def test_what_is_published_is_this_text() -> None:
    asked = server.asks("1.0", DEFAULT._replace(protected=("über",)), "")
    text = (
        '{"tk": "1.0", "law": 2, "format": 2, "proof": "name", "protected": ["über"], "pusher": ""}'
    )
    assert server.published(asked).decode() == f"{text}\n"
    assert server.read(server.published(asked)) == asked
    older = asked._replace(law=1, format=1)
    assert server.read(server.published(older)) == older
    most = server.published(asked).ljust(server.MAX_BYTES)
    assert server.read(most) == asked
    assert server.read(most + b" ") is None
    assert server.MAX_BYTES == 2 * codec.MAX_BYTES


def test_what_a_server_lacks_is_published_if_it_lacks_anything() -> None:
    lacking = ASKS._replace(lacks=("gpg", "ssh-keygen"))
    assert server.read(server.published(lacking)) == lacking
    assert b"lacks" not in GOOD
    wrong = server.published(lacking).replace(b'["gpg", "ssh-keygen"]', b'"gpg"')
    assert server.read(wrong) is None


def test_which_servers_know_nobody() -> None:
    known = {name: ASKS._replace(pusher=name).knows_nobody for name in ("", "U", "nobody", "none")}
    assert known == {"": False, "U": False, "nobody": True, "none": True}


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
        *(GOOD.replace(b'"law": 2', b'"law": %d' % number) for number in (-2, 0)),
        GOOD.replace(b'"format": 2', b'"format": 0'),
        GOOD + b" " * server.MAX_BYTES,
    ],
)
def test_what_cannot_be_understood_says_nothing(data: bytes) -> None:
    assert data != GOOD
    assert server.read(data) is None


PUSHER = DEFAULT._replace(proof="pusher")
FIRST = DEFAULT._replace(law=1)
RAISES = "tk config set proof pusher"
BOUND = "approvals, raised limits and the policy's roles are bound to who pushes"
ANYBODY = "an actor is who the commit says; anyone who may push can write any name"
REFUSED = f"{BOUND}, and this server does not know who does: it refuses them"
UNKNOWN = "an actor is who the commit says: this server says that it cannot know who pushes"


@pytest.mark.parametrize(
    ("policy", "pusher", "says", "stuck"),
    [
        (DEFAULT, None, f"{ANYBODY}; if your server knows who pushes: {RAISES}", False),
        (DEFAULT, "USER", f"{ANYBODY}; this server knows who pushes (USER): {RAISES}", False),
        (DEFAULT, server.NOBODY, f"{ANYBODY} (this server does not know who pushes)", False),
        (PUSHER, "", BOUND, False),
        (PUSHER, "REMOTE_USER", f"{BOUND}, by REMOTE_USER", False),
        (PUSHER, server.NOBODY, REFUSED, True),
        (PUSHER, server.NONE, REFUSED, True),
        (FIRST, server.NOBODY, REFUSED, True),
        (FIRST, server.NONE, UNKNOWN, False),
    ],
)
def test_what_names_are_worth(policy: Policy, pusher: str | None, says: str, stuck: bool) -> None:
    assert server.names_worth(policy, pusher) == says
    assert server.refuses_all(policy, pusher) is stuck
