"""What a commit's signature is worth: by the keys that are asked for, and by nothing else on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.signers import Gpg, Key, ssh_key
from tkledger.core.public_keys import fingerprint
from tkledger.core.signature import BAD, GOOD, NONE, REVOKED, UNKNOWN, Signed
from tkledger.git import signatures
from tkledger.git.errors import GitError
from tkledger.git.repo import Repo
from tkledger.git.signatures import Verifier

Sign = Callable[..., str]


@pytest.fixture
def repo(repo_path: Path) -> Iterator[Repo]:
    """A repository with one commit."""
    _git(repo_path, "init", "-q")
    _git(repo_path, "commit", "-q", "--allow-empty", "-m", "first")
    made = Repo(str(repo_path))
    yield made
    made.close()


def _git(path: Path, *words: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> str:
    done = subprocess.run(
        ["git", *words],
        cwd=path,
        input=stdin,
        check=True,
        capture_output=True,
        env={**os.environ, **(env or {})},
    )
    return done.stdout.decode().strip()


@pytest.fixture
def sign(repo_path: Path) -> Sign:
    def signed_by(key: Key, message: str = "signed") -> str:
        words = ("commit-tree", "-S", "-p", "HEAD", "-m", message, "HEAD^{tree}")
        return _git(repo_path, *key.options, *words, env=key.env)

    return signed_by


def signed(repo: Repo, commit: str, keys: Collection[str]) -> Signed:
    verifier = Verifier(repo)
    found = verifier.signed(commit, keys)
    assert verifier.signed(commit, keys) == found, "the second time in the same folder"
    verifier.close()
    return found


def good(key: Key) -> Signed:
    return Signed(GOOD, fingerprint(key.public))


def test_a_signature_of_ssh_is_by_a_key_that_is_asked_for_or_it_is_not(
    repo: Repo, sign: Sign, ssh_keys: dict[str, Key]
) -> None:
    ann, bob = ssh_keys["ann"], ssh_keys["bob"]
    commit = sign(ann)
    assert signed(repo, commit, [bob.public, ann.public]) == good(ann)
    assert signed(repo, commit, [bob.public]) == Signed(UNKNOWN)
    assert signed(repo, commit, []) == Signed(UNKNOWN)
    assert signed(repo, repo.head or "", [ann.public]) == Signed(NONE)


@pytest.mark.parametrize(
    "kind",
    [("-t", "rsa", "-b", "2048"), ("-t", "ecdsa", "-b", "256"), ("-t", "ecdsa", "-b", "521")],
)
@pytest.mark.usefixtures("ssh_keys")
def test_every_kind_of_key_of_ssh_signs(
    repo: Repo, sign: Sign, tmp_path: Path, kind: tuple[str, ...]
) -> None:
    key = ssh_key(tmp_path, "key", *kind)
    assert signed(repo, sign(key), [key.public]) == good(key)


def test_a_signature_of_gpg_is_by_a_key_that_is_asked_for_or_it_is_not(
    repo: Repo, sign: Sign, gpg: Gpg, ssh_keys: dict[str, Key]
) -> None:
    one, other = gpg.key("one"), gpg.key("other")
    commit = sign(one)
    assert signed(repo, commit, [other.public, one.public, ssh_keys["ann"].public]) == good(one)
    assert signed(repo, commit, [other.public]) == Signed(UNKNOWN)
    assert signed(repo, commit, [ssh_keys["ann"].public]) == Signed(UNKNOWN)
    assert signed(repo, sign(ssh_keys["ann"]), [one.public]) == Signed(UNKNOWN)


def test_a_subkey_signs_for_its_key(repo: Repo, sign: Sign, gpg: Gpg) -> None:
    gpg.key("parted")
    listed = gpg.run("--with-colons", "--list-keys", "parted")
    digits = next(row.split(":")[9] for row in listed.splitlines() if row.startswith("fpr"))
    gpg.run("--quick-add-key", digits, "ed25519", "sign")
    key = Key(
        gpg.public("parted"),
        {"gpg.format": "openpgp", "user.signingkey": "parted@example.org"},
        {"GNUPGHOME": str(gpg.home)},
    )
    assert fingerprint(key.public) == digits
    assert signed(repo, sign(key), [key.public]) == good(key)


def test_the_clock_decides_nothing(repo: Repo, sign: Sign, gpg: Gpg) -> None:
    """A key that has expired by now, and one that is not made yet."""
    old = gpg.key("old", at="20200101T000000", until="30d")
    future = gpg.key("future", at="20990101T000000")
    for key in (old, future):
        assert signed(repo, sign(key), [old.public, future.public]) == good(key)


def test_a_key_that_says_of_itself_that_it_was_revoked_signs_nothing(
    repo: Repo, sign: Sign, gpg: Gpg
) -> None:
    key = gpg.key("gone")
    commit = sign(key)
    assert signed(repo, commit, [key.public]) == good(key)
    assert signed(repo, commit, [gpg.revoked("gone")]) == Signed(REVOKED)


def test_a_signature_of_another_commit_is_bad(
    repo: Repo, repo_path: Path, sign: Sign, gpg: Gpg, ssh_keys: dict[str, Key]
) -> None:
    for key in (ssh_keys["ann"], gpg.key("replayed")):
        data = _git(repo_path, "cat-file", "commit", sign(key)) + "\n"
        forged = data.replace("\n\nsigned", "\n\nforged")
        stored = ("hash-object", "-t", "commit", "-w", "--stdin")
        commit = _git(repo_path, *stored, stdin=forged.encode())
        assert signed(repo, commit, [key.public]) == Signed(BAD)
        same = _git(repo_path, *stored, stdin=data.encode())
        assert signed(repo, same, [key.public]) == good(key)


@pytest.mark.parametrize("message", ["short", "x" * 1_000_000], ids=["short", "long"])
@pytest.mark.parametrize("kind", ["SSH SIGNATURE", "PGP SIGNATURE", "SIGNED MESSAGE", "ODDITY"])
def test_a_text_that_is_not_a_signature_is_bad(
    repo: Repo, repo_path: Path, ssh_keys: dict[str, Key], gpg: Gpg, kind: str, message: str
) -> None:
    """Also one of gpgsm, which no policy lists a key of; and where git has more to say than is read."""
    head = _git(repo_path, "cat-file", "commit", "HEAD").partition("\n\n")[0]
    text = f"{head}\ngpgsig -----BEGIN {kind}-----\n \n AAAA\n -----END {kind}-----\n\n{message}\n"
    commit = _git(repo_path, "hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode())
    keys = [ssh_keys["ann"].public, gpg.key(f"{kind.split()[0].lower()}{len(message)}").public]
    assert signed(repo, commit, keys).state in (BAD, UNKNOWN)
    assert signed(repo, commit, keys).key == ""


def test_the_signature_of_another_kind_of_repository_is_passed_over(
    repo: Repo, repo_path: Path, sign: Sign, ssh_keys: dict[str, Key]
) -> None:
    """git leaves it out of what is signed: it changes nothing but the id."""
    ann = ssh_keys["ann"]
    text = _git(repo_path, "cat-file", "commit", sign(ann)) + "\n"
    other = "gpgsig-sha256 -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n"
    for found, state in ((text, good(ann)), (text.replace("gpgsig ", "gpgsig-"), Signed(NONE))):
        data = found.replace("gpgsig", f"{other}gpgsig", 1)
        commit = _git(
            repo_path, "hash-object", "-t", "commit", "-w", "--stdin", stdin=data.encode()
        )
        assert signed(repo, commit, [ann.public]) == state


def test_two_signatures_in_one_commit_prove_nothing(
    repo: Repo, repo_path: Path, sign: Sign, gpg: Gpg
) -> None:
    """As if one of them were of the commit, and the other told whose it is."""
    both = []
    for name in ("first", "second"):
        text = _git(repo_path, "cat-file", "commit", sign(gpg.key(name)))
        head, _, message = text.partition("\n\n")
        both.append(head[head.index("gpgsig") :])
        plain = head[: head.index("gpgsig")]
    one, two = both
    inner = one.replace("\n -----END PGP SIGNATURE-----", "") + two.partition("\n \n")[2]
    for signature in (f"{one}\n{two}", inner):
        text = f"{plain}{signature}\n\n{message}\n"
        commit = _git(
            repo_path, "hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode()
        )
        found = signed(repo, commit, [gpg.public("second")])
        assert found.key == ""


def test_nothing_of_the_user_or_the_repository_is_believed(
    repo: Repo, repo_path: Path, sign: Sign, ssh_keys: dict[str, Key], gpg: Gpg, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Not their programs, their keyring, their allowed signers or revoked keys, or their least trust."""
    ann, known = ssh_keys["ann"], gpg.key("trusted")
    yes, revoked, signers = tmp_path / "yes", tmp_path / "revoked", tmp_path / "signers"
    yes.write_text("#!/bin/sh\necho 'Good \"git\" signature for key with ED25519 key SHA256:x'\n")
    yes.chmod(0o755)
    revoked.write_text(f"{ann.public}\n")
    signers.write_text(f"key {ann.public}\n")
    pairs = {
        **{f"gpg{one}.program": str(yes) for one in ("", ".ssh", ".openpgp", ".x509")},
        "gpg.ssh.allowedSignersFile": str(signers),
        "gpg.ssh.revocationFile": str(revoked),
        "gpg.minTrustLevel": "ultimate",
    }
    commits = sign(ann), sign(known)
    for name, value in pairs.items():
        _git(repo_path, "config", name, value)
        _git(repo_path, "config", "--global", name, value)
    monkeypatch.setenv("GNUPGHOME", str(gpg.home))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "gpg.ssh.program")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(yes))
    repo = Repo(str(repo_path))
    for commit, key in zip(commits, (ann, known)):
        assert signed(repo, commit, [key.public]) == good(key)
        assert signed(repo, commit, [ssh_keys["bob"].public, gpg.key(f"o{commit[:6]}").public]) == (
            Signed(UNKNOWN)
        )
    repo.close()


