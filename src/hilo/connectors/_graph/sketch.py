"""What the simulators behind the Graph API share: its words for good and bad, its signatures."""

import math
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.connectors._graph import door
from hilo.sdk.simulator import Request, Response, Trouble, Webhook

_JSON = {"content-type": "application/json; charset=UTF-8"}
_KEPT = 1000
_FILES = 200


class Path(Struct, frozen=True):
    """Where a request goes. parts: below the version."""

    host: str
    parts: tuple[str, ...]
    query: Mapping[str, str]

    @property
    def last(self) -> str:
        """What is asked for."""
        return self.parts[-1] if self.parts else ""


class Files:
    """The files the vendor stores for a while, by numbers of its own."""

    def __init__(self) -> None:
        """None yet."""
        self._count = 0
        self._files: OrderedDict[str, tuple[bytes, str]] = OrderedDict()

    def put(self, content: bytes, media_type: str) -> str:
        """Store a file; return its number."""
        self._count += 1
        id_ = f"5{self._count:014}"
        self._files[id_] = (content, media_type)
        while len(self._files) > _FILES:
            self._files.popitem(last=False)
        return id_

    def get(self, id_: str) -> tuple[bytes, str]:
        """Return a file and its media type, both empty when it is not there."""
        return self._files.get(id_, (b"", ""))


def path_of(request: Request) -> Path:
    """Read an address of the API."""
    url = urlsplit(request.url)
    parts = [each for each in url.path.split("/") if each]
    if parts and parts[0][:1] == "v" and parts[0][1:2].isdigit() and "." in parts[0]:
        parts = parts[1:]
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    return Path(url.hostname or "", tuple(parts), query)


def object_of(request: Request) -> dict[str, Any]:
    """Return a JSON body; nothing when it is none."""
    try:
        body = msgspec.json.decode(request.body or b"{}")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def header(request: Request, name: str) -> str:
    """Return a header, however it is written."""
    wanted = name.lower()
    return next((value for key, value in request.headers.items() if key.lower() == wanted), "")


def bearer(request: Request) -> str:
    """Return the token a request comes with."""
    return header(request, "authorization").removeprefix("Bearer ")


def done(body: object = None) -> Response:
    """Return a good answer."""
    told = {"success": True} if body is None else body
    return Response(status=200, headers=_JSON, body=msgspec.json.encode(told))


def refused(
    status: int, code: int, message: str, subcode: int | None = None, details: str = ""
) -> Response:
    """Return a bad answer in the vendor's form."""
    error: dict[str, object] = {
        "message": f"(#{code}) {message}",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "Asimulated",
    }
    if subcode is not None:
        error["error_subcode"] = subcode
    if details:
        error["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return Response(status=status, headers=_JSON, body=msgspec.json.encode({"error": error}))


def nothing(path: Path) -> Response:
    """Return the answer where there is nothing."""
    return refused(400, 100, f"Unsupported request: {'/'.join(path.parts)}", 33)


def trouble(kind: Trouble, throttled: tuple[int, str]) -> Response:
    """Return the vendor's words for a fault. throttled: its code and message for too much."""
    match kind:
        case "throttled":
            return refused(429, *throttled)
        case "server_error":
            return Response(status=500, headers={"content-type": "text/html"}, body=b"<html>Sorry")
        case "expired_token":
            return refused(401, 190, "Error validating access token: it has expired", 463)


def webhook(body: object, secret: str, after_s: float) -> Webhook:
    """Return a signed webhook."""
    raw = msgspec.json.encode(body)
    headers = {"content-type": "application/json", **door.sign(raw, secret)}
    return Webhook(body=raw, headers=headers, after_s=after_s)


def number(seed: UUID, digits: int, first: str) -> str:
    """Return a made-up id of the vendor: the same for the same seed."""
    return first + str(seed.int % 10 ** (digits - len(first))).zfill(digits - len(first))


def stamp(at: datetime) -> str:
    """Return a moment in seconds, as text."""
    return str(math.floor(at.timestamp()))
