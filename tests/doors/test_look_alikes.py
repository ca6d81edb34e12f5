"""Names in the root folder that an eye, or a file system, takes for the ledger's."""

from __future__ import annotations

import pytest

from tests.support.clone import Clone, Refused, text_of
from tkledger.core.layout import FOLDER
from tkledger.files.look_alikes import looks_like_folder

ALIKE = {
    "a filler of Hangul": ".ta\u3164sks",
    "its first half": ".tasks\u115f",
    "its second half": ".tasks\u1160",
    "half as wide": ".tas\uffa0ks",
    "a code point to pass over": ".t\u2065asks",
    "one that nobody has assigned": ".tasks\ufff0",
    "a tag": ".tasks\U000e0020",
    "one kept for tags": ".tasks\U000e01f0",
    "the blank of Braille": ".tasks\u2800",
    "Cyrillic": ".\u0442\u0430\u0455\u043a\u0455",
    "one letter of Cyrillic": ".t\u0430sks",
    "a capital one": ".T\u0410SKS",
    "Greek": ".\u03c4\u03b1s\u03bas",
    "small capitals": ".\u1d1b\u1d00\ua731\u1d0b\ua731",
    "an Arabic dot": "\u06d4tasks",
    "a dot of Lisu": "\ua4f8tasks",
    "a leader for a dot": "\u2024tasks",
    "the short name": "TASKS~1",
    "a later short name": "tasks~12",
    "the folder's index": ".tasks::$INDEX_ALLOCATION",
    "a stream of the folder": ".tasks:x",
    "its short name's index": "TASKS~1::$INDEX_ALLOCATION",
    "a file in it, to Windows": ".tasks\\a.yaml",
    "a dot and a space at the end": ".tasks. .",
}
OTHERS = (FOLDER, "tasks", "TASKS", "TASKS~", "tasks~x", "tasks~1.txt", ".tasks-old", ".tasks2",
          ".\u0442\u0435\u0441\u0442", ".t:asks", "a:.tasks")  # fmt: skip


@pytest.mark.parametrize("what", ALIKE)
def test_a_look_alike_is_told(what: str) -> None:
    assert looks_like_folder(ALIKE[what])


@pytest.mark.parametrize("name", OTHERS)
def test_other_names_are_welcome(name: str) -> None:
    assert not looks_like_folder(name)


def files(clone: Clone, *names: str) -> str:
    """A commit with a file in each of these folders."""
    blob = clone.blob(text_of("a"))
    return clone.commit_tree(
        clone.tree({f"{one}/a.yaml": ("100644", blob) for one in names}), "HEAD"
    )


def test_every_look_alike_is_refused_at_every_door(clone: Clone) -> None:
    made = files(clone, *ALIKE.values())
    with pytest.raises(Refused) as client:
        clone.git("update-ref", "refs/heads/main", made)
    with pytest.raises(Refused) as server:
        clone.hooks_off().push(f"{made}:main")
    for found in (client, server):
        assert str(found.value).count("[TK106]") == 10
        assert f"and {len(ALIKE) - 10} more" in str(found.value)
    assert clone.verified(f"main..{made}") == {"TK106"}


def test_a_short_name_alone_wakes_the_hooks(clone: Clone) -> None:
    with pytest.raises(Refused, match="TK106"):
        clone.git("update-ref", "refs/heads/main", files(clone, "TASKS~1"))
    clone.git("read-tree", files(clone, "TASKS~1"))
    with pytest.raises(Refused, match="TK106"):
        clone.git("commit", "-q", "-m", "x")


def test_other_names_pass_every_door(clone: Clone) -> None:
    clone.git("update-ref", "refs/heads/main", files(clone, *OTHERS[1:]))
    clone.push()
    assert clone.verified() == set()


@pytest.mark.parametrize("name", ["x", "a.yaml~", "A.yaml"])
def test_an_empty_folder_in_the_ledger_holds_nothing(clone: Clone, name: str) -> None:
    """No file system gets to see it, and the next commit that git writes is without it."""
    empty = clone.git("mktree")
    inner = clone.git("ls-tree", f"HEAD:{FOLDER}") + f"\n040000 tree {empty}\t{name}\n"
    folder = clone.git("mktree", stdin=inner)
    rest = [line for line in clone.git("ls-tree", "HEAD").splitlines() if FOLDER not in line]
    root = clone.git("mktree", stdin="\n".join([*rest, f"040000 tree {folder}\t{FOLDER}\n"]))
    clone.git("update-ref", "refs/heads/main", clone.commit_tree(root, "HEAD"))
    clone.push()
    clone.ok("start", "a")
    clone.commit(b={"state": "in_progress"})
    clone.push()
    assert clone.verified() == set()
    assert name not in clone.git("ls-tree", "--name-only", f"HEAD:{FOLDER}").split()
