"""What a connector is given to send: a stored message as a MessageOut, with what it refers to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain import library
from hilo.domain.conversations.errors import OptedOut, WindowClosed
from hilo.domain.conversations.models import AttachmentView, AuthorKind
from hilo.domain.conversations.replies import windows
from hilo.domain.conversations.replies.senders import SIGNATURE_CHARS
from hilo.domain.conversations.replies.splitting import Slice
from hilo.domain.conversations.rows import content_of
from hilo.domain.inboxes import AccountRow
from hilo.domain.library import LASTING_S, LINK_S, FileLinks, FileStore, StoredFile
from hilo.domain.library import Reader as FileReader
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound, Rejected
from hilo.kit.messages import LOCALES, Catalogue
from hilo.kit.sql import Queries
from hilo.sdk.content import Comment, Template
from hilo.sdk.inbound import IdentityKind
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import FileOut, MessageOut, Recipient

SQL = Queries(__package__, "carry.sql")


class Letter(Struct, frozen=True):
    """A message to send, with its conversation, its recipient and its workspace."""

    id: UUID
    conversation: UUID
    seq: int
    author_kind: AuthorKind
    author_name: str
    subject: str
    text: str
    html: str | None
    attachments: Sequence[Mapping[str, object]]
    meta: Mapping[str, object]
    reply_to: UUID | None
    at: datetime
    number: int
    conversation_subject: str
    contact_name: str
    contact_locale: str
    kind: IdentityKind | None
    value: str | None
    workspace_name: str
    workspace_locale: str
    identity: UUID | None
    content: Mapping[str, object] | None
    contact: UUID
    is_stopped: bool
    parts: int
    signature: str


class Piece(Struct, frozen=True):
    """Which part of which message. share: None = the whole message."""

    message: UUID
    number: int = 1
    share: Slice | None = None


class Answered(Struct, frozen=True):
    """The mail that is answered."""

    id: UUID
    name: str
    text: str
    at: datetime
    meta: Mapping[str, object]


class Stationery(Struct, frozen=True):
    """What letters are made with."""

    store: FileStore
    links: FileLinks
    texts: Catalogue


async def read(tx: Tx, messages: Sequence[UUID]) -> dict[UUID, Letter]:
    """Return these messages by id; what was withdrawn is not there."""
    found = await tx.all(SQL.letters, Letter, workspace=tx.workspace, messages=list(messages))
    return {letter.id: letter for letter in found}


async def compose(
    tx: Tx,
    stationery: Stationery,
    account: AccountRow,
    manifest: Manifest,
    piece: Piece,
    letter: Letter | None,
) -> MessageOut:
    """Return the part as its connector sends it; files still without their bytes.

    Raises: NotFound when it was withdrawn; Rejected when nobody is there to receive it; OptedOut;
    WindowClosed.
    """
    if letter is None:
        raise NotFound("the message was withdrawn")
    if letter.kind is None or letter.value is None or letter.identity is None:
        raise Rejected("the address was taken away from the contact", reason="address-gone")
    if letter.is_stopped:
        raise OptedOut("the contact wants no more messages")
    share = piece.share or _whole(letter)
    heard = await _heard(tx, account, manifest, letter, share)
    mail = manifest.threading == "mail_thread"
    answered = await _answered(tx, letter) if mail else None
    locale = _locale(letter)
    # In public each part stands below the comment; else one part alone answers the message.
    names_it = piece.number == 1 or isinstance(share.content, Comment)
    return MessageOut(
        id=letter.id,
        conversation=letter.conversation,
        number=letter.number,
        part=piece.number,
        parts=letter.parts,
        heard_at=heard,
        content=share.content,
        to=Recipient(kind=letter.kind, value=letter.value, name=_name(letter)),
        text=share.text,
        html=letter.html if piece.share is None else None,
        subject=letter.subject or letter.conversation_subject,
        files=_files(stationery, account, manifest, letter, share),
        sender_name=letter.author_name,
        sender_signature=letter.signature[:SIGNATURE_CHARS].strip(),
        workspace_name=letter.workspace_name,
        references=await _references(tx, letter) if mail else (),
        reply_to=await _reply_to(tx, letter, answered) if names_it else None,
        cc=_addresses(letter.meta, "cc"),
        bcc=_addresses(letter.meta, "bcc"),
        sender=str(letter.meta.get("sender") or ""),
        answered_to=() if answered is None else _addresses(answered.meta, "to"),
        quote="" if answered is None else answered.text,
        quote_from=_quote_from(stationery.texts, locale, answered),
        locale=locale,
        at=letter.at,
        now=tx.now,
        automatic=letter.author_kind == "system",
    )


async def with_contents(
    store: FileStore, rows: Mapping[UUID, StoredFile], message: MessageOut
) -> MessageOut:
    """Return the message with its files' bytes. rows: of those the channel carries itself."""
    if not rows:
        return message
    files = []
    for file in message.files:
        row = rows.get(file.id)
        content = b"" if row is None else await library.content_of(store, row)
        files.append(msgspec.structs.replace(file, content=content))
    return msgspec.structs.replace(message, files=files)


