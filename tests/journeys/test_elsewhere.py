"""One person, many doors: a chat goes on elsewhere, a crowd of first messages is one contact."""

import asyncio
import time
from uuid import uuid4

import httpx2

from agent import Desk
from hilo.connectors.api import signing
from hilo.kit import clock
from rig import Rig

WAIT_S = 30.0


async def chatted(hilo: Rig, desk: Desk, text: str) -> tuple[str, str, str]:
    """Let a new visitor write in a new chat; return account, visitor token and conversation."""
    inbox = (await desk.post("/inboxes", {"name": f"Chat {uuid4().hex[:8]}"}))["id"]
    asked = {"channel": "webchat", "settings": {}}
    account = (await desk.post(f"/inboxes/{inbox}/accounts", asked))["id"]
    async with httpx2.AsyncClient(base_url=f"{hilo.url}/chat/{account}") as door:
        token = (await door.post("/session", json={})).json()["visitor_token"]
    await say(hilo, account, token, text)
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        found = (await desk.get("/conversations", inbox=inbox))["items"]
        if found:
            return account, token, str(found[0]["id"])
        await asyncio.sleep(0.1)
    raise AssertionError("the chat never came")


async def say(hilo: Rig, account: str, token: str, text: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=f"{hilo.url}/chat/{account}", headers=headers) as door:
        said = await door.post("/messages", json={"client_id": uuid4().hex, "text": text})
        assert said.status_code == httpx2.codes.ACCEPTED, said.text


async def thread(desk: Desk, conversation: str, most_s: float, *texts: str) -> list[str]:
    """Wait until a conversation's spoken words are these; return the channels they came by."""
    found: list[dict[str, str]] = []
    end = time.monotonic() + most_s
    while time.monotonic() < end:
        page = await desk.get(f"/conversations/{conversation}/messages")
        found = [each for each in page["items"][::-1] if each["kind"] != "activity"]
        if [each["text"] for each in found] == list(texts):
            return [each["channel"] for each in found]
        await asyncio.sleep(0.1)
    raise AssertionError(f"the thread is {[each['text'] for each in found]}")


async def test_a_chat_goes_on_by_phone_in_the_same_thread(hilo: Rig, desk: Desk) -> None:
    account, token, conversation = await chatted(hilo, desk, "Is it in stock?")
    inbox = (await desk.post("/inboxes", {"name": f"Bot {uuid4().hex[:8]}"}))["id"]
    asked = {"channel": "telegram", "sandbox": True, "settings": {}}
    bot = await desk.post(f"/inboxes/{inbox}/accounts", asked)
    places = (await desk.get(f"/conversations/{conversation}/elsewhere"))["items"]
    assert bot["id"] in [each["account_id"] for each in places]

    path = f"/conversations/{conversation}/crossings"
    offer = await desk.post(path, {"account_id": bot["id"]})
    assert offer["code"] in offer["link"]
    assert offer["qr"] is not None
    deed = {"who": "7", "does": "start", "token": offer["code"], "name": "Lucía"}
    await desk.post(f"/accounts/{bot['id']}/sandbox/deeds", deed)
    start = f"/start {offer['code']}"
    await thread(desk, conversation, WAIT_S, "Is it in stock?", start)
    deed = {"who": "7", "does": "text", "text": "I am out now"}
    await desk.post(f"/accounts/{bot['id']}/sandbox/deeds", deed)
    said = ["Is it in stock?", start, "I am out now"]
    await thread(desk, conversation, WAIT_S, *said)

    # The answer leaves where the contact wrote last; the chat is still the same conversation.
    answer = await desk.post(
        f"/conversations/{conversation}/messages", {"kind": "reply", "text": "Yes"}
    )
    assert answer["channel"] == "telegram"
    await say(hilo, account, token, "Back at the desk")
    channels = await thread(desk, conversation, WAIT_S, *said, "Yes", "Back at the desk")
    assert channels == ["webchat", "telegram", "telegram", "telegram", "webchat"]
    assert (await desk.get("/conversations", inbox=inbox))["items"] == []


async def test_a_hundred_first_messages_at_once_are_one_contact(hilo: Rig, desk: Desk) -> None:
    inbox = (await desk.post("/inboxes", {"name": f"Crowd {uuid4().hex[:8]}"}))["id"]
    asked = {"channel": "api", "settings": {}}
    account = await desk.post(f"/inboxes/{inbox}/accounts", asked)
    who = f"crowd-{uuid4().hex[:8]}@example.test"
    keys = [signing.key_of(account["secret"])]

    async def write(door: httpx2.AsyncClient, number: int) -> None:
        sender = {"id": "u-1", "email": who, "name": "Crowd"}
        body = {"id": f"m-{number}", "from": sender, "text": f"part {number}"}
        request = door.build_request("POST", f"/hooks/api/{account['id']}", json=body)
        signed = signing.sign(keys, f"msg_{uuid4()}", clock.now(), request.content)
        answer = await door.post(request.url, content=request.content, headers=signed)
        assert answer.is_success, answer.text

    async with httpx2.AsyncClient(base_url=hilo.url, timeout=60) as door:
        await asyncio.gather(*(write(door, number) for number in range(100)))
    end = time.monotonic() + WAIT_S
    talks: list[dict[str, object]] = []
    while time.monotonic() < end:
        talks = (await desk.get("/conversations", inbox=inbox))["items"]
        if talks and talks[0]["last_seq"] == 100:
            break
        await asyncio.sleep(0.2)
    assert [each["last_seq"] for each in talks] == [100]
    assert len((await desk.get("/contacts", q=who))["items"]) == 1
