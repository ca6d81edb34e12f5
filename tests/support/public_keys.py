"""Public keys that were made once, and are those of nobody; what is no key, made of them."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

ANN, BOB = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGXIDuCcAua41ubkzT8+PkEXY0oZ2U9KFBAlv0FFYY8u ann@laptop",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIXMmJ/3DEKE6xtQKJKP3kPNiZOMTVW0fEteNCt0cfdp",
)
OF_SSH = {
    ANN: "SHA256:Zb2P1S/se8FgErKMlBfdkDhL9YQfFyQULD9sPmR4LE8",
    BOB: "SHA256:GTwdPB1SrqSPFRK3ZlIGEhwxExo+RtH0k/FnFEi+Cks",
}
"""What ssh-keygen says that their fingerprints are."""

GPG = """\
-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEXgvhABYJKwYBBAHaRw8BAQdAiEb++1iKjV4CsZvurdsu9WOixDtglTvruxG+
LNoB6Mm0C29sZCA8b2xkQHg+iJYEExYIAD4WIQRSqIqs4p17CfKwqnav+bXa43k7
1AUCXgvhAAIbAwUJACeNAAULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRCv+bXa
43k71JUYAQCY5WAM1E2O/t/zGxfwW64rkwbFyXTlwPuP57FKUUd/qQEAmQL70Ddz
iteC6EjAIeJ6DIPfZtLjhAXvHA2s17XHDwE=
=Ao+j
-----END PGP PUBLIC KEY BLOCK-----
"""
OF_GPG = "52A88AACE29D7B09F2B0AA76AFF9B5DAE3793BD4"
"""What gpg says that its fingerprint is."""


def armored(data: bytes) -> str:
    """Bytes of a gpg key as a policy lists them."""
    text = b2a_base64(data, newline=False).decode()
    rows = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    begin, end = (f"-----{word} PGP PUBLIC KEY BLOCK-----" for word in ("BEGIN", "END"))
    return f"{begin}\n\n{rows}\n{end}\n"


def unarmored(key: str) -> bytes:
    return a2b_base64("".join(row for row in key.splitlines()[2:-1] if not row.startswith("=")))


def without_signatures(key: str) -> str:
    """A key of gpg that says nothing of itself: its first packet and its name, both of the old form."""
    data, end = unarmored(key), 0
    for _ in range(2):
        end += 2 + data[end + 1]
    return armored(data[:end])
