"""Under ``proof: signature`` what not everyone may do is signed by who did it, at every door alike."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.clone import Clone, Refused
from tests.support.proven import MAILS, OFF, commit, signing
from tests.support.signers import Gpg, Key
from tkledger.errors import Exit

Keys = Mapping[str, Key]


def approve(clone: Clone, task: str = "p") -> None:
    clone.edit(task, state="done")


def raised(clone: Clone) -> None:
    clone.edit("p", budget={"steps": 99})


def deeper(clone: Clone) -> None:
    clone.policy(depth=3)


def code(clone: Clone) -> None:
    """Another file, as each call writes it anew."""
    file = clone.path / "code"
    file.write_text(f"{file.read_text() if file.exists() else ''}more\n")
    clone.git("add", "code")


Step = tuple[str, str | None, str]
"""Who commits, with whose key, what: one of `WHAT`."""

WHAT = ("approve", "raised", "deeper", "bob removed", "new key for bob")

ATTACKS: dict[str, tuple[tuple[Step, ...], tuple[Step, ...]]] = {
    "unsigned": ((("bob", None, "approve"),), (("bob", "bob", "approve"),)),
    "signed by another": ((("bob", "mallory", "approve"),), (("mallory", "mallory", "approve"),)),
    "signed with a key of nobody": (
        (("bob", "new", "approve"),),
        (("ann", "ann", "new key for bob"), ("bob", "new", "approve")),
    ),
    "signed with a revoked key": (
        (("ann", "ann", "bob removed"), ("bob", "bob", "approve")),
        (("bob", "bob", "approve"), ("ann", "ann", "bob removed")),
    ),
    "signed with the key before": (
        (("ann", "ann", "new key for bob"), ("bob", "bob", "approve")),
        (("ann", "ann", "new key for bob"), ("bob", "new", "approve")),
    ),
    "a limit": ((("ann", None, "raised"),), (("ann", "ann", "raised"),)),
    "the policy": ((("ann", "mallory", "deeper"),), (("ann", "ann", "deeper"),)),
    "work in the name of another": (
        (("bob", "ann", "work"),),
        (("bob", "bob", "work"), ("ann", "ann", "work")),
    ),
    "work that nobody signed": ((("bob", None, "work"),), (("bob", None, "code"),)),
    "a start": ((("bob", "ann", "start"),), (("bob", "bob", "start"),)),
    "an own key": (
        (("ann", "new", "new key for bob"), ("bob", "new", "approve")),
        (("ann", "ann", "new key for bob"), ("bob", "new", "approve")),
    ),
}
"""The steps of each, and of its legal twin."""


def carried_out(clone: Clone, keys: Keys, steps: tuple[Step, ...]) -> str:
    """The last commit of some steps on HEAD, which no branch has."""
    public = {name: [keys[name].public] for name in MAILS}
    done = {
        "approve": approve,
        "raised": raised,
        "deeper": deeper,
        "work": code,
        "code": code,
        "start": lambda one: one.edit("a", state="in_progress"),
        "bob removed": lambda one: one.policy(keys={k: v for k, v in public.items() if k != "bob"}),
        "new key for bob": lambda one: one.policy(keys={**public, "bob": [keys["new"].public]}),
    }
    charge = {"work": ("-m", "Tk-Task: p")}
    clone.git(*OFF, "checkout", "-q", "--detach")
    for who, key, what in steps:
        tip = commit(clone, who, keys[key] if key else None, done[what], *charge.get(what, ()))
    clone.git(*OFF, "checkout", "-q", "main")
    return tip


def refused_everywhere(clone: Clone, tip: str) -> None:
    """By `tk verify`, by the hooks of the clone, and by the server, which goes on as before."""
    assert clone.verified(tip) == {"TK512"}
    with pytest.raises(Refused, match="TK512"):
        clone.git("update-ref", "refs/heads/side", tip)
    before = clone.arrived()
    for ref in ("main", "refs/heads/side"):
        with pytest.raises(Refused, match="TK512"):
            clone.push(f"{tip}:{ref}", options=("--no-verify",))
    assert clone.arrived() == before


def accepted_everywhere(clone: Clone, tip: str) -> None:
    assert clone.verified(tip) == set()
    clone.git("update-ref", "refs/heads/side", tip)
    clone.push("side:main")
    assert tip in clone.arrived()


@pytest.mark.parametrize("name", ATTACKS)
def test_what_is_not_signed_by_its_actor_is_refused(
    proven: Clone, ssh_keys: Keys, name: str
) -> None:
    broken, legal = ATTACKS[name]
    refused_everywhere(proven, carried_out(proven, ssh_keys, broken))
    accepted_everywhere(proven, carried_out(proven, ssh_keys, legal))


def test_a_signature_of_another_commit_is_refused(proven: Clone, ssh_keys: Keys) -> None:
    """Bob's approval of p, for that of s."""
    tips = [carried_out(proven, ssh_keys, (("bob", key, "approve"),)) for key in ("bob", None)]
    signed, bare = (proven.git("cat-file", "commit", tip) for tip in tips)
    head = signed.partition("\n\n")[0]
    tree = proven.git("rev-parse", f"{proven.dangling(s={'state': 'done'})}^{{tree}}")
    forged = bare.replace("\n\n", f"\n{head[head.index('gpgsig ') :]}\n\n", 1)
    forged = forged.replace(bare.split()[1], tree) + "\n"
    stored = ("hash-object", "-t", "commit", "-w", "--stdin")
    refused_everywhere(proven, proven.git(*stored, stdin=forged))
    accepted_everywhere(proven, proven.git(*stored, stdin=f"{signed}\n"))