def _whole(letter: Letter) -> Slice:
    return Slice(
        text=letter.text,
        files=[each.id for each in msgspec.convert(letter.attachments, list[AttachmentView])],
        content=None if letter.content is None else content_of(letter.content),
    )


async def _heard(
    tx: Tx, account: AccountRow, manifest: Manifest, letter: Letter, share: Slice
) -> datetime | None:
    """Return when the contact was last heard. Raises: WindowClosed when that is too long ago."""
    window = windows.window_of(manifest, account.settings)
    if not windows.has_end(window) or letter.identity is None:
        return None
    heard = await windows.heard_at(tx, letter.contact, account.id, letter.identity)
    if isinstance(share.content, Comment):
        return heard  # below a comment there is no window
    if isinstance(share.content, Template) and window.template:
        return heard
    if not windows.is_open(window, heard, tx.now, letter.author_kind):
        raise WindowClosed("the channel takes no free reply any more")
    return heard


async def _answered(tx: Tx, letter: Letter) -> Answered | None:
    return await tx.maybe(
        SQL.last_incoming,
        Answered,
        workspace=tx.workspace,
        conversation=letter.conversation,
        identity=letter.identity,
        seq=letter.seq,
    )


async def _references(tx: Tx, letter: Letter) -> list[str]:
    return await tx.all(
        SQL.references,
        str,
        workspace=tx.workspace,
        conversation=letter.conversation,
        seq=letter.seq,
    )


async def _reply_to(tx: Tx, letter: Letter, answered: Answered | None) -> str | None:
    target = letter.reply_to or (None if answered is None else answered.id)
    if target is None:
        return None
    return await tx.maybe(
        SQL.outside_names,
        str,
        workspace=tx.workspace,
        conversation=letter.conversation,
        message=target,
    )


def _files(
    stationery: Stationery, account: AccountRow, manifest: Manifest, letter: Letter, share: Slice
) -> list[FileOut]:
    life_s = LASTING_S if manifest.has("lasting_files") else LINK_S
    wanted = set(share.files)
    reader = FileReader("account", account.id, account.workspace_id)
    return [
        FileOut(
            id=each.id,
            name=each.name,
            media_type=each.media_type,
            size_bytes=each.size_bytes,
            url=stationery.links.url(each.id, reader, life_s=life_s),
            inline=each.inline,
            content_id=each.content_id,
        )
        for each in msgspec.convert(letter.attachments, list[AttachmentView])
        if each.id in wanted
    ]


def _name(letter: Letter) -> str:
    """Return the recipient's name; an address is not one."""
    return "" if letter.contact_name == letter.value else letter.contact_name


def _locale(letter: Letter) -> str:
    spoken = letter.contact_locale[:2].lower()
    return spoken if spoken in LOCALES else letter.workspace_locale


def _addresses(meta: Mapping[str, object], field: str) -> list[str]:
    given = meta.get(field)
    return [each for each in given if isinstance(each, str)] if isinstance(given, list) else []


def _quote_from(texts: Catalogue, locale: str, answered: Answered | None) -> str:
    if answered is None:
        return ""
    from babel.dates import format_datetime  # noqa: PLC0415 - the first letter brings it

    date = format_datetime(answered.at, "medium", locale=locale)
    return texts.t(locale, "mail.quote_from", date=date, name=answered.name)
