"""``tk mcp``: the commands as tools of a model, until the client ends."""

from __future__ import annotations

from tkledger.api.session import Session
from tkledger.cli.answer import Answer
from tkledger.errors import unusable


def mcp(tools: tuple[str, ...] = (), actor: str | None = None, path: str = ".") -> Answer:
    """Serve the Model Context Protocol on standard input and output, as one actor."""
    try:
        from tkledger.mcp.server import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in ("mcp", "anyio"):
            raise
        raise unusable(
            "no-mcp", "the package of the protocol is not installed", "pip install 'tkledger[mcp]'"
        ) from None
    session = Session(path, actor=actor)
    serve(session.repo.top or path, session.who().actor, tools)
    return Answer(lambda: None, lambda: ())
