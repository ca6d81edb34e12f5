"""The codes of what can be wrong with the form of a file: the reader finds these, and TK1xx answers for them."""

from __future__ import annotations

UNREADABLE = "TK101"
CONFLICT_MARKERS = "TK102"
UNKNOWN_FIELD = "TK103"
BAD_VALUE = "TK104"
WRONG_NAME = "TK105"
LOOK_ALIKE = "TK106"
NOT_A_PLAIN_FILE = "TK107"
NOT_CANONICAL = "TK108"
TOO_LARGE = "TK109"
STRAY_FILE = "TK110"
TOO_FULL = "TK111"
