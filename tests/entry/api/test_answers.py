"""Answering an invitation that came by mail."""

from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from cast import CAST
from hilo.domain.inboxes import NewDelivery, deliveries
from hilo.domain.inboxes.deliveries import PendingAccount
from hilo.entry.state import AppState
from hilo.kit.config import Config
from hilo.kit.ids import new_id
from letters import invite, letter
from path import rows, taken_in


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Return settings with a place for files."""
    return Config(public_url="http://hilo.test", data=tmp_path)


async def heard(client: httpx2.AsyncClient, state: AppState, raw: bytes) -> str:
    """Connect a mailbox, let a mail arrive and return the address of its message."""
    inbox = (await client.post("/inboxes", json={"name": "Mail"})).json()["id"]
    given = {"channel": "email", "settings": {"address": "help@desk.test"}}
    account = (await client.post(f"/inboxes/{inbox}/accounts", json=given)).json()["id"]
    facts = {"rcpt-to": "help@desk.test", "mail-from": "carol@client.test"}
    new = NewDelivery(CAST.workspace, new_id(), UUID(account), "mail", facts, raw, str(uuid4()))
    await deliveries.store(state.db, [new])
    await taken_in(state, PendingAccount(CAST.workspace, UUID(account)))
    ((conversation, message),) = await rows(
        state.db, "select conversation_id, id from message where kind = 'incoming'"
    )
    return f"/conversations/{conversation}/messages/{message}"


async def test_an_answer_leaves_with_what_calendars_understand(
    ada: httpx2.AsyncClient, app_state: AppState
) -> None:
    path = await heard(ada, app_state, invite())
    shown = (await ada.get(path)).json()
    assert shown["meta"]["invitation"]["title"] == "Visit, second floor; bring plates"
    done = await ada.post(f"{path}/answer", json={"answer": "declined"})
    assert done.status_code == 201, done.text
    reply = done.json()
    assert reply["kind"] == "outgoing"
    assert reply["text"] == "Declined: Visit, second floor; bring plates"
    assert reply["meta"]["cc"] == ["boss@client.test"]
    assert [file["name"] for file in reply["attachments"]] == ["answer.ics"]
    assert reply["reply_to"] == shown["id"]


async def test_what_invites_to_nothing_cannot_be_answered(
    ada: httpx2.AsyncClient, app_state: AppState
) -> None:
    path = await heard(ada, app_state, letter("Hi"))
    answer = await ada.post(f"{path}/answer", json={"answer": "accepted"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no-invitation")
    wrong = await ada.post(f"{path}/answer", json={"answer": "maybe"})
    assert wrong.status_code == 422
