"""The hook scripts as text: hook.sh with the words of the Python constants written in; it installs none."""

from __future__ import annotations

import os

from tkledger.core import ref_names
from tkledger.core.field import RESERVED
from tkledger.core.layout import FOLDER, POLICY_PATH, path_of
from tkledger.core.policy import DEFAULT, changed
from tkledger.core.trailers import PREFIX, STEP, lines
from tkledger.files.codec import dump_policy
from tkledger.local import store
from tkledger.local.python import isolated

CLIENT = (
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "reference-transaction",
    "pre-push",
)
SERVER = ("pre-receive", "post-receive")

MARK = "# tk-hook "
"""What a line of every script begins with that tk wrote."""

BEFORE = ".before-tk"
"""What the name of a previously installed hook ends with, while ours is in its place."""

ENTRY = "from tkledger.doors.hooks import run"
"""How a script enters tk. Scripts of an older tk enter elsewhere: see `is_old`."""

DRIVER_ENTRY = "from tkledger.merging.driver import main"
"""How the merge driver enters tk."""

_FILES = (
    *("JUDGED", "UNTOUCHED", "MESSAGE_CHECKED", "NO_ATTRIBUTION", "TASK"),
    *("TURN", "VALIDATED", "PASSED", "TIDIED", "UNPUBLISHED", "LOCK"),
)
"""The constants of `tkledger.local.store` that hook.sh names files in ``.git/tk`` by."""


def hook(name: str, python: str = "", package: str = "") -> str:
    """The script of one hook. Without ``python`` it runs that of the tk on the PATH.

    package: the folder to import tkledger from; by default where that Python finds it
    """
    with open(os.path.join(os.path.dirname(__file__), "hook.sh"), encoding="utf-8") as file:
        text = file.read()
    paths = {"PYTHON": escaped(python), "PACKAGE": escaped(package)}
    own = {"NAME": name, "INSTALL": command("install", server=name in SERVER)}
    for word, value in {**words(), **own, **paths}.items():
        text = text.replace(f"@{word}@", value)
    return text


def command(action: str, *, server: bool) -> str:
    """The command that does this with the hooks of a server or of a clone: install, uninstall, status."""
    return f"tk hooks {action} --server" if server else f"tk hooks {action}"


def words() -> dict[str, str]:
    """What is written into hook.sh in place of ``@WORD@`` of every hook, apart from paths of the machine."""
    (reserved,) = RESERVED
    return {
        **{word: getattr(store, word) for word in _FILES},
        "BEFORE": BEFORE,
        "ENTRY": ENTRY,
        "TASKS": FOLDER,
        "POLICY": POLICY_PATH,
        "ATTRIBUTION": _line_of_attribution(),
        "TASK_FILE": path_of("$id"),
        "RESERVED": reserved,
        "SHORT": f"{FOLDER.removeprefix('.')}~",  # what NTFS and FAT call .tasks beside its name
        "TRAILER": PREFIX,
        "STEP": STEP,
        "CLAIMS": ref_names.CLAIMS,
        "INBOXES": ref_names.INBOXES,
        "BRANCHES": ref_names.TASK_BRANCHES,
    }


def _line_of_attribution() -> str:
    """The line of a policy, as it is written, that asks for attribution."""
    policy = dump_policy(changed(DEFAULT, attribution="required")).decode()
    return next(line for line in lines(policy) if line.startswith("attribution:"))


def driver(python: str, package: str) -> str:
    """The command of git's merge driver."""
    code = f"{DRIVER_ENTRY}; sys.exit(main(sys.argv[1:]))"
    words = isolated(code, python=python, package=package)
    return " ".join([*(f"'{escaped(word)}'" for word in words), "%O", "%A", "%B", "%P"])


def has_mark(text: str) -> bool:
    """Whether a hook is one that tk wrote."""
    return f"\n{MARK}" in text


def is_old(text: str) -> bool:
    """Whether a hook or a merge driver of tk's enters where an older tk did."""
    return "from tkledger." in text and not (ENTRY in text or DRIVER_ENTRY in text)


def escaped(path: str) -> str:
    """A path to be put between single quotes of a shell."""
    return path.replace("'", "'\\''")
