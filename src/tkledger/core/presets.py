"""The policies that ``tk init --preset`` starts from."""

from __future__ import annotations

from tkledger.core.policy import DEFAULT, Approvals, Policy
from tkledger.core.task_parts import Budget

PRESETS: dict[str, Policy] = {
    "default": DEFAULT,
    "agents": DEFAULT._replace(
        review="required",
        children=50,
        chain=5,
        discovered=50,
        loops={"identity": "refuse", "respawn": "refuse"},
        budget=Budget(steps=50, seconds=1800, rework=5),
        retry=4,
        claims="remote",
        approvals=Approvals(independent=True),
        admission="required",
    ),
}
"""What ``tk init --preset`` starts from; ``agents`` asks for reviews by others than those who did the
work, wants to know of each task why it is wanted, stops loops, claims tasks for all clones, and sets the
limits of the tool that had them first (50 steps, 1800 s).
"""
