"""An attestation: an in-toto statement in a DSSE envelope. The caller signs it; nothing is signed here.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, and for the envelope
https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
"""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Mapping

from tkledger.core.typing import Any

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD = "application/vnd.in-toto+json"


def statement(name: str, commit: str, kind: str, predicate: Mapping[str, Any]) -> bytes:
    """What is said of a commit that goes by a name: of which ``kind`` it is, and what. The same bytes for
    the same values.
    """
    said = {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"gitCommit": commit}}],
        "predicateType": kind,
        "predicate": predicate,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def to_sign(payload: bytes) -> bytes:
    """What is signed of a statement: DSSE's pre-authentication encoding."""
    kind = PAYLOAD.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def envelope(payload: bytes, key: str, signature: bytes) -> dict[str, Any]:
    """A statement with the signature of it by a key, which its fingerprint names."""
    signed = {"keyid": key, "sig": _base64(signature)}
    return {"payload": _base64(payload), "payloadType": PAYLOAD, "signatures": [signed]}


def _base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()
