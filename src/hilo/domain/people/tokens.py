"""API tokens: shown once, kept as a hash, never stronger than the agent they belong to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hilo.domain.people import permissions
from hilo.domain.people.actor import Actor
from hilo.domain.people.events import TokenMade, TokenRevoked
from hilo.domain.people.models import ApiToken
from hilo.domain.people.queries import SIGNING
from hilo.kit import ids
from hilo.kit.crypto import token
from hilo.kit.db import Tx
from hilo.kit.errors import FieldError, Invalid, NotFound, invalid

PREFIX = "hilo_"  # what leak scanners look for
_SHOWN_CHARS = len(PREFIX) + 6


async def create_token(
    tx: Tx, actor: Actor, name: str, scopes: Sequence[str], expires_at: datetime | None
) -> tuple[ApiToken, str]:
    """Make a token of the actor's own; return it and its secret, which is not kept.

    Raises: Forbidden (a scope the actor does not have); Invalid.
    Publishes: TokenMade.
    """
    actor.must("token:write")
    _check_scopes(actor, scopes)
    if expires_at is not None and expires_at <= tx.now:
        raise invalid("expires_at", "past", "must lie in the future")
    plain, kept = token(PREFIX)
    made = await tx.one(
        SIGNING.add_token,
        ApiToken,
        id=ids.new_id(),
        agent=actor.agent,
        name=name,
        prefix=plain[:_SHOWN_CHARS],
        hash=kept,
        scopes=list(dict.fromkeys(scopes)),
        expires_at=expires_at,
    )
    tx.publish(
        TokenMade(
            token_id=made.id,
            name=name,
            prefix=made.prefix,
            scopes=made.scopes,
            expires_at=expires_at,
        )
    )
    return made, plain


async def list_tokens(tx: Tx, actor: Actor) -> list[ApiToken]:
    """Return the actor's own tokens; everybody's to who may change agents."""
    actor.must("token:write")
    return await tx.all(SIGNING.tokens, ApiToken, agent=_reach(actor))


async def revoke_token(tx: Tx, actor: Actor, token_id: UUID) -> None:
    """End a token: one's own, or anybody's with the right to change agents.

    Raises: NotFound; Forbidden.
    Publishes: TokenRevoked.
    """
    actor.must("token:write")
    name = await tx.maybe(SIGNING.drop_token, str, id=token_id, agent=_reach(actor))
    if name is None:
        raise NotFound("no such token")
    tx.publish(TokenRevoked(token_id=token_id, name=name))


def _reach(actor: Actor) -> UUID | None:
    return None if actor.may("agent:write") else actor.agent


def _check_scopes(actor: Actor, scopes: Sequence[str]) -> None:
    if not scopes:
        raise invalid("scopes", "required", "must name at least one permission, or *")
    unknown = [
        FieldError(f"scopes.{at}", "unknown", "is not a permission, nor *")
        for at, scope in enumerate(scopes)
        if scope != permissions.EVERYTHING and scope not in permissions.ALL
    ]
    if unknown:
        raise Invalid(*unknown)
    # `*` grows with its owner, so only somebody unrestricted may hand it out.
    wanted = set(scopes)
    if permissions.EVERYTHING in wanted:
        wanted |= permissions.of_role(actor.role)
    for scope in sorted(wanted - {permissions.EVERYTHING}):
        actor.must(scope)
