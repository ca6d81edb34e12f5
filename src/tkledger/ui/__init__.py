"""The ledger in a terminal: looked at, and moved, by keys. Needs textual; loaded by ``tk ui`` only."""
