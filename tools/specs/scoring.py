"""What a room of descriptions tells: a score with what is wrong."""

from collections.abc import Iterator

Line = tuple[str, int, int, list[str]]
"""A name, how many are right, how many there are, what is wrong."""


def scored(name: str, told: Iterator[tuple[str, str]]) -> Line:
    """Return the score of what was told: what was looked at, and why it is wrong, or nothing."""
    found = list(told)
    wrong = [f"{what}: {why}" for what, why in found if why]
    return name, len(found) - len(wrong), len(found), wrong
