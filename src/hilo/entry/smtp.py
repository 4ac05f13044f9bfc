"""The mail door: an SMTP listener that takes mail for the mailboxes of this installation.

`250` is said only after the mail is stored; `451` when it cannot be stored now, so that the sender
tries again; `550` for a mailbox nobody has. What a mail means is found out later, by intake. With a
certificate it offers STARTTLS, to who wants it: a mail in plain is better than none.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session
from typing_extensions import override

from hilo.domain.inboxes import NewDelivery
from hilo.domain.inboxes import queries as inboxes
from hilo.domain.inboxes.queries import AddressRow
from hilo.kit import ids
from hilo.kit.db import Database
from hilo.kit.tls import Shown
from hilo.sdk.abilities import Judging

MAIL_BYTES = 35_000_000  # 25 MB of files, as base64 writes them
_RECIPIENTS_MAX = 100
_LINE_BYTES = 1_000_000  # RFC 5321 grants 1,000, but some programs write a letter on one line
_IDLE_S = 120

Store = Callable[[NewDelivery], Awaitable[object]]

_LOG = structlog.get_logger(__name__)


class Listener:
    """The bound listener. `port` is the real one (0 asks the system for a free one)."""

    def __init__(
        self, handler: "Handler", host: str, port: int, shown: Shown | None = None
    ) -> None:
        """shown: the certificate; without one there is no TLS."""
        self._handler = handler
        self._shown = shown
        self._host = host
        self.port = port
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Bind. Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, self._host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no more connections; what is being stored is stored."""
        if self._server is None:
            return
        self._server.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._handler.idle.wait(), 10)
        self._server = None

    def _protocol(self) -> SMTP:
        return _Talk(
            self._handler,
            data_size_limit=MAIL_BYTES,
            enable_SMTPUTF8=True,
            hostname="hilo",
            ident="Hilo",
            timeout=_IDLE_S,
            tls_context=None if self._shown is None else self._shown.context(),
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            loop=asyncio.get_running_loop(),
        )


class _Talk(SMTP):
    """One connection: a long line is no reason to lose a mail."""

    line_length_limit = _LINE_BYTES

    @override
    async def smtp_STARTTLS(self, arg: str) -> None:
        """Begin TLS, once; whatever was said before it counts no more."""
        if self.session is not None and self.session.ssl is not None:
            await self.push("503 this connection is encrypted already")
            return
        await super().smtp_STARTTLS(arg)


class Handler:
    """Answers EHLO, RCPT and DATA. The names of its methods are the library's."""

    def __init__(self, db: Database, store: Store, judges: Sequence[Judging] = ()) -> None:
        """One for all connections. store: returns when the delivery is durable.

        judges: say whom a mail is really from.
        """
        self._db = db
        self._judges = judges
        self._store = store
        self._storing = 0
        self.idle = asyncio.Event()
        self.idle.set()

    async def handle_EHLO(  # noqa: N802 - as the library calls it
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,
        envelope: Envelope,  # noqa: ARG002
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Say what is known here; the library would offer to sign in, and nobody can."""
        session.host_name = hostname
        return [each for each in responses if not each.startswith("250-AUTH")]

    async def handle_RCPT(  # noqa: N802 - as the library calls it
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],  # noqa: ARG002
    ) -> str:
        """Take a recipient whose mailbox is here."""
        if len(envelope.rcpt_tos) >= _RECIPIENTS_MAX:
            return "452 too many recipients"
        try:
            found = await self._mailbox(address)
        except Exception as error:  # noqa: BLE001 - any fault is temporary
            _LOG.warning("a recipient could not be looked up", error=type(error).__name__)
            return "451 cannot look the mailbox up now, try again later"
        if found is None:
            return "550 no such mailbox here"
        envelope.rcpt_tos.append(address)
        _boxes(envelope).setdefault(found.id, found)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as the library calls it
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,
        envelope: Envelope,
    ) -> str:
        """Store the mail once for each mailbox it is for."""
        body = envelope.original_content or b""
        headers = await self._judged(body, _trace(session, envelope))
        self._storing += 1
        self.idle.clear()
        try:
            await asyncio.gather(
                *(self._store(_delivery(box, headers, body)) for box in _boxes(envelope).values())
            )
        except Exception as error:  # noqa: BLE001 - the sender keeps it and tries again
            _LOG.warning("a mail could not be stored", error=type(error).__name__)
            return "451 cannot store the mail now, try again later"
        finally:
            self._storing -= 1
            if not self._storing:
                self.idle.set()
        return "250 stored"

    async def _judged(self, body: bytes, facts: Mapping[str, str]) -> Mapping[str, str]:
        for each in self._judges:
            try:
                verdict = await each.judge(body, facts)
            except Exception as error:  # noqa: BLE001 - a doubt never refuses a mail
                _LOG.warning("a mail could not be judged", error=type(error).__name__)
            else:
                if verdict is not None:
                    return {**facts, "authentication-results": verdict}
        return facts

    async def _mailbox(self, address: str) -> AddressRow | None:
        """Find whose mailbox it is; `name+tag@` is `name@`."""
        wanted = _spellings(address)
        async with self._db.transaction(None) as tx:
            found = {row.address: row for row in await inboxes.accounts_by_address(tx, wanted)}
        return next((found[each] for each in wanted if each in found), None)


def _spellings(address: str) -> Sequence[str]:
    whole = address.strip().lower()
    local, at, domain = whole.rpartition("@")
    bare = f"{local.partition('+')[0]}{at}{domain}"
    return [whole] if bare == whole else [whole, bare]


def _boxes(envelope: Envelope) -> dict[object, AddressRow]:
    found: Any = envelope.__dict__.setdefault("hilo_boxes", {})
    boxes: dict[object, AddressRow] = found
    return boxes


def _trace(session: Session, envelope: Envelope) -> Mapping[str, str]:
    """Return what the mail itself cannot be trusted to say."""
    peer = session.peer[0] if isinstance(session.peer, tuple) else ""
    return {
        "mail-from": envelope.mail_from or "",
        "rcpt-to": ", ".join(envelope.rcpt_tos),
        "remote-ip": str(peer),
        "helo": session.host_name or "",
    }


def _delivery(box: AddressRow, headers: Mapping[str, str], body: bytes) -> NewDelivery:
    return NewDelivery(
        workspace_id=box.workspace_id,
        id=ids.new_id(),
        account_id=box.id,
        source="mail",
        headers=headers,
        body=body,
        dedupe_key=f"mail:{hashlib.sha256(body).hexdigest()}",
    )
