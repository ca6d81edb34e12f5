"""Makes one error of several, so that all that is wrong is said at once."""

from __future__ import annotations

from collections.abc import Sequence

from tkledger.core.change import Refused
from tkledger.errors import TkError, some


def together(wrong: Sequence[tuple[str, Refused | TkError]]) -> Exception:
    """Several errors as one, each after the place it was read at: as violations if all are, else with
    the exit status of the first that is not one.
    """
    first = next((error for _, error in wrong if isinstance(error, TkError)), None)
    if first is None:
        return Refused(*(one for _, error in wrong for one in getattr(error, "violations", ())))
    texts = []
    for place, error in wrong:
        if isinstance(error, Refused):
            texts += [f"{place}{one.task}: {one.message}" for one in error.violations]
        else:
            texts.append(error.message)
    return TkError(first.exit, first.kind, some(texts), first.remedy)
