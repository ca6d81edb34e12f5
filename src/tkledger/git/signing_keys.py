"""The keys that a user signs with: whether git is set to sign, and which files of theirs hold a public key."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from contextlib import suppress

from tkledger.core.public_keys import is_ssh, plain, public_key
from tkledger.core.quoting import quoted
from tkledger.git.identity import signs

_USUAL = "id_ed25519.pub"


def can_sign(config: Mapping[str, str]) -> bool:
    """Whether git knows a key to sign with. Without one it would take gpg's default key, if there is any: that
    is believed only of who signs everything.
    """
    return signs(config) or "user.signingkey" in config or "gpg.ssh.defaultkeycommand" in config


def set_to_sign(keys: Mapping[str, str]) -> str:
    """The commands that set git to sign with one of these public keys, by their fingerprints."""
    ssh = {plain(key) for key in keys.values() if is_ssh(key)}
    if ssh or not keys:
        word = _file_of(ssh)
        return f"git config gpg.format ssh && git config user.signingkey {word}"
    word = next(iter(keys))
    return f"git config gpg.format openpgp && git config user.signingkey {word}"


def shown(config: Mapping[str, str]) -> str:
    """The public key that git signs with, as a word of the shell that gives its text: the text itself, which
    can be passed on, if it is in a file that can be read.
    """
    key = config.get("user.signingkey", "")
    if config.get("gpg.format") == "ssh" or not key:
        name = (key if key.endswith(".pub") else f"{key}.pub") if key else _file_of(())
        with suppress(OSError, ValueError):
            return quoted(_text_in(os.path.expanduser(name)))
        return f'"$(cat {quoted(name) if key else name})"'
    return f'"$(gpg --export --armor {quoted(key)})"'


def _text_in(path: str) -> str:
    """The ssh public key in a file. Raises OSError, or ValueError if it holds none."""
    with open(path, encoding="ascii") as file:
        found: str = public_key(file.read(4096).rstrip("\n"))
    return found


def _file_of(keys: Collection[str]) -> str:
    """The file of this user's that holds one of these ssh public keys, else where it usually is."""
    folder = os.path.expanduser("~/.ssh")
    with suppress(OSError):
        for name in sorted(os.listdir(folder)):
            with suppress(OSError, ValueError):
                if name.endswith(".pub") and plain(_text_in(os.path.join(folder, name))) in keys:
                    return f"~/.ssh/{quoted(name)}"
    return f"~/.ssh/{_USUAL}"
