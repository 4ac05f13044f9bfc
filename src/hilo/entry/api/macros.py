"""Macros: `/macros`, and what they are for one conversation."""

from collections.abc import Sequence

from litestar import delete, get, patch, post
from litestar.params import JSONBody
from msgspec import Struct

from hilo.domain import automation
from hilo.domain.automation import Macro, MacroGiven, MacroPatch
from hilo.domain.conversations import ConversationView
from hilo.entry.api.forms import Acting, Id, Open, Shared


class MacroList(Struct, frozen=True):
    """All macros one has, what one uses most first."""

    items: Sequence[Macro]
    next_cursor: None = None


@get("/macros", tags=["macros"])
async def list_macros(actor: Acting, tx: Open) -> MacroList:
    """List the workspace's macros and one's own."""
    return MacroList(await automation.list_macros(tx, actor))


@post("/macros", tags=["macros"])
async def create_macro(data: JSONBody[MacroGiven], actor: Acting, tx: Open) -> Macro:
    """Make a macro, for oneself or for the workspace."""
    return await automation.create_macro(tx, actor, data)


@patch("/macros/{macro_id:uuid}", tags=["macros"])
async def change_macro(macro_id: Id, data: JSONBody[MacroPatch], actor: Acting, tx: Open) -> Macro:
    """Change a macro."""
    return await automation.update_macro(tx, actor, macro_id, data)


@delete("/macros/{macro_id:uuid}", tags=["macros"])
async def delete_macro(macro_id: Id, actor: Acting, tx: Open) -> None:
    """Delete a macro."""
    await automation.delete_macro(tx, actor, macro_id)


@get("/conversations/{conversation_id:uuid}/macros", tags=["macros"])
async def offer_macros(conversation_id: Id, actor: Acting, tx: Open) -> MacroList:
    """List the macros with their words filled for this conversation: a preview."""
    return MacroList(await automation.offer_macros(tx, actor, conversation_id))


@post(
    "/conversations/{conversation_id:uuid}/macros/{macro_id:uuid}",
    status_code=200,
    tags=["macros"],
)
async def apply_macro(
    conversation_id: Id, macro_id: Id, actor: Acting, tx: Open, app_state: Shared
) -> ConversationView:
    """Do all acts of a macro, or none; its words are sent like any other."""
    return await automation.apply_macro(tx, actor, conversation_id, macro_id, app_state.channels)


ROUTES = [list_macros, create_macro, change_macro, delete_macro, offer_macros, apply_macro]
