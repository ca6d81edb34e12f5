"""Small faults put into the law, each to be noticed: ``python -m stress.mutations [MODULE...]``.

A module is named from ``src/tkledger``, such as ``core/rules/authority.py``. A process of its own runs
tests of `ROOMS` with each fault of `faults`, without touching a file: those that come through the faulty
function, until one fails. What nobody can notice is listed in `equivalents.md`. Prints what survived
beside that, and exits 1 if it is more than 3 of 100.

Most faults are put into functions that are loaded already, so that the tests are collected once; what
survives that has to survive a fresh start as well, as faults outside of functions do.

mutmut 3.8.1 does not serve here: it leaves decorated functions alone, and every rule is one.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from stress.faults import Fault, faults
from stress.noticing import Fresh, Loaded, prepared

SOURCE = Path(__file__).parents[1] / "src" / "tkledger"
LIST = Path(__file__).parent / "equivalents.md"
ENOUGH = 0.97
"""Of all faults that can be noticed, so many have to be."""

UNJUDGED = {
    *("__init__", "exec_kernel", "next_task", "catalogue", "history", "overview", "rows", "typing"),
}
"""Modules of `core` that decide nothing about a change."""

MODULES = (
    *(
        str(path.relative_to(SOURCE))
        for path in sorted((SOURCE / "core").rglob("*.py"))
        if path.stem not in UNJUDGED
    ),
    "files/codec.py",
)

Known = dict[tuple[str, str, str, str], int]
"""Module, function, before and after of what nobody can notice; how often each is in the list."""


def known() -> Known:
    """What `equivalents.md` lists."""
    found: Known = {}
    for row in LIST.read_text(encoding="utf-8").splitlines():
        cells = [one.strip().replace("\\|", "|") for one in re.split(r"(?<!\\)\|", row)]
        if len(cells) == 7 and cells[1].startswith("`"):
            module, inside, before, after = (one.strip("`") for one in cells[1:5])
            key = (module, inside, before, after)
            found[key] = found.get(key, 0) + 1
    return found


def survivors(loaded: Loaded, module: str, every: list[Fault]) -> Iterator[Fault]:
    """The faults of a module that no test notices."""
    name, path = "tkledger." + module.removesuffix(".py").replace("/", "."), SOURCE / module
    fresh = Fresh(name, path, loaded.tests)
    fresh.control()
    for fault in every:
        if not loaded.notice(path, fault) and not fresh.notice(fault):
            yield fault


def main(modules: list[str]) -> int:
    """Try all faults of the modules; tell which survive that nobody listed."""
    prepared()
    with Loaded(SOURCE) as loaded:
        shares = [tried(loaded, module, known()) for module in modules]
    return int(min(shares) < ENOUGH)


def tried(loaded: Loaded, module: str, listed: Known) -> float:
    """Which share of a module's faults is noticed, of those that can be."""
    begun, every = time.perf_counter(), list(faults(SOURCE / module))
    left, excused = 0, 0
    for fault in survivors(loaded, module, every):
        key = (module, fault.inside, fault.before, fault.after)
        if listed.get(key):
            listed[key] -= 1
            excused += 1
            continue
        left += 1
        where = f"{module}:{fault.line} {fault.inside}"
        print(f"  {where}: {fault.before}  ->  {fault.after}", flush=True)
    for (where, inside, before, after), times in listed.items():
        if times and where == module:
            print(f"  listed, but noticed: {module} {inside}: {before}  ->  {after}")
    total = len(every) - excused
    share = (total - left) / total if total else 1.0
    told = f"{total - left} of {total} noticed, {share:.1%}; {excused} cannot be"
    print(f"{module}: {told}; {time.perf_counter() - begun:.0f} s", flush=True)
    return share


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(MODULES)))
