"""Signing in and out. A door makes short transactions of these; passwords are checked between.

Guesses are counted before they are checked, so that many at once count as many.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from hilo.domain.people import passwords
from hilo.domain.people.actor import Actor
from hilo.domain.people.events import AgentSignedIn, PasswordChanged, ResetMade
from hilo.domain.people.models import Agent, Bearer, Holder, LoginRow, Role, Session
from hilo.domain.people.queries import PEOPLE, SIGNING
from hilo.kit import ids
from hilo.kit.crypto import hash_token, token
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, NotFound, RateLimited, Unauthenticated, invalid

_WINDOW = timedelta(minutes=15)
# Free guesses in the window, of one login and from one address; an office shares an address.
_FREE = {"login": 10, "address": 100, "reset": 5, "resets": 50}
_PAUSE_S = 30  # after the first guess too many; doubles with each, up to the window
_TOUCH = timedelta(minutes=1)
_RESET_HOLDS = timedelta(hours=1)
# Rights cost patience: who may change the workspace signs in more often.
_IDLE: dict[Role, timedelta] = {
    "owner": timedelta(days=3),
    "admin": timedelta(days=3),
    "agent": timedelta(days=7),
}
_ABSOLUTE: dict[Role, timedelta] = {
    "owner": timedelta(days=14),
    "admin": timedelta(days=14),
    "agent": timedelta(days=30),
}


class _Failures(Struct, frozen=True):
    key: str
    count: int
    last: datetime


class NewSession(Struct, frozen=True, kw_only=True):
    """What the browser is given, once. secret: for the cookie."""

    id: UUID
    secret: str
    csrf_token: str
    max_age_s: int


async def begin_guess(tx: Tx, email: str, address: str) -> Sequence[LoginRow]:
    """Count a guess and return the login it is about: a row for each of its agents, or none.

    address: of the network. The transaction has no workspace and must be committed before checking.
    Raises: RateLimited.
    """
    login, network = _key("login", email.lower()), _key("address", address)
    await tx.run(SIGNING.take_turns, key=login)
    failures = await tx.all(
        SIGNING.failures, _Failures, keys=[login, network], since=tx.now - _WINDOW
    )
    for kind, key in (("login", login), ("address", network)):
        _refuse_too_many(tx, kind, [each for each in failures if each.key == key])
    await tx.run(SIGNING.note_failure, key=login)
    return await tx.all(SIGNING.logins, LoginRow, email=email)


async def has_login(tx: Tx, email: str) -> bool:
    """Say whether a login has this address. The transaction has no workspace."""
    return bool(await tx.all(SIGNING.logins, LoginRow, email=email))


async def end_guess(tx: Tx, email: str, address: str, *, right: bool) -> None:
    """Forget the guesses after a right one; count a wrong one for the network's address too."""
    if right:
        await tx.run(SIGNING.forget_failures, key=_key("login", email.lower()))
    else:
        await tx.run(SIGNING.note_failure, key=_key("address", address))


async def begin_session(tx: Tx, login: UUID, agent: UUID, user_agent: str) -> NewSession:
    """Open a session for an agent of this workspace, with an id of its own.

    Publishes: AgentSignedIn.
    """
    who = await tx.one(PEOPLE.agent, Agent, id=agent)
    secret, kept = token()
    holds = _ABSOLUTE[who.role]
    made = NewSession(
        id=ids.new_id(),
        secret=secret,
        csrf_token=secrets.token_urlsafe(24),
        max_age_s=int(holds.total_seconds()),
    )
    await tx.run(
        SIGNING.begin_session,
        id=made.id,
        hash=kept,
        login=login,
        agent=agent,
        csrf=made.csrf_token,
        user_agent=user_agent[:300],
        expires_at=tx.now + holds,
    )
    tx.publish(AgentSignedIn(agent_id=agent, user_agent=user_agent[:300]))
    return made


async def holder_of(tx: Tx, secret_hash: bytes) -> Holder | None:
    """Return whom a session stands for; None when it ended, idled out or never was."""
    found = await tx.maybe(SIGNING.holder, Holder, hash=secret_hash)
    if found is None or found.last_seen_at < tx.now - _IDLE[found.role]:
        return None
    return found


async def bearer_of(tx: Tx, token_hash: bytes) -> Bearer | None:
    """Return whom an API token stands for; None when it expired, was revoked or never was."""
    return await tx.maybe(SIGNING.bearer, Bearer, hash=token_hash)


async def touch_session(tx: Tx, session: UUID) -> None:
    """Note that the session is in use; asked at most once a minute (`stale`)."""
    await tx.run(SIGNING.touch_session, id=session)


async def touch_token(tx: Tx, token_id: UUID) -> None:
    """Note that the token is in use; asked at most once a minute (`stale`)."""
    await tx.run(SIGNING.touch_token, id=token_id)


def stale(tx: Tx, last: datetime | None) -> bool:
    """Say whether a time stamp of use is old enough to be written anew."""
    return last is None or last < tx.now - _TOUCH


async def list_sessions(tx: Tx, actor: Actor) -> list[Session]:
    """Return the actor's own sessions in this workspace, the last used first."""
    actor.must_be_whole()
    return await tx.all(SIGNING.sessions_of, Session, agent=actor.agent, current=actor.via)