def test_keys_of_gpg_sign_as_well(proven: Clone, ssh_keys: Keys, gpg: Gpg) -> None:
    """Also one that has expired by now."""
    bobs, other = gpg.key("bobs", at="20200101T000000", until="30d"), gpg.key("others")
    words = ("config", "set", "keys.bob", bobs.public)
    signing(proven, ssh_keys["ann"])
    said = proven.ok(*words).out
    assert "keys.bob: " in said
    assert "PGP" not in said
    proven.push()
    keys = {**ssh_keys, "gpg": bobs, "other": other}
    for key in ("other", "bob"):
        refused_everywhere(proven, carried_out(proven, keys, (("bob", key, "approve"),)))
    accepted_everywhere(proven, carried_out(proven, keys, (("bob", "gpg", "approve"),)))


def test_what_is_for_everyone_needs_no_signature(proven: Clone) -> None:
    proven.ok("note", "p", "words")
    proven.ok("block", "a", "--reason", "user", "-m", "which?", "--as", "bob")
    proven.push()
    assert proven.verified() == set()


# -- a branch from before ----------------------------------------------------------------------


def test_what_a_key_signed_before_it_was_revoked_is_judged_anew_when_it_is_merged_later(
    proven: Clone, ssh_keys: Keys
) -> None:
    """Merged before, it stays."""
    approval = carried_out(proven, ssh_keys, (("bob", "bob", "approve"),))
    proven.git("branch", "side", approval)
    assert proven.verified("side") == set()
    revoked = carried_out(proven, ssh_keys, (("ann", "ann", "bob removed"),))
    for first, second in ((revoked, approval), (approval, revoked)):
        proven.git("update-ref", "refs/heads/both", first)
        proven.git("checkout", "-q", "both")
        with pytest.raises(Refused, match="TK512"):
            proven.git("merge", "-q", "--no-edit", second)
        proven.git("merge", "--abort")
        proven.git(*OFF, "merge", "-q", "--no-edit", second)
        assert proven.verified("both") == {"TK512"}
        with pytest.raises(Refused, match="TK512"):
            proven.push("both:main", options=("--no-verify",))
        proven.git(*OFF, "checkout", "-q", "main")
        proven.git(*OFF, "branch", "-q", "-D", "both")
    proven.git("merge", "-q", "side")
    proven.git(*OFF, "checkout", "-q", "--detach")
    public = {name: [ssh_keys[name].public] for name in MAILS if name != "bob"}
    tip = commit(proven, "ann", ssh_keys["ann"], lambda one: one.policy(keys=public))
    accepted_everywhere(proven, tip)


