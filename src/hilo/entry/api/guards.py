"""Loop guards: `/conversations/{id}/guard`."""

from litestar import delete, get

from hilo.domain.conversations import Guard, guard_of, lift
from hilo.entry.api.forms import Acting, Id, Open

_PATH = "/conversations/{conversation_id:uuid}/guard"


@get(_PATH, tags=["conversations"])
async def get_guard(conversation_id: Id, actor: Acting, tx: Open) -> Guard:
    """Say whether automatic answers to the contact are stopped, because a machine writes back."""
    return await guard_of(tx, actor, conversation_id)


@delete(_PATH, status_code=200, tags=["conversations"])
async def lift_guard(conversation_id: Id, actor: Acting, tx: Open) -> Guard:
    """Let automatic answers go on; the guard counts anew."""
    return await lift(tx, actor, conversation_id)


ROUTES = [get_guard, lift_guard]