async def end_session(tx: Tx, actor: Actor, session: UUID) -> None:
    """Sign out one of the actor's own sessions. Raises NotFound; Forbidden."""
    actor.must_be_whole()
    if await tx.maybe(SIGNING.end_session, UUID, agent=actor.agent, id=session) is None:
        raise NotFound("no such session")


async def end_other_sessions(tx: Tx, actor: Actor) -> int:
    """Sign out everywhere but here, in every workspace; return how many ended. Raises Forbidden."""
    actor.must_be_whole()
    login = await tx.one(SIGNING.login_of_agent, UUID, agent=actor.agent)
    return await tx.one(SIGNING.end_sessions_of_login, int, login=login, spare=actor.via)


async def change_password(tx: Tx, actor: Actor, current: str, new: str) -> None:
    """Choose a new password; every other session ends.

    Raises: Invalid (the current one is wrong, the new one too weak).
    Publishes: PasswordChanged.
    """
    passwords.check_new(new, "new_password")
    login = await tx.one(SIGNING.login_of_agent, UUID, agent=actor.agent)
    kept = await tx.one(SIGNING.login_hash, str, login=login)
    if not await passwords.matches(current, kept):
        raise invalid("current_password", "wrong", "is not the current password")
    await tx.run(SIGNING.set_password, login=login, hash=await passwords.hashed(new))
    await tx.run(SIGNING.end_sessions_of_login, login=login, spare=actor.via)
    tx.publish(PasswordChanged(agent_id=actor.agent))


async def login_of(tx: Tx, agent: UUID) -> UUID:
    """Return the login of an agent of this workspace."""
    return await tx.one(SIGNING.login_of_agent, UUID, agent=agent)


async def note_reset(tx: Tx, email: str, address: str) -> None:
    """Count a request for a reset, so that nobody's mailbox can be flooded. Raises RateLimited."""
    mailbox, network = _key("reset", email.lower()), _key("resets", address)
    await tx.run(SIGNING.take_turns, key=mailbox)
    failures = await tx.all(
        SIGNING.failures, _Failures, keys=[mailbox, network], since=tx.now - _WINDOW
    )
    for kind, key in (("reset", mailbox), ("resets", network)):
        _refuse_too_many(tx, kind, [each for each in failures if each.key == key])
        await tx.run(SIGNING.note_failure, key=key)


async def ask_reset(tx: Tx, email: str) -> tuple[UUID, str] | None:
    """Make a way to choose a new password; return a workspace to mail from and the token.

    None: nobody has that login. The caller answers the same either way.
    """
    plain, kept = token("reset_")
    workspace = await tx.maybe(
        SIGNING.ask_reset,
        UUID,
        id=ids.new_id(),
        email=email,
        hash=kept,
        expires_at=tx.now + _RESET_HOLDS,
    )
    return None if workspace is None else (workspace, plain)


async def reset_for(tx: Tx, actor: Actor, agent: UUID) -> tuple[Agent, str]:
    """Make an agent's way to a new password; return the agent and the token, to be handed over.

    Only for a login that is of this workspace alone: nobody opens a door to another one.
    Raises: NotFound; Forbidden; Conflict (login-shared).
    """
    actor.must("agent:write")
    found = await tx.maybe(PEOPLE.agent, Agent, id=agent)
    if found is None:
        raise NotFound("no such agent")
    if found.role == "owner":
        actor.must("owner:write")
    places = await tx.all(SIGNING.logins, LoginRow, email=found.email)
    if [each.agent_id for each in places] != [agent]:
        raise Conflict("this login belongs to other workspaces too", reason="login-shared")
    made = await ask_reset(tx, found.email)
    if made is None:
        raise Conflict("this agent cannot sign in", reason="cannot-sign-in")
    tx.publish(ResetMade(agent_id=agent))
    return found, made[1]


async def beyond(tx: Tx, actor: Actor) -> list[str]:
    """Return the addresses whose password the actor could not reset, as `reset_for` has it.

    What opens the house for them is not for the actor's eyes. Raises: Forbidden.
    """
    actor.must("agent:write")
    return await tx.all(SIGNING.beyond, str, owner=actor.may("owner:write"))


async def use_reset(tx: Tx, plain: str, new: str) -> None:
    """Choose a new password by a mailed token, once; all sessions end.

    Raises: Invalid (too weak); Unauthenticated (unknown, used or expired token).
    """
    passwords.check_new(new)
    kept = await passwords.hashed(new)
    if not await tx.maybe(SIGNING.use_reset, UUID, hash=hash_token(plain), password_hash=kept):
        raise Unauthenticated("the link is used up or too old; ask for a new one")


def _refuse_too_many(tx: Tx, kind: str, failures: Sequence[_Failures]) -> None:
    for each in failures:
        excess = each.count - _FREE[kind]
        if excess < 0:
            continue
        pause = timedelta(seconds=min(_PAUSE_S * 2 ** min(excess, 10), _WINDOW.total_seconds()))
        wait = each.last + pause - tx.now
        if wait > timedelta(0):
            raise RateLimited(int(wait.total_seconds()) + 1)


def _key(kind: str, text: str) -> str:
    return f"{kind}:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"