# -- what git's own commands lose --------------------------------------------------------------


@pytest.fixture
def bobs(proven: Clone, ssh_keys: Keys) -> Clone:
    """Bob's clone, where git signs with his key if it is asked to; he has approved p on a side branch."""
    proven.git("config", "user.email", MAILS["bob"])
    signing(proven, ssh_keys["bob"])
    proven.git("branch", "side")
    proven.ok("note", "a", "words")
    proven.git("checkout", "-q", "side")
    proven.ok("approve", "p")
    return proven


def test_a_commit_of_git_is_signed_by_who_makes_it(bobs: Clone) -> None:
    bobs.edit("s", state="done")
    with pytest.raises(
        Refused, match=r"TK512\] s: approved in the name of bob without a signature"
    ):
        bobs.git("commit", "-q", "-a", "-m", "by hand")
    bobs.git("commit", "-q", "-a", "-m", "by hand", "-S")
    bobs.push("side:main")


REMEDY = "remedy: bob makes it with a signature: git commit -S, git rebase -S, git cherry-pick -S"


def test_an_amendment_is_signed_again(bobs: Clone) -> None:
    before = bobs.oid()
    with pytest.raises(Refused, match=REMEDY):
        bobs.git("commit", "-q", "--amend", "-m", "in other words")
    assert bobs.oid() == before
    bobs.git("commit", "-q", "--amend", "-m", "in other words", "-S")
    assert bobs.verified() == set()


def test_a_rebase_signs_again_or_stops(bobs: Clone) -> None:
    with pytest.raises(Refused, match=REMEDY):
        bobs.git("rebase", "main")
    bobs.git("rebase", "--abort")
    bobs.git("rebase", "-S", "main")
    assert bobs.verified() == set()
    bobs.push("side:main")


def test_a_cherry_pick_signs_again_or_stops(bobs: Clone) -> None:
    bobs.git("checkout", "-q", "main")
    with pytest.raises(Refused, match=REMEDY):
        bobs.git("cherry-pick", "side")
    bobs.git("cherry-pick", "--abort")
    bobs.git("cherry-pick", "-S", "side")
    assert bobs.verified() == set()


def test_others_do_not_rebase_it_but_merge_it(bobs: Clone, ssh_keys: Keys) -> None:
    bobs.git("config", "--unset", "user.email")
    signing(bobs, ssh_keys["ann"])
    bobs.git(*OFF, "rebase", "-S", "main")
    with pytest.raises(Refused, match="git rebase -S, git cherry-pick -S; others merge it"):
        bobs.push("side:main", options=("--no-verify",))
    bobs.git(*OFF, "reset", "-q", "--hard", "ORIG_HEAD")
    bobs.git("checkout", "-q", "main")
    bobs.git("merge", "-q", "--no-edit", "side")
    bobs.push()
    assert bobs.verified() == set()


# -- commands ----------------------------------------------------------------------------------


def words(line: str) -> list[str]:
    """The words of a command line, as a shell reads it."""
    done = subprocess.run(["sh", "-c", f"printf '%s\\0' {line}"], check=True, capture_output=True)
    return done.stdout.decode().split("\0")[:-1]


def home() -> Path:
    """A folder for keys in the user's home."""
    folder = Path("~/.ssh").expanduser()
    folder.mkdir()
    return folder


def kept(key: Key, *names: str) -> None:
    """Put a key where people have theirs."""
    private = Path(key.config["user.signingkey"].removesuffix(".pub"))
    folder = home()
    for name in names:
        shutil.copy(private, folder / name)
        shutil.copy(f"{private}.pub", folder / f"{name}.pub")


