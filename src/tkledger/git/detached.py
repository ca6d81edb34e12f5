"""Signs data outside of git's objects, with the key that git signs commits with."""

from __future__ import annotations

import os
from collections.abc import Mapping

from tkledger.core.public_keys import fingerprint, is_ssh, public_key
from tkledger.core.quoting import quoted
from tkledger.core.trailers import lines
from tkledger.core.typing import NamedTuple
from tkledger.git.errors import GitError
from tkledger.git.repo import Repo
from tkledger.git.signing_keys import can_sign, set_to_sign


class Detached(NamedTuple):
    """A signature in its armor, and the fingerprint of the key that made it."""

    key: str
    signature: bytes


def signed(repo: Repo, data: bytes, namespace: str) -> Detached:
    """The signature of data; of ssh for a ``namespace``, so that it cannot be taken for one of a commit.

    The user's configuration says with what, as git reads it. Raises GitError if it names no key, or the
    program fails.
    """
    config = repo.variables()
    if not can_sign(config):
        raise GitError("git knows no key to sign with", set_to_sign({}))
    if config.get("gpg.format", "openpgp") == "ssh":
        return _by_ssh(config, data, namespace)
    return _by_gpg(config, data)


def _by_gpg(config: Mapping[str, str], data: bytes) -> Detached:
    program = config.get("gpg.openpgp.program", config.get("gpg.program", "gpg"))
    who = config.get("user.signingkey", config.get("user.email", ""))
    out, words = _run([program, "--status-fd=2", "-bsau", who], data)
    made = (row.split(" ") for row in lines(words))
    key = next((row[7] for row in made if row[:2] == ["[GNUPG:]", "SIG_CREATED"]), "")
    if not (out and key):
        raise GitError(f"{program} signed nothing", "look with gpg --list-secret-keys")
    return Detached(key, out)


def _by_ssh(config: Mapping[str, str], data: bytes, namespace: str) -> Detached:
    program = config.get("gpg.ssh.program", "ssh-keygen")
    key = config.get("user.signingkey") or _by_command(config["gpg.ssh.defaultkeycommand"])
    literal = key.removeprefix("key::")
    if literal == key and not key.startswith("ssh-"):
        path = os.path.expanduser(key)
        out, _ = _run([program, "-Y", "sign", "-n", namespace, "-f", path], data)
        return Detached(_fingerprint(path), out)
    from tempfile import NamedTemporaryFile  # an agent has the private key

    with NamedTemporaryFile("w", encoding="ascii") as file:
        file.write(literal)
        file.flush()
        out, _ = _run([program, "-Y", "sign", "-n", namespace, "-U", "-f", file.name], data)
    return Detached(fingerprint(public_key(literal)), out)


def _by_command(command: str) -> str:
    """The first key of those that a command lists, as git takes it."""
    out, _ = _run(["sh", "-c", command], b"")
    return next((row for row in lines(out.decode()) if row.startswith(("ssh-", "key::"))), "ssh-")


def _fingerprint(path: str) -> str:
    """That of the key in a file: the public one, or the private one with the public one next to it."""
    for name in (path, f"{path}.pub"):
        try:
            with open(name, encoding="ascii") as file:
                key = public_key(file.read().rstrip("\n"))
        except (OSError, ValueError):
            continue
        if is_ssh(key):
            return fingerprint(key)
    remedy = f"ssh-keygen -y -f {quoted(path)} >{quoted(path + '.pub')}"
    raise GitError(f"{path} has no public key next to it", remedy)


def _run(argv: list[str], data: bytes) -> tuple[bytes, str]:
    from subprocess import run

    try:
        done = run(argv, check=False, input=data, capture_output=True)
    except OSError as error:
        raise GitError(f"{argv[0]} cannot be run: {error.strerror}", "install it") from None
    words = done.stderr.decode(errors="replace")
    if done.returncode:
        what = (lines(words) or [""])[-1]
        raise GitError(
            f"{argv[0]} did not sign: {what}", "look with git commit-tree -S 'HEAD^{tree}'"
        )
    return done.stdout, words
