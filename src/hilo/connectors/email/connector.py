"""E-mail's translation: a raw mail in, a raw mail out. The servers are elsewhere.

What arrives was stored by our own listener or by `live`; a web request for this channel is refused.
"""

import secrets as chance
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from hilo.connectors.email import calendar, compose, inbound, oauth, threads, why
from hilo.connectors.email.headers import addresses_of
from hilo.connectors.email.live import Mailbox, pinned
from hilo.connectors.email.sender import Senders, address_for
from hilo.kit.errors import (
    AuthExpired,
    BadSignature,
    FieldError,
    Invalid,
    Rejected,
    TemporaryFailure,
    UnknownOutcome,
)
from hilo.sdk import manifest
from hilo.sdk import settings as form
from hilo.sdk.abilities import Sample
from hilo.sdk.account import Account, Delivery, SettingsRead
from hilo.sdk.inbound import Inbound
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Accepted, MessageOut, Sending, SmtpCall, SmtpReply, SmtpServer

# What our listener and mailbox reader write. A web request brings others, `host` at least.
_MARKS: Final = frozenset(
    [
        "mail-from",
        "rcpt-to",
        "remote-ip",
        "helo",
        "folder",
        "uid",
        "uidvalidity",
        "internal-date",
        "left",
        "left-bytes",
        "authentication-results",
    ]
)
_ENTRANCES: Final = frozenset({"rcpt-to", "folder"})
_AUTH_CODES: Final = frozenset({530, 534, 535, 538})
_PORTS: Final = {"tls": 465, "starttls": 587, "none": 25}
_IMAP_PORTS: Final = {"tls": 993, "starttls": 143, "none": 143}
_HIGHEST_PORT: Final = 65_535
_HIGHEST_MB: Final = 150
_HARD: Final = 500
_SOFT: Final = 400


