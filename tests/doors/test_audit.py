"""`tk audit`: who did what, what proves it, and a statement of that which anyone can verify."""

from __future__ import annotations

import json
import re
import subprocess
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.clone import Clone
from tests.support.histories import POLICY_PATH, A, PlainRepo, moved
from tests.support.project import Project
from tests.support.proven import OFF, commit, signing
from tests.support.signers import Gpg, Key
from tkledger.core.policy import DEFAULT
from tkledger.core.public_keys import fingerprint
from tkledger.errors import Exit

Keys = Mapping[str, Key]


def acts(clone: Clone, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = clone.tk("audit", *words, "--json").json["acts"]
    return found


def row(act: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(act[name] for name in ("subject", "did", "actor", "proof"))


def test_each_act_is_named_with_its_proof(proven: Clone, ssh_keys: Keys) -> None:
    base = proven.oid()
    commit(proven, "bob", ssh_keys["bob"], lambda one: one.edit("p", state="done"))
    commit(proven, "bob", None, lambda one: one.edit("s", state="done"))
    commit(proven, "ann", ssh_keys["ann"], lambda one: one.policy(depth=30, lease=60))
    commit(proven, "mallory", None, lambda one: one.edit("c", state="cancelled"))
    found = acts(proven, f"{base}..")
    assert [row(one) for one in found] == [
        ("p", "approved", "bob", "signature"),
        ("s", "approved", "bob", "nothing"),
        (POLICY_PATH, "changed the policy", "ann", "signature"),
        ("c", "cancelled", "mallory", "name"),
    ]
    approval, _, change, _ = found
    assert (approval["key"], approval["workers"]) == (
        fingerprint(ssh_keys["bob"].public),
        ["ann"],
    )
    assert approval["independent"] is True
    assert (change["fields"], change["loosens"]) == (["depth", "lease"], ["depth 10 -> 30"])
    answer = proven.tk("audit", f"{base}..")
    assert answer.status == Exit.REJECTED, "as tk verify says"
    shown = [re.split(" {2,}", line) for line in answer.out.splitlines() if line.startswith("20")]
    assert [cells[2:6] for cells in shown] == [
        ["p", "approved", "bob", "signed"],
        ["s", "approved", "bob", "nothing"],
        [POLICY_PATH, "changed the policy", "ann", "signed"],
        ["c", "cancelled", "mallory", "by name"],
    ]
    assert (
        "approvals: 1 by signature, 1 without the signature that the policy wants\n" in answer.out
    )
    assert "error[TK512] s: " in answer.err


def test_a_pusher_is_vouched_for_and_a_name_is_a_name(clone: Clone) -> None:
    clone.ok("config", "set", "review", "required")
    for task, proof in (("p", "name"), ("s", "pusher")):
        if proof != "name":
            clone.ok("config", "set", "proof", proof)
        clone.ok("submit", task)
        base = clone.oid()
        clone.ok("approve", task, "--as", "bob")
        (found,) = acts(clone, f"{base}..")
        assert row(found) == (task, "approved", "bob", proof)
    said = clone.ok("audit").out
    assert "approvals: 1 by who pushed, as the server says, 1 by name only" in said
    assert "policy: version 3, proof: pusher\n" in said
    assert "keepers: anyone may change the policy, so it binds no one" in said


def test_how_a_task_ended_who_worked_on_it_and_why(project: Project) -> None:
    tip = project.head()
    assert "approvals: none\n" in project.ok("audit", f"{tip}^!").out
    for line in ("start a --as ann", "done a --as bob", "cancel b -m 'not needed'"):
        project.ok(*line.replace("'not needed'", "unneeded").split(" "))
    found = project.ok("audit", f"{tip}..HEAD", "--json").json["acts"]
    assert [row(one) for one in found] == [
        ("a", "finished", "bob", "name"),
        ("b", "cancelled", "test@example.org", "name"),
    ]
    assert (found[0]["workers"], found[1]["reason"]) == (["ann", "bob"], "unneeded")
    assert "independent" not in found[0]


def test_an_override_an_acceptance_and_a_raised_limit_have_their_reason(clone: Clone) -> None:
    for line in ("roles.override zoe", "roles.budget zoe", "guards.ui state=done role=lead"):
        clone.ok("config", "set", *line.split(" "))
    base = clone.oid()
    clone.ok("done", "p", "--override", "it is late", "--as", "zoe")
    clone.ok("edit", "a", "--budget", "steps=9")
    clone.ok("edit", "a", "--budget", "steps=99", "--reason", "it grew", "--as", "zoe")
    clone.git("config", "core.hooksPath", "/dev/null")
    bad = clone.commit(b={"state": "done"})
    clone.git("remote", "remove", "origin")
    clone.ok("accept", bad, "--reason", "it happened")
    found = {(one["subject"], one["did"]): one for one in acts(clone, f"{base}..")}
    assert found["p", "set rules aside"]["reason"] == "it is late"
    assert ("p", "passed a guard") not in found, "it did not: the rule was set aside"
    assert found["p", "finished"]["actor"] == "zoe"
    assert found["a", "raised a limit"]["reason"] == "it grew"
    assert found[POLICY_PATH, "changed the policy"]["accepts"] == [bad]
    said = clone.tk("audit").out
    assert "set rules aside" in said
    assert f"accepts {bad[:8]}" in said


def test_who_approves_again_is_counted_once(clone: Clone) -> None:
    clone.ok("config", "set", "approvals", "count=2")
    clone.ok("submit", "p")
    for _ in range(2):
        clone.ok("approve", "p", "--as", "bob")
        clone.git("commit", "-q", "--allow-empty", "-m", "more", "--trailer", "Tk-Task=p")
    found = acts(clone)
    assert [row(one)[:3] for one in found if one["did"] == "approved"] == 2 * [
        ("p", "approved", "bob")
    ]
    assert "approvals: 1 by name only\n" in clone.ok("audit").out


def test_whether_the_keepers_of_the_policy_are_bound_is_said(clone: Clone) -> None:
    clone.ok("config", "set", "roles.policy", "ann")
    base = clone.oid()
    said = clone.ok("audit", "--json").json["policy"]
    assert (said["keepers"], said["bound"]) == (["ann"], False)
    assert (
        "keepers: ann is not bound by the policy, which it may loosen alone"
        in clone.ok("audit").out
    )
    clone.ok("config", "set", "roles.policy", "ann", "bob", "--as", "ann")
    clone.ok("config", "set", "depth", "30", "--as", "ann")
    clone.ok("config", "approve", "--as", "bob")
    said = clone.ok("audit", "--json").json["policy"]
    assert (said["keepers"], said["bound"]) == (["ann", "bob"], True)
    assert "keepers: ann, bob: what loosens the policy takes two of them\n" in clone.ok("audit").out
    _, proposed, agreed = acts(clone, f"{base}..")
    assert (proposed["fields"], proposed.get("agreed")) == (["proposal"], None)
    assert (agreed["actor"], agreed["agreed"]) == ("bob", "ann")
    assert agreed["loosens"] == ["depth 10 -> 30"]
    assert "loosens depth 10 -> 30; agreed with ann" in clone.ok("audit").out


def test_what_came_with_the_ledger_is_imported(plain_repo: PlainRepo) -> None:
    first = {POLICY_PATH: DEFAULT, "a": A, "b": A._replace(id="b")}
    plain_repo.fast_import([(first, ()), ({"a": moved(A, "in_progress")}, (1,))])
    plain_repo.git("reset", "-q", "--hard")
    project = Project(plain_repo.path)
    answer = project.ok("audit")
    assert "nothing was done that an audit names\n" in answer.out
    assert "imported: a, b, as the ledger began\n" in answer.out
    assert project.ok("audit", "--json").json["imported"] == ["a", "b"]
    assert "imported" not in project.ok("audit", "HEAD^!", "--json").json


def test_a_range_without_commits_is_no_audit(project: Project) -> None:
    assert project.tk("audit", "HEAD..HEAD").status == Exit.NOTHING


def test_what_commits_say_does_not_steer_the_terminal(project: Project) -> None:
    project.write(".tasks/a.yaml", project.file("a").replace("todo", "cancelled") + "\n")
    project.git("commit", "-qam", "x\n\nTk-Actor: \x1b[31meve\nTk-Reason: \x1b[2J")
    said = project.tk("audit").out
    assert "\x1b" not in said
    assert "\\u001b[31meve" in said


# -- a signed statement ------------------------------------------------------------------------


def _attested(clone: Clone, *words: str) -> tuple[dict[str, Any], bytes, bytes]:
    """The envelope, what its signature is of, and the signature."""
    answer = clone.tk("audit", *words, "--attest")
    envelope = json.loads(answer.out)
    kind, payload = envelope["payloadType"].encode(), b64decode(envelope["payload"])
    assert set(envelope) == {"payload", "payloadType", "signatures"}
    (one,) = envelope["signatures"]
    encoded = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    return envelope, encoded, b64decode(one["sig"])


def test_a_statement_names_policy_range_and_verdict(proven: Clone, ssh_keys: Keys) -> None:
    base = proven.oid()
    tip = commit(proven, "bob", ssh_keys["bob"], lambda one: one.edit("p", state="done"))
    signing(proven, ssh_keys["ann"])
    for words, name, bases in (((), "refs/heads/main", []), ((f"{base}..main",), "main", [base])):
        envelope, _, _ = _attested(proven, *words)
        said = json.loads(b64decode(envelope["payload"]))
        assert envelope["payloadType"] == "application/vnd.in-toto+json"
        assert said["_type"] == "https://in-toto.io/Statement/v1"
        assert said["subject"] == [{"name": name, "digest": {"gitCommit": tip}}]
        assert said["predicateType"] == "urn:tkledger:audit:1"
        shown = proven.tk("audit", *words, "--json").json
        assert said["predicate"] == {one: shown[one] for one in shown if one != "schema"}
        assert said["predicate"]["range"] == {"tip": tip, "bases": bases}
        assert said["predicate"]["policy"]["file"] == proven.oid(f"HEAD:{POLICY_PATH}")
        assert said["predicate"]["verdict"]["violations"] == []
        again, _, _ = _attested(proven, *words, "--json")
        assert again["payload"] == envelope["payload"]


@pytest.mark.parametrize("private", [False, True])
def test_a_key_of_ssh_signs_it_for_nothing_else(
    proven: Clone, ssh_keys: Keys, tmp_path: Path, private: bool
) -> None:
    ann = ssh_keys["ann"]
    signing(proven, ann)
    if private:
        proven.git("config", "user.signingkey", ann.config["user.signingkey"][: -len(".pub")])
    envelope, encoded, signature = _attested(proven)
    assert envelope["signatures"][0]["keyid"] == fingerprint(ann.public)
    (tmp_path / "signers").write_text(f"ann {ann.public}\n")
    (tmp_path / "sig").write_bytes(signature)

    def verified(data: bytes, namespace: str) -> bool:
        words = ["-f", "signers", "-I", "ann", "-n", namespace, "-s", "sig"]
        done = subprocess.run(
            ["ssh-keygen", "-Y", "verify", *words], cwd=tmp_path, input=data, capture_output=True
        )
        return done.returncode == 0

    assert verified(encoded, "tk-audit")
    assert not verified(encoded + b" ", "tk-audit")
    assert not verified(encoded, "git")


def test_a_key_of_gpg_signs_it(
    proven: Clone, gpg: Gpg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = gpg.key("auditor")
    signing(proven, key)
    monkeypatch.setenv("GNUPGHOME", str(gpg.home))
    envelope, encoded, signature = _attested(proven)
    assert envelope["signatures"][0]["keyid"] == fingerprint(key.public)
    (tmp_path / "sig").write_bytes(signature)
    for data, status in ((encoded, 0), (encoded + b" ", 1)):
        (tmp_path / "data").write_bytes(data)
        done = subprocess.run(["gpg", "--verify", "sig", "data"], cwd=tmp_path, capture_output=True)
        assert done.returncode == status


def test_a_broken_range_is_attested_as_broken(proven: Clone, ssh_keys: Keys) -> None:
    commit(proven, "bob", None, lambda one: one.edit("p", state="done"))
    signing(proven, ssh_keys["ann"])
    assert proven.tk("audit", "--attest").status == Exit.REJECTED
    envelope, _, _ = _attested(proven)
    (broken,) = json.loads(b64decode(envelope["payload"]))["predicate"]["verdict"]["violations"]
    assert broken["code"] == "TK512"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "git knows no key to sign with"),
        ({"gpg.format": "ssh", "user.signingkey": "/nowhere/key"}, "ssh-keygen did not sign: "),
        (
            {"gpg.format": "ssh", "user.signingkey": "x", "gpg.ssh.program": "/nowhere/program"},
            "/nowhere/program cannot be run: No such file or directory",
        ),
    ],
)
def test_what_cannot_be_signed_is_not_attested(
    proven: Clone, config: dict[str, str], words: str
) -> None:
    for name, value in config.items():
        proven.git("config", name, value)
    answer = proven.tk("audit", "--attest")
    assert answer.status == Exit.UNUSABLE
    assert f"error: {words}" in answer.err
    assert answer.out == ""
    proven.git(*OFF, "status")


def test_the_way_to_verify_it_that_the_page_shows_works(
    proven: Clone, ssh_keys: Keys, tmp_path: Path
) -> None:
    page = (Path(__file__).parents[2] / "docs/signatures.md").read_text(encoding="utf-8")
    lines = page[page.index("python3 -c ") :].partition("\n```")[0].partition("     # or: ")[0]
    signing(proven, ssh_keys["ann"])
    (tmp_path / "audit.json").write_text(proven.ok("audit", "--attest").out)
    for name, status in (("ann", 0), ("bob", 255)):
        (tmp_path / "allowed_signers").write_text(f"ann {ssh_keys[name].public}\n")
        done = subprocess.run(["sh", "-c", lines], cwd=tmp_path, capture_output=True)
        assert done.returncode == status, done.stderr
