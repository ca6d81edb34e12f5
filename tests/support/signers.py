"""Keys made by ssh-keygen and gpg, and how git is told to sign with one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

HAVE = {name: shutil.which(name) is not None for name in ("ssh-keygen", "gpg")}
"""Which of the programs are on this machine: CI installs both."""


class Key(NamedTuple):
    """A key: its public text, as a policy lists it, and what git has to be told to sign with it."""

    public: str
    config: Mapping[str, str]
    env: Mapping[str, str] = {}

    @property
    def options(self) -> tuple[str, ...]:
        """The options of git by which one command signs with it."""
        return tuple(word for item in self.config.items() for word in ("-c", "{}={}".format(*item)))


def ssh_key(folder: Path, name: str, *options: str) -> Key:
    """A new key of ssh; it needs no agent."""
    path = folder / name
    words = ["-q", "-N", "", "-C", name, "-f", str(path), *(options or ("-t", "ed25519"))]
    subprocess.run(["ssh-keygen", *words], check=True)
    public = Path(f"{path}.pub").read_text().rstrip("\n")
    return Key(public, {"gpg.format": "ssh", "user.signingkey": f"{path}.pub"})


class Gpg:
    """A home of gpg, with an agent until it is closed. Its folder has a short name: the agent's socket lies
    in it.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        home.chmod(0o700)

    def run(self, *words: str, at: str = "", stdin: str = "") -> str:
        """What gpg says, at a time of its own if one is given, such as 20200101T000000."""
        clock = ("--faked-system-time", f"{at}!") if at else ()
        options = ("--batch", "--pinentry-mode", "loopback", "--passphrase", "", *clock)
        done = subprocess.run(
            ["gpg", *options, *words],
            input=stdin,
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "GNUPGHOME": str(self.home)},
        )
        return done.stdout

    def key(self, name: str, *, at: str = "", until: str = "never") -> Key:
        """A new key, made at a time and good until another, and signing at the former."""
        self.run("--quick-gen-key", f"{name} <{name}@example.org>", "ed25519", "sign", until, at=at)
        config = {"gpg.format": "openpgp", "user.signingkey": f"{name}@example.org"}
        if at:
            wrapper = self.home / f"at-{at}"
            wrapper.write_text(f'#!/bin/sh\nexec gpg --batch --faked-system-time "{at}!" "$@"\n')
            wrapper.chmod(0o755)
            config["gpg.program"] = str(wrapper)
        return Key(self.public(name), config, {"GNUPGHOME": str(self.home)})

    def public(self, name: str) -> str:
        """The public key as it is now, in its armor."""
        return self.run("--armor", "--export", f"{name}@example.org")

    def revoked(self, name: str) -> str:
        """The public key with the certificate by which its owner takes it back."""
        (line, *_) = (
            row
            for row in self.run("--with-colons", "--list-keys", name).splitlines()
            if "fpr" in row
        )
        digits = line.split(":")[9]
        kept = (self.home / "openpgp-revocs.d" / f"{digits}.rev").read_text()
        self.run("--import", stdin=kept.replace(":-----BEGIN", "-----BEGIN"))
        return self.public(name)

    def close(self) -> None:
        """Let the agent end."""
        subprocess.run(
            ["gpgconf", "--kill", "gpg-agent"],
            check=False,
            env={**os.environ, "GNUPGHOME": str(self.home)},
        )
