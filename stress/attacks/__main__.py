"""Run the attacks, or those whose names begin with the words given, and print a line for each."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shutil
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import stress.attacks
from bench.stopwatch import world
from stress.attacks.world import ATTACKS, ControlError, HoleError, copied, template

WORKERS = 3
KNOWN = re.compile(r"^- `([a-z_0-9.]+)`: ", re.MULTILINE)
"""A hole in README.md that is known."""


def main(words: list[str]) -> int:
    """Exit status 1 if a hole is not known, or a control failed."""
    for module in pkgutil.iter_modules(stress.attacks.__path__):
        if not module.name.startswith("__"):
            importlib.import_module(f"stress.attacks.{module.name}")
    known = set(KNOWN.findall((Path(__file__).parent / "README.md").read_text()))
    names = [name for name in sorted(ATTACKS) if not words or name.startswith(tuple(words))]
    begun = time.perf_counter()
    with world() as folder:
        source = folder / "template"
        source.mkdir()
        template(source)
        with ThreadPoolExecutor(WORKERS) as pool:
            found = list(pool.map(lambda name: outcome(name, source, folder, known), names))
    counts = Counter(found)
    told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    print(f"{len(names)} attacks in {time.perf_counter() - begun:.0f} s: {told}")
    return 1 if counts["ACCEPTED (hole)"] or counts["control failed"] else 0


def outcome(name: str, source: Path, folder: Path, known: set[str]) -> str:
    """Carry out one attack in a copy of its own, and say what came of it."""
    arena = copied(source, folder / name)
    said = ""
    try:
        ATTACKS[name](arena)
        result = "refused"
    except HoleError as hole:
        result = "ACCEPTED (hole)"
        said = f"{line(hole)}{hole}"
    except ControlError as failed:
        result, said = "control failed", f"{line(failed)}{failed}"
    except Exception:
        result, said = "control failed", traceback.format_exc()
    if name in known and result != "refused":
        result = result.replace("(hole)", "").strip() + " (known)"
    print(f"{result:22} {name}", flush=True)
    if said and not result.endswith("(known)"):
        print("".join(f"    {line}\n" for line in said.splitlines()[:12]), end="", flush=True)
    shutil.rmtree(arena.folder, ignore_errors=True)
    return result


def line(error: Exception) -> str:
    """The line of the attack that met it."""
    frames = traceback.extract_tb(error.__traceback__)
    frame = next(x for x in frames if Path(x.filename).name not in ("__main__.py", "world.py"))
    return f"line {frame.lineno}: {frame.line}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
