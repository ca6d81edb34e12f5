"""Pushes to the records beside the branches: an inbox only grows, an artifact is the file that its name says."""

from __future__ import annotations

import pytest

from tests.support.project import Project
from tests.support.team import Team, tk_refs
from tkledger.git import blobs
from tkledger.git.repo import Repo

INBOX = "refs/tk/inbox/carl"


def refused(at: Project, code: str, *words: str) -> None:
    with pytest.raises(AssertionError, match=rf"\[{code}\]"):
        at.git("push", "-q", "origin", *words)


def test_an_inbox_on_a_server_only_grows(team: Team, ada: Project) -> None:
    for text in ("one", "two"):
        ada.ok("send", "carl", text)
    ada.ok("sync")
    before = tk_refs(team.server, "inbox")
    refused(ada, "TK718", f":{INBOX}")
    refused(ada, "TK718", f"+{INBOX}~1:{INBOX}")
    other = ada.git("commit-tree", ada.git("mktree"), "-m", "another beginning")
    refused(ada, "TK718", f"+{other}:{INBOX}")
    assert tk_refs(team.server, "inbox") == before
    ada.ok("send", "carl", "three")
    ada.git("push", "-q", "origin", f"{INBOX}:{INBOX}")
    assert tk_refs(team.server, "inbox") == tk_refs(ada, "inbox") != before


def test_the_remedy_of_a_cut_inbox_keeps_what_both_have(team: Team, ada: Project) -> None:
    ada.ok("send", "carl", "one")
    ada.ok("sync")
    ada.git("update-ref", "-d", INBOX)
    ada.ok("send", "carl", "two")
    refused(ada, "TK718", f"+{INBOX}:{INBOX}")
    ada.ok("sync")
    said = ada.ok("inbox", "--as", "carl", "--json").json["messages"]
    assert [one["text"] for one in said] == ["one", "two"]


def test_an_artifact_on_a_server_is_what_its_name_says(team: Team, ada: Project) -> None:
    mine, other = (ada.git("hash-object", "-w", "--stdin", stdin=text) for text in ("a", "b"))
    ref = f"refs/tk/artifacts/{mine}"
    refused(ada, "TK719", f"{other}:{ref}")
    refused(ada, "TK719", f"HEAD:{ref}")
    refused(ada, "TK719", f"HEAD^{{tree}}:refs/tk/artifacts/{ada.git('rev-parse', 'HEAD^{tree}')}")
    refused(ada, "TK719", f"{mine}:refs/tk/artifacts/notes")
    ada.git("push", "-q", "origin", f"{mine}:{ref}")
    refused(ada, "TK719", f":{ref}")
    refused(ada, "TK719", f"+{other}:{ref}")
    refused(ada, "TK704", f"{mine}:refs/tk/others/{mine}")
    assert team.server.git("rev-parse", ref) == mine


def test_the_sizes_of_files(ada: Project) -> None:
    oids = [ada.git("hash-object", "-w", "--stdin", stdin="x" * size) for size in (0, 7, 70_000)]
    asked = [*oids, "f" * 40, ada.git("rev-parse", "HEAD"), oids[0]]
    repo = Repo(str(ada.path))
    assert blobs.sizes(repo, asked) == dict(zip(oids, (0, 7, 70_000)))
    assert blobs.sizes(repo, []) == {}
