"""``python -m tkledger`` is ``tk``."""

import os
import sys

import tkledger

# Python has put the working folder first, where a repository's yaml.py would be found
if sys.path[:1] in ([""], [os.getcwd()]) and sys.path[0] != os.path.dirname(tkledger.__path__[0]):
    del sys.path[0]

from tkledger.cli import main

main()
