"""What is said in the widget on somebody else's page arrives once, whatever happens between."""

import asyncio
import re

import msgspec
import pytest
from playwright.async_api import expect
from websockets.asyncio.client import ClientConnection, connect

from agent import Desk
from patience import PATIENCE_S, trying
from rig import Rig
from visiting import Visits, until

pytestmark = pytest.mark.browser


async def test_a_visitor_writes_from_a_strict_page_and_is_answered(
    desk: Desk, visit: Visits
) -> None:
    chat = await desk.connect_chat(title="Shoes", color="#ffe08a")
    visitor = await visit(chat)
    frame = await visitor.open()
    await expect(frame.get_by_role("heading", name="Shoes")).to_be_visible()
    await visitor.say("Do you have it in 42?")
    await visitor.shows("Do you have it in 42?")
    conversation = await until(desk, chat, ["Do you have it in 42?"])
    await desk.reply(conversation, "Yes, the last pair.")
    await visitor.shows("Yes, the last pair.")
    await expect(frame.get_by_text("before you")).to_have_count(0)
    await expect(frame.get_by_text("You are next.")).to_have_count(0)
    said_by = (await desk.conversations(chat))[0]["contact"]["id"]
    person = await desk.get(f"/contacts/{said_by}")
    assert person["locale"] == "en"
    assert person["time_zone"] != ""
    assert visitor.complaints == []
    names = await visitor.page.evaluate(
        "() => Object.keys(window).filter((name) => /hilo|preact|vite/i.test(name))"
    )
    assert names == ["hilo"]
    assert await visitor.context.cookies() == []


async def test_what_is_written_without_network_leaves_once_when_it_is_back(
    desk: Desk, visit: Visits
) -> None:
    chat = await desk.connect_chat()
    visitor = await visit(chat)
    await visitor.open()
    await visitor.say("One")
    await until(desk, chat, ["One"])
    await visitor.shows("One")
    # A page that has all its parts; without one it begins anew when the network is back.
    loaded = "performance.getEntriesByType('resource').some((one) => /talk-/.test(one.name))"
    await (await visitor.panel()).wait_for_function(f"() => {loaded}")
    for cut in range(3):
        await visitor.context.set_offline(True)
        await visitor.say(f"Two {cut}")
        await visitor.say(f"Three {cut}")
        await visitor.shows(f"Three {cut}")
        await visitor.context.set_offline(False)
    said = ["One", *(f"{word} {cut}" for cut in range(3) for word in ("Two", "Three"))]
    await until(desk, chat, said)
    for text in said:
        await visitor.shows(text)


async def test_a_message_of_a_closed_tab_leaves_with_the_next(desk: Desk, visit: Visits) -> None:
    chat = await desk.connect_chat()
    visitor = await visit(chat)
    await visitor.open()
    await visitor.say("Before")
    await until(desk, chat, ["Before"])
    await visitor.context.set_offline(True)
    await visitor.say("Written in the tunnel")
    await visitor.shows("Written in the tunnel")
    await visitor.page.close()
    await visitor.context.set_offline(False)
    later = await visit(chat, visitor)
    await later.open()
    await later.shows("Written in the tunnel")
    await until(desk, chat, ["Before", "Written in the tunnel"])


async def test_all_tabs_show_the_same_conversation_and_a_reload_keeps_it(
    desk: Desk, visit: Visits
) -> None:
    chat = await desk.connect_chat()
    one = await visit(chat)
    await one.open()
    await one.say("From the first tab")
    conversation = await until(desk, chat, ["From the first tab"])
    two = await visit(chat, one)
    await two.open()
    await two.shows("From the first tab")
    await two.say("From the second")
    await one.shows("From the second")
    await desk.reply(conversation, "To both")
    await one.shows("To both")
    await two.shows("To both")
    await one.page.reload()
    await one.open()
    for text in ("From the first tab", "From the second", "To both"):
        await one.shows(text)
    assert one.complaints == two.complaints == []


