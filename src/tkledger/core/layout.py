"""The paths of the ledger's files in a tree; it reads none of them."""

from __future__ import annotations

from tkledger.core.field import is_id

FOLDER = ".tasks"
SUFFIX = ".yaml"
POLICY_NAME = f"config{SUFFIX}"
POLICY_PATH = f"{FOLDER}/{POLICY_NAME}"

PATTERN = f"{FOLDER}/*{SUFFIX}"
"""All files of the ledger, as git and shells match paths."""


def path_of(task_id: str, layout: str = "flat") -> str:
    """The path of a task's file; ``layout`` is the policy's, and only ``flat`` is known."""
    assert layout == "flat", layout
    return f"{FOLDER}/{task_id}{SUFFIX}"


def key_of(path: str) -> str:
    """The key of the file at ``path`` in a Snapshot: a task's id for its file, else the path itself."""
    if path == FOLDER:
        return f"{FOLDER}/"
    stem = path[len(FOLDER) + 1 : -len(SUFFIX)]
    return stem if path == f"{FOLDER}/{stem}{SUFFIX}" and is_id(stem) else path


def is_task_key(key: str) -> bool:
    """Whether an entry with this key is a task's file: its key is the id, that of others a path."""
    return "/" not in key


def path_at(key: str) -> str:
    """The path of the entry with this key: the reverse of `key_of`."""
    return path_of(key) if is_task_key(key) else key
