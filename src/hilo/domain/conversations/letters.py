"""What a connector is given to send: a stored message as a MessageOut, with what it refers to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from babel.dates import format_datetime
from msgspec import Struct

from hilo.domain import library
from hilo.domain.conversations.models import AttachmentView, AuthorKind
from hilo.domain.inboxes import AccountRow
from hilo.domain.library import FileLinks, FileStore
from hilo.domain.library import Reader as FileReader
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound, Rejected
from hilo.kit.messages import LOCALES, Catalogue
from hilo.kit.sql import Queries
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


class Answered(Struct, frozen=True):
    """The mail that is answered."""

    id: UUID
    name: str
    text: str
    at: datetime


class Stationery(Struct, frozen=True):
    """What letters are made with."""

    store: FileStore
    links: FileLinks
    texts: Catalogue


async def compose(
    tx: Tx, stationery: Stationery, account: AccountRow, manifest: Manifest, message: UUID
) -> MessageOut:
    """Return the message as its connector sends it; files still without their bytes.

    Raises: NotFound when it was withdrawn; Rejected when nobody is there to receive it.
    """
    letter = await tx.maybe(SQL.letter, Letter, workspace=tx.workspace, message=message)
    if letter is None:
        raise NotFound("the message was withdrawn")
    if letter.kind is None or letter.value is None:
        raise Rejected("the address was taken away from the contact")
    mail = manifest.threading == "mail_thread"
    answered = await _answered(tx, letter) if mail else None
    locale = _locale(letter)
    return MessageOut(
        id=letter.id,
        conversation=letter.conversation,
        number=letter.number,
        part=1,
        to=Recipient(kind=letter.kind, value=letter.value, name=_name(letter)),
        text=letter.text,
        html=letter.html,
        subject=letter.subject or letter.conversation_subject,
        files=_files(stationery, account, letter),
        sender_name=letter.author_name,
        workspace_name=letter.workspace_name,
        references=await _references(tx, letter) if mail else (),
        reply_to=await _reply_to(tx, letter, answered),
        cc=_addresses(letter.meta, "cc"),
        bcc=_addresses(letter.meta, "bcc"),
        quote="" if answered is None else answered.text,
        quote_from=_quote_from(stationery.texts, locale, answered),
        locale=locale,
        at=letter.at,
        now=tx.now,
        automatic=letter.author_kind == "system",
    )


async def with_contents(
    tx: Tx, store: FileStore, manifest: Manifest, message: MessageOut
) -> MessageOut:
    """Return the message with its files' bytes where the channel carries them, as mail does."""
    if not message.files or manifest.threading != "mail_thread":
        return message
    rows = await library.known_files(tx, [file.id for file in message.files])
    files = []
    for file in message.files:
        row = rows.get(file.id)
        content = b"" if row is None else await library.content_of(store, row)
        files.append(msgspec.structs.replace(file, content=content))
    return msgspec.structs.replace(message, files=files)


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


def _files(stationery: Stationery, account: AccountRow, letter: Letter) -> list[FileOut]:
    reader = FileReader("account", account.id, account.workspace_id)
    return [
        FileOut(
            id=each.id,
            name=each.name,
            media_type=each.media_type,
            size_bytes=each.size_bytes,
            url=stationery.links.url(each.id, reader),
            inline=each.inline,
            content_id=each.content_id,
        )
        for each in msgspec.convert(letter.attachments, list[AttachmentView])
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
    date = format_datetime(answered.at, "medium", locale=locale)
    return texts.t(locale, "mail.quote_from", date=date, name=answered.name)
