"""Answers no person writes, by the API: sent and marked, or stopped and said why."""

import httpx2

from cast import CAST
from hilo.kit.db import Database
from hilo.kit.ids import new_id
from stage import a_matter, hear


async def test_a_bot_is_answered_with_its_message_or_with_the_guard(
    ada: httpx2.AsyncClient, db: Database
) -> None:
    async with db.transaction(CAST.workspace) as tx:
        talk = await a_matter(tx, "Ticket")
    path = f"/conversations/{talk}"
    sent = await ada.post(f"{path}/automatic-replies", json={"text": "We answer at nine."})
    assert sent.status_code == 200, sent.text
    assert sent.json()["message"]["author"]["kind"] == "system"
    assert not sent.json()["guard"]["is_stopped"]
    async with db.transaction(CAST.workspace) as tx:
        await hear(tx, talk, "Ticket", "Ticket")
    stopped = (await ada.post(f"{path}/automatic-replies", json={"text": "Again"})).json()
    assert stopped["message"] is None
    assert stopped["guard"]["reason"] == "identical"
    again = await ada.post(f"{path}/automatic-replies", json={"text": "Again"})
    assert again.json() == stopped  # what was found out is kept
    assert (await ada.get(f"{path}/guard")).json() == stopped["guard"]
    thread = (await ada.get(f"{path}/messages")).json()["items"]
    assert [each["kind"] for each in thread].count("activity") == 1
    assert [each["kind"] for each in thread].count("outgoing") == 1
    await ada.delete(f"{path}/guard")
    again = await ada.post(f"{path}/automatic-replies", json={"text": "Back"})
    assert again.json()["message"]["text"] == "Back"


async def test_what_is_no_reply_is_refused(
    ada: httpx2.AsyncClient, mallory: httpx2.AsyncClient, db: Database
) -> None:
    async with db.transaction(CAST.workspace) as tx:
        talk = await a_matter(tx, "Hello")
    path = f"/conversations/{talk}/automatic-replies"
    for body, field in (({"kind": "note", "text": "x"}, "kind"), ({}, "text"), ({"x": 1}, "x")):
        refused = await ada.post(path, json=body)
        assert refused.status_code == 422, refused.text
        assert refused.json()["errors"][0]["field"] == field
    nobodys = f"/conversations/{new_id()}/automatic-replies"
    assert (await ada.post(nobodys, json={"text": "x"})).status_code == 404
    assert (await mallory.post(path, json={"text": "x"})).status_code == 404
