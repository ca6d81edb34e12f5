"""How much of a ledger a page of HTML has at most."""

ENTRIES = 4_000
"""The newest entries of the log."""
LINKED = 1_000
"""The tasks of the graph."""