def test_without_a_key_to_sign_with_nothing_is_written_and_the_remedy_works(
    proven: Clone, ssh_keys: Keys
) -> None:
    kept(ssh_keys["bob"], "at work")
    objects = proven.git("count-objects", "-v")
    for options in ((), ("--dry-run",)):
        answer = proven.tk("approve", "p", "--as", "bob", *options)
        assert answer.status == Exit.REJECTED
        fact = (
            "p: approved in the name of bob needs a signature, and git knows no key to sign it with"
        )
        assert f"error[TK512] {fact}\n" in answer.err
    assert proven.git("count-objects", "-v") == objects
    _, _, remedy = answer.err.partition("remedy: ")
    way, _, again = remedy.partition(", then ")
    assert again == "again\n"
    assert "~/.ssh/'at work.pub'" in way
    for line in way.split(" && "):
        proven.git(*words(line)[1:])
    proven.ok("approve", "p", "--as", "bob")
    proven.push()
    assert proven.verified() == set()


def test_who_has_no_key_in_the_policy_gets_one_by_who_keeps_it(
    proven: Clone, ssh_keys: Keys
) -> None:
    kept(ssh_keys["new"], "id_ed25519")
    answer = proven.tk("approve", "p", "--as", "carol")
    fact = (
        "p: approved in the name of carol needs a signature, and the policy lists no key of theirs"
    )
    assert f"error[TK512] {fact}\n" in answer.err
    who, _, line = answer.err.partition("remedy: ")[2].strip().partition(": ")
    assert who == "ask ann"
    signing(proven, ssh_keys["ann"])
    proven.ok(*words(line)[1:])
    signing(proven, ssh_keys["new"])
    proven.ok("approve", "p", "--as", "carol")
    proven.push()
    assert proven.verified() == set()


def test_a_command_that_signs_with_another_key_records_nothing(
    proven: Clone, ssh_keys: Keys
) -> None:
    before, refs = proven.oid(), proven.refs()
    kept(ssh_keys["bob"], "mine")
    signing(proven, ssh_keys["mallory"])
    answer = proven.tk("approve", "p", "--as", "bob")
    assert "error[TK512] p: approved in the name of bob, signed by mallory\n" in answer.err
    assert (proven.oid(), proven.refs()) == (before, refs)
    assert proven.git("status", "--porcelain") == ""
    way = answer.err.partition("remedy: ")[2].partition(", then again")[0]
    for line in way.split(" && "):
        proven.git(*words(line)[1:])
    proven.ok("approve", "p", "--as", "bob")


def test_a_remedy_for_a_key_of_gpg_names_it(proven: Clone, ssh_keys: Keys, gpg: Gpg) -> None:
    key = gpg.key("named")
    signing(proven, ssh_keys["ann"])
    proven.ok("config", "set", "keys.bob", key.public)
    signing(proven, None)
    way = proven.tk("approve", "p", "--as", "bob").err.partition("remedy: ")[2]
    for line in way.partition(", then again")[0].split(" && "):
        proven.git(*shlex.split(line)[1:])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", str(gpg.home))
        proven.ok("approve", "p", "--as", "bob")
    assert proven.verified() == set()


def test_a_signature_is_undone_with_its_commit(proven: Clone, ssh_keys: Keys) -> None:
    before = proven.oid()
    signing(proven, ssh_keys["ann"])
    proven.ok("config", "set", "depth", "3")
    proven.ok("undo")
    assert proven.oid() == before
    proven.ok("config", "set", "depth", "4")


def test_an_acceptance_is_a_change_of_the_policy(proven: Clone, ssh_keys: Keys) -> None:
    proven.hooks_off().commit(a={"state": "done"})
    proven.git("config", "--unset", "core.hooksPath")
    words = ("accept", proven.oid(), "--reason", "it happened")
    assert "TK512" in proven.tk(*words).err
    signing(proven, ssh_keys["ann"])
    proven.ok(*words)


