"""Trying an outgoing mail server on request, with a mail to ourselves."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import aiosmtplib

from hilo.connectors.email import oauth, threads
from hilo.connectors.email.live.connection import pinned
from hilo.kit import clock, tls
from hilo.kit.errors import AuthExpired, ConnectorError, Rejected
from hilo.kit.ids import NIL
from hilo.sdk.account import Account, Check

_TIMEOUT_S: Final = 20
_PORTS: Final = {"tls": 465, "starttls": 587, "none": 25}


async def resolves(host: str) -> bool:
    """Say whether a server's name leads anywhere."""
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return bool(await asyncio.get_running_loop().getaddrinfo(host, None))
    except (OSError, TimeoutError, UnicodeError):
        return False


async def check_sending(account: Account) -> AsyncIterator[Check]:
    """Connect, sign in and send a mail to ourselves, which is recognised when it comes back."""
    settings = account.settings
    host = str(settings.get("smtp_host") or "")
    if not host:
        yield Check(key="catcher", ok=None)
        return
    resolved = await resolves(host)
    yield Check(key="smtp_name", ok=resolved, detail=host)
    if not resolved:
        return
    security = str(settings.get("smtp_security") or "starttls")
    given = settings.get("smtp_port")
    client = aiosmtplib.SMTP(
        hostname=host,
        port=given if isinstance(given, int) else _PORTS[security],
        use_tls=security == "tls",
        start_tls=security == "starttls",
        tls_context=tls.context(pinned(account)),
        timeout=_TIMEOUT_S,
    )
    async for step in _talk(client, account, host):
        yield step


async def _talk(client: aiosmtplib.SMTP, account: Account, host: str) -> AsyncIterator[Check]:
    step = "smtp_connect"
    try:
        await client.connect()
        tls.check(pinned(account), client.get_transport_info("ssl_object"))
        yield Check(key=step, ok=True, detail=host)
        username, token = (
            str(account.settings.get("smtp_username") or ""),
            oauth.token_of(account, clock.now()),
        )
        if token:
            step, username = "smtp_login", username or (account.address or "")
            await client.auth_xoauth2(username, token)
            yield Check(key=step, ok=True, detail=username)
        elif username:
            step = "smtp_login"
            await client.login(username, account.secrets.get("smtp_password", ""))
            yield Check(key=step, ok=True, detail=username)
        step = "smtp_send"
        address = account.address or ""
        await client.sendmail(address, [address], _letter(account))
        yield Check(key=step, ok=True, detail=address)
    except (aiosmtplib.SMTPException, OSError, AuthExpired) as error:
        yield failed(step, tls.refused(error) or error)
    finally:
        client.close()


def _letter(account: Account) -> bytes:
    # Ours by its Message-ID: parse makes nothing of it.
    lines = (
        f"From: {account.address}",
        f"To: {account.address}",
        "Subject: Hilo",
        f"Date: {clock.now():%a, %d %b %Y %H:%M:%S} +0000",
        f"Message-ID: {threads.message_id(NIL, 1, account)}",
        "Auto-Submitted: auto-generated",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def failed(key: str, error: Exception) -> Check:
    """Return the line of a step that went wrong: why, and the server's own words."""
    match error:
        case ConnectorError():
            reason = error.reason or error.code
        case aiosmtplib.SMTPAuthenticationError():
            reason = AuthExpired.code
        case aiosmtplib.SMTPResponseException():
            reason = Rejected.code
        case _:
            reason = "network"
    return Check(key=key, ok=False, detail=" ".join(str(error).split())[:300], reason=reason)
