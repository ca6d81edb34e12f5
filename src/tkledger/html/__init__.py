"""The ledger as one page of HTML, which opens from disk and asks no network."""
