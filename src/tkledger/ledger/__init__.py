"""The ledger: reading it, its history as changes, counting, and the only writer; it does not know who asks."""
