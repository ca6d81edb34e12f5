"""A push certificate vouches for whoever signed it: by a known key, and with the server's own nonce."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.clone import Clone, Refused

pytestmark = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen makes the keys"
)


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Path]:
    """A key each for alice and bob, whom the server knows, and for mallory, whom it does not."""
    made = {name: tmp_path / name for name in ("alice", "bob", "mallory")}
    for path in made.values():
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)]
        subprocess.run(words, check=True)
    return made


@pytest.fixture
def named(clone: Clone, keys: dict[str, Path], tmp_path: Path) -> Clone:
    """A server that asks for certificates; and a change of the policy by alice, who alone may."""
    signers = tmp_path / "signers"
    known = [f"{one} {keys[one].with_suffix('.pub').read_text()}" for one in ("alice", "bob")]
    signers.write_text("".join(known))
    for name, value in (
        ("receive.certNonceSeed", "a secret of this server"),
        ("gpg.ssh.allowedSignersFile", str(signers)),
    ):
        clone.git("config", name, value, cwd=clone.server)
    clone.git("config", "gpg.format", "ssh")
    clone.ok("config", "set", "proof", "pusher")
    clone.ok("config", "set", "actors", "alice@example.org=alice")
    clone.ok("config", "set", "roles", "policy=alice")
    clone.push()
    clone.ok("config", "set", "depth", "3", "--as", "alice")
    return clone


def push_signed(clone: Clone, key: Path, asked: str = "--signed") -> None:
    clone.git("-c", f"user.signingKey={key}", "push", "-q", asked, "origin", "main")


def refused(clone: Clone, key: Path, words: str, asked: str = "--signed") -> None:
    before = clone.arrived()
    with pytest.raises(Refused, match=rf"error\[TK705\] .tasks/config.yaml: changed .*{words}"):
        push_signed(clone, key, asked)
    assert clone.arrived() == before


def test_the_signer_of_the_push_may_do_what_alice_may(named: Clone, keys: dict[str, Path]) -> None:
    push_signed(named, keys["alice"])
    assert named.oid() in named.arrived()
    assert named.verified() == set()


def test_another_known_signer_is_named_and_refused(named: Clone, keys: dict[str, Path]) -> None:
    refused(named, keys["bob"], "in the name of alice, pushed by bob")
    push_signed(named, keys["alice"])


def test_an_unknown_key_is_nobody(named: Clone, keys: dict[str, Path]) -> None:
    """Its signature is good, too, to git."""
    refused(named, keys["mallory"], "pushed by an actor this server does not know")


def test_a_push_without_a_certificate_is_by_nobody(named: Clone, keys: dict[str, Path]) -> None:
    refused(named, keys["alice"], "pushed by an actor this server does not know", "--no-signed")


def test_a_server_that_gives_no_nonce_gets_no_certificate(
    named: Clone, keys: dict[str, Path]
) -> None:
    named.git("config", "--unset", "receive.certNonceSeed", cwd=named.server)
    refused(named, keys["alice"], "an actor this server does not know", "--signed=if-asked")
    with pytest.raises(Refused, match="does not support --signed"):
        push_signed(named, keys["alice"])


def test_a_signer_is_known_by_the_name_the_policy_gives(
    named: Clone, keys: dict[str, Path], tmp_path: Path
) -> None:
    """An allowed signer is named by a mail address most often."""
    signers = tmp_path / "signers"
    known = signers.read_text()
    signers.write_text(known.replace("alice ", "alice@example.com "))
    refused(named, keys["alice"], "pushed by alice@example.com")
    signers.write_text(known.replace("alice ", "alice@example.org "))
    push_signed(named, keys["alice"])


def test_a_certificate_that_was_altered_proves_nothing(
    named: Clone, keys: dict[str, Path], tmp_path: Path
) -> None:
    """Signed by alice, for another push: as somebody between the two could hand it on."""
    program = tmp_path / "forge"
    program.write_text(
        "#!/bin/sh\n"  # git calls it as ssh-keygen -Y sign -n git -f KEY FILE
        'for file; do :; done\necho "and more" >>"$file"\n'
        'ssh-keygen "$@"\n'
    )
    program.chmod(0o755)
    named.git("config", "gpg.ssh.program", str(program))
    refused(named, keys["alice"], "pushed by an actor this server does not know")
