"""API tokens: `/tokens`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import JSONBody
from msgspec import Struct

from hilo.domain import people
from hilo.domain.people import ApiToken
from hilo.entry.api.forms import Acting, Body, Id, Name, Open, Shared

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class NewToken(Body, frozen=True, kw_only=True):
    """scopes: names of permissions, or `*`, all the rights of its owner. expires_at: RFC 3339."""

    name: Name
    scopes: Annotated[list[str], msgspec.Meta(min_length=1, max_length=100)]
    expires_at: Moment | None = None


class TokenShown(Struct, frozen=True, kw_only=True):
    """A new token. token: shown this once, kept only as a hash."""

    id: UUID
    token: str
    agent_id: UUID
    name: str
    prefix: str
    scopes: Sequence[str]
    expires_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime


class TokenList(Struct, frozen=True):
    """Tokens, the newest first."""

    items: Sequence[ApiToken]
    next_cursor: None = None


@post("/tokens", tags=["tokens"])
async def create_token(data: JSONBody[NewToken], actor: Acting, tx: Open) -> TokenShown:
    """Make a token. It never has more rights than its owner."""
    made, plain = await people.create_token(tx, actor, data.name, data.scopes, data.expires_at)
    return TokenShown(token=plain, **msgspec.structs.asdict(made))


@get("/tokens", tags=["tokens"])
async def list_tokens(actor: Acting, tx: Open) -> TokenList:
    """List one's tokens; everybody's for who may change agents."""
    return TokenList(await people.list_tokens(tx, actor))


@delete("/tokens/{token_id:uuid}", tags=["tokens"])
async def revoke_token(token_id: Id, actor: Acting, tx: Open, app_state: Shared) -> None:
    """End a token, at once."""
    await people.revoke_token(tx, actor, token_id)
    tx.after_commit.append(app_state.doorman.forget)


ROUTES = [create_token, list_tokens, revoke_token]
