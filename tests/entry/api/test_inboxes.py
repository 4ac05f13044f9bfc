"""Inboxes, their accounts and the quarantine, as a client meets them."""

import base64
from uuid import uuid4

import httpx2
import pytest

from cast import CAST
from hilo.kit.db import Database
from hilo.kit.ids import new_id


async def _inbox(ada: httpx2.AsyncClient, name: str = "Sales") -> str:
    made = await ada.post("/inboxes", json={"name": name})
    assert made.status_code == 201, made.text
    inbox_id: str = made.json()["id"]
    return inbox_id


async def test_an_account_of_the_api_channel_shows_its_secret_once(ada: httpx2.AsyncClient) -> None:
    made = await ada.post(
        f"/inboxes/{await _inbox(ada)}/accounts", json={"channel": "api", "settings": {}}
    )
    assert made.status_code == 201, made.text
    account = made.json()
    kind, _, encoded = account["secret"].partition("_")
    assert kind == "whsec"
    assert len(base64.b64decode(encoded, validate=True)) >= 24
    assert account["webhook_url"].endswith(f"/hooks/api/{account['id']}")
    again = (await ada.get(f"/accounts/{account['id']}")).json()
    assert "secret" not in again
    assert again["secrets_set"] == ["secret"]


async def test_a_rotated_secret_differs(ada: httpx2.AsyncClient) -> None:
    made = await ada.post(f"/inboxes/{await _inbox(ada)}/accounts", json={"channel": "api"})
    fresh = await ada.post(f"/accounts/{made.json()['id']}/secret")
    assert fresh.status_code == 201
    assert fresh.json()["secret"] != made.json()["secret"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"channel": "pigeon"}, "channel"),
        (
            {"channel": "api", "settings": {"callback_url": "not an address"}},
            "settings.callback_url",
        ),
        (
            {"channel": "api", "settings": {"callback_url": "http://127.0.0.1/x"}},
            "settings.callback_url",
        ),
        ({"channel": "api", "settings": {"colour": "red"}}, "settings.colour"),
        ({"channel": "api", "settings": []}, "settings"),
        ({}, "channel"),
        ({"channel": "api", "extra": 1}, "extra"),
    ],
)
async def test_a_wrong_account_names_the_field_and_is_not_made(
    ada: httpx2.AsyncClient, body: dict[str, object], field: str
) -> None:
    inbox_id = await _inbox(ada)
    refused = await ada.post(f"/inboxes/{inbox_id}/accounts", json=body)
    assert refused.status_code == 422, refused.text
    assert [each["field"] for each in refused.json()["errors"]] == [field]
    assert (await ada.get(f"/inboxes/{inbox_id}")).json()["accounts"] == []


async def test_an_inbox_is_renamed_and_removed(ada: httpx2.AsyncClient) -> None:
    inbox_id = await _inbox(ada)
    changed = await ada.patch(f"/inboxes/{inbox_id}", json={"name": "Shop", "threading": "contact"})
    assert (changed.json()["name"], changed.json()["threading"]) == ("Shop", "contact")
    assert (await ada.delete(f"/inboxes/{inbox_id}")).status_code == 204
    assert (await ada.get(f"/inboxes/{inbox_id}")).status_code == 404


async def test_an_agent_reads_inboxes_and_changes_none(ben: httpx2.AsyncClient) -> None:
    assert (await ben.get("/inboxes")).status_code == 200
    assert (await ben.post("/inboxes", json={"name": "Mine"})).status_code == 403
    assert (await ben.get("/quarantine")).status_code == 403


async def test_the_channels_come_with_their_forms(ada: httpx2.AsyncClient) -> None:
    channels = {each["id"]: each for each in (await ada.get("/channels")).json()["items"]}
    assert "callback_url" in [field["name"] for field in channels["api"]["settings"]]
    assert channels["api"]["icon_svg"].lstrip().startswith("<svg")


async def test_a_check_says_what_it_found(ada: httpx2.AsyncClient) -> None:
    found = await ada.post(f"/accounts/{CAST.account}/check")
    assert found.status_code == 200, found.text
    assert {"state", "heard", "sent"} <= {each["key"] for each in found.json()["checks"]}


async def test_parked_deliveries_are_listed_replayed_and_discarded(
    ada: httpx2.AsyncClient, db: Database
) -> None:
    parked = [new_id() for _ in range(3)]
    async with db.transaction(CAST.workspace) as tx:
        for each in parked:
            await tx.connection.execute(
                """insert into delivery (workspace_id, id, account_id, source, body, state, error)
                   values ($1, $2, $3, 'mail', 'From: x', 'parked', '{"code": "x"}')""",
                CAST.workspace,
                each,
                CAST.account,
            )
    first = (await ada.get("/quarantine", params={"limit": 2})).json()
    rest = (await ada.get("/quarantine", params={"cursor": first["next_cursor"]})).json()
    listed = [each["id"] for each in first["items"] + rest["items"]]
    assert listed == [str(each) for each in reversed(parked)]
    assert (await ada.get(f"/quarantine/{parked[0]}/raw")).content == b"From: x"
    assert (await ada.post(f"/quarantine/{parked[0]}/replay")).status_code == 202
    assert (await ada.delete(f"/quarantine/{parked[1]}")).status_code == 204
    left = (await ada.get("/quarantine")).json()["items"]
    assert [each["id"] for each in left] == [str(parked[2])]
    assert (await ada.post(f"/quarantine/{uuid4()}/replay")).status_code == 404
