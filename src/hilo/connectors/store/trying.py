"""Tries what people in a shop meet: the address in its code, and the page of its kiosk."""

import ipaddress
from collections.abc import Generator, Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from hilo.kit.errors import ConnectorError, Rejected
from hilo.sdk.account import Account, Check, failed
from hilo.sdk.outbound import Call, HttpCall, HttpReply, Reply


def check(account: Account) -> Generator[Call, Reply, Sequence[Check]]:
    """Return a line for the address that phones open, and one for the kiosk's page."""
    address = f"{account.public_url}/s/{account.id}"
    lines = [Check(key="code", ok=_is_for_phones(address), detail=address)]
    try:
        reply = yield HttpCall(method="GET", url=f"{address}/kiosk", is_harmless=True)
    except Rejected as error:  # an address of this network: the shop may reach it, and we may not
        return [*lines, failed("kiosk", error, ok=None)]
    except ConnectorError as error:
        return [*lines, failed("kiosk", error)]
    return [*lines, _page(reply, account)]


def _page(reply: Reply, account: Account) -> Check:
    """Say whether the page of this shop came: another server may answer at the address."""
    if not isinstance(reply, HttpReply) or reply.status != HTTPStatus.OK:
        status = reply.status if isinstance(reply, HttpReply) else 0
        return Check(key="kiosk", ok=False, detail=str(status))
    return Check(key="kiosk", ok=str(account.id).encode() in reply.body)


def _is_for_phones(address: str) -> bool:
    """Say whether a visitor's phone can open it: secure, and not this machine's own name."""
    url = urlsplit(address)
    host = url.hostname or ""
    if url.scheme != "https" or host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return bool(host)
