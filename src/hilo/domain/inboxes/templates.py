"""Templates: texts a vendor has approved, as it last told. Only it changes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain.inboxes.events import TemplateChanged, TemplatesSynced
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.sql import Queries
from hilo.kit.text import clean_all
from hilo.sdk.abilities import TemplateSeen
from hilo.sdk.inbound import TemplateIn

SQL = Queries(__package__, "templates.sql")
_NAME_CHARS, _LANGUAGE_CHARS = 512, 35


class TemplateView(Struct, frozen=True):
    """A template. body: with `{{name}}` where variables stand; variables: their names in order.

    header: the kind of header it has; image, video and document want a file with each message.
    """

    account_id: UUID
    name: str
    language: str
    status: Literal["approved", "pending", "rejected", "paused", "disabled"]
    category: str
    body: str
    footer: str
    header: Literal["", "text", "image", "video", "document", "location"]
    header_text: str
    buttons: Sequence[str]
    variables: Sequence[str]
    example: Mapping[str, str]
    reason: str
    synced_at: datetime

    def filled(self, variables: Mapping[str, str]) -> str:
        """Return the body as the contact will read it."""
        text = self.body
        for name in self.variables:
            text = text.replace("{{" + name + "}}", variables.get(name, ""))
        return text


class _Judged(Struct, frozen=True):
    status: str
    reason: str


async def list_templates(tx: Tx, actor: Actor, account: UUID) -> list[TemplateView]:
    """Return an account's templates by name. Raises: Forbidden."""
    actor.must("inbox:read")
    return await tx.all(SQL.templates, TemplateView, workspace=tx.workspace, account=account)


async def find_template(tx: Tx, account: UUID, name: str, language: str) -> TemplateView | None:
    """Return one template."""
    return await tx.maybe(
        SQL.one,
        TemplateView,
        workspace=tx.workspace,
        account=account,
        name=name,
        language=language,
    )


async def keep_templates(tx: Tx, account: UUID, seen: Sequence[TemplateSeen]) -> None:
    """Keep what the vendor has, and nothing else.

    Publishes: TemplatesSynced, when anything is another now.
    """
    before = await _kept(tx, account)
    usable = {
        (each.name, each.language): clean_all(msgspec.to_builtins(each))
        for each in seen
        if 1 <= len(each.name) <= _NAME_CHARS and 1 <= len(each.language) <= _LANGUAGE_CHARS
    }
    await tx.run(
        SQL.keep,
        workspace=tx.workspace,
        account=account,
        now=tx.now,
        rows=list(usable.values()),
    )
    await tx.run(SQL.forget, workspace=tx.workspace, account=account, now=tx.now)
    if await _kept(tx, account) != before:
        tx.publish(TemplatesSynced(account_id=account, count=len(usable)))


async def _kept(tx: Tx, account: UUID) -> list[TemplateView]:
    """Return an account's templates without when they were last seen."""
    rows = await tx.all(SQL.templates, TemplateView, workspace=tx.workspace, account=account)
    return [msgspec.structs.replace(row, synced_at=tx.now) for row in rows]


async def judge_template(tx: Tx, account: UUID, item: TemplateIn) -> None:
    """Note how the vendor judges a template now; one nobody knows waits for the next look.

    Publishes: TemplateChanged.
    """
    known = await tx.maybe(
        SQL.judged,
        _Judged,
        workspace=tx.workspace,
        account=account,
        name=item.name,
        language=item.language,
        status=item.status,
        category=item.category,
        reason=item.reason,
    )
    if known is not None:
        tx.publish(
            TemplateChanged(
                account_id=account,
                name=item.name,
                language=item.language,
                status=known.status,
                reason=known.reason,
            )
        )
