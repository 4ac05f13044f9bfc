"""The one way out: every HTTP call that Hilo makes to somebody else's address.

A name is resolved, refused when it is not public, and the connection goes to that very address.
Plain http and private addresses only into networks the operator named. No proxy is read from the
environment, no cookie kept, no connection reused: what fails before it was written surely did not
happen, and what was written without an answer says so.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import NoReturn

import httpcore2
import httpx2
import msgspec
from msgspec import Struct
from typing_extensions import override

from hilo.kit.config import Network
from hilo.kit.errors import Rejected, TemporaryFailure, UnknownOutcome

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
SocketOptions = Iterable[
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
]
BODY_BYTES_MAX = 5_000_000
_REDIRECTS_MAX = 3
_REDIRECTS = (301, 302, 303, 307, 308)
# Carry an IPv4 address inside: judged by it. NAT64 and 6to4.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_TEREDO = ipaddress.IPv6Network("2001::/32")
_SHARED = ipaddress.IPv4Network("100.64.0.0/10")  # between carriers and their customers


class Request(Struct, frozen=True, kw_only=True):
    """One call. timeout_s counts all of it. redirects: how many may be followed (GET only)."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    timeout_s: float = 10
    redirects: int = 0
    body_bytes_max: int = BODY_BYTES_MAX


class Reply(Struct, frozen=True, kw_only=True):
    """What was answered. headers: lower-cased names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class PrivateAddress(Rejected):
    """The address is not public, and its network is not in HILO_ALLOW_PRIVATE_URLS."""

    code = "private-address"


class TooMuch(Rejected):
    """The answer is bigger than was asked for."""

    code = "answer-too-big"


class Guard:
    """Decides which addresses may be called."""

    def __init__(
        self,
        allow: Sequence[Network] = (),
        resolve: Resolve | None = None,
        only: tuple[str, int] | None = None,
    ) -> None:
        """allow: private networks that may be reached, by plain http too.

        only: the one host and port that is let through, wherever it is; nothing else is.
        """
        self._allow = allow
        self._resolve = resolve or _look_up
        self._only = only

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return what the name means now. Raises PrivateAddress if any of it is refused.

        All are judged: a name with one public and one private address is a trap.
        """
        if self._only not in {None, (host, port)}:
            raise PrivateAddress(f"{host} is not reached from here", host=host)
        try:
            found = await self._resolve(host, port)
        except OSError as error:
            raise TemporaryFailure(f"{host} cannot be resolved", host=host) from error
        for each in found:
            address = ipaddress.ip_address(each.partition("%")[0])
            if not (is_public(address) or self._only or self.is_allowed(address)):
                raise PrivateAddress(
                    f"{host} is not a public address; see HILO_ALLOW_PRIVATE_URLS", host=host
                )
        if not found:
            raise TemporaryFailure(f"{host} has no address", host=host)
        return found

    async def check(self, url: str) -> None:
        """Refuse an address before anything is sent there. Raises Rejected."""
        parsed = _parsed(url)
        port = parsed.port or (443 if parsed.scheme == "https" else 80)
        found = await self.addresses(parsed.host, port)
        if parsed.scheme == "http" and not all(
            self._only or self.is_allowed(ipaddress.ip_address(each.partition("%")[0]))
            for each in found
        ):
            raise Rejected("plain http is refused; use https", url=url)

    def is_allowed(self, address: IpAddress) -> bool:
        """Say whether the operator named its network."""
        bare = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return any(
            each in network
            for network in self._allow
            for each in (address, bare)
            if each is not None and each.version == network.version
        )


