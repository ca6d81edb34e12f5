"""tk: a task ledger that lives in the Git repository it is about."""

# A constant, not importlib.metadata: reading the metadata costs 30 ms at every start.
__version__ = "0.1.0"
