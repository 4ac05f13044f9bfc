"""The steps of the twelve acceptance scenarios, and how one says what it still lacks."""

from typing import NoReturn

import pytest

# System: how many steps its scenario has.
STEPS = {
    "NX": 8,
    "ZD": 8,
    "FD": 8,
    "IC": 8,
    "HS": 7,
    "SF": 7,
    "LA": 8,
    "GC": 8,
    "ZO": 7,
    "GL": 7,
    "KY": 6,
    "HSc": 7,
}
MISSING = "missing: "


def missing(what: str) -> NoReturn:
    """End the step as missing; it can never pass this way. what: the capability it needs."""
    pytest.skip(f"{MISSING}{what}")


def every_step() -> list[str]:
    """Return every step, as `GL-1`."""
    return [f"{system}-{n}" for system, count in STEPS.items() for n in range(1, count + 1)]


def step_of(test: str) -> str | None:
    """Return the step a test's name stands for: `test_gl_1_…` is `GL-1`."""
    parts = test.split("_")
    systems = {system.lower(): system for system in STEPS}
    if len(parts) < 3 or parts[0] != "test" or parts[1] not in systems:
        return None
    return f"{systems[parts[1]]}-{parts[2]}"
