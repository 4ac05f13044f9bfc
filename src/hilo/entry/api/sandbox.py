"""The sandbox's phones: `/accounts/{id}/sandbox`. One acts as the contact, and breaks things."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from hilo.domain import inboxes
from hilo.entry.api.forms import NO_TRANSACTION, Acting, Body, Id, Shared
from hilo.entry.sandbox.controls import Command, State
from hilo.entry.sandbox.faults import Fault
from hilo.entry.state import AppState
from hilo.kit.errors import NotFound, Unsupported, invalid
from hilo.sdk.simulator import Deed, Does, Phone

_DEED_BYTES = 30_000_000
Short = Annotated[str, msgspec.Meta(max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=20_000)]


class NewDeed(Body, frozen=True, kw_only=True):
    """What the contact does. who: which contact's phone. data: of a file, as base64.

    text, number: whose card it is; no text: the contact's own.
    """

    does: Does
    who: Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,8}$")] = "1"
    name: Short = ""
    text: Text = ""
    target: Short | None = None
    choice: Short = ""
    emoji: Short = ""
    number: Short = ""
    data: bytes = b""
    media_type: Short = ""
    token: Short = ""
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)] = 0
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)] = 0


class NewFaults(Body, frozen=True, kw_only=True):
    """What goes wrong from now on, and nothing else."""

    faults: Annotated[Sequence[Fault], msgspec.Meta(max_length=8)]


class Standing(Struct, frozen=True, kw_only=True):
    """The phones, what can be done on them, and what goes wrong."""

    deeds: Sequence[Does]
    phones: Sequence[Phone]
    faults: Sequence[Fault]


@get("/accounts/{account_id:uuid}/sandbox", tags=["playground"], opt=NO_TRANSACTION)
async def get_phones(account_id: Id, actor: Acting, app_state: Shared) -> Standing:
    """Show the phones of a simulated account, and its faults."""
    await _known(app_state, actor, account_id)
    return _standing(await app_state.controls.do(account_id, Command()))


@post(
    "/accounts/{account_id:uuid}/sandbox/deeds",
    tags=["playground"],
    opt={**NO_TRANSACTION, "body_bytes": _DEED_BYTES},
    status_code=200,
)
async def do_deed(
    account_id: Id, data: JSONBody[NewDeed], actor: Acting, app_state: Shared
) -> Standing:
    """Do what a contact does on the phone: write, tap, react, send a file."""
    await _known(app_state, actor, account_id)
    deed = msgspec.convert(msgspec.structs.asdict(data), Deed)
    try:
        return _standing(await app_state.controls.do(account_id, Command(deed=deed)))
    except Unsupported as error:
        raise invalid("does", "unsupported", error.message) from error


@put("/accounts/{account_id:uuid}/sandbox/faults", tags=["playground"], opt=NO_TRANSACTION)
async def set_faults(
    account_id: Id, data: JSONBody[NewFaults], actor: Acting, app_state: Shared
) -> Standing:
    """Let things go wrong between us and the simulated vendor."""
    await _known(app_state, actor, account_id)
    return _standing(await app_state.controls.do(account_id, Command(faults=data.faults)))


@get(
    "/accounts/{account_id:uuid}/sandbox/files/{name:str}", tags=["playground"], opt=NO_TRANSACTION
)
async def get_phone_file(
    account_id: Id, name: FromPath[str], actor: Acting, app_state: Shared
) -> Response[bytes]:
    """Give a file that is on a phone."""
    await _known(app_state, actor, account_id)
    content, media_type = await app_state.controls.file(account_id, name)
    headers = {"content-security-policy": "sandbox", "content-disposition": "inline"}
    return Response(content, media_type=media_type, headers=headers)


async def _known(state: AppState, actor: Acting, account: UUID) -> None:
    actor.must("conversation:reply")
    async with state.db.transaction(actor.workspace) as tx:
        row = await inboxes.queries.account(tx, account)
    if row is None or not row.is_sandbox:
        raise NotFound("no such account in the sandbox")
    if actor.sight is not None and row.inbox_id in actor.sight.narrowed:
        raise NotFound("no such account in the sandbox")  # a phone shows every conversation of it


def _standing(state: State) -> Standing:
    return Standing(deeds=state.deeds, phones=state.phones, faults=state.faults)


ROUTES = [get_phones, do_deed, set_faults, get_phone_file]
