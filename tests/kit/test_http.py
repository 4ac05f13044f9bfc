"""The way out: public addresses only, pinned; and what surely did not happen is told apart."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from hilo.kit.errors import Rejected, TemporaryFailure, UnknownOutcome
from hilo.kit.http import Guard, Http, PrivateAddress, Request, TooMuch, is_public

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),  # noqa: S104 - judged, not bound
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("192.0.2.7", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("fd12::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::5db8:d822", True),
        ("2002:7f00:1::", False),
        ("2001:0:1234::1", False),
        ("2001:db8::1", False),
    ],
)
def test_only_the_open_internet_is_public(address: str, public: bool) -> None:  # noqa: FBT001
    assert is_public(ipaddress.ip_address(address)) is public


def resolving(*answers: Sequence[str]) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    """Answer each look-up with the next of these."""
    left = list(answers)

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


async def literal(host: str, _port: int) -> Sequence[str]:
    """Read numbers as the system does, octal and hexadecimal too, and ask nobody."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        return [socket.inet_ntoa(socket.inet_aton("127.0.0.1" if host == "localhost" else host))]


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    """Listen on loopback."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"


def saying(text: bytes) -> Talk:
    """Read the head of a request, then say this."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(text)
        await writer.drain()

    return talk


async def fetch(url: str, guard: Guard | None = None, **more: object) -> int:
    """Make one call; return its status."""
    http = Http(guard or Guard(LOOPBACK, literal))
    try:
        reply = await http.fetch(Request(**{"method": "GET", "url": url, **more}))  # type: ignore[arg-type]
        return reply.status
    finally:
        await http.close()


async def test_a_call_reaches_an_allowed_network_by_plain_http() -> None:
    async with server(saying(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n")) as url:
        assert await fetch(url) == 201


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://localhost/",
    ],
)
async def test_no_spelling_of_a_private_address_gets_out(url: str) -> None:
    with pytest.raises(Rejected):
        await fetch(url, Guard(resolve=literal))


async def test_one_private_address_among_public_ones_is_refused() -> None:
    guard = Guard(resolve=resolving(["93.184.216.34", "10.0.0.1"]))
    with pytest.raises(PrivateAddress):
        await fetch("https://two-faced.test/", guard)


async def test_a_name_that_changes_its_mind_is_refused_at_the_connection() -> None:
    guard = Guard(resolve=resolving(["93.184.216.34"], ["169.254.169.254"]))
    with pytest.raises(PrivateAddress):
        await fetch("https://rebinding.test/", guard)


@pytest.mark.parametrize(
    "url",
    ["http://public.test/", "ftp://public.test/", "https://user:word@public.test/", "nonsense"],
)
async def test_other_schemes_plain_http_and_passwords_are_refused(url: str) -> None:
    with pytest.raises(Rejected):
        await fetch(url, Guard(resolve=resolving(["93.184.216.34"])))


async def test_a_redirect_is_judged_again_and_headers_stay_with_the_first_host() -> None:
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        seen.append(head)
        port = head.partition(b"host: 127.0.0.1:")[2].split(b"\r\n")[0]
        elsewhere = b"http://localhost:" + port + b"/other"
        target = [b"/again", b"/again", elsewhere, b"http://169.254.169.254/"][len(seen) - 1]
        writer.write(
            b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: " + target + b"\r\n\r\n"
        )
        await writer.drain()

    async with server(talk) as url:
        assert await fetch(url, headers={"x-key": "1"}) == 302
        with pytest.raises(PrivateAddress):
            await fetch(url, headers={"x-key": "1"}, redirects=3)
    assert [b"x-key" in head.lower() for head in seen] == [True, True, True, False]


@pytest.mark.parametrize(
    ("method", "asked", "followed"), [("GET", 1, 1), ("GET", 9, 3), ("GET", 0, 0), ("POST", 3, 0)]
)
async def test_redirects_are_followed_as_often_as_asked_and_three_times_at_most(
    method: str, asked: int, followed: int
) -> None:
    calls: list[bytes] = []

    async def around(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: /again\r\n\r\n")
        await writer.drain()

    async with server(around) as url:
        assert await fetch(url, method=method, redirects=asked) == 302
    assert len(calls) == 1 + followed


async def test_nobody_listening_is_a_temporary_failure() -> None:
    async with server(saying(b"")) as url:
        pass
    with pytest.raises(TemporaryFailure):
        await fetch(url)


async def test_a_connection_that_breaks_after_writing_has_an_unknown_outcome() -> None:
    async with server(saying(b"")) as url:
        with pytest.raises(UnknownOutcome):
            await fetch(url)


async def test_a_slow_drip_ends_at_the_time_limit_of_the_whole_call() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
        for _ in range(100):
            writer.write(b".")
            await asyncio.sleep(0.05)

    async with server(talk) as url:
        with pytest.raises(UnknownOutcome):
            await fetch(url, timeout_s=0.3)


async def test_a_body_beyond_the_limit_is_refused_also_when_packed() -> None:
    import gzip  # noqa: PLC0415 - beside its use

    bomb = gzip.compress(b"0" * 2_000_000)
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(bomb)}\r\n\r\n"
    async with server(saying(head.encode() + bomb)) as url:
        with pytest.raises(TooMuch):
            await fetch(url, body_bytes_max=100_000)


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with server(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")) as url:
        assert await fetch(url) == 200
