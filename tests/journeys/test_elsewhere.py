"""One person, many doors: a chat goes on elsewhere, a crowd of first messages is one contact."""

import asyncio
import email.policy
import smtplib
import time
from email import message_from_bytes
from email.message import EmailMessage
from uuid import uuid4

import asyncpg
import httpx2

from agent import Desk
from hilo.connectors.api import signing
from hilo.connectors.sms_http.connector import HEADER
from hilo.kit import clock
from patience import PATIENCE_S
from rig import Rig


async def chatted(hilo: Rig, desk: Desk, text: str, **settings: object) -> tuple[str, str, str]:
    """Let a new visitor write in a new chat; return account, visitor token and conversation."""
    inbox = (await desk.post("/inboxes", {"name": f"Chat {uuid4().hex[:8]}"}))["id"]
    asked = {"channel": "webchat", "settings": settings}
    account = (await desk.post(f"/inboxes/{inbox}/accounts", asked))["id"]
    async with httpx2.AsyncClient(
        base_url=f"{hilo.url}/chat/{account}", timeout=PATIENCE_S
    ) as door:
        token = (await door.post("/session", json={})).json()["visitor_token"]
    await say(hilo, account, token, text)
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = (await desk.get("/conversations", inbox=inbox))["items"]
        if found:
            return account, token, str(found[0]["id"])
        await asyncio.sleep(0.1)
    raise AssertionError("the chat never came")


