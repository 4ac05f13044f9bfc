"""Who stands at the door: reads the credential of a request and says whom it stands for.

An answer is remembered for a moment, so a hot client costs no look-up. Rights taken away are gone
at once in the process that took them, in the others as soon as the bus tells them, and within that
moment in any case.
"""

import hashlib
import time
from collections.abc import Mapping
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from hilo.domain import people
from hilo.domain.people import Actor, Bearer, Holder
from hilo.kit.bus import Bus
from hilo.kit.db import Database, Tx
from hilo.kit.errors import Unauthenticated

_REMEMBERED_S = 3.0  # reliability asks for rights re-read within 5 s
_MOST = 10_000
_TOKEN_CHARS_MAX = 200
_TOPIC = "cache"
_MARK = b"doorman"


class Credential(Struct, frozen=True):
    """What a request shows. hash: of the secret; empty when what it shows cannot be one."""

    kind: Literal["session", "token"]
    hash: bytes


class Known(Struct, frozen=True, kw_only=True):
    """Whom a credential stands for. used_at: when its use was last written down."""

    actor: Actor
    csrf_token: str | None
    used_at: datetime | None
    until: float


class Doorman:
    """Knows who is who, for a few seconds."""

    def __init__(self, db: Database, bus: Bus, *, secure: bool) -> None:
        """bus: other processes say when to forget. secure: the cookie is bound to https."""
        self._db = db
        self._bus = bus
        self._known: dict[Credential, Known] = {}
        self._met: set[Credential] = set()
        self.secure = secure
        self.cookie = "__Host-hilo_session" if secure else "hilo_session"

    def credential(self, headers: Mapping[str, str], token: str | None = None) -> Credential | None:
        """Return what the request shows. token: from elsewhere (a socket's query).

        An Authorization header decides alone, also when it is empty or of another scheme.
        """
        given = headers.get("authorization")
        if given is not None or token is not None:
            scheme, _, secret = (given or f"Bearer {token}").strip().partition(" ")
            return _shown("token", secret.strip() if scheme.lower() == "bearer" else "")
        held = self._cookie_of(headers.get("cookie", ""))
        return None if held is None else _shown("session", held)

    async def who(self, credential: Credential | None) -> Known:
        """Return whom it stands for. Raises Unauthenticated."""
        if credential is None or not credential.hash:
            raise Unauthenticated("sign in, or send an API token as Authorization: Bearer")
        found = self._known.get(credential)
        if found is not None and found.until > time.monotonic():
            return found
        async with self._db.transaction(None) as tx:
            known = await _look_up(tx, credential)
        if known is None:
            self._known.pop(credential, None)
            raise Unauthenticated("the session or token is unknown, expired or revoked")
        if len(self._known) >= _MOST:
            self._known.clear()
            self._met.clear()
        self._known[credential] = known
        self._met.add(credential)
        return known

    def has_met(self, credential: Credential) -> bool:
        """Say whether it was good once: who makes credentials up is told apart from who has one."""
        return credential in self._met

    async def touch(self, tx: Tx, credential: Credential, known: Known) -> None:
        """Write down that the credential is in use, where that was not done of late."""
        if not people.stale(tx, known.used_at) or known.actor.via is None:
            return
        if credential.kind == "session":
            await people.touch_session(tx, known.actor.via)
        else:
            await people.touch_token(tx, known.actor.via)
        self._known.pop(credential, None)

    def forget(self) -> None:
        """Forget everybody, here and in the other processes: rights, sessions or tokens changed."""
        self.forget_here()
        self._bus.publish(_TOPIC, _MARK)

    def forget_here(self) -> None:
        """Look everybody up anew in this process."""
        self._known.clear()

    async def run(self) -> None:
        """Listen to the other processes until cancelled."""
        with self._bus.subscribe(_TOPIC) as heard:
            async for payload in heard:
                if payload in (_MARK, b""):
                    self.forget_here()

    def _cookie_of(self, header: str) -> str | None:
        if self.cookie not in header:
            return None
        try:
            morsel = SimpleCookie(header).get(self.cookie)
        except CookieError:
            return None
        return None if morsel is None else morsel.value


def _shown(kind: Literal["session", "token"], secret: str) -> Credential:
    if not secret or len(secret) > _TOKEN_CHARS_MAX:
        return Credential(kind, b"")
    return Credential(kind, hashlib.sha256(secret.encode("utf-8", "replace")).digest())


async def _look_up(tx: Tx, credential: Credential) -> Known | None:
    if credential.kind == "session":
        holder = await people.holder_of(tx, credential.hash)
        known = None if holder is None else _of_holder(holder)
    else:
        bearer = await people.bearer_of(tx, credential.hash)
        known = None if bearer is None else _of_bearer(bearer)
    if known is None or known.actor.role != "agent":
        return known
    sight = await people.sight_of(tx, known.actor.workspace, known.actor.agent)
    return replace(known, actor=replace(known.actor, sight=sight))


def _of_holder(holder: Holder) -> Known:
    actor = Actor(
        kind="agent",
        id=holder.agent_id,
        name=holder.name,
        role=holder.role,
        permissions=people.OF_ROLE[holder.role],
        workspace=holder.workspace_id,
        locale=holder.locale,
        via=holder.session_id,
    )
    return _known(actor, holder.csrf_token, holder.last_seen_at)


def _of_bearer(bearer: Bearer) -> Known:
    actor = Actor(
        kind="token",
        id=bearer.agent_id,
        name=bearer.agent_name,
        role=bearer.role,
        permissions=people.of_token(bearer.role, bearer.scopes),
        workspace=bearer.workspace_id,
        locale=bearer.locale,
        via=bearer.token_id,
    )
    return _known(actor, None, bearer.last_used_at)


def _known(actor: Actor, csrf_token: str | None, used_at: datetime | None) -> Known:
    return Known(
        actor=actor,
        csrf_token=csrf_token,
        used_at=used_at,
        until=time.monotonic() + _REMEMBERED_S,
    )


def sight_of(actor: Actor) -> str:
    """Return what reads for this actor leave out, as the database wants it told."""
    return "" if actor.sight is None else actor.sight.setting


def caller_of(actor: Actor) -> UUID:
    """Return whose Idempotency-Keys these are: the token's own, or the agent's."""
    return actor.via if actor.kind == "token" and actor.via is not None else actor.agent
