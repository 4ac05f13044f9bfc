"""Answers no person writes, and what stops them: `/conversations/{id}/guard`."""

from litestar import delete, get, post
from litestar.params import JSONBody
from msgspec import Struct

from hilo.domain import conversations, people
from hilo.domain.conversations import Given, Guard, MessageView, guard_of, lift
from hilo.entry.api.forms import Acting, Id, Open, Shared
from hilo.entry.api.messages import linked

_AT = "/conversations/{conversation_id:uuid}"
_PATH = _AT + "/guard"


class AutomaticReply(Struct, frozen=True):
    """What became of it. message null: the guard stops it, and says why."""

    message: MessageView | None
    guard: Guard


@post(_AT + "/automatic-replies", status_code=200, tags=["conversations"])
async def reply_automatically(
    conversation_id: Id, data: JSONBody[Given], actor: Acting, tx: Open, app_state: Shared
) -> AutomaticReply:
    """Reply as a machine: what a bot writes, unless a machine seems to write back.

    The message is marked as automatic where its channel has such a mark, so that others' machines
    keep silent. Stopped: no message, and the guard tells why.
    """
    written = await conversations.write_automatically(
        tx, actor, conversation_id, data, app_state.channels
    )
    guard = await guard_of(tx, people.SYSTEM(actor.workspace), conversation_id)
    if written is None:
        return AutomaticReply(None, guard)
    return AutomaticReply(linked(app_state.file_links, actor, [written.message])[0], guard)


@get(_PATH, tags=["conversations"])
async def get_guard(conversation_id: Id, actor: Acting, tx: Open) -> Guard:
    """Say whether automatic answers to the contact are stopped, because a machine writes back."""
    return await guard_of(tx, actor, conversation_id)


@delete(_PATH, status_code=200, tags=["conversations"])
async def lift_guard(conversation_id: Id, actor: Acting, tx: Open) -> Guard:
    """Let automatic answers go on; the guard counts anew."""
    return await lift(tx, actor, conversation_id)


ROUTES = [get_guard, lift_guard, reply_automatically]