def is_public(address: IpAddress) -> bool:
    """Say whether the address belongs to the open internet, however it is dressed."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(inside) and address not in _SIX_TO_FOUR
        if address in _TEREDO:
            return False
    elif address in _SHARED:
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


class Http:
    """The client. One per process; close it."""

    def __init__(self, guard: Guard, *, proxy: str | None = None) -> None:
        """proxy: of the operator; then the proxy resolves names, and the guard still asks first."""
        self.guard = guard
        transport = httpx2.AsyncHTTPTransport(
            verify=_trusted(),
            trust_env=False,
            proxy=proxy,
            limits=httpx2.Limits(max_connections=200, max_keepalive_connections=0),
        )
        if proxy is None:
            # The pool is given a network that connects to guarded addresses only.
            transport._pool._network_backend = _Guarded(guard)  # noqa: SLF001 - no public way
        self._client = httpx2.AsyncClient(
            transport=transport, trust_env=False, follow_redirects=False
        )

    async def close(self) -> None:
        """End all connections."""
        await self._client.aclose()

    async def fetch(self, request: Request) -> Reply:
        """Make the call and return the answer, whatever its status.

        Raises: Rejected for an address that is refused; TemporaryFailure when surely nothing was
        written; UnknownOutcome when it was and no whole answer came; TooMuch.
        """
        written = _Written()
        try:
            async with asyncio.timeout(request.timeout_s):
                while True:
                    await self.guard.check(request.url)
                    reply = await self._once(request, written)
                    following = redirected(request, reply)
                    if following is None:
                        return reply
                    request = following
        except TimeoutError as error:
            _fail(written, f"no answer within {request.timeout_s} s", error)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise TemporaryFailure(f"no connection: {error}") from error
        except httpx2.HTTPError as error:
            _fail(written, f"the connection broke: {error}", error)

    async def _once(self, request: Request, written: "_Written") -> Reply:
        async with self._client.stream(
            request.method,
            request.url,
            headers={"user-agent": "hilo", "accept-encoding": "identity", **request.headers},
            content=request.body or None,
            extensions={"trace": written.trace},
            timeout=request.timeout_s,
        ) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes(65_536):
                body += chunk
                if len(body) > request.body_bytes_max:
                    raise TooMuch(f"the answer has more than {request.body_bytes_max} bytes")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(status=response.status_code, headers=headers, body=bytes(body))


def redirected(request: Request, reply: Reply) -> Request | None:
    """Return the request that follows an answer; None when there is nothing more to follow."""
    target = reply.headers.get("location")
    left = min(request.redirects, _REDIRECTS_MAX) if request.method == "GET" else 0
    if not (left and target and reply.status in _REDIRECTS):
        return None
    old = httpx2.URL(request.url)
    try:
        new = old.join(target)
    except httpx2.InvalidURL as error:
        raise Rejected(f"led to no address: {error}") from error
    # Headers may hold credentials, and they were meant for the first host.
    stays = (old.scheme, old.host, old.port) == (new.scheme, new.host, new.port)
    return msgspec.structs.replace(
        request,
        url=str(new),
        headers=request.headers if stays else {},
        body=b"",
        redirects=left - 1,
    )


def settled(url: str) -> str:
    """Return the address as it would be called: `/a/../b` is `/b`. Raises Rejected for none."""
    return str(_parsed(url))


class _Written:
    """Knows whether the request's first byte was handed to the network."""

    def __init__(self) -> None:
        self.any = False

    async def trace(self, event: str, _info: Mapping[str, object]) -> None:
        if event.endswith("send_request_headers.started"):
            self.any = True


class _Guarded(httpcore2.AsyncNetworkBackend):
    """Connects to what the guard let through, by its number: the name is not asked again."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = httpcore2.AnyIOBackend()

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        error: Exception | None = None
        for address in (await self._guard.addresses(host, port))[:3]:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as failed:
                error = failed
        raise error or httpcore2.ConnectError("no address")

    @override
    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise httpcore2.ConnectError("unix sockets are not the outside")

    @override
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@cache
def _trusted() -> ssl.SSLContext:
    """Return how servers are trusted: by the system's certificates, read once for all clients."""
    return httpx2.create_ssl_context(trust_env=False)


async def _look_up(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _parsed(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise Rejected(f"not an address: {error}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Rejected("only http and https addresses can be called")
    if parsed.userinfo:
        raise Rejected("an address with a password in it is refused")
    return parsed


def _fail(written: _Written, text: str, error: BaseException) -> NoReturn:
    if written.any:
        raise UnknownOutcome(text) from error
    raise TemporaryFailure(text) from error
