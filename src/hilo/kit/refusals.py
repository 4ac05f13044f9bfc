"""What PostgreSQL refuses, in our own words. A verb checks first; this is the wall behind it."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from hilo.kit import log
from hilo.kit.errors import Conflict, HiloError, invalid

_LOG = log.get(__name__)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's refusals into Invalid or Conflict; let others pass."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        found = _translate(error)
        if found is None:
            raise
        _LOG.warning("the database refused a value", refusal=type(error).__name__, code=found.code)
        raise found from error


def _translate(error: Exception) -> HiloError | None:
    match error:
        case asyncpg.UniqueViolationError():
            return Conflict("it exists already", reason="exists")
        case asyncpg.ForeignKeyViolationError():
            return Conflict("a reference is in the way or leads nowhere", reason="reference")
        case asyncpg.IntegrityConstraintViolationError() | asyncpg.DataError():
            return invalid("", "unacceptable", "holds a value that cannot be stored")
        case asyncpg.InterfaceError() if isinstance(error, ValueError):
            return invalid("", "unacceptable", "holds a value that cannot be stored")
        case _:
            return None
