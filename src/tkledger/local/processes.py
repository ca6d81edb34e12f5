"""Which process it is that has a number: when it started tells it from another one of the same number."""

from __future__ import annotations


def started(pid: int) -> str:
    """When a process started, in the system's own words; empty if it has ended, or nothing tells.

    hook.sh asks the same way: the two read each other's marks.
    """
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(") ")[2].split()[19]
    except (OSError, IndexError):
        return _by_ps(pid)


def _by_ps(pid: int) -> str:
    """The same where there is no /proc."""
    import os
    import subprocess

    if os.path.exists("/proc/self/stat"):
        return ""
    try:
        asked = ["ps", "-olstart=", "-p", str(pid)]
        words = subprocess.run(asked, capture_output=True, check=False).stdout
    except OSError:
        return ""
    return " ".join(words.decode(errors="replace").split())
