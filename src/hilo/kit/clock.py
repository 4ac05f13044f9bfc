"""The only source of the time of day. Tests freeze it with time-machine."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present, aware, in UTC."""
    return datetime.now(UTC)
