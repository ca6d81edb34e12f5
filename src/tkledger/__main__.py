"""``python -m tkledger`` is ``tk``."""

from tkledger.cli import main

main()