async def test_an_unread_answer_is_told_on_the_closed_launcher(desk: Desk, visit: Visits) -> None:
    chat = await desk.connect_chat()
    visitor = await visit(chat)
    await visitor.open()
    await visitor.say("Call me back")
    conversation = await until(desk, chat, ["Call me back"])
    await visitor.page.evaluate(
        """() => {
            window.counts = [];
            window.hilo.on("unread", (count) => window.counts.push(count));
            window.hilo.close();
        }"""
    )
    await visitor.page.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", { value: true, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    await desk.reply(conversation, "I did")
    await visitor.page.wait_for_function("() => window.counts.includes(1)")
    await visitor.page.wait_for_function("() => document.title === '(1) A shop'")
    await visitor.page.evaluate(
        """() => {
            delete document.hidden;
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    assert await visitor.page.title() == "A shop"
    await visitor.open()
    await visitor.page.wait_for_function("() => window.counts.at(-1) === 0")
    async with asyncio.timeout(PATIENCE_S):
        while True:
            page = await desk.get(f"/conversations/{conversation}/messages")
            if page["items"][0]["state"] == "read":
                break
            await asyncio.sleep(0.1)


async def test_without_a_socket_the_answer_comes_by_polling(desk: Desk, visit: Visits) -> None:
    chat = await desk.connect_chat()
    visitor = await visit(chat)
    await visitor.context.route_web_socket(re.compile("/chat/"), lambda socket: socket.close())
    await visitor.open()
    await visitor.say("Behind a strange proxy")
    conversation = await until(desk, chat, ["Behind a strange proxy"])
    await visitor.shows("Behind a strange proxy")
    await desk.reply(conversation, "I hear you")
    await visitor.shows("I hear you")


async def test_each_side_sees_the_other_writing(desk: Desk, visit: Visits, hilo: Rig) -> None:
    chat = await desk.connect_chat()
    visitor = await visit(chat)
    frame = await visitor.open()
    await visitor.say("Hello?")
    conversation = await until(desk, chat, ["Hello?"])
    await visitor.shows("Hello?")
    await expect(frame.get_by_text("Sent", exact=True)).to_be_visible()
    read = await desk.client.put(f"/conversations/{conversation}/read", json={})
    assert read.is_success, read.text
    await expect(frame.get_by_text("Seen", exact=True)).to_be_visible()
    cookies = "; ".join(f"{each.name}={each.value}" for each in desk.client.cookies.jar)
    address = f"{hilo.url.replace('http', 'ws')}/api/v1/socket"
    headers = {"Cookie": cookies, "Origin": hilo.url}
    async with connect(address, additional_headers=headers, proxy=None) as agent:
        assert "hello" in str(await agent.recv())
        await frame.locator("textarea").focus()
        # A sign of typing is worth nothing later, so each side goes on until it is seen.
        seen = asyncio.create_task(told(agent, "contact_typing", conversation))
        async for _ in trying():
            await visitor.page.keyboard.type("I am ")
            if seen.done():
                break
        await seen
        shown = frame.get_by_text("is writing")
        typing = msgspec.json.encode({"type": "typing", "conversation_id": conversation})
        async for _ in trying():
            await agent.send(typing)
            if await shown.count():
                break
        await expect(shown).to_be_visible()
        await expect(frame.get_by_text("We are here now")).to_be_visible()
        await desk.reply(conversation, "Here I am")
        await visitor.shows("Here I am")
        await expect(frame.get_by_text("is writing")).to_have_count(0)


async def told(agent: ClientConnection, type_: str, conversation: str) -> None:
    """Wait until the agent's socket is told something about a conversation."""
    async with asyncio.timeout(PATIENCE_S):
        async for text in agent:
            frame = msgspec.json.decode(text)
            if frame["type"] == type_ and frame["data"]["conversation_id"] == conversation:
                return
