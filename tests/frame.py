"""What the frame is made of, for `conftest.py` and for tests that name its parts."""

import asyncio
import socket
from urllib.parse import urlsplit, urlunsplit

import asyncpg


class BlockedNetwork(RuntimeError):
    """A test tried to leave the machine. Fake the far end instead."""


class Statements(list[str]):
    """What was asked of PostgreSQL, without BEGIN, COMMIT, ROLLBACK and the driver's own."""

    async def asked(self) -> int:
        """Return how many. The driver reports one turn of the loop late, hence the wait."""
        await asyncio.sleep(0)
        return len(self)


STATEMENTS = Statements()
_DRIVERS_OWN = (
    *("BEGIN", "COMMIT", "ROLLBACK"),
    *("SET hilo.workspace_id", "SELECT pg_advisory_unlock_all"),
)


def note(record: asyncpg.connection.LoggedQuery) -> None:
    """Note one statement; the driver calls this."""
    text = record.query.strip()
    if not text.startswith(_DRIVERS_OWN):
        STATEMENTS.append(text)


def named(dsn: str, name: str) -> str:
    """Return the same server's address of another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


def local(sock: socket.socket, address: object) -> object:
    """Return the address unchanged. Raises BlockedNetwork when it is not of this machine."""
    if sock.family != socket.AF_UNIX and isinstance(address, tuple) and not is_local(address[0]):
        raise BlockedNetwork(f"connection to {address}")
    return address


def is_local(host: str) -> bool:
    """Say whether a host name or address is this machine."""
    names = {"localhost", "::1", "::", "0.0.0.0", ""}  # noqa: S104 - compared, never bound
    return host in names or host.startswith("127.") or host.endswith(".localhost")
