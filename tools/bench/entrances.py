"""Whom the load generator pretends to be: another system, or a vendor who posts its webhooks."""

import hmac
import time
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from bench.wire import request
from signed import headers, message

_HELLO = "Question {}: where is order CF-{}?"


class Entrance(Protocol):
    """One account's webhook, as its other side uses it."""

    @property
    def name(self) -> str:
        """Of the channel."""
        ...

    def hook(self, number: int, mark: str, people: int) -> bytes:
        """Return one signed request. people: how many different senders."""
        ...


class Api(Struct, frozen=True):
    """The generic channel: one message a request, signed as Standard Webhooks."""

    path: str
    secret: str
    name: Literal["api"] = "api"

    def hook(self, number: int, mark: str, people: int) -> bytes:
        """Return one signed request."""
        id_ = f"{mark}-{number}"
        sender = {"id": f"{mark}-{number % people}", "name": f"Sender {number % people}"}
        body = message(id_, sender, _HELLO.format(number, number))
        return request("POST", self.path, headers(self.secret, id_, body), body)


class WhatsApp(Struct, frozen=True):
    """A number of the Cloud API: the vendor's whole envelope, ids and profile included."""

    path: str
    secret: str
    number: str
    name: Literal["whatsapp"] = "whatsapp"

    def hook(self, number: int, mark: str, people: int) -> bytes:
        """Return one signed request."""
        who = number % people
        # Spanish mobile numbers: valid ones are normalised, as real ones are.
        phone = f"346{(int(mark[-7:], 16) + who) % 10**8:08}"
        bsuid = f"ES.{mark}{who}"
        text = {
            "from": phone,
            "from_user_id": bsuid,
            "id": f"{mark}-{number}",
            "timestamp": str(int(time.time())),
            "type": "text",
            "text": {"body": _HELLO.format(number, number)},
        }
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "34910000000", "phone_number_id": self.number},
            "contacts": [{"profile": {"name": f"Sender {who}"}, "wa_id": phone, "user_id": bsuid}],
            "messages": [text],
        }
        change = {"value": value, "field": "messages"}
        entry = {"id": "200300400500600", "changes": [change]}
        body = msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})
        signature = f"sha256={hmac.digest(self.secret.encode(), body, 'sha256').hex()}"
        told = {"content-type": "application/json", "x-hub-signature-256": signature}
        return request("POST", self.path, told, body)


def hooks(entrance: Entrance, count: int, mark: str, people: int) -> list[bytes]:
    """Return so many signed requests."""
    return [entrance.hook(number, mark, people) for number in range(count)]
