"""Values in, rich renderables out: the only importers of rich; nothing here reads a ledger."""
