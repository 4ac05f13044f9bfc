"""One request of a browser, read with care, and its answers: JSON, problems, CORS."""

from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec
from litestar.types import Receive, Scope, Send
from msgspec import Struct

from hilo.entry.api.problems import MEDIA_TYPE, headers_of, of_decoding, problem_of
from hilo.kit.errors import Forbidden, HiloError, Invalid, TooLarge
from hilo.sdk.account import Account

Body = TypeVar("Body")
_MAX_AGE = b"600"
_ORIGIN_CHARS = 300


class Request(Struct, frozen=True, kw_only=True):
    """A request without its body. headers: lower-cased names. address: whose network address."""

    method: str
    path: Sequence[str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    address: str

    @property
    def token(self) -> str:
        """The visitor token, as `Authorization: Bearer` or in the query (a socket has no other)."""
        scheme, _, given = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and given.strip():
            return given.strip()
        return self.query.get("visitor_token", "")


def request_of(scope: Scope) -> Request:
    """Read what came before the body. What is not UTF-8 is replaced, never an error."""
    client = scope.get("client")
    query = scope["query_string"].decode("utf-8", "replace")
    return Request(
        method=str(scope.get("method", "GET")),
        path=[piece for piece in scope["path"].split("/") if piece],
        query=dict(parse_qsl(query, keep_blank_values=True, max_num_fields=None)),
        headers={
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        },
        address=client[0] if client else "",
    )


async def read_body(request: Request, receive: Receive, most_bytes: int) -> bytes:
    """Return the whole body. Raises: TooLarge as soon as that is clear."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most_bytes:
        raise TooLarge("the body is too large", limit_bytes=most_bytes)
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(pieces)  # gone before the end; nobody reads the answer
        piece = message.get("body", b"")
        size += len(piece)
        if size > most_bytes:
            raise TooLarge("the body is too large", limit_bytes=most_bytes)
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


def decode(body: bytes, type_: type[Body]) -> Body:
    """Return the JSON body. Raises: Invalid naming the field; BadBody when it is not JSON."""
    try:
        return msgspec.json.decode(body or b"{}", type=type_)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _named(of_decoding(error)) from None


def _named(error: HiloError) -> HiloError:
    """Name the body where the fault is the whole of it."""
    if isinstance(error, Invalid) and not error.errors[0].field:
        return Invalid(msgspec.structs.replace(error.errors[0], field="body"))
    return error


def check_origin(request: Request, account: Account, public_url: str) -> None:
    """Refuse a browser on a site that may not show this chat. Raises: Forbidden."""
    origin = request.headers.get("origin", "")
    if not origin or is_allowed(origin, request.headers.get("host", ""), account, public_url):
        return
    raise Forbidden("this site is not among the allowed origins", reason="origin-not-allowed")


def is_allowed(origin: str, host: str, account: Account, public_url: str) -> bool:
    """Say whether a page of this origin may talk to us: ours, an allowed one, any when none is."""
    if len(origin) > _ORIGIN_CHARS:
        return False
    try:
        ours = urlsplit(public_url)
        given = urlsplit(origin.lower())
        if given.netloc and given.netloc in (host.lower(), ours.netloc.lower()):
            return True
        allowed = allowed_origins(account)
        return not allowed or any(_fits(origin.lower(), each) for each in allowed)
    except ValueError:
        return False


def allowed_origins(account: Account) -> list[str]:
    """Return the sites named in the settings, lower case."""
    given = account.settings.get("allowed_origins", [])
    return [str(each).lower() for each in given] if isinstance(given, list) else []


def _fits(origin: str, allowed: str) -> bool:
    scheme, _, rest = allowed.partition("://*.")
    if not rest:
        return origin == allowed
    return origin.startswith(f"{scheme}://") and origin.endswith(f".{rest}")


class Answer:
    """Sends one answer; remembers whether it began, since a second one cannot be sent."""

    def __init__(self, send: Send, request: Request) -> None:
        """request: whose answer; its origin is named in the headers."""
        self._send = send
        self._request = request
        self.is_begun = False

    async def json(self, status: int, value: object) -> None:
        """Send a value."""
        await self._all(status, msgspec.json.encode(value), b"application/json")

    async def empty(self, status: int = 204) -> None:
        """Send no body."""
        await self._all(status, b"", None)

    async def problem(self, error: Exception, request_id: str) -> None:
        """Send what went wrong; what nobody foresaw is logged there and is a 500."""
        problem = problem_of(error, request_id)
        extra = [(n.encode(), v.encode()) for n, v in headers_of(problem, error).items()]
        await self._all(problem.status, msgspec.json.encode(problem), MEDIA_TYPE.encode(), extra)

    async def preflight(self) -> None:
        """Answer what a browser asks before a request of another origin."""
        headers = [
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", b"authorization, content-type"),
            (b"access-control-max-age", _MAX_AGE),
        ]
        await self._all(204, b"", None, headers)

    async def _all(
        self,
        status: int,
        body: bytes,
        media_type: bytes | None,
        extra: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        headers = [
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"vary", b"Origin"),
            *extra,
        ]
        if media_type is not None:
            headers.append((b"content-type", media_type))
        origin = self._request.headers.get("origin")
        if origin:
            # No cookie is ever read here: the token is the only credential.
            headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
        self.is_begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})
