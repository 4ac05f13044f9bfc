"""Files: where a record names them, how they are fetched, how ours are placed in a request."""

from collections.abc import Generator, Mapping, Sequence
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urlsplit

from hilo.connectors.sms_http import fields
from hilo.kit.errors import Rejected, TemporaryFailure
from hilo.sdk import hosts
from hilo.sdk.abilities import Fetched
from hilo.sdk.inbound import FileIn, Unknown
from hilo.sdk.outbound import Call, HttpCall, HttpReply, Reply
from hilo.sdk.settings import is_web_address

MOST_FILES = 10
_USUAL = ("media",)
_NAME_CHARS = 200
_ADDRESS_CHARS = 4000
# What a phone's message is laid out with, beside what it holds.
_NO_CONTENT = (".smil", ".xml")
_OK = range(200, 300)
_GONE = {403, 404, 410}
_MEDIA_BYTES = 20_000_000


def found(
    record: fields.Record, named: Mapping[str, object]
) -> tuple[Sequence[FileIn], Sequence[Unknown]]:
    """Return the files of a message, and what stands in their place and is none."""
    told = [each.strip() for path in paths(named) for each in record.lists.get(path, ())]
    addresses = [each for each in dict.fromkeys(told) if each]
    good = [each for each in addresses if is_web_address(each) and len(each) <= _ADDRESS_CHARS]
    files = [FileIn(name=_name(each), url=each) for each in good if not _is_layout(each)]
    strange = []
    if len(good) < len(addresses):
        strange.append(Unknown(kind="media", reason="not an address of a file"))
    if len(files) > MOST_FILES:
        strange.append(Unknown(kind="media", reason=f"more than {MOST_FILES} files"))
    return files[:MOST_FILES], strange


def paths(named: Mapping[str, object]) -> Sequence[str]:
    """Return which fields hold addresses; accounts from before files have the usual one."""
    given = named.get("in_media", _USUAL)
    return [str(each) for each in given] if isinstance(given, list | tuple) else _USUAL


def placed(
    text: str, addresses: Sequence[str], named: Mapping[str, object]
) -> tuple[str, str | list[str] | None]:
    """Return the text, and what its field of files holds; None: there is no such field.

    What the gateway has no place for stands below the words, as a link.
    """
    match named.get("media"):
        case "list":
            return text, list(addresses) or None
        case "one":
            return _below(text, addresses[1:]), addresses[0] if addresses else None
        case _:
            return _below(text, addresses), None


def fetch(
    url: str, named: Mapping[str, object], headers: Mapping[str, str]
) -> Generator[Call, Reply, Fetched]:
    """Get a file. headers: our credentials, shown to the gateway's own address alone."""
    is_own = _is_own(url, named)
    among = named.get("media_hosts")
    if not is_own and isinstance(among, list | tuple) and not hosts.is_among(url, among):
        raise Rejected("the file is not where this gateway keeps its files")
    reply = yield HttpCall(
        method="GET",
        url=url,
        headers=headers if is_own else {},
        timeout_s=60,
        is_harmless=True,
        redirects=3,
        body_bytes_max=_MEDIA_BYTES,
    )
    if not isinstance(reply, HttpReply) or reply.status not in _OK:
        status = reply.status if isinstance(reply, HttpReply) else 0
        kind = Rejected if status in _GONE else TemporaryFailure
        raise kind("the file could not be fetched", vendor_code=str(status))
    return Fetched(content=reply.body, media_type=reply.headers.get("content-type", ""))


def _below(text: str, addresses: Sequence[str]) -> str:
    return "\n".join([each for each in (text, *addresses) if each])


def _is_own(url: str, named: Mapping[str, object]) -> bool:
    own, other = urlsplit(str(named.get("send_url", ""))), urlsplit(url)
    return _origin(own) == _origin(other)


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port


def _name(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name[:_NAME_CHARS]


def _is_layout(url: str) -> bool:
    return urlsplit(url).path.lower().endswith(_NO_CONTENT)
