"""Files of a repository that a careless Python would import: each one leaves a mark if it is run."""

from __future__ import annotations

from pathlib import Path

IMPOSTORS = (
    "tkledger/__init__.py",
    "tkledger/__main__.py",
    "tkledger/doors/gate.py",
    "yaml.py",
    "typer.py",
    "typing.py",
    "os.py",
    "subprocess.py",
    "filelock.py",
    "sitecustomize.py",
    "usercustomize.py",
)


def plant(folder: Path, mark: Path, names: tuple[str, ...] = IMPOSTORS) -> None:
    """Write them into a folder; what runs of them writes its name into ``mark``."""
    for name in names:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"open({str(mark)!r}, 'a').write({name!r})\n")
