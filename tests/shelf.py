"""Plays a connector against its own simulator: calls in, webhooks out, without any I/O."""

from collections.abc import Generator, Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from hilo.sdk.account import Account, Delivery
from hilo.sdk.channel import ChannelConnector
from hilo.sdk.inbound import Inbound
from hilo.sdk.outbound import Call, FileOut, HttpCall, HttpReply, MessageOut, Recipient, Reply
from hilo.sdk.simulator import Phone, Request, Response, Simulator, Webhook

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
T = TypeVar("T")


def part(to: Recipient, text: str = "", **more: object) -> MessageOut:
    """Return a part of a message to send. more: other fields of MessageOut."""
    plain = {
        "id": UUID(int=5), "conversation": UUID(int=6), "number": 1, "part": 1, "at": AT,
        "now": AT,
    }  # fmt: skip
    return msgspec.convert({**plain, "to": to, "text": text, **more}, MessageOut)


def phone(simulator: Simulator, who: str = "7") -> Phone:
    """Return somebody's phone."""
    return next(each for each in simulator.phones() if each.who == who)


def picture(simulator: Simulator, url: str) -> bytes:
    """Return what is at a picture's address, asked as anybody would."""
    response, _ = simulator.request(Request(method="GET", url=url), AT)
    assert response.status == 200
    return response.body


def file(media_type: str, content: bytes = b"bytes", name: str = "a.bin") -> FileOut:
    """Return a file of ours with its bytes."""
    return FileOut(
        id=UUID(int=9),
        name=name,
        media_type=media_type,
        size_bytes=len(content),
        url="https://desk.test/files/9",
        content=content,
    )


def play(
    simulator: Simulator,
    asking: Generator[Call, Reply, T],
    *,
    webhooks: list[Webhook] | None = None,
    at: datetime = AT,
) -> T:
    """Drive calls against the vendor until their end. webhooks: takes what the vendor sends."""
    try:
        call = next(asking)
        while True:
            assert isinstance(call, HttpCall)
            response, sent = simulator.request(request_of(call), at)
            if webhooks is not None:
                webhooks += sent
            call = asking.send(reply_of(response))
    except StopIteration as end:
        value: T = end.value
        return value


def answer(asking: Generator[Call, Reply, T], response: Response) -> T:
    """Give the first call this answer; return what it ends with. Raises what it means."""
    next(asking)
    try:
        asking.send(reply_of(response))
    except StopIteration as end:
        value: T = end.value
        return value
    raise AssertionError("one call was expected")


def request_of(call: HttpCall) -> Request:
    """Return a call as the vendor receives it."""
    return Request(method=call.method, url=call.url, headers=call.headers, body=call.body)


def reply_of(response: Response) -> HttpReply:
    """Return a vendor's answer as the carrier hands it over."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return HttpReply(status=response.status, headers=headers, body=response.body)


def delivery(webhook: Webhook, account: Account, at: datetime = AT) -> Delivery:
    """Return a webhook as the door hands it over."""
    headers = {name.lower(): value for name, value in webhook.headers.items()}
    return Delivery(
        body=webhook.body,
        headers=headers,
        url=account.webhook_url + webhook.query,
        received_at=at,
    )


def read(
    connector: ChannelConnector, account: Account, webhooks: Iterable[Webhook]
) -> Sequence[Inbound]:
    """Return what the connector makes of webhooks, each verified first."""
    found: list[Inbound] = []
    for each in webhooks:
        connector.verify(delivery(each, account), account)
        found += connector.parse(delivery(each, account), account)
    return found
