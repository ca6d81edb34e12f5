"""One HTML file out of a page's data, its own script and style, and nothing else; what is in it is not known here.

All that a repository says is in one block of data, which is not run. The policy in the head lets a browser run the
page's script and use its style, by the hashes of both, and load nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from functools import cache
from html import escape

from tkledger.core.pattern import pattern
from tkledger.core.typing import Any
from tkledger.report import visible

SCRIPTS = ("base", "filter", "rows", "tree", "board", "graph", "log", "stats", "detail", "app")
"""The parts of the script, in the order in which they stand in the page."""

_POLICY = (
    "default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_MARK = b"<!-- tk page: sha256 of all before this line: %s -->\n"

_PLACE = pattern(r"\[\[([A-Z]+)\]\]")

_IN_DATA = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""What could end the block of data, or a line of a script, is written as its number."""


def document(title: str, data: Mapping[str, Any]) -> bytes:
    """The page; the same for the same data. A mark at its end says that it was written here."""
    script = '(() => {\n"use strict";\n' + "\n".join(map(_script, SCRIPTS)) + "})();\n"
    style = _read("page.css")
    policy = _POLICY.format(script=_hash(script), style=_hash(style))
    values = {
        "POLICY": escape(policy, quote=True).replace("&#x27;", "'"),
        "STYLE": style,
        "TITLE": escape(visible(title)),
        "DATA": _data({"title": title, **data}),
        "SCRIPT": script,
    }
    # in one go, since a text of the ledger may look like a place to fill in
    text = _PLACE.sub(lambda place: values[place[1]], _read("page.html"))
    made = text.encode()
    return made + _mark(made)


def is_written_here(page: bytes) -> bool:
    """Whether these bytes are a page as it was written here, with nothing changed since."""
    made, last, mark = page.rpartition(_MARK.partition(b"%s")[0])
    return bool(last) and last + mark == _mark(made)


def _mark(made: bytes) -> bytes:
    return _MARK % hashlib.sha256(made).hexdigest().encode()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _data(data: Mapping[str, Any]) -> str:
    text = json.dumps(_shown(data), ensure_ascii=False, separators=(",", ":"))
    return text.translate(_IN_DATA)


def _shown(value: Any) -> Any:
    """A value in which no text can steer what shows it."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible(name): _shown(inner) for name, inner in value.items()}
    return [*map(_shown, value)] if isinstance(value, (list, tuple)) else value


def _script(name: str) -> str:
    return _read(f"script/{name}.js")


@cache
def _read(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        return file.read()
