"""Public keys as a policy lists them: which texts are one, and what git calls each; nothing is verified here."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Iterator
from functools import lru_cache

from tkledger.core.field import line, text
from tkledger.core.typing import Any

_TYPES = (
    "ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)"
    r"|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com"
)
"""What ssh-keygen of all versions verifies: later ones know no ssh-dss, and a certificate is not a key."""

_SSH = re.compile(rf"({_TYPES}) ([A-Za-z0-9+/]+={{0,2}})(?: .*)?\Z")
_LEAST_BITS = 2048
"""The least size of an RSA key: some builds of ssh-keygen refuse smaller ones, others verify them."""

_BEGIN, _END = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
_GPG = re.compile(
    rf"{_BEGIN}\n(?:[A-Za-z]+: [ -~]*\n)*\n((?:[A-Za-z0-9+/=]+\n)+?)(?:=[A-Za-z0-9+/]{{4}}\n)?{_END}\n\Z"
)
_FORMS = "must be an ssh public key on one line, or an armored gpg public key"


def public_key(raw: Any) -> str:
    """One public key: of ssh its line, which may end with a comment, of gpg its armored text."""
    key = text(raw)
    if key.startswith(_BEGIN):
        _fingerprinted(key)
        return key
    kind, blob = _of_ssh(line(key))
    parts = list(_strings(blob))
    if not parts or parts[0] != kind.encode() or any(not one for one in parts):
        raise ValueError("is not a whole ssh public key")
    if kind == "ssh-rsa" and len(parts[-1].lstrip(b"\0")) * 8 < _LEAST_BITS:
        raise ValueError(f"is an RSA key of less than {_LEAST_BITS} bits")
    return key


def is_ssh(key: str) -> bool:
    """Whether a key of a policy is one of ssh; else it is one of gpg."""
    return not key.startswith(_BEGIN)


def binary(key: str) -> bytes:
    """A gpg key without its armor."""
    found = _GPG.match(key)
    if found is None:
        raise ValueError(_FORMS)
    try:
        return a2b_base64(found[1])
    except Error:
        raise ValueError("is not a whole gpg public key") from None


def plain(key: str) -> str:
    """An ssh key without its comment."""
    kind, blob = _of_ssh(key)
    return f"{kind} {b2a_base64(blob, newline=False).decode()}"


@lru_cache(maxsize=1024)
def fingerprint(key: str) -> str:
    """What git says of who made a signature with a key: of ssh ``SHA256:`` and 43 letters, of gpg the
    digits of its primary key.
    """
    import hashlib  # loads OpenSSL, which takes 10 ms

    if is_ssh(key):
        digest = hashlib.sha256(_of_ssh(key)[1]).digest()
        return f"SHA256:{b2a_base64(digest, newline=False).decode().rstrip('=')}"
    name, data = _fingerprinted(key)
    return hashlib.new(name, data, usedforsecurity=False).hexdigest().upper()


def _of_ssh(key: str) -> tuple[str, bytes]:
    found = _SSH.match(key)
    if found is None:
        raise ValueError(_FORMS)
    try:
        return found[1], a2b_base64(found[2])
    except Error:
        raise ValueError("is not a whole ssh public key") from None


def _strings(blob: bytes) -> Iterator[bytes]:
    """The strings of an ssh key (RFC 4253, section 6.6); an empty one where it ends too early."""
    at = 0
    while at < len(blob):
        end = at + 4 + int.from_bytes(blob[at : at + 4], "big")
        yield blob[at + 4 : end] if at + 4 < end <= len(blob) else b""
        at = max(end, at + 4)


_PUBLIC = 6
_SECRET = (5, 7)
"""Tags of packets: a primary public key, and secret keys (RFC 9580, section 5)."""

_HASHED = {4: ("sha1", b"\x99", 2), 5: ("sha256", b"\x9a", 4), 6: ("sha256", b"\x9b", 4)}
"""How a key of each version is fingerprinted: the hash, the first byte, and how wide its length is."""


def _fingerprinted(key: str) -> tuple[str, bytes]:
    """The hash and the bytes that make a gpg key's fingerprint."""
    packets = list(_packets(binary(key)))
    tags = [tag for tag, _ in packets]
    if tags[:1] != [_PUBLIC] or tags.count(_PUBLIC) > 1 or {*tags} & {*_SECRET}:
        raise ValueError("must hold one gpg public key, and nothing secret")
    body = packets[0][1]
    if not body or body[0] not in _HASHED:
        raise ValueError("is a gpg key of an unknown version")
    name, first, width = _HASHED[body[0]]
    return name, first + len(body).to_bytes(width, "big") + body


def _packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The packets of OpenPGP data, each with its tag. Raises ValueError if it is not whole."""
    at = 0
    while at < len(data):
        tag, begin, size = _head(data, at)
        at = begin + size
        if at > len(data):
            raise ValueError("is not a whole gpg public key")
        yield tag, data[begin:at]


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """The tag of a packet, where its body begins, and the size of that (RFC 9580, section 4.2)."""
    first, *rest = data[at : at + 6]
    if not first & 0x80 or not rest:
        raise ValueError("is not a whole gpg public key")
    if not first & 0x40:  # of the old form
        width = (1, 2, 4, 0)[first & 3]
        tag, body = first >> 2 & 15, at + 1 + width
    elif rest[0] < 192:
        return first & 63, at + 2, rest[0]
    elif rest[0] < 224 and len(rest) > 1:
        return first & 63, at + 3, (rest[0] - 192 << 8) + rest[1] + 192
    else:
        width = 4 if rest[0] == 255 else 0
        tag, body = first & 63, at + 2 + width
    if not width:
        raise ValueError("is a gpg key with a packet of unknown length")
    return tag, body, int.from_bytes(data[body - width : body], "big")