@pytest.mark.parametrize("program", ["ssh-keygen", "gpg"])
def test_without_the_program_there_is_no_verdict(
    repo: Repo, sign: Sign, ssh_keys: dict[str, Key], gpg: Gpg, program: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    key = ssh_keys["ann"] if program == "ssh-keygen" else gpg.key("unread")
    commit = sign(key)
    (tmp_path / "git").symlink_to(shutil.which("git") or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match=f"^{program} is not here: it verifies the signature of"):
        signed(repo, commit, [key.public])
    assert signed(repo, repo.head or "", [key.public]) == Signed(NONE), "which asks for none"


def test_nothing_is_left_behind(
    repo: Repo, sign: Sign, ssh_keys: dict[str, Key], gpg: Gpg, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    place = tmp_path / "t"
    place.mkdir()
    one = gpg.key("left")
    commits = sign(ssh_keys["ann"]), sign(one)
    monkeypatch.setattr("tempfile.tempdir", str(place))
    for commit in commits:
        assert signed(repo, commit, [ssh_keys["ann"].public, one.public]).state == GOOD
    assert list(place.iterdir()) == []


@pytest.mark.usefixtures("ssh_keys")
def test_a_repository_of_sha_256_has_signatures_too(tmp_path: Path) -> None:
    path = tmp_path / "wide"
    path.mkdir()
    _git(path, "init", "-q", "--object-format=sha256")
    key = ssh_key(tmp_path, "wide-key")
    _git(path, *key.options, "commit", "-q", "-S", "--allow-empty", "-m", "x")
    repo = Repo(str(path))
    assert signed(repo, repo.head or "", [key.public]) == good(key)
    repo.close()


def test_a_key_that_gpg_does_not_take_is_named(gpg: Gpg) -> None:
    whole = gpg.key("whole").public
    signatures.require_usable(whole)
    from tests.support.public_keys import without_signatures

    with pytest.raises(GitError, match=r"gpg takes no key out of [0-9A-F]{40}"):
        signatures.require_usable(without_signatures(whole))
