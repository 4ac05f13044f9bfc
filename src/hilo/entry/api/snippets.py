"""What to paste into a website: `/accounts/{id}/snippet`."""

from litestar import get
from msgspec import Struct

from hilo.domain import inboxes
from hilo.entry.api.forms import Acting, Id, Open, Shared
from hilo.kit.errors import NotFound
from hilo.sdk.abilities import Embeddable


class Snippet(Struct, frozen=True):
    """HTML for every page that is to have the channel."""

    html: str


@get("/accounts/{account_id:uuid}/snippet", tags=["inboxes"])
async def get_snippet(account_id: Id, actor: Acting, tx: Open, app_state: Shared) -> Snippet:
    """Return the HTML that puts the channel on a website; 404 for one that lives elsewhere."""
    row = await inboxes.get_account(tx, actor, account_id)
    connector = app_state.channels.of(row)
    if not isinstance(connector, Embeddable):
        raise NotFound("this channel is not put on websites")
    return Snippet(connector.snippet(app_state.channels.opened(row)))


ROUTES = [get_snippet]
