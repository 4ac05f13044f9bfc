"""Invitations: `/invitations`, and accepting one, which needs no sign-in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Struct

from hilo.domain import people
from hilo.domain.people import Invitation, LoginRow, OpenInvitation, Role
from hilo.entry.api.forms import PUBLIC, Acting, Body, Email, Id, LongName, Open, Shared
from hilo.entry.api.me import NewPassword
from hilo.entry.api.session import open_session
from hilo.entry.api.views import SignedIn
from hilo.entry.post import Letter
from hilo.entry.state import AppState

Token = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class NewInvitation(Body, frozen=True, kw_only=True):
    """Whom to ask, and what they are to be."""

    email: Email
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    role: Role = "agent"


class InvitationMade(Struct, frozen=True, kw_only=True):
    """A new invitation. link: to hand over, where no mail could be sent; shown this once."""

    id: UUID
    email: str
    name: str
    role: Role
    invited_by: UUID
    expires_at: datetime
    created_at: datetime
    mailed: bool
    link: str | None = None


class InvitationList(Struct, frozen=True):
    """Open invitations, the newest first."""

    items: Sequence[Invitation]
    next_cursor: None = None


class InvitationShown(Struct, frozen=True, kw_only=True):
    """What the holder of the link sees. has_login: they confirm with the password they have."""

    email: str
    name: str
    role: Role
    workspace_name: str
    has_login: bool


class Acceptance(Body, frozen=True, kw_only=True):
    """The link's token, one's name, and a password (a new one, or the one of the login)."""

    token: Token
    name: LongName
    password: NewPassword


@get("/invitations", tags=["agents"])
async def list_invitations(actor: Acting, tx: Open) -> InvitationList:
    """List the open invitations."""
    return InvitationList(await people.list_invitations(tx, actor))


@post("/invitations", tags=["agents"])
async def invite(
    data: JSONBody[NewInvitation], actor: Acting, tx: Open, app_state: Shared
) -> InvitationMade:
    """Ask somebody to join. Without an outgoing server the answer has the link to hand over."""
    made, token = await people.invite(tx, actor, data.email, data.name, data.role)
    link = f"{app_state.config.public_url}/join?token={token}"
    workspace = await people.get_workspace(tx)
    params = {"link": link, "workspace": workspace.name, "agent": actor.name}
    letter = Letter(to=made.email, key="invitation", locale=workspace.locale, params=params)
    mailed = await app_state.post.send(tx, letter)
    return InvitationMade(
        mailed=mailed, link=None if mailed else link, **msgspec.structs.asdict(made)
    )


@delete("/invitations/{invitation_id:uuid}", tags=["agents"])
async def withdraw_invitation(invitation_id: Id, actor: Acting, tx: Open) -> None:
    """End an open invitation."""
    await people.withdraw_invitation(tx, actor, invitation_id)


@get("/invitations/accept", opt=PUBLIC, tags=["agents"])
async def look_up_invitation(
    token: Annotated[str, QueryParameter(max_length=200)], app_state: Shared
) -> InvitationShown:
    """Show what an invitation's link is for."""
    found = await _open_invitation(app_state, token)
    return InvitationShown(
        email=found.email,
        name=found.name,
        role=found.role,
        workspace_name=found.workspace_name,
        has_login=found.has_login,
    )


@post("/invitations/accept", opt=PUBLIC, tags=["agents"])
async def accept_invitation(
    data: JSONBody[Acceptance], request: Request[Any, Any, Any], app_state: Shared
) -> Response[SignedIn]:
    """Join the workspace, and sign in to it."""
    found = await _open_invitation(app_state, data.token)
    address = request.client.host if request.client else ""
    if found.has_login:
        async with app_state.db.transaction(None) as tx:
            await people.begin_guess(tx, found.email, address)
    async with app_state.db.transaction(found.workspace_id) as tx:
        agent = await people.accept_invitation(tx, found, data.name, data.password)
        await people.end_guess(tx, found.email, address, right=True)
        login = await people.login_of(tx, agent.id)
    place = LoginRow(login, None, found.workspace_id, agent.id, disabled=False)
    response = await open_session(app_state, request, place)
    response.status_code = 201
    return response


async def _open_invitation(app_state: AppState, token: str) -> OpenInvitation:
    async with app_state.db.transaction(None) as tx:
        return await people.look_up_invitation(tx, token)


ROUTES = [
    list_invitations,
    invite,
    withdraw_invitation,
    look_up_invitation,
    accept_invitation,
]
