"""Attacks on the rules, each with a control: ``python -m stress.attacks [NAME...]``."""
