"""One of everything in a workspace, each with a word nobody else uses: what must not leak."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
from msgspec import Struct

from cast import SECRET_KEY, digest
from hilo.kit import ids
from hilo.kit.crypto import Vault


class Estate(Struct, frozen=True, kw_only=True):
    """ids: by the name a path or a body uses. canary: a word in every text of it."""

    workspace: UUID
    canary: str
    ids: Mapping[str, UUID]

    @property
    def secrets(self) -> list[str]:
        """Return what another workspace must never read."""
        return [self.canary, *(str(each) for each in self.ids.values())]


async def furnish(
    owner: asyncpg.Connection, workspace: UUID, agent: UUID, login: UUID, canary: str
) -> Estate:
    """Put one of everything into a workspace; agent: whose the personal things are."""
    made = {f"{name}_id": ids.new_id() for name in _NAMES}
    given = {"workspace": workspace, "agent": agent, "login": login, "canary": canary} | {
        name.removesuffix("_id"): each for name, each in made.items()
    }
    given["sealed"] = Vault(SECRET_KEY).seal(
        json.dumps({"secret": canary}).encode(), f"account:{made['account_id']}"
    )
    given["hash"] = digest(canary)
    seen = {"id": str(made["message_id"]), "kind": "incoming", "author_kind": "contact"}
    seen |= {"author_name": canary, "preview": canary, "at": "2026-11-22T12:00:00Z"}
    given["seen"] = json.dumps(seen)
    given["trail"] = json.dumps({"taken": {"identities": []}})
    for statement in _ROWS:
        await _insert(owner, statement, given)
    return Estate(workspace=workspace, canary=canary, ids=made | {"agent_id": agent})


async def _insert(
    owner: asyncpg.Connection, statement: tuple[str, str], given: Mapping[str, object]
) -> None:
    table, columns = statement
    pairs = [each.partition("=") for each in columns.split()]
    names = ", ".join(["workspace_id", *(name for name, _, _ in pairs)])
    values: list[object] = [given["workspace"]]
    for _, _, value in pairs:
        values.append(given[value[1:]] if value.startswith(":") else _literal(value))
    marks = ", ".join(f"${at}" for at in range(1, len(values) + 1))
    await owner.execute(f"insert into {table} ({names}) values ({marks})", *values)  # noqa: S608


def _literal(text: str) -> object:
    if text in _MOMENTS:
        return _MOMENTS[text]
    if text == "[]":
        return []
    return int(text) if text.isdecimal() else text


_NAMES = (
    *("inbox", "account", "contact", "other_contact", "identity", "conversation", "message"),
    *("tag", "team", "file", "invitation", "token", "session", "delivery", "mail"),
    *("attachment", "macro", "link", "visit"),
)
_MOMENTS = {"soon": datetime(2099, 1, 1, tzinfo=UTC), "today": date(2099, 1, 1)}
_ROWS = (
    ("inbox", "id=:inbox name=:canary"),
    ("account", "id=:account inbox_id=:inbox channel=api name=:canary secrets=:sealed"),
    ("contact", "id=:contact name=:canary"),
    ("contact", "id=:other_contact name=:canary"),
    ("identity", "id=:identity contact_id=:contact kind=external value=:canary scope=:account"),
    (
        "contact_link",
        "id=:link kind=merge from_id=:other_contact into_id=:contact moved=:trail by={} at=soon",
    ),
    ("team", "id=:team name=:canary"),
    ("tag", "id=:tag name=:canary"),
    (
        "conversation",
        (
            "id=:conversation contact_id=:contact inbox_id=:inbox channel=api subject=:canary"
            " last_seq=1 last_incoming_seq=1 last_message=:seen"
        ),
    ),
    (
        "message",
        (
            "id=:message conversation_id=:conversation seq=1 kind=incoming channel=api"
            " inbox_id=:inbox account_id=:account identity_id=:identity author_kind=contact"
            " author_id=:contact author_name=:canary text=:canary state=received at=soon"
        ),
    ),
    ("macro", "id=:macro agent_id=:agent name=:canary text=:canary"),
    (
        "visit",
        (
            "id=:visit account_id=:account conversation_id=:conversation message_id=:message"
            " visitor=:visit client_id=:canary day=today number=1 rank=1 name=:canary"
            " topic=:canary"
        ),
    ),
    ("conversation_tag", "tag_id=:tag conversation_id=:conversation"),
    (
        "file",
        (
            "id=:file name=:canary media_type=text/plain size_bytes=1 sha256=:hash"
            " store_key=:canary uploaded_by=:agent"
        ),
    ),
    (
        "invitation",
        (
            "id=:invitation email=:canary role=agent token_hash=:hash invited_by=:agent"
            " expires_at=soon"
        ),
    ),
    (
        "api_token",
        ("id=:token agent_id=:agent name=:canary prefix=hilo_ token_hash=:hash scopes=[]"),
    ),
    (
        "session",
        (
            "id=:session token_hash=:hash login_id=:login agent_id=:agent csrf_token=:canary"
            " user_agent=:canary expires_at=soon"
        ),
    ),
    ("draft", "conversation_id=:conversation agent_id=:agent kind=note text=:canary"),
    ("attachment_source", "attachment_id=:attachment account_id=:account url=:canary"),
    ("delivery", "id=:delivery account_id=:account source=hook body=:hash state=parked"),
    ("caught_mail", "id=:mail mail_from=:canary rcpt_to=[] raw=:hash subject=:canary"),
)


async def fingerprint(owner: asyncpg.Connection, workspace: UUID) -> dict[str, str]:
    """Return what every table holds of a workspace, as a hash."""
    tables = await owner.fetch(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')"
        " and not c.relispartition and a.attname = 'workspace_id' and not a.attisdropped"
    )
    return {
        table: await owner.fetchval(
            f"select md5(coalesce(string_agg(t::text, '|' order by t::text), ''))"  # noqa: S608
            f" from {table} t where workspace_id = $1",
            workspace,
        )
        for (table,) in tables
    }