class Email(Mailbox, oauth.Consent, calendar.Invitations, Senders):
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        self._manifest = manifest.read(__package__)

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Refuse what did not come from our listener or mailbox reader; mail is not signed."""
        names = set(delivery.headers)
        if not names & _ENTRANCES or names - _MARKS:
            raise BadSignature("mail arrives by SMTP or IMAP, not as a web request")
        folder, uid = delivery.headers.get("folder"), delivery.headers.get("uid")
        if folder is None or uid is None:
            return None
        return f"imap:{account.id}:{folder}:{delivery.headers.get('uidvalidity', '')}:{uid}"

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what a mail means: a message, news of one of ours, or nothing for us."""
        return inbound.read(delivery, account)

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Hand the mail to the account's server, or to the built-in catcher."""
        everyone = compose.recipients(message, account)
        if not everyone:
            raise Rejected("the mail has no recipient but ourselves", reason="unreachable")
        raw = compose.compose(message, account)
        reply = yield SmtpCall(
            server=_server(account, message.now or message.at),
            mail_from="" if message.automatic else address_for(message, account),
            rcpt_to=everyone,
            message=raw,
        )
        if not isinstance(reply, SmtpReply):
            raise UnknownOutcome("no answer of a mail server")
        return _outcome(reply, everyone, self.mint(message.id, account))

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose the Message-ID before sending, so that a repetition is recognised."""
        return threads.message_id(message, 1, account)

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write a plain mail to the mailbox, as the mail door would hand it over."""
        to, sender = account.address or "", f"hilo-test@{(account.address or '').partition('@')[2]}"
        lines = [
            f"From: Hilo <{sender}>",
            f"To: {to}",
            "Subject: Hilo",
            f"Date: {format_datetime(at)}",
            f"Message-ID: <test-{id_}@hilo.localhost>",
            "Content-Type: text/plain; charset=utf-8",
            "",
            "Hilo · test",
            "",
        ]
        headers = {"mail-from": sender, "rcpt-to": to, "remote-ip": "127.0.0.1", "helo": "hilo"}
        body = "\r\n".join(lines).encode()
        return Sample(
            entrance="mail", delivery=Delivery(body=body, headers=headers, received_at=at)
        )

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check servers and ports, lower the address, make the signing secret."""
        read = form.read(self._manifest, given, old)
        settings = dict(read.settings)
        problems = [*_servers(settings, "imap", _IMAP_PORTS), *_servers(settings, "smtp", _PORTS)]
        problems += _sizes(settings)
        if problems:
            raise Invalid(*problems)
        if "plus_address" not in given and old is None and settings.get("imap_host"):
            settings["plus_address"] = False  # not every mail server takes help+something@
        address = str(settings["address"]).strip().lower()
        aliases = _aliases(settings.get("aliases"))
        if aliases:
            settings["aliases"] = aliases
        settings["address"] = address
        kept = dict(read.secrets)
        kept.setdefault(threads.SECRET, chance.token_urlsafe(32))
        name = str(settings.get("display_name") or address)
        return SettingsRead(
            settings=settings, secrets=kept, address=address, aliases=aliases, name=name
        )


def _servers(
    settings: dict[str, object], kind: str, ports: Mapping[str, int]
) -> Sequence[FieldError]:
    # Fills in the port that goes with the security; says what is wrong.
    host = settings.get(f"{kind}_host")
    if not host:
        return ()
    if not isinstance(host, str) or any(char.isspace() or char in "/@:" for char in host):
        return (FieldError(f"settings.{kind}_host", "invalid", "a server's name is expected"),)
    port = settings.setdefault(f"{kind}_port", ports[str(settings.get(f"{kind}_security", "tls"))])
    if not isinstance(port, int) or not 0 < port <= _HIGHEST_PORT:
        return (FieldError(f"settings.{kind}_port", "range", "a port of 1 to 65535 is expected"),)
    return ()


def _aliases(given: object) -> Sequence[str]:
    found = [str(each).strip().lower() for each in given] if isinstance(given, list) else []
    for each in filter(None, found):
        if [each] != [address.value for address in addresses_of(each)]:
            message = f"{each[:100]} is not an e-mail address"
            raise Invalid(FieldError("settings.aliases", "invalid", message))
    return list(dict.fromkeys(filter(None, found)))


def _sizes(settings: Mapping[str, object]) -> Sequence[FieldError]:
    most = settings.get("imap_most_mb")
    if isinstance(most, int) and not 1 <= most <= _HIGHEST_MB:
        message = f"1 to {_HIGHEST_MB} megabytes are expected"
        return (FieldError("settings.imap_most_mb", "range", message),)
    return ()


def _server(account: Account, now: datetime) -> SmtpServer | None:
    settings = account.settings
    host = settings.get("smtp_host")
    if not host:
        return None
    security = str(settings.get("smtp_security") or "starttls")
    port = settings.get("smtp_port")
    return SmtpServer(
        host=str(host),
        port=port if isinstance(port, int) else _PORTS[security],
        security=msgspec.convert(security, Literal["none", "starttls", "tls"]),
        username=str(settings.get("smtp_username") or "") or _consenting(account),
        password=account.secrets.get("smtp_password", ""),
        token=oauth.token_of(account, now),
        certificate_sha256=pinned(account),
    )


def _consenting(account: Account) -> str:
    named = str(account.settings.get("imap_username") or account.address or "")
    return named if oauth.way_of(account) is not None else ""


def _outcome(reply: SmtpReply, everyone: Sequence[str], own_id: str | None) -> Accepted:
    if reply.code in _AUTH_CODES:
        raise AuthExpired(reply.text, vendor_code=str(reply.code))
    if reply.code >= _HARD:
        said = f"{reply.code} {reply.text}"
        raise Rejected(reply.text, vendor_code=str(reply.code), reason=why.reason(said))
    if reply.code >= _SOFT:
        raise TemporaryFailure(reply.text, vendor_code=str(reply.code))
    if len(reply.refused) >= len(everyone):
        said = "; ".join(reply.refused.values())
        if all(each.startswith("4") for each in reply.refused.values()):
            raise TemporaryFailure(said, vendor_code=said[:3])
        raise Rejected(said, vendor_code=said[:3], reason=why.reason(said))
    return Accepted(external_id=own_id, refused=reply.refused)


CONNECTOR = Email()
