"""The workspace: `/workspace`."""

from collections.abc import Mapping

from litestar import get, patch
from litestar.params import JSONBody

from hilo.domain import people
from hilo.domain.people import Locale, Workspace
from hilo.entry.api.forms import Acting, Body, LongName, Open


class WorkspaceChange(Body, frozen=True, kw_only=True):
    """What may change about the workspace; settings are merged one level deep."""

    name: LongName | None = None
    locale: Locale | None = None
    settings: Mapping[str, object] | None = None


@get("/workspace", tags=["workspace"])
async def get_workspace(actor: Acting, tx: Open) -> Workspace:
    """Return the workspace."""
    actor.must("agent:read")
    return await people.get_workspace(tx)


@patch("/workspace", tags=["workspace"])
async def change_workspace(data: JSONBody[WorkspaceChange], actor: Acting, tx: Open) -> Workspace:
    """Rename the workspace, choose its language, merge settings."""
    return await people.change_workspace(
        tx, actor, name=data.name, locale=data.locale, settings=data.settings
    )


ROUTES = [get_workspace, change_workspace]
