"""Which texts a policy takes for a public key, and what git calls each."""

from __future__ import annotations

from binascii import b2a_base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.public_keys import ANN, BOB, GPG, OF_GPG, OF_SSH, armored, unarmored
from tkledger.core.public_keys import fingerprint, is_ssh, plain, public_key

BLOB = ANN.split(" ")[1]
DATA = unarmored(GPG)


def rsa(bits: int) -> str:
    parts = (b"ssh-rsa", b"\1\0\1", b"\0" + b"\xff" * (bits // 8))
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return f"ssh-rsa {b2a_base64(blob, newline=False).decode()}"


@pytest.mark.parametrize("key", [ANN, BOB, GPG, armored(DATA), rsa(2048), GPG.rstrip("\n")])
def test_a_key_is_kept_as_it_is(key: str) -> None:
    kept = public_key(key)
    assert kept.rstrip("\n") == key.rstrip("\n")
    assert public_key(kept) == kept
    assert is_ssh(kept) is key.startswith("ssh-")


def test_a_fingerprint_is_that_of_the_programs() -> None:
    """Whatever the comment, and whatever the armor."""
    assert {key: fingerprint(key) for key in OF_SSH} == OF_SSH
    assert fingerprint(plain(ANN)) == fingerprint(ANN)
    assert fingerprint(GPG) == fingerprint(armored(DATA)) == OF_GPG


def packet(tag: int, body: bytes = b"\4") -> bytes:
    return bytes((0xC0 | tag, len(body))) + body


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must not be empty"),
        ("AAAA", "must be an ssh public key on one line, or an armored gpg public key"),
        (f"{ANN}\n{BOB}", "must be one line"),
        (f'command="x" {ANN}', "must be an ssh public key"),
        (ANN.replace("ssh-ed25519", "ssh-dss"), "must be an ssh public key"),
        (ANN.replace("ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com"), "must be an ssh public"),
        (ANN.replace("ssh-ed25519", "ssh-rsa"), "is not a whole ssh public key"),
        (f"ssh-ed25519 {BLOB[:-4]}", "is not a whole ssh public key"),
        (f"ssh-ed25519 {BLOB}AAAA", "is not a whole ssh public key"),
        ("ssh-ed25519 A", "is not a whole ssh public key"),
        (rsa(1024), "is an RSA key of less than 2048 bits"),
        (GPG.replace("\n\n", "\n"), "must be an ssh public key on one line, or an armored"),
        (f"{GPG}more\n", "must be an ssh public key on one line, or an armored"),
        (GPG + GPG, "must be an ssh public key on one line, or an armored"),
        (GPG.replace("PUBLIC", "PRIVATE"), "must be one line"),
        (armored(DATA[:-1]), "is not a whole gpg public key"),
        (armored(b"\x01\x02\x03"), "is not a whole gpg public key"),
        (armored(b"\xc6"), "is not a whole gpg public key"),
        (armored(DATA + DATA), "must hold one gpg public key, and nothing secret"),
        (armored(DATA + packet(7)), "must hold one gpg public key, and nothing secret"),
        (armored(packet(13, b"name")), "must hold one gpg public key, and nothing secret"),
        (armored(packet(6, b"\3rest")), "is a gpg key of an unknown version"),
        (armored(b"\xc6\xe0" + b"\4" * 9), "is a gpg key with a packet of unknown length"),
        (armored(b"\x9b" + b"\4" * 9), "is a gpg key with a packet of unknown length"),
    ],
)
def test_what_is_no_key_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}"):
        public_key(text)


def test_packets_of_every_length_are_passed_over() -> None:
    """Of the new form with one, two and five octets of length, of the old one with one, two and four."""
    long = b"x" * 300
    heads = (
        b"\xcd\x03abc",
        b"\xcd\xc0\x6c" + long,
        b"\xcd\xff\0\0\x01\x2c" + long,
        b"\xb4\x03abc",
        b"\xb5\x01\x2c" + long,
        b"\xb6\0\0\x01\x2c" + long,
    )
    for head in heads:
        assert fingerprint(public_key(armored(DATA + head))) == OF_GPG


@given(st.binary(max_size=60), st.integers(0, len(DATA)), st.integers(0, 60))
def test_any_bytes_are_a_key_or_an_error(data: bytes, at: int, width: int) -> None:
    for mangled in (data, DATA[:at] + data + DATA[at + width :]):
        try:
            name = fingerprint(public_key(armored(mangled)))
        except ValueError:
            continue
        assert len(name) in (40, 64)


def test_later_versions_are_named_by_sha_256() -> None:
    for version in (5, 6):
        name = fingerprint(public_key(armored(packet(6, bytes((version,)) + b"rest"))))
        assert len(name) == 64
