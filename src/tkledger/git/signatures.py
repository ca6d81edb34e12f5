"""Verifies the signature of a commit with some public keys and nothing else; whose keys they are is the
policy's to say.

Git verifies it, as ``git verify-commit`` does, with ssh-keygen or gpg. All that they believe is made here: a
repository without configuration, a home without a keyring, a file of allowed signers. No verdict
depends on the clock, the user, or who else trusts a key.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import ExitStack, suppress
from functools import lru_cache
from signal import SIGPIPE

from tkledger.core.public_keys import binary, fingerprint, is_ssh, plain
from tkledger.core.signature import BAD, GOOD, NONE, REVOKED, UNKNOWN, Signed
from tkledger.core.typing import NamedTuple
from tkledger.git.errors import GitError, failed
from tkledger.git.history import objects_alone
from tkledger.git.objects import Oid
from tkledger.git.repo import Repo

_HEADS = {
    b"-----BEGIN SSH SIGNATURE-----": "ssh-keygen",
    b"-----BEGIN PGP SIGNATURE-----": "gpg",
    b"-----BEGIN PGP MESSAGE-----": "gpg",
}
"""How a signature begins, and the program that verifies it. Others, as of gpgsm, are by no key of a policy."""

_INSTALL = {"ssh-keygen": "openssh-client", "gpg": "gnupg"}

_GPG_CONF = """\
batch
no-autostart
lock-never
no-auto-key-retrieve
trust-model always
ignore-time-conflict
ignore-valid-from
weak-digest SHA1
"""
"""The policy says whom to trust; it says nothing of dates, so that a key from the future is a key; nothing is
fetched, and no daemon is left behind; and of SHA-1, which some builds of gpg refuse, all refuse it.
"""

_SSH = {"G": GOOD, "U": UNKNOWN}
_GPG = {"G": GOOD, "U": GOOD, "X": GOOD, "Y": GOOD, "R": REVOKED, "E": UNKNOWN}
"""What git's letters mean (%G? of git-log). X and Y are a signature and a key that have expired by now, which
is a matter of the clock; U is a key that this machine does not know, for gpg whom it does not trust.
"""


class Verifier:
    """Verifies signatures of commits; it keeps its folder from the first that it asks git about until it is
    closed, since making and removing one takes as long as git.
    """

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._folder = ExitStack()
        self._home: tuple[str, dict[str, str]] | None = None
        self._pid = 0

    def close(self) -> None:
        """Remove the folder, unless it is that of the process this one was forked from."""
        if self._pid == os.getpid():
            self._folder.close()
        self._folder, self._home, self._pid = ExitStack(), None, 0

    def signed(self, commit: Oid, keys: Collection[str]) -> Signed:
        """What a commit's signature is worth by these public keys.

        Raises GitError if there is no program to verify it: that is not the same as a bad signature.
        """
        found = self._repo.read(commit)
        program = _program(found[2] if found else b"", _HEADERS[len(commit)])
        if not program:
            return Signed(NONE if program is None else BAD)
        suited = tuple(sorted(key for key in keys if is_ssh(key) == (program == "ssh-keygen")))
        if not suited:
            return Signed(UNKNOWN)
        require(program, f"it verifies the signature of {commit[:10]}")
        state, key = self._verified(commit, program, suited)
        if state == GOOD and key not in map(fingerprint, suited):
            return Signed(UNKNOWN)
        return Signed(state, key if state == GOOD else "")

    def _at_home(self) -> tuple[str, dict[str, str]]:
        """The folder in which git finds nothing but what was made here, and the environment for it."""
        if self._home is None or self._pid != os.getpid():
            self._folder = ExitStack()
            folder, env = self._folder.enter_context(objects_alone(self._repo))
            self._home, self._pid = (folder, {**env, **_at_home(folder)}), os.getpid()
        return self._home

    def _verified(self, commit: Oid, program: str, keys: tuple[str, ...]) -> tuple[str, str]:
        """What git finds, and the fingerprint of the key."""
        folder, env = self._at_home()
        signers = os.path.join(folder, "signers")
        if program == "gpg":
            _write(os.path.join(folder, "gpg.conf"), _GPG_CONF.encode())
            _write(os.path.join(folder, "pubring.kbx"), _imported(keys).ring)
        else:
            _write(signers, "".join(f"key {plain(key)}\n" for key in keys).encode())
        pinned = {
            **{f"gpg{which}.program": name for which, name in _PROGRAMS.items()},
            "gpg.ssh.allowedSignersFile": signers,
        }
        words = [word for name, value in pinned.items() for word in ("-c", f"{name}={value}")]
        done = self._repo.call(
            *("-C", folder, *words, "log", "-1", "--no-show-signature"),
            *("--format=%G?%x00%GF%x00%GP", commit),
            env=env,
        )
        if done.status == -SIGPIPE:  # ssh-keygen leaves at once where the text is not a signature
            return BAD, ""
        if done.status:
            raise failed("log", done.err.strip() or f"exit {done.status}", self._repo.common_dir)
        letter, key, primary = done.out.decode(errors="replace").rstrip("\n").split("\0")
        if program == "gpg":
            return _GPG.get(letter, BAD), primary
        return _SSH.get(letter, BAD), key


def require(program: str, what_for: str) -> None:
    """Raise GitError if a program is not on the path."""
    from shutil import which  # only a signed commit that is asked about needs it

    if which(program) is None:
        raise GitError(
            f"{program} is not here: {what_for}", f"install it: apt install {_INSTALL[program]}"
        )


_HEADERS = {40: b"gpgsig ", 64: b"gpgsig-sha256 "}
"""How the signature is called, by the width of an id; the other one would be of the other object."""


def _program(commit: bytes, header: bytes) -> str | None:
    """What verifies a commit's signature; None if it has none, empty if nothing here does."""
    for row in commit.partition(b"\n\n")[0].split(b"\n"):
        if row.startswith(header):
            return _HEADS.get(row.removeprefix(header).rstrip(), "")
    return None


