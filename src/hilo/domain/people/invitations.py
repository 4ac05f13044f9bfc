"""Asking somebody to join: a link with a token, mailed or copied, good once and for a week."""

from datetime import timedelta
from uuid import UUID

from hilo.domain.people import passwords, verbs
from hilo.domain.people.actor import Actor
from hilo.domain.people.events import AgentInvited
from hilo.domain.people.models import Agent, Invitation, LoginRow, OpenInvitation, Role
from hilo.domain.people.queries import PEOPLE, SIGNING
from hilo.kit import ids
from hilo.kit.crypto import hash_token, token
from hilo.kit.db import Tx
from hilo.kit.errors import Gone, NotFound, Unauthenticated, invalid

_HOLDS = timedelta(days=7)


async def invite(tx: Tx, actor: Actor, email: str, name: str, role: Role) -> tuple[Invitation, str]:
    """Ask somebody to join; return the invitation and the link's token, which is not kept.

    A former invitation to the same address ends.
    Raises: Forbidden; Invalid (is an agent already).
    Publishes: AgentInvited.
    """
    actor.must("agent:write")
    if role == "owner":
        actor.must("owner:write")
    address = verbs.checked_email(email)
    if await tx.maybe(PEOPLE.agent_by_email, Agent, email=address) is not None:
        raise invalid("email", "taken", "belongs to an agent of this workspace")
    await tx.run(PEOPLE.drop_invitations_to, email=address)
    plain, kept = token("join_")
    made = await tx.one(
        PEOPLE.add_invitation,
        Invitation,
        id=ids.new_id(),
        email=address,
        name=name,
        role=role,
        hash=kept,
        by=actor.agent,
        expires_at=tx.now + _HOLDS,
    )
    tx.publish(AgentInvited(invitation_id=made.id, email=address, role=role))
    return made, plain


async def list_invitations(tx: Tx, actor: Actor) -> list[Invitation]:
    """Return the open invitations, the newest first."""
    actor.must("agent:write")
    return await tx.all(PEOPLE.invitations, Invitation)


async def withdraw_invitation(tx: Tx, actor: Actor, invitation: UUID) -> None:
    """End an open invitation. Raises NotFound; Forbidden."""
    actor.must("agent:write")
    if await tx.maybe(PEOPLE.drop_invitation, UUID, id=invitation) is None:
        raise NotFound("no such invitation")


async def look_up_invitation(tx: Tx, plain: str) -> OpenInvitation:
    """Return the invitation of a link. Raises NotFound when it is used up, too old or made up."""
    found = await tx.maybe(SIGNING.invitation_by_hash, OpenInvitation, hash=hash_token(plain))
    if found is None:
        raise NotFound("the invitation is used up or too old")
    return found


async def accept_invitation(tx: Tx, open_: OpenInvitation, name: str, password: str) -> Agent:
    """Make the agent. Who has a login already proves it by its password; others choose one.

    The transaction is in the invitation's workspace.
    Raises: Gone (another request was first); Unauthenticated; Invalid.
    Publishes: AgentJoined.
    """
    if open_.has_login:
        rows = await tx.all(SIGNING.logins, LoginRow, email=open_.email)
        if not await passwords.matches(password, rows[0].password_hash):
            raise Unauthenticated("this address has a login already; that password is asked")
        login = rows[0].login_id
    else:
        passwords.check_new(password)
        login = await tx.one(
            SIGNING.make_login,
            UUID,
            id=ids.new_id(),
            email=open_.email,
            hash=await passwords.hashed(password),
        )
    if await tx.maybe(PEOPLE.accept_invitation, UUID, id=open_.id) is None:
        raise Gone("the invitation is used up")
    return await verbs.add_agent(tx, login, name=name, email=open_.email, role=open_.role)