def test_a_sync_signs_a_merge_that_gives_up_a_policy(
    proven: Clone, ssh_keys: Keys, tmp_path: Path
) -> None:
    other = proven.copy(tmp_path / "other")
    other.git("remote", "set-url", "origin", str(proven.server))
    for one in (proven, other):
        signing(one, ssh_keys["ann"])
    proven.ok("config", "set", "depth", "3")
    proven.ok("sync")
    other.ok("config", "set", "depth", "4")
    other.ok("config", "set", "depth", "5")
    signing(other, None)
    assert "TK512" in other.tk("sync").err
    signing(other, ssh_keys["mallory"])
    assert "TK512" in other.tk("sync").err
    signing(other, ssh_keys["ann"])
    other.ok("sync")
    assert other.verified() == set()
    assert other.oid() in proven.arrived()


# -- what cannot be verified -------------------------------------------------------------------


def without(tmp_path: Path, *programs: str) -> Path:
    """A folder with all programs of the system but these."""
    place = tmp_path / "bin"
    place.mkdir()
    for folder in ("/bin", "/usr/bin", "/usr/local/bin"):
        for program in Path(folder).iterdir():
            if program.name not in programs and not (place / program.name).exists():
                (place / program.name).symlink_to(program)
    return place


def test_a_door_without_the_program_stays_shut(
    proven: Clone, ssh_keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = carried_out(proven, ssh_keys, (("bob", "bob", "approve"),))
    monkeypatch.setenv("PATH", str(without(tmp_path, "ssh-keygen", "gpg")))
    words = f"ssh-keygen is not here: it verifies the signature of {tip[:10]}"
    before = proven.arrived()
    with pytest.raises(
        Refused, match=f"tk pre-receive: {words}[^$]*remedy: install it: apt install"
    ):
        proven.push(f"{tip}:main", options=("--no-verify",))
    assert proven.arrived() == before
    with pytest.raises(Refused, match=f"tk reference-transaction: {words}"):
        proven.git("update-ref", "refs/heads/side", tip)
    answer = proven.tk("verify", tip)
    assert (answer.status, words in answer.err) == (Exit.UNUSABLE, True)
    proven.ok("note", "p", "words")
    proven.push()
    monkeypatch.undo()


def test_a_server_that_cannot_verify_says_so_before_the_policy_asks_it_to(
    clone: Clone, ssh_keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone.ok("config", "set", "keys.bob", ssh_keys["bob"].public)
    everything = without(tmp_path, "gpg", "ssh-keygen")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(everything))
        clone.push()
    answer = clone.tk("config", "set", "proof", "signature")
    assert answer.status == Exit.UNUSABLE
    assert "origin has no ssh-keygen: it would refuse all that has to be signed" in answer.err
    clone.ok("note", "a", "words")
    clone.push()
    clone.ok("config", "set", "proof", "signature")


# -- how it begins and ends --------------------------------------------------------------------


def test_a_policy_that_nobody_could_sign_is_refused(clone: Clone, ssh_keys: Keys) -> None:
    clone.ok("config", "set", "roles", "policy=test@example.org")
    answer = clone.tk("config", "set", "proof", "signature")
    assert "error[TK609]" in answer.err
    line = answer.err.partition("remedy: first ")[2].strip().replace("KEY", "{}")
    clone.ok(*(word.format(ssh_keys["ann"].public) for word in words(line)[1:]))
    said = clone.ok("config", "set", "proof", "signature").err
    assert "names: approvals, raised limits and changes of the policy are signed" in said
    signing(clone, ssh_keys["ann"])
    assert "error[TK609]" in clone.tk("config", "set", "keys.test@example.org").err
    clone.ok("config", "set", "proof", "name")
    clone.ok("config", "set", "keys.test@example.org")
    clone.push()
    assert clone.verified() == set()


def test_a_server_publishes_that_it_asks_for_signatures(proven: Clone) -> None:
    assert '"proof": "signature"' in proven.git(
        "cat-file", "blob", "refs/tk/server", cwd=proven.server
    )


def test_verify_names_who_signed(proven: Clone, ssh_keys: Keys) -> None:
    """Also from what an earlier run kept; not who signed what needs no signature."""
    assert "signed by" not in proven.ok("verify", "--again").err
    assert "signers" not in proven.ok("verify", "--json").json
    tip = carried_out(proven, ssh_keys, (("bob", "bob", "approve"), ("ann", "ann", "deeper")))
    proven.git(*OFF, "merge", "-q", tip)
    for options in ((), (), ("--again",)):
        assert "signed by ann (1), bob (1)\n" in proven.ok("verify", *options).err
    commit(proven, "ann", ssh_keys["ann"], lambda one: one.edit("a", title="Other"))
    commit(proven, "ann", ssh_keys["ann"], lambda one: one.policy(depth=4))
    for options in ((), ("--all",), ("--again",)):
        assert proven.ok("verify", *options, "--json").json["signers"] == {"ann": 2, "bob": 1}
    assert proven.ok("verify", "HEAD^!", "--json").json["signers"] == {"ann": 1}


def test_doctor_sees_who_can_sign_and_what_can_be_verified(
    proven: Clone, ssh_keys: Keys, gpg: Gpg, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*words: str, at: Clone = proven) -> dict[str, str]:
        rows = at.tk("doctor", "--json", *words).json["findings"]
        return {row["message"]: row.get("remedy", "") for row in rows if row["what"] == "signing"}

    alone = "only ann can sign a change of the policy: if that key is lost, no one can"
    unable = "the policy lists a key of ann, and there is none to sign with here"
    way = "git config gpg.format ssh && git config user.signingkey ~/.ssh/id_ed25519.pub"
    assert told() == {alone: "", unable: way}
    signing(proven, ssh_keys["ann"])
    assert told() == {
        alone: "",
        "the policy lists a key of ann, and there is one to sign with here": "",
    }
    proven.ok("config", "set", "keys.bob", gpg.key("seen").public)
    proven.ok("config", "set", "roles.policy", "ann", "bob")
    proven.git("config", "user.email", "carol@example.com")
    assert [*told()] == [
        "the policy lists no key of carol@example.com; to sign: ask ann or bob: tk config set"
        f" keys.carol@example.com '{ssh_keys['ann'].public}'"
    ]
    proven.git("config", "--unset", "user.email")
    proven.push()
    server = proven.at(proven.server)
    assert told(at=server) == {}
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert [*told(at=server)] == [
        f"{name} is not here: without it nothing is judged that has to be signed"
        for name in ("gpg", "ssh-keygen")
    ]


def test_a_guard_may_want_a_signature_where_the_policy_asks_for_none(
    clone: Clone, ssh_keys: Keys
) -> None:
    clone.ok("config", "set", "actors", "test@example.org=ann", f"{MAILS['bob']}=bob")
    clone.ok("config", "set", "keys.bob", ssh_keys["bob"].public)
    clone.ok("config", "set", "guards.release", "state=done", "label=ui", "signed=true")
    clone.ok("edit", "p", "--label", "ui")
    clone.push()
    answer = clone.tk("done", "p", "--as", "bob")
    assert "error[TK512] p: passed a guard in the name of bob needs a signature" in answer.err
    clone.ok("done", "s")
    clone.git("reset", "-q", "--hard", "HEAD~1")
    for key in ("new", None):
        refused_everywhere(clone, carried_out(clone, ssh_keys, (("bob", key, "approve"),)))
    signing(clone, ssh_keys["bob"])
    clone.ok("done", "p", "--as", "bob")
    with pytest.raises(Refused, match="TK512"):
        clone.git("commit", "-q", "--amend", "-m", "in other words")
    clone.push()
    assert clone.verified() == set()


def test_no_door_leaves_anything_behind(
    proven: Clone, ssh_keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "t"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))  # for hooks; what this process has found out is kept
    monkeypatch.setattr("tempfile.tempdir", str(place))
    signing(proven, ssh_keys["bob"])
    proven.ok("approve", "p", "--as", "bob")
    proven.push()
    assert proven.verified() == set()
    signing(proven, ssh_keys["mallory"])
    assert "TK512" in proven.tk("approve", "s", "--as", "bob").err
    proven.tk("audit")
    assert list(place.iterdir()) == []