async def say(hilo: Rig, account: str, token: str, text: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(
        base_url=f"{hilo.url}/chat/{account}", headers=headers, timeout=PATIENCE_S
    ) as door:
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
    await thread(desk, conversation, PATIENCE_S, "Is it in stock?", start)
    deed = {"who": "7", "does": "text", "text": "I am out now"}
    await desk.post(f"/accounts/{bot['id']}/sandbox/deeds", deed)
    said = ["Is it in stock?", start, "I am out now"]
    await thread(desk, conversation, PATIENCE_S, *said)

    # The answer leaves where the contact wrote last; the chat is still the same conversation.
    answer = await desk.post(
        f"/conversations/{conversation}/messages", {"kind": "reply", "text": "Yes"}
    )
    assert answer["channel"] == "telegram"
    await say(hilo, account, token, "Back at the desk")
    channels = await thread(desk, conversation, PATIENCE_S, *said, "Yes", "Back at the desk")
    assert channels == ["webchat", "telegram", "telegram", "telegram", "webchat"]
    assert (await desk.get("/conversations", inbox=inbox))["items"] == []


async def test_a_visitor_takes_a_code_to_a_text_message(hilo: Rig, desk: Desk) -> None:
    account, token, conversation = await chatted(hilo, desk, "Is it in stock?")
    inbox = (await desk.post("/inboxes", {"name": f"Texts {uuid4().hex[:8]}"}))["id"]
    settings = {"send_url": "https://gateway.test/messages", "number": "+12025550100"}
    asked = {"channel": "sms_http", "settings": settings}
    texts = await desk.post(f"/inboxes/{inbox}/accounts", asked)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(
        base_url=f"{hilo.url}/chat/{account}", headers=headers, timeout=PATIENCE_S
    ) as door:
        places = (await door.get("/elsewhere")).json()["items"]
        assert texts["id"] in [each["account_id"] for each in places]
        offer = (await door.post("/elsewhere", json={"account_id": texts["id"]})).json()
        assert offer["link"].endswith(f"body={offer['code']}")
        wrong = await door.post("/elsewhere", json={"account_id": str(uuid4())})
        assert wrong.status_code == httpx2.codes.NOT_FOUND
        empty = await door.post("/elsewhere", json={})
        assert empty.status_code == httpx2.codes.UNPROCESSABLE_CONTENT
    async with httpx2.AsyncClient(
        base_url=f"{hilo.url}/chat/{account}", timeout=PATIENCE_S
    ) as door:
        stranger = (await door.post("/session", json={})).json()["visitor_token"]
        headers = {"Authorization": f"Bearer {stranger}"}
        early = await door.post("/elsewhere", json={"account_id": texts["id"]}, headers=headers)
        assert early.status_code == httpx2.codes.CONFLICT
        assert (await door.get("/elsewhere")).status_code == httpx2.codes.UNAUTHORIZED
    said = {"id": uuid4().hex, "from": "+12025550177", "text": offer["code"].upper()}
    async with httpx2.AsyncClient(base_url=hilo.url, timeout=PATIENCE_S) as door:
        hook = f"/hooks/sms_http/{texts['id']}"
        taken = await door.post(hook, json=said, headers={HEADER: texts["secret"]})
        assert taken.is_success, taken.text
    await thread(desk, conversation, PATIENCE_S, "Is it in stock?", said["text"])


async def test_a_code_in_the_subject_of_a_mail_leads_into_the_chat(hilo: Rig, desk: Desk) -> None:
    account, token, conversation = await chatted(hilo, desk, "Is it in stock?")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(
        base_url=f"{hilo.url}/chat/{account}", headers=headers, timeout=PATIENCE_S
    ) as door:
        places = (await door.get("/elsewhere")).json()["items"]
        inboxes = (await desk.get("/inboxes"))["items"]
        ways = [each for inbox in inboxes for each in inbox["accounts"]]
        (box,) = [each["id"] for each in ways if each["address"] == "help@demo.localhost"]
        assert box in [each["account_id"] for each in places]
        offer = (await door.post("/elsewhere", json={"account_id": box})).json()
    assert offer["link"] == f"mailto:help@demo.localhost?subject={offer['code']}"

    def letter(subject: str, text: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = f"{who}", "help@demo.localhost"
        mail["Subject"], mail["Message-ID"] = subject, f"<{uuid4()}@example.test>"
        mail.set_content(text)
        return mail

    who = f"subject-{uuid4().hex[:8]}@example.test"
    first = letter(f"Fwd: {offer['code'].upper()}", "I write from my mail now.")
    second = letter("Re: my order", "And this is a photo of it.")
    second["In-Reply-To"] = second["References"] = str(first["Message-ID"])
    said = ["Is it in stock?", "I write from my mail now."]
    with smtplib.SMTP("127.0.0.1", hilo.smtp_port, timeout=PATIENCE_S) as smtp:
        smtp.send_message(first)
        channels = await thread(desk, conversation, PATIENCE_S, *said)
        assert channels == ["webchat", "email"]
        smtp.send_message(second)
    said.append("And this is a photo of it.")
    await thread(desk, conversation, PATIENCE_S, *said)
    contact = (await desk.get(f"/conversations/{conversation}"))["contact"]["id"]
    held = (await desk.get(f"/contacts/{contact}"))["identities"]
    assert [each["by_code"] for each in held if each["value"] == who] == [True]
    answer = await desk.post(
        f"/conversations/{conversation}/messages", {"kind": "reply", "text": "Yes, two."}
    )
    assert answer["channel"] == "email"


async def mailed(hilo: Rig, who: str) -> EmailMessage | None:
    """Return the newest mail the catcher kept for an address."""
    connection = await asyncpg.connect(hilo.postgres.dsn)
    try:
        raw = await connection.fetchval(
            "select raw from caught_mail where $1 = any(rcpt_to) order by id desc limit 1", who
        )
    finally:
        await connection.close()
    return None if raw is None else message_from_bytes(raw, policy=email.policy.default)


async def test_a_visitor_who_left_is_followed_by_mail_and_answers_in_the_thread(
    hilo: Rig, desk: Desk
) -> None:
    account, token, conversation = await chatted(hilo, desk, "Is it in stock?", mail_after_s=1)
    who = f"left-{uuid4().hex[:8]}@example.test"
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(
        base_url=f"{hilo.url}/chat/{account}", headers=headers, timeout=PATIENCE_S
    ) as door:
        told = await door.post("/identify", json={"traits": {"email": who}})
        assert told.status_code == httpx2.codes.ACCEPTED
    contact = (await desk.get(f"/conversations/{conversation}"))["contact"]["id"]
    end = time.monotonic() + PATIENCE_S
    held: list[dict[str, object]] = []
    while time.monotonic() < end:
        held = (await desk.get(f"/contacts/{contact}"))["identities"]
        if any(each["value"] == who for each in held):
            break
        await asyncio.sleep(0.1)
    assert [each["verified"] for each in held if each["value"] == who] == [False]

    path = f"/conversations/{conversation}/messages"
    await desk.post(path, {"kind": "reply", "text": "Two are left."})
    mail = None
    while mail is None and time.monotonic() < end:
        mail = await mailed(hilo, who)
        await asyncio.sleep(0.2)
    assert mail is not None
    assert "Two are left." in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    said = ["Is it in stock?", "Two are left.", "Two are left."]
    assert await thread(desk, conversation, PATIENCE_S, *said) == ["webchat", "webchat", "email"]

    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = who, "help@demo.localhost", "Re: it"
    answer["Message-ID"] = f"<{uuid4()}@example.test>"
    answer["In-Reply-To"] = answer["References"] = str(mail["Message-ID"])
    answer.set_content("I take both.")
    with smtplib.SMTP("127.0.0.1", hilo.smtp_port, timeout=PATIENCE_S) as smtp:
        smtp.send_message(answer)
    await thread(desk, conversation, PATIENCE_S, *said, "I take both.")
    await asyncio.sleep(2)  # nothing is mailed twice
    await thread(desk, conversation, 1, *said, "I take both.")


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

    async with httpx2.AsyncClient(base_url=hilo.url, timeout=PATIENCE_S) as door:
        await asyncio.gather(*(write(door, number) for number in range(100)))
    end = time.monotonic() + PATIENCE_S
    talks: list[dict[str, object]] = []
    while time.monotonic() < end:
        talks = (await desk.get("/conversations", inbox=inbox))["items"]
        if talks and talks[0]["last_seq"] == 100:
            break
        await asyncio.sleep(0.2)
    assert [each["last_seq"] for each in talks] == [100]
    assert len((await desk.get("/contacts", q=who))["items"]) == 1
