"""Files and profiles: two calls each, for an address holds the token and dies within the hour."""

from collections.abc import Generator

import msgspec
from msgspec import Struct

from hilo.connectors.telegram import names, outbound
from hilo.connectors.telegram.outbound import HOST
from hilo.kit.errors import Rejected, TemporaryFailure
from hilo.sdk.abilities import Fetched, Profile
from hilo.sdk.account import Account
from hilo.sdk.outbound import Call, HttpCall, HttpReply, Recipient, Reply

_MOST_BYTES = 20_000_000  # the vendor lends no larger file
_OK = 200
_GONE = {400, 404, 410}


class Where(Struct, frozen=True):
    """Where a file lies. file_path: below the bot's files, for an hour."""

    file_path: str = ""
    file_size: int = 0


class Photo(Struct, frozen=True):
    """A chat's picture."""

    big_file_id: str = ""


class Whole(Struct, frozen=True):
    """A chat with all that is known of it."""

    first_name: str = ""
    last_name: str = ""
    title: str = ""
    username: str = ""
    photo: Photo | None = None


def fetch(file_id: str, account: Account) -> Generator[Call, Reply, Fetched]:
    """Get a file. Raises Rejected when it is larger than the vendor lends."""
    found = yield from outbound.call(account, "getFile", {"file_id": file_id})
    where = msgspec.convert(found, Where)
    if not where.file_path:
        raise Rejected("the vendor lends only files up to 20 MB")
    token = account.secrets.get("token", "")
    reply = yield HttpCall(
        method="GET",
        url=f"{HOST}/file/bot{token}/{where.file_path}",
        timeout_s=60,
        is_harmless=True,
        body_bytes_max=_MOST_BYTES,
    )
    if not isinstance(reply, HttpReply) or reply.status != _OK:
        status = reply.status if isinstance(reply, HttpReply) else 0
        kind = Rejected if status in _GONE else TemporaryFailure
        raise kind("the file could not be fetched", vendor_code=str(status))
    return Fetched(content=reply.body, name=where.file_path.rpartition("/")[2])


def profile(who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
    """Return name and picture of a chat."""
    chat = names.where(who.value).chat
    found = msgspec.convert(
        (yield from outbound.call(account, "getChat", {"chat_id": chat})), Whole
    )
    name = f"{found.first_name} {found.last_name}".strip() or found.title
    return Profile(
        name=name,
        avatar=found.photo.big_file_id if found.photo else "",
        attributes={"telegram": found.username} if found.username else {},
    )
