"""Workspaces as the operator makes them: the first owner with the demo, and more later."""

from uuid import UUID

from hilo.domain import people
from hilo.entry import demo
from hilo.entry.state import AppState
from hilo.kit.config import BadSetting
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries

SQL = Queries("hilo.entry", "first.sql")
_DEMO = "Casa Faro"


class NoSuchWorkspace(BadSetting):
    """The command does not say clearly enough which workspace is meant."""


async def workspaces(state: AppState) -> list[UUID]:
    """Return the ids of all workspaces."""
    async with state.db.transaction(None) as tx:
        return await tx.all(SQL.workspaces, UUID)


async def is_known(state: AppState, email: str) -> bool:
    """Say whether somebody signs in with it already."""
    async with state.db.transaction(None) as tx:
        return await people.has_login(tx, email)


async def found(state: AppState, *, email: str, password: str, name: str) -> people.Agent:
    """Make an empty workspace and its owner. Raises Invalid."""
    async with state.db.transaction(new_id()) as tx:
        return await people.create_workspace(tx, _founding(email, password, name))


async def reset_link(state: AppState, email: str) -> str:
    """Return a link to choose a new password, for who cannot be sent one. Raises NotFound."""
    async with state.db.transaction(None) as tx:
        made = await people.ask_reset(tx, email)
    if made is None:
        raise NotFound(f"nobody here signs in with {email}")
    return f"{state.config.public_url}/reset?token={made[1]}"


async def first_owner(state: AppState) -> int | None:
    """Where nobody is yet, make the owner the settings name, and the demo with it.

    All in one transaction: a kill in the middle leaves nothing, and the next start does it again.
    Returns the number of demo conversations, None when there was nothing to do.
    """
    config = state.config
    if config.admin_email is None or await workspaces(state):
        return None
    if config.admin_password is None:
        raise BadSetting("HILO_ADMIN_EMAIL is set without HILO_ADMIN_PASSWORD; set both")
    async with state.db.transaction(new_id()) as tx:
        founding = _founding(config.admin_email, config.admin_password, _DEMO)
        owner = await people.create_workspace(tx, founding)
        return await demo.load(tx, _demo(state, owner.id, owner.name))


async def load_demo(state: AppState, workspace: UUID | None) -> int:
    """Load the demo; return its conversations, 0 when it is there already."""
    async with state.db.transaction(await _chosen(state, workspace)) as tx:
        owner = await _owner(tx)
        return await demo.load(tx, _demo(state, owner.id, owner.name))


async def drop_demo(state: AppState, workspace: UUID | None) -> int:
    """Drop the demo, sparing what people added; return the conversations that went."""
    async with state.db.transaction(await _chosen(state, workspace)) as tx:
        return await demo.drop(tx, state.files)


def _demo(state: AppState, owner: UUID, name: str) -> demo.Demo:
    return demo.Demo(owner, name, state.channels, state.files)


async def _chosen(state: AppState, workspace: UUID | None) -> UUID:
    known = await workspaces(state)
    if workspace is None and len(known) == 1:
        return known[0]
    if workspace in known and workspace is not None:
        return workspace
    names = ", ".join([await _told(state, each) for each in known])
    names = names or "none yet; see hilo admin create"
    raise NoSuchWorkspace(f"say which workspace is meant with --workspace: {names}")


async def _told(state: AppState, workspace: UUID) -> str:
    async with state.db.transaction(workspace) as tx:
        return f"{workspace} ({(await people.get_workspace(tx)).name})"


async def _owner(tx: Tx) -> people.Agent:
    agents = await people.list_agents(tx, people.system(tx.workspace))
    return next(each for each in agents if each.role == "owner")


def _founding(email: str, password: str, name: str) -> people.Founding:
    local = email.partition("@")[0].replace(".", " ").replace("_", " ").strip()
    return people.Founding(
        name=name, email=email, password=password, owner_name=local.title() or email
    )
