"""Reacting, editing and taking back at the outside: asked of the vendor first, then shown.

So what an agent sees is what the contact sees; a refusal is the agent's answer at once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from hilo.domain import inboxes
from hilo.domain.conversations.errors import TooLateToChange
from hilo.domain.conversations.models import Author, MessageView
from hilo.domain.conversations.replies.replying import find_message
from hilo.domain.conversations.thread import amending
from hilo.domain.conversations.thread.amending import Change
from hilo.domain.inboxes import AccountRow, Channels
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, NotFound, Unsupported, invalid
from hilo.kit.sql import Queries
from hilo.kit.text import clean
from hilo.sdk.abilities import Acting
from hilo.sdk.inbound import IdentityKind
from hilo.sdk.manifest import Feature, Manifest
from hilo.sdk.outbound import ActionOut, Recipient

SQL = Queries(__package__, "acting.sql")
_EMOJI_CHARS = 40
Does = Literal["react", "edit", "delete"]
_FEATURES: dict[Does, Feature] = {"react": "reactions", "edit": "edit", "delete": "delete"}


class Wish(Struct, frozen=True, kw_only=True):
    """What an agent wants done. emoji: of a reaction, empty takes it away. text: of an edit."""

    does: Does
    emoji: str = ""
    text: str = ""


class Asked(Struct, frozen=True):
    """What the vendor is asked, in this order. by: the account."""

    row: AccountRow
    connector: Acting
    actions: Sequence[ActionOut]


class _Outside(Struct, frozen=True):
    account: UUID
    kind: IdentityKind
    value: str
    name: str
    names: Sequence[str | None]


async def ask(
    tx: Tx, actor: Actor, channels: Channels, place: tuple[UUID, UUID], wish: Wish
) -> Asked:
    """Return what to ask of the vendor. place: conversation and message.

    Raises: Forbidden; NotFound; Unsupported; Invalid; Conflict when the message is not known
    outside; TooLateToChange.
    """
    actor.must("conversation:reply")
    conversation, message = place
    view = await find_message(tx, conversation, message)
    if view.kind not in {"incoming", "outgoing"} or view.deleted_at is not None:
        raise Conflict("there is nothing to do with this message", reason="not-there")
    found = await tx.maybe(
        SQL.outside, _Outside, workspace=tx.workspace, message=message, conversation=conversation
    )
    row = None if found is None else await inboxes.queries.account(tx, found.account)
    if found is None or row is None:
        raise NotFound("the account or the address is gone")
    connector = channels.of(row)
    if not isinstance(connector, Acting) or not connector.manifest.has(_FEATURES[wish.does]):
        raise Unsupported(f"this channel has no {_FEATURES[wish.does]}")
    _refuse(connector.manifest, view, wish, tx.now)
    names = [name for name in found.names if name]
    if not names or row.state == "off":
        raise Conflict("the outside does not know this message", reason="not-sent")
    return Asked(row, connector, _actions(view, found, wish, names, tx.now))


async def done(tx: Tx, actor: Actor, place: tuple[UUID, UUID], wish: Wish) -> MessageView:
    """Show what the vendor has done. Publishes: MessageChanged."""
    conversation, message = place
    author = Author(kind="agent", id=actor.id, name=actor.name)
    match wish.does:
        case "react":
            change = Change(
                what="reacted", at=tx.now, emoji=clean(wish.emoji).strip(), author=author
            )
        case "edit":
            change = Change(what="edited", at=tx.now, text=clean(wish.text))
        case _:
            change = Change(what="deleted", at=tx.now)
    await amending.amend(tx, [(message, change)], actor.by)
    return await find_message(tx, conversation, message)


def _refuse(manifest: Manifest, view: MessageView, wish: Wish, now: datetime) -> None:
    if wish.does == "react":
        if len(wish.emoji) > _EMOJI_CHARS:
            raise invalid("emoji", "length", f"must have at most {_EMOJI_CHARS} characters")
        return
    if view.kind != "outgoing":
        raise Conflict("only a reply can be changed", reason="not-ours")
    limit_s = manifest.limits.edit_s if wish.does == "edit" else manifest.limits.delete_s
    if limit_s and now > view.at + timedelta(seconds=limit_s):
        raise TooLateToChange("the channel allows it for a while only", limit_s=limit_s)
    if wish.does == "edit":
        if not wish.text.strip() or len(wish.text) > manifest.limits.text_chars:
            most = manifest.limits.text_chars
            raise invalid("text", "length", f"must have 1 to {most} characters")
        if view.parts:
            raise Conflict("a reply of several parts cannot be edited", reason="parts")


def _actions(
    view: MessageView, found: _Outside, wish: Wish, names: Sequence[str], now: datetime
) -> list[ActionOut]:
    # A reaction stands below the last part; what is taken back goes whole.
    wanted = names if wish.does == "delete" else names[-1:]
    return [
        ActionOut(
            does=wish.does,
            external_id=name,
            to=Recipient(kind=found.kind, value=found.value, name=found.name),
            is_ours=view.kind == "outgoing",
            emoji=clean(wish.emoji).strip(),
            text=clean(wish.text),
            now=now,
        )
        for name in wanted
    ]
