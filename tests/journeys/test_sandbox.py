"""A contact on a simulated phone, the vendor between us, and what goes wrong there."""

import asyncio
import base64
from uuid import uuid4

import httpx2
import pytest

from agent import Desk
from patience import PATIENCE_S, trying
from rig import Rig
from simulated import Played, played_on

TOKEN = "123456:TEST-made-up-token-of-no-bot-0000"


@pytest.fixture
async def played(desk: Desk) -> Played:
    """Make a bot in the sandbox."""
    inbox = (await desk.post("/inboxes", {"name": f"Bot {uuid4().hex[:8]}"}))["id"]
    asked = {"channel": "telegram", "sandbox": True, "settings": {"token": TOKEN}}
    return Played(desk, inbox, await desk.post(f"/inboxes/{inbox}/accounts", asked))


async def test_a_phone_writes_and_reads_the_answer(played: Played) -> None:
    await played.does(does="text", name="Lucía", text="¿Abren hoy?")
    await played.until(("¿Abren hoy?", "received"))
    await played.reply("Hasta las ocho")
    await played.until(("¿Abren hoy?", "received"), ("Hasta las ocho", "sent"))
    assert [each["text"] for each in await played.bubbles()] == ["¿Abren hoy?", "Hasta las ocho"]


async def test_what_comes_twice_and_mixed_up_is_there_once(played: Played) -> None:
    await played.breaks({"kind": "duplicate", "left": None}, {"kind": "reorder", "left": None})
    for n in range(4):
        await played.does(does="text", text=str(n))
    async for _ in trying():
        if len(await played.messages()) >= 4:
            break
    await asyncio.sleep(1.5)  # the doubles are late, too
    assert sorted(each["text"] for each in await played.messages()) == ["0", "1", "2", "3"]


async def test_a_break_after_the_vendor_acted_is_uncertain_and_not_repeated(
    played: Played,
) -> None:
    await played.does(does="text", text="hola")
    await played.until(("hola", "received"))
    await played.breaks({"kind": "cut"})
    await played.reply("¿llegó?")
    await played.until(("hola", "received"), ("¿llegó?", "uncertain"))
    await asyncio.sleep(1)
    assert [each["text"] for each in await played.bubbles()] == ["hola", "¿llegó?"]


async def test_a_vendor_that_is_busy_is_asked_again(played: Played) -> None:
    await played.does(does="text", text="hola")
    await played.until(("hola", "received"))
    await played.breaks({"kind": "throttled"})
    await played.reply("ahora sí")
    await played.until(("hola", "received"), ("ahora sí", "sent"))
    assert [each["text"] for each in await played.bubbles()] == ["hola", "ahora sí"]


async def test_the_vendors_path_and_the_controls_let_nobody_else_in(
    hilo: Rig, played: Played
) -> None:
    base = f"{hilo.url}/sandbox/{played.account['id']}"
    async with httpx2.AsyncClient(timeout=PATIENCE_S) as stranger:
        refused = await stranger.post(f"{base}/controls", content=b"{}")
        assert refused.status_code == httpx2.codes.NOT_FOUND
        wrong = await stranger.post(f"{base}/https/api.telegram.org/bot1:x/getMe")
        assert wrong.status_code == httpx2.codes.UNAUTHORIZED
    said = await played.desk.client.post(
        f"/accounts/{played.account['id']}/sandbox/deeds", json={"does": "comment"}
    )
    assert said.json()["errors"][0]["field"] == "does"


@pytest.mark.parametrize("channel", ["whatsapp", "messenger", "instagram"])
async def test_an_answer_is_delivered_and_read(desk: Desk, channel: str) -> None:
    played = await played_on(desk, channel)
    await played.reply("Hasta las ocho 👋")
    async for _ in trying():
        if len(await played.bubbles()) == 2:
            break
    await played.does(does="read")
    await played.until(("¿Abren hoy?", "received"), ("Hasta las ocho 👋", "read"))


@pytest.mark.parametrize("channel", ["whatsapp", "messenger", "instagram"])
async def test_an_answer_whose_reply_was_lost_is_settled_by_what_comes_back(
    desk: Desk, channel: str
) -> None:
    played = await played_on(desk, channel)
    await played.breaks({"kind": "cut"})
    await played.reply("¿Llegó?")
    states: set[str] = set()
    async for _ in trying():
        states = {each["state"] for each in await played.messages() if each["text"] == "¿Llegó?"}
        if states & {"sent", "delivered"}:
            break
    assert states & {"sent", "delivered"}, states
    assert [each["text"] for each in await played.bubbles()] == ["¿Abren hoy?", "¿Llegó?"]
    assert len(await played.messages()) == 2


@pytest.mark.parametrize("channel", ["slack", "discord", "line", "viber"])
async def test_who_connects_before_anybody_wrote_hears_them(desk: Desk, channel: str) -> None:
    inbox = (await desk.post("/inboxes", {"name": f"{channel} {uuid4().hex[:8]}"}))["id"]
    asked = {"channel": channel, "sandbox": True, "settings": {}}
    account = await desk.post(f"/inboxes/{inbox}/accounts", asked)
    played = Played(desk, inbox, await desk.post(f"/accounts/{account['id']}/connect", {}))
    await played.does(does="text", text="hola")
    await played.until(("hola", "received"))


@pytest.mark.parametrize("media", ["link", "list"])
async def test_files_pass_both_ways_through_a_gateway(hilo: Rig, desk: Desk, media: str) -> None:
    """Where the gateway has no field for files, a link below the words opens them."""
    played = await played_on(desk, "sms_http", media=media)
    gif = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00"
    data = base64.b64encode(gif).decode()
    await played.does(does="file", text="¿Este?", data=data, media_type="image/gif")
    states: list[str] = []
    async for _ in trying():
        came = [each["attachments"] for each in await played.messages() if each["attachments"]]
        states = [file["state"] for files in came for file in files]
        if states == ["stored"]:
            break
    assert states == ["stored"]
    sent = await desk.client.post("/files", files={"file": ("ours.gif", gif, "image/gif")})
    told = await played.reply("Este", sent.json()["id"])
    assert told["meta"].get("degraded") == (["files"] if media == "link" else None)
    ours: dict[str, str] = {}
    async for _ in trying():
        ours = (await played.bubbles())[-1]
        if not ours["mine"]:
            break
    words, _, below = ours["text"].partition("\n")
    url = below if media == "link" else ours["url"]
    assert (words, bool(below)) == ("Este", media == "link")
    async with httpx2.AsyncClient(base_url=hilo.url, timeout=PATIENCE_S) as phone:
        opened = await phone.get(url.removeprefix(hilo.url))
    assert (opened.status_code, opened.content) == (httpx2.codes.OK, gif)
