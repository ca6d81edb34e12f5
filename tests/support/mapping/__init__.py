"""What shows each row of docs/mapping.md that says it works; a module for each of its tables."""

from __future__ import annotations

from tests.support.mapping import (
    abstract_runtime,
    agentrelay,
    enact_core,
    exec_kernel,
    oxios,
    weaknesses,
)
from tests.support.mapping.page import Case

ROWS: dict[str, Case] = {
    **exec_kernel.ROWS,
    **enact_core.ROWS,
    **abstract_runtime.ROWS,
    **agentrelay.ROWS,
    **oxios.ROWS,
    **weaknesses.ROWS,
}
