"""The files of another tracker: read within bounds, since nothing is known of who wrote them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISREG

from tkledger.core.typing import Any
from tkledger.exchange.foreign import BadSource

LARGEST = 256 * 2**20
"""The bytes that a file may have, and all files of a folder together."""

MOST_FILES = 200_000
DEEPEST = 64
"""How deep lists and maps may lie in each other, and folders below the one that is read."""


def text_of(path: Path, largest: int = LARGEST) -> str:
    """The text of a plain file in UTF-8, without a mark of byte order; raises BadSource."""
    try:
        if not S_ISREG(path.stat().st_mode):  # to open a pipe may wait for ever
            raise BadSource(str(path), "it is not a file")
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise BadSource(str(path), error.strerror or str(error)) from None
    if len(data) > largest:
        raise BadSource(str(path), f"it is larger than {largest:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSource(str(path), f"it is not UTF-8, at byte {error.start:,}") from None


def json_of(text: str, where: str) -> Any:
    """The value that a JSON text is; raises BadSource, also for one that is too deep or holds NaN."""
    import json

    def none(word: str) -> Any:
        raise ValueError(f"{word} is not a number of JSON")

    try:
        value = json.loads(text, parse_constant=none)
    except (ValueError, RecursionError) as error:
        fact = "it is too deep" if isinstance(error, RecursionError) else str(error)
        raise BadSource(where, f"it is not JSON: {fact}") from None
    nested = text.count("[") + text.count("{") > DEEPEST
    if nested and _deeper(value, DEEPEST):
        raise BadSource(where, f"lists and maps lie more than {DEEPEST} deep in each other")
    return value


def _deeper(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most + 1):
        maps = [one for one in level if isinstance(one, dict) and one]
        lists = [one for one in level if isinstance(one, list) and one]
        level = [item for one in maps for item in one.values()]
        level += [item for one in lists for item in one]
    return bool(level)


def json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    """Where each line of a file is, and the value in it; blank lines are passed over. Raises BadSource."""
    for number, line in enumerate(text_of(path).split("\n"), 1):
        if line.strip():
            where = f"{path}, line {number}"
            yield where, json_of(line, where)


def json_entries(path: Path) -> Iterator[tuple[str, Any]]:
    """Where each entry of a JSON list in a file is, and the entry; of JSON lines, if it holds no list."""
    text = text_of(path)
    if not text.lstrip().startswith("["):
        yield from json_lines(path)
        return
    for number, value in enumerate(json_of(text, str(path)), 1):
        yield f"{path}, entry {number}", value


def files_in(folder: Path, ending: str) -> list[Path]:
    """The plain files below a folder whose names end so, in the order of their paths; links are passed over.

    Raises BadSource if there are too many, too large together or too deep, or a folder cannot be read.
    """
    found: list[Path] = []
    size = 0
    todo = [(folder, 0)]
    while todo:
        here, depth = todo.pop()
        if depth > DEEPEST:
            raise BadSource(str(here), f"it lies more than {DEEPEST} folders deep")
        try:
            entries = [*os.scandir(here)]
        except OSError as error:
            raise BadSource(str(here), error.strerror or str(error)) from None
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                todo.append((Path(entry.path), depth + 1))
            elif entry.is_file(follow_symlinks=False) and entry.name.endswith(ending):
                found.append(Path(entry.path))
                size += entry.stat(follow_symlinks=False).st_size
            if len(found) > MOST_FILES or size > LARGEST:
                raise BadSource(str(folder), f"more than {MOST_FILES:,} files or {LARGEST:,} bytes")
    return sorted(found)


def folders_in(folder: Path) -> list[Path]:
    """The folders in a folder that are not links, in the order of their names; raises BadSource."""
    try:
        entries = [*os.scandir(folder)]
    except OSError as error:
        raise BadSource(str(folder), error.strerror or str(error)) from None
    return sorted(Path(one.path) for one in entries if one.is_dir(follow_symlinks=False))


def file_in(folder: Path, *places: str) -> Path | None:
    """The first of these places below a folder that is a plain file, with no link on the way to it."""
    return next((path for path in _unlinked(folder, places) if path.is_file()), None)


def file_of(path: Path, missing: str, *places: str) -> Path:
    """A file itself, or of a folder the first of these places as `file_in` has it; raises BadSource."""
    found = file_in(path, *places) if path.is_dir() else path
    if found is None:
        raise BadSource(str(path), missing)
    return found


def folder_in(folder: Path, *places: str) -> Path | None:
    """The first of these places below a folder that is a folder, with no link on the way to it."""
    return next((path for path in _unlinked(folder, places) if path.is_dir()), None)


def _unlinked(folder: Path, places: Iterable[str]) -> Iterator[Path]:
    for place in places:
        path = folder / place
        ways = [path, *path.parents][: len(Path(place).parts)]
        if not any(way.is_symlink() for way in ways):
            yield path
