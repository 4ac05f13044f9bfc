"""Signing in and out: `/session`, and the list of one's sessions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from msgspec import Struct

from hilo.domain import people
from hilo.domain.people import LoginRow, NewSession, Session
from hilo.entry.api.forms import PUBLIC, Acting, Id, Open, Shared
from hilo.entry.api.frame import Visit, visit_of
from hilo.entry.api.views import SignedIn, agent_me, workspace_ref
from hilo.entry.state import AppState
from hilo.kit.errors import Unauthenticated

_CHARS_MAX = 1_000


class Credentials(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent's login. workspace_id: which, for a login with several; else the first."""

    email: str
    password: str
    workspace_id: UUID | None = None


class Ended(Struct, frozen=True):
    """How many sessions were signed out."""

    ended: int


class SessionList(Struct, frozen=True):
    """One's sessions, the last used first."""

    items: Sequence[Session]
    next_cursor: None = None


_DECODER = msgspec.json.Decoder(Credentials)


@post("/session", opt={**PUBLIC, "body_type": Credentials}, status_code=200, tags=["session"])
async def sign_in(request: Request[Any, Any, Any], app_state: Shared) -> Response[SignedIn]:
    """Sign in with e-mail and password; the answer sets the session's cookie.

    Whatever is wrong with the credentials, the answer is the same 401, after the same time.
    """
    given = _credentials(await request.body())
    address = request.client.host if request.client else ""
    async with app_state.db.transaction(None) as tx:
        rows = await people.begin_guess(tx, given.email, address)
    is_right = await people.matches(given.password, rows[0].password_hash if rows else None)
    place = _place(rows, given.workspace_id) if is_right else None
    async with app_state.db.transaction(None) as tx:
        await people.end_guess(tx, given.email, address, right=place is not None)
    if place is None:
        raise _wrong()
    return await open_session(app_state, request, place)


async def open_session(
    app_state: AppState, request: Request[Any, Any, Any], place: LoginRow
) -> Response[SignedIn]:
    """Open a session for a proven login and answer with its cookie."""
    if place.workspace_id is None or place.agent_id is None:
        raise _wrong()
    user_agent = request.headers.get("user-agent", "")
    async with app_state.db.transaction(place.workspace_id) as tx:
        actor = people.system(place.workspace_id)
        agent = await people.get_agent(tx, actor, place.agent_id)
        tx.by = actor.by
        made = await people.begin_session(tx, place.login_id, agent.id, user_agent)
        workspace = await people.get_workspace(tx)
    body = SignedIn(
        agent=agent_me(agent), workspace=workspace_ref(workspace), csrf_token=made.csrf_token
    )
    return Response(body, status_code=200, cookies=[_cookie(app_state, made)])


@delete("/session", tags=["session"])
async def sign_out(
    request: Request[Any, Any, Any], actor: Acting, tx: Open, app_state: Shared
) -> Response[None]:
    """Sign out here."""
    visit: Visit = visit_of(request.scope)
    if visit.actor.kind != "agent" or actor.via is None:
        raise Unauthenticated("an API token has no session")
    await people.end_session(tx, actor, actor.via)
    tx.after_commit.append(app_state.doorman.forget)
    response: Response[None] = Response(None, status_code=204)
    response.delete_cookie(app_state.doorman.cookie)
    return response


@get("/sessions", tags=["session"])
async def list_sessions(actor: Acting, tx: Open) -> SessionList:
    """List where one is signed in."""
    return SessionList(await people.list_sessions(tx, actor))


@delete("/sessions", status_code=200, tags=["session"])
async def end_other_sessions(actor: Acting, tx: Open, app_state: Shared) -> Ended:
    """Sign out everywhere but here, in every workspace."""
    ended = await people.end_other_sessions(tx, actor)
    tx.after_commit.append(app_state.doorman.forget)
    return Ended(ended)


@delete("/sessions/{session_id:uuid}", tags=["session"])
async def end_session(session_id: Id, actor: Acting, tx: Open, app_state: Shared) -> None:
    """Sign out one of one's sessions."""
    await people.end_session(tx, actor, session_id)
    tx.after_commit.append(app_state.doorman.forget)


def _credentials(body: bytes) -> Credentials:
    try:
        given = _DECODER.decode(body or b"{}")
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise _wrong() from None
    longest = max(len(given.email), len(given.password))
    if not given.email or not given.password or longest > _CHARS_MAX or "\0" in given.email:
        raise _wrong()
    return given


def _place(rows: Sequence[LoginRow], workspace: UUID | None) -> LoginRow | None:
    """Return the agent to be: of the wanted workspace, else the first that is not disabled."""
    for row in rows:
        if row.agent_id is None or row.disabled:
            continue
        if workspace in (None, row.workspace_id):
            return row
    return None


def _wrong() -> Unauthenticated:
    return Unauthenticated("e-mail or password is wrong")


def _cookie(app_state: AppState, made: NewSession) -> Cookie:
    return Cookie(
        key=app_state.doorman.cookie,
        value=made.secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=app_state.doorman.secure,
        max_age=made.max_age_s,
    )


ROUTES = [sign_in, sign_out, list_sessions, end_other_sessions, end_session]
