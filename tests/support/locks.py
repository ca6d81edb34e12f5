"""Who waits for the lock of a file, as Linux tells it."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

LOCKS = Path("/proc/locks")


def waits(process: subprocess.Popen[Any], path: Path) -> None:
    """Return when something waits for the lock of this file; the process must not end before."""
    waiter = f":{path.stat().st_ino} "
    if not LOCKS.exists():
        time.sleep(2)
        return
    while not any(" -> " in line and waiter in line for line in LOCKS.read_text().splitlines()):
        assert process.poll() is None, "it did not wait"
        time.sleep(0.01)
