"""Oneself: `/me`, the profile, the password; and choosing a new one by mail."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, get, patch, post, put
from litestar.params import JSONBody
from msgspec import Struct

from hilo.domain import people
from hilo.domain.people import Actor, AgentPatch, Locale
from hilo.entry.api.forms import NO_TRANSACTION, PUBLIC, Acting, Body, Email, LongName, Open, Shared
from hilo.entry.api.frame import visit_of
from hilo.entry.api.views import Me, agent_me, rights, workspace_ref
from hilo.entry.post import Letter
from hilo.entry.state import AppState
from hilo.kit.db import Tx
from hilo.kit.errors import Forbidden

NewPassword = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class ProfilePatch(Body, frozen=True, kw_only=True):
    """What one may change about oneself. preferences are merged; a key set to null goes."""

    name: LongName | None = None
    locale: Locale | None = None
    preferences: Mapping[str, object] | None = None


class PasswordChange(Body, frozen=True, kw_only=True):
    """The current password and the one to come."""

    current_password: NewPassword
    new_password: NewPassword


class ResetAsked(Body, frozen=True, kw_only=True):
    """Whose password is forgotten."""

    email: Email


class ResetUsed(Body, frozen=True, kw_only=True):
    """The token of the mailed link, and the new password."""

    token: Annotated[str, msgspec.Meta(max_length=200)]
    password: NewPassword


class Accepted(Struct, frozen=True):
    """The request was noted; whether anybody has that address is not told."""

    accepted: bool = True


class Permission(Struct, frozen=True, kw_only=True):
    """A right. lacking: why it is not granted: the role has it not, or the token's scopes."""

    name: str
    granted: bool
    lacking: Literal["role", "scope"] | None = None


class PermissionList(Struct, frozen=True):
    """All there are, by name."""

    items: Sequence[Permission]
    next_cursor: None = None


@get("/me", tags=["me"])
async def who_am_i(
    request: Request[Any, Any, Any], actor: Acting, tx: Open, app_state: Shared
) -> Me:
    """Say who asks, in which workspace, and with which permissions."""
    return await _me(request, actor, tx, app_state)


@get("/me/permissions", tags=["me"])
async def list_my_permissions(actor: Acting, tx: Open) -> PermissionList:
    """Say what one may do, and of the rest why not."""
    del tx
    held = people.of_role(actor.role)
    return PermissionList(
        [
            Permission(
                name=name,
                granted=actor.may(name),
                lacking=None if actor.may(name) else ("scope" if name in held else "role"),
            )
            for name in sorted(people.ALL_PERMISSIONS)
        ]
    )


@patch("/me", tags=["me"])
async def change_me(
    data: JSONBody[ProfilePatch],
    request: Request[Any, Any, Any],
    actor: Acting,
    tx: Open,
    app_state: Shared,
) -> Me:
    """Change one's name, language or preferences."""
    changed = AgentPatch(name=data.name, locale=data.locale, preferences=data.preferences)
    await people.change_agent(tx, actor, actor.agent, changed)
    tx.after_commit.append(app_state.doorman.forget)
    return await _me(request, actor, tx, app_state)


@put("/me/password", status_code=204, opt=NO_TRANSACTION, tags=["me"])
async def change_password(
    data: JSONBody[PasswordChange],
    request: Request[Any, Any, Any],
    actor: Acting,
    app_state: Shared,
) -> None:
    """Choose a new password; every other session ends. Guesses are counted as at the sign-in."""
    if actor.kind != "agent":
        raise Forbidden("only a signed-in agent can do this", permission="session")
    address = request.client.host if request.client else ""
    async with app_state.db.transaction(actor.workspace) as tx:
        email = (await people.get_agent(tx, actor, actor.agent)).email
        await people.begin_guess(tx, email, address)
    async with app_state.db.transaction(actor.workspace, by=actor.by) as tx:
        await people.change_password(tx, actor, data.current_password, data.new_password)
        await people.end_guess(tx, email, address, right=True)
    app_state.doorman.forget()


@post("/password-resets", status_code=202, opt=PUBLIC, tags=["me"])
async def ask_reset(
    data: JSONBody[ResetAsked], request: Request[Any, Any, Any], app_state: Shared
) -> Accepted:
    """Mail a link to choose a new password. The answer is the same for every address."""
    address = request.client.host if request.client else ""
    async with app_state.db.transaction(None) as tx:
        await people.note_reset(tx, data.email, address)
        found = await people.ask_reset(tx, data.email)
    if found is not None:
        workspace, token = found
        async with app_state.db.transaction(workspace) as tx:
            link = f"{app_state.config.public_url}/reset?token={token}"
            locale = (await people.get_workspace(tx)).locale
            letter = Letter(to=data.email, key="reset", locale=locale, params={"link": link})
            await app_state.post.send(tx, letter)
    return Accepted()


@post("/password-resets/use", status_code=204, opt=PUBLIC, tags=["me"])
async def use_reset(data: JSONBody[ResetUsed], app_state: Shared) -> None:
    """Choose a new password by a mailed link; all sessions end."""
    async with app_state.db.transaction(None) as tx:
        await people.use_reset(tx, data.token, data.password)
    app_state.doorman.forget()


async def _me(request: Request[Any, Any, Any], actor: Actor, tx: Tx, app_state: AppState) -> Me:
    known = visit_of(request.scope).known
    return Me(
        agent=agent_me(await people.get_agent(tx, actor, actor.agent)),
        workspace=workspace_ref(await people.get_workspace(tx)),
        permissions=rights(actor),
        outgoing_mail=await app_state.post.can_send(tx),
        csrf_token=known.csrf_token if known else None,
    )


ROUTES = [who_am_i, list_my_permissions, change_me, change_password, ask_reset, use_reset]
