"""The pure core is tried with generated values, always the same ones."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "core",
    deadline=None,
    derandomize=True,
    max_examples=100,
    # the sealed world of each test is made once, and no example looks at it
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("core")
