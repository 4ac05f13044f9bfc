"""The first run: the first owner, who owns the demo workspace. Happens once, also after a kill."""

from hilo.domain import people
from hilo.entry.state import AppState
from hilo.kit.config import BadSetting
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries

SQL = Queries("hilo.entry", "first.sql")


async def is_empty(state: AppState) -> bool:
    """Say whether there is no workspace yet."""
    async with state.db.transaction(None) as tx:
        return not await tx.one(SQL.any_workspace, bool)


async def found(state: AppState, *, email: str, password: str, name: str = "Hilo") -> people.Agent:
    """Make a workspace and its owner. Raises Invalid."""
    async with state.db.transaction(new_id()) as tx:
        return await people.create_workspace(
            tx,
            people.Founding(name=name, email=email, password=password, owner_name=_name_of(email)),
        )


async def first_owner(state: AppState) -> bool:
    """Make the first owner from the settings where nobody is there; say whether it was made."""
    config = state.config
    if config.admin_email is None or not await is_empty(state):
        return False
    if config.admin_password is None:
        raise BadSetting("HILO_ADMIN_EMAIL is set without HILO_ADMIN_PASSWORD; set both")
    await found(state, email=config.admin_email, password=config.admin_password, name="Casa Faro")
    return True


def _name_of(email: str) -> str:
    local = email.partition("@")[0].replace(".", " ").replace("_", " ").strip()
    return local.title() or email
