"""The door for vendors as they meet it: status codes, signatures, sizes, duplicates.

conformance  test
G-01         test_what_is_not_signed_is_refused_and_not_kept
G-02         test_both_secrets_pass_while_they_rotate
G-03         test_an_account_without_a_secret_takes_nothing
G-04         test_a_signed_body_that_is_no_json_is_taken
G-06         test_without_the_database_the_sender_is_told_to_come_again
G-07         test_a_big_batch_is_answered_before_anybody_reads_it
G-10         test_an_account_that_is_off_takes_and_drops, test_an_unknown_account_is_not_found
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from cast import API_SECRET, CAST
from hilo.connectors.api import signing
from hilo.domain import people
from hilo.domain.inboxes import rotate_secret
from hilo.entry import hooks
from hilo.entry.hooks import BODY_BYTES, Hooks
from hilo.entry.state import AppState
from hilo.kit import clock
from hilo.kit.db import Database
from path import raw, rows, said, signed, state_on
from vendor import vendor_on

URL = f"/hooks/api/{CAST.account}"


@pytest.fixture
async def state(db: Database, tmp_path: Path) -> AsyncIterator[AppState]:
    state = state_on(db, tmp_path)
    task = asyncio.create_task(state.door.run())
    yield state
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def client(state: AppState) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=Hooks(state.door, state.accounts))  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://desk.test") as client:
        yield client


async def kept(state: AppState) -> int:
    return len(await rows(state.db, "select id from delivery"))


async def test_a_signed_message_is_stored_as_it_came(
    state: AppState, client: httpx2.AsyncClient
) -> None:
    body = raw(said())
    headers = {**signed(body), "authorization": "Bearer x", "x-odd": "n"}
    answer = await client.post(f"{URL}?a=1", content=body, headers=headers)
    assert answer.status_code == 200
    ((stored, given),) = await rows(state.db, "select body, headers from delivery")
    assert stored == body
    assert given["webhook-id"] == headers["webhook-id"]
    assert given[":query"] == "?a=1"
    assert "authorization" not in given


async def test_what_is_not_signed_is_refused_and_not_kept(
    state: AppState, client: httpx2.AsyncClient
) -> None:
    body = raw(said())
    good = signed(body)
    late = signing.sign(
        [signing.key_of(API_SECRET)], "msg_1", clock.now() - timedelta(seconds=301), body
    )
    for headers in (
        {},
        {**good, "webhook-signature": good["webhook-signature"][:-4]},
        {**good, "webhook-signature": "v1,AAAA"},
        {**good, "webhook-id": "other"},
        signed(body, secret=signing.new_secret()),
        late,
    ):
        answer = await client.post(URL, content=body, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "bad-signature"
    assert await kept(state) == 0


async def test_both_secrets_pass_while_they_rotate(
    state: AppState, client: httpx2.AsyncClient
) -> None:
    secrets = [API_SECRET]
    for _ in range(2):
        async with state.db.transaction(CAST.workspace) as tx:
            actor = people.system(CAST.workspace)
            _, secret = await rotate_secret(tx, actor, state.channels, CAST.account)
        secrets.append(secret)
        state.accounts.forget(CAST.account)
    statuses = []
    for secret in secrets:
        body = raw(said())
        answer = await client.post(URL, content=body, headers=signed(body, secret=secret))
        statuses.append(answer.status_code)
    assert statuses == [401, 200, 200]


async def test_a_repeated_request_is_stored_once(
    state: AppState, client: httpx2.AsyncClient
) -> None:
    body = raw(said())
    for _ in range(3):
        answer = await client.post(URL, content=body, headers=signed(body, id_="msg_1"))
        assert answer.status_code == 200
    assert await kept(state) == 1


async def test_a_signed_body_that_is_no_json_is_taken(
    state: AppState, client: httpx2.AsyncClient
) -> None:
    for body in (b"not json", b"", b"\xff\xfe\x00"):
        answer = await client.post(URL, content=body, headers=signed(body))
        assert answer.status_code == 200
    assert await kept(state) == 3


async def test_an_account_without_a_secret_takes_nothing(
    state: AppState, client: httpx2.AsyncClient
) -> None:
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update account set secrets = $1", state.channels.seal(CAST.account, {})
        )
    body = raw(said())
    answer = await client.post(URL, content=body, headers=signed(body))
    assert answer.status_code == 401


async def test_an_account_that_is_off_takes_and_drops(
    state: AppState, client: httpx2.AsyncClient
) -> None:
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute("update account set state = 'off'")
    body = raw(said())
    assert (await client.post(URL, content=body, headers=signed(body))).status_code == 200
    assert (await client.post(URL, content=body)).status_code == 401
    assert await kept(state) == 0


@pytest.mark.parametrize(
    "path",
    [
        f"/hooks/api/{CAST.inbox}",
        f"/hooks/webchat/{CAST.account}",
        f"/hooks/nope/{CAST.account}",
        "/hooks/api/not-a-uuid",
        "/hooks/api",
        f"{URL}/more",
    ],
)
async def test_an_unknown_account_is_not_found(client: httpx2.AsyncClient, path: str) -> None:
    body = raw(said())
    answer = await client.post(path, content=body, headers=signed(body))
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


async def test_only_posts_are_taken(client: httpx2.AsyncClient) -> None:
    answer = await client.get(URL)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["code"] == "method-not-allowed"


async def test_too_much_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.post(
        URL, content=b"x" * 10, headers={"content-length": str(BODY_BYTES + 1)}
    )
    assert answer.status_code == 413
    wide = {f"x-{n}": "y" * 4000 for n in range(10)}
    assert (await client.post(URL, content=b"x", headers=wide)).status_code == 413


async def test_a_big_batch_is_answered_before_anybody_reads_it(
    state: AppState, client: httpx2.AsyncClient
) -> None:
    body = raw(said("x" * 3_000_000))
    await client.post(URL, content=b"{}", headers=signed(b"{}"))
    headers = signed(body)
    assert (await client.post(URL, content=body, headers=headers)).status_code == 200
    assert await kept(state) == 2


async def test_without_the_database_the_sender_is_told_to_come_again(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = raw(said())
    await client.post(URL, content=body, headers=signed(body))

    async def away(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("hilo.domain.inboxes.deliveries.store", away)
    answer = await client.post(URL, content=body, headers=signed(body))
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


async def at_the_vendor(db: Database, folder: Path) -> tuple[AppState, str]:
    place = await vendor_on(db, folder)
    return place.state, f"/hooks/vendor/{place.account.id}"


async def test_a_channel_that_greets_answers_in_its_own_words(db: Database, tmp_path: Path) -> None:
    state, url = await at_the_vendor(db, tmp_path)
    transport = httpx2.ASGITransport(app=Hooks(state.door, state.accounts))  # type: ignore[arg-type]
    task = asyncio.create_task(state.door.run())
    please = {"x-word": "please"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://desk.test") as client:
        shaken = await client.get(url, params={"word": "please", "challenge": "7"})
        assert (shaken.status_code, shaken.text) == (200, "7")
        refused = await client.get(url, params={"word": "no"})
        assert refused.status_code == 405
        answered = await client.post(url, content=b'{"challenge":"x"}', headers=please)
        assert (answered.status_code, answered.text) == (200, "x")
        unsigned = await client.post(url, content=b'{"challenge":"x"}')
        assert unsigned.status_code == 401
        assert await kept(state) == 0
        stored = await client.get(url, params={"word": "store"})
        assert (stored.status_code, stored.text) == (202, "kept")
        taken = await client.post(url, content=b"[]", headers=please)
        assert taken.status_code == 200
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await kept(state) == 2


async def test_what_proves_a_sender_is_not_kept(
    state: AppState, client: httpx2.AsyncClient
) -> None:
    body = raw(said())
    headers = {**signed(body), "authorization": "Basic c2VjcmV0", "cookie": "a=b"}
    answer = await client.post(f"{URL}?key=hush&route=7", content=body, headers=headers)
    assert answer.status_code == 200
    async with state.db.transaction(CAST.workspace) as tx:
        kept = await tx.connection.fetchval(
            "select headers::text from delivery where workspace_id = $1", tx.workspace
        )
    assert "route=7" in kept
    for secret in ("c2VjcmV0", "a=b", "hush"):
        assert secret not in kept


async def test_a_body_that_does_not_say_its_size_is_cut_off_all_the_same(
    state: AppState, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "BODY_BYTES", 1_000)
    body = raw(said(text="x" * 2_000))

    async def trickle() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 100):
            yield body[at : at + 100]

    answer = await client.post(URL, content=trickle(), headers=signed(body))
    assert answer.status_code == 413
    assert await kept(state) == 0