_PROGRAMS = {"": "gpg", ".openpgp": "gpg", ".ssh": "ssh-keygen", ".x509": "false"}
"""By git's configuration of the programs: those on the path."""


def _at_home(home: str) -> dict[str, str]:
    """The environment in which nothing is found but what lies in a folder."""
    return {
        **dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "GNUPGHOME"), home),
        "GIT_CONFIG_COUNT": "0",
    }


def require_usable(key: str) -> None:
    """Raise GitError if gpg takes no key out of an armored text: it may be bound by a hash that is too weak."""
    if not is_ssh(key):
        require("gpg", "it reads the public key")
        if not _imported((key,)).taken:
            raise GitError(
                f"gpg takes no key out of {fingerprint(key)}",
                "look with gpg --show-keys FILE; a newer key has a signature of its own by SHA-256",
            )


class _Imported(NamedTuple):
    """The file of a gpg that knows some keys and no others; and whether it took any."""

    ring: bytes
    taken: bool


@lru_cache(maxsize=8)
def _imported(keys: tuple[str, ...]) -> _Imported:
    from subprocess import DEVNULL, PIPE, run
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as home:
        _write(os.path.join(home, "gpg.conf"), _GPG_CONF.encode())
        kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
        done = run(
            ["gpg", "--status-fd", "1", "--import"],
            check=False,
            input=b"".join(map(binary, keys)),
            env={**kept, **_at_home(home), "LC_ALL": "C"},
            stdout=PIPE,
            stderr=DEVNULL,
        )
        with suppress(FileNotFoundError), open(os.path.join(home, "pubring.kbx"), "rb") as file:
            return _Imported(file.read(), b"[GNUPG:] IMPORT_OK" in done.stdout)
    return _Imported(b"", taken=False)


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
