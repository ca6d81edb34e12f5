"""git itself, run in a folder as a person would."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def git(path: Path, *words: str, fails: bool = False, **env: str) -> str:
    """What a git command says, on stdout and then on stderr; it must succeed, or fail."""
    done = subprocess.run(
        ["git", *words], cwd=path, capture_output=True, text=True, env={**os.environ, **env}
    )
    assert bool(done.returncode) == fails, done.stdout + done.stderr
    return (done.stdout + done.stderr).strip()
