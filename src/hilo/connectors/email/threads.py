"""Which conversation a mail belongs to, as far as the mail itself can say.

Our Message-IDs and reply addresses carry a short HMAC by the account's own secret, so that nobody
can aim a mail at a conversation by guessing.
"""

import base64
import hmac
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final
from uuid import UUID

from hilo.connectors.email.headers import Headers
from hilo.sdk.account import Account

SECRET: Final = "signing"  # noqa: S105  # the name of the account's secret, not a secret
_MOST_REFERENCES: Final = 200
_TAG_BYTES: Final = 8
_OURS: Final = re.compile(r"<?([0-9a-f]{32})\.(\d{1,4})\.([0-9a-f]{16})@[^<>\s]+>?", re.IGNORECASE)
_TOKEN: Final = re.compile(r"\+([a-z2-7]{39})@")
_NUMBER: Final = re.compile(r"\[#(\d{1,12})\]")


def domain_of(account: Account) -> str:
    """Return the domain our Message-IDs and addresses live in."""
    return (account.address or "").rpartition("@")[2] or "hilo.localhost"


def message_id(message: UUID, part: int, account: Account) -> str:
    """Return the Message-ID of one part of one message: the same each time it is asked."""
    name = f"{message.hex}.{part}"
    return f"<{name}.{_tag(account, 'message', name)}@{domain_of(account)}>"


def our_message(reference: str, account: Account) -> UUID | None:
    """Return the message a Message-ID of ours names; None when it is not ours or was forged."""
    match = _OURS.fullmatch(reference.strip())
    if match is None or not account.secrets.get(SECRET):
        return None
    name = f"{match[1].lower()}.{match[2]}"
    if not hmac.compare_digest(_tag(account, "message", name), match[3].lower()):
        return None
    return UUID(hex=match[1])


def reply_address(conversation: UUID, account: Account) -> str | None:
    """Return our address with the conversation's token, or None where there is no secret."""
    address = account.address or ""
    local, at, domain = address.rpartition("@")
    if not at or not account.secrets.get(SECRET):
        return None
    mark = bytes.fromhex(_tag(account, "conversation", conversation.hex))
    token = base64.b32encode(conversation.bytes + mark).decode().rstrip("=").lower()
    return f"{local.partition('+')[0]}+{token}@{domain}"


def conversation_of(addresses: Iterable[str], account: Account) -> UUID | None:
    """Return the conversation named by a token in some addresses, when the token is really ours."""
    if not account.secrets.get(SECRET):
        return None
    for address in addresses:
        match = _TOKEN.search(address.lower())
        if match is None:
            continue
        data = base64.b32decode(match[1].upper() + "=")
        conversation = UUID(bytes=data[:16])
        expected = _tag(account, "conversation", conversation.hex)
        if hmac.compare_digest(expected, data[16:].hex()):
            return conversation
    return None


def plain_address(address: str) -> str:
    """Return an address in lower case without its plus part."""
    local, at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def references(headers: Headers) -> Sequence[str]:
    """Return what the mail refers to, newest first: In-Reply-To, then References from its end."""
    chain = headers.ids("references")[-_MOST_REFERENCES:]
    return list(dict.fromkeys([*reversed(headers.ids("in-reply-to")), *reversed(chain)]))


def root(headers: Headers, own: str) -> str:
    """Return what the mails of one thread share: the oldest reference, or the mail itself."""
    for name in ("references", "in-reply-to"):
        found = headers.ids(name)
        if found:
            return found[0]
    return own


def own_id(headers: Headers, fingerprint: str) -> tuple[str, bool]:
    """Return the mail's Message-ID and whether it had to be made up from its fingerprint."""
    for raw in headers.raw("message-id"):
        match = re.search(r"<([^<>\s]{3,240})>", raw)
        bare = match[1] if match else raw.strip("<> \t")
        if re.fullmatch(r"[^\s<>]{3,240}", bare) and bare.strip("@.") and bare.isprintable():
            return f"<{bare}>", False
    return f"<{fingerprint}@made-up.invalid>", True


def fingerprint(headers: Headers, body: Iterable[bytes]) -> str:
    """Return a hash that survives another folder, relay or transfer encoding, but no other text."""
    seen = sha256()
    for name in ("from", "to", "date", "subject"):
        seen.update("\0".join(headers.raw(name)).encode("utf-8", "surrogateescape") + b"\1")
    seen.update(body_hash(body).encode())
    return seen.hexdigest()[:32]


def body_hash(body: Iterable[bytes]) -> str:
    """Return a hash of a body's parts that takes no notice of white space."""
    seen = sha256()
    for part in body:
        seen.update(b"".join(part.split()) + b"\1")
    return seen.hexdigest()[:16]


def number_in(subject: str) -> int | None:
    """Return the conversation's number a subject names as `[#123]`."""
    match = _NUMBER.search(subject)
    return int(match[1]) if match else None


def _tag(account: Account, purpose: str, text: str) -> str:
    key = account.secrets.get(SECRET, "").encode()
    said = f"hilo mail {purpose} {account.id.hex} {text}".encode()
    return hmac.new(key, said, sha256).hexdigest()[: 2 * _TAG_BYTES]
