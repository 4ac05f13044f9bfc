"""Voice notes in the widget: recorded, heard, sent, thrown away, refused; and an agent's played."""

import asyncio
import math
import re
import struct

import pytest
from playwright.async_api import expect

from agent import Desk
from patience import PATIENCE_S
from visiting import Visit, Visits, offered, until, watch

pytestmark = pytest.mark.browser
RECORD = "Record a voice note"
# A microphone that hums, for a machine that has none; or one that is refused.
_HUM = """
if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => {
  if (globalThis.isRefused) throw new DOMException("", "NotAllowedError");
  const sound = new AudioContext();
  const hum = sound.createOscillator();
  const end = sound.createMediaStreamDestination();
  hum.connect(end);
  hum.start();
  globalThis.tracks = end.stream.getTracks();
  return end.stream;
};
"""


async def talking(desk: Desk, visit: Visits) -> tuple[Visit, str]:
    """Give a visitor with a microphone who has written, and the conversation."""
    chat = await desk.connect_chat()
    visitor = await visit(chat)
    await visitor.context.add_init_script(_HUM)
    await visitor.page.reload()
    await visitor.open()
    await visitor.say("May I just say it?")
    conversation = await until(desk, chat, ["May I just say it?"])
    return visitor, conversation


async def test_a_voice_note_is_recorded_heard_and_sent(desk: Desk, visit: Visits) -> None:
    visitor, conversation = await talking(desk, visit)
    frame = await visitor.panel()
    await frame.get_by_role("button", name=RECORD).click()
    lasts = re.compile("^0:0[1-9]$")
    await expect(frame.locator(".recorder time")).to_have_text(lasts)
    await frame.get_by_role("button", name="Stop recording").click()
    heard = frame.locator(".recorder")
    await expect(heard.locator("time")).to_have_text(lasts)
    await watch(frame)
    await heard.get_by_role("button", name="Play").click()
    await offered(frame, "Pause")
    assert await frame.evaluate("() => tracks.every((each) => each.readyState === 'ended')")
    await heard.get_by_role("button", name="Send").click()
    await expect(frame.get_by_role("log").get_by_role("button", name="Play")).to_be_visible()
    await expect(frame.locator("textarea")).to_be_focused()
    async with asyncio.timeout(PATIENCE_S):
        while True:
            page = await desk.get(f"/conversations/{conversation}/messages")
            files = [file for each in page["items"] for file in each["attachments"]]
            if files:
                break
            await asyncio.sleep(0.1)
    assert [(each["name"], each["media_type"]) for each in files] == [
        ("Voice note.webm", "audio/webm")
    ]
    assert visitor.complaints == []


async def test_a_recording_is_thrown_away_and_a_refusal_is_explained(
    desk: Desk, visit: Visits
) -> None:
    visitor, _ = await talking(desk, visit)
    frame = await visitor.panel()
    await frame.get_by_role("button", name=RECORD).click()
    await expect(frame.locator(".recorder")).to_be_visible()
    await visitor.page.keyboard.press("Escape")  # of the recording, not of the panel
    await expect(frame.locator(".recorder")).to_have_count(0)
    await expect(frame.locator("textarea")).to_be_focused()
    assert await frame.evaluate("() => tracks.every((each) => each.readyState === 'ended')")
    await frame.evaluate("() => { globalThis.isRefused = true; }")
    await frame.get_by_role("button", name=RECORD).click()
    told = frame.get_by_role("alert")
    await expect(told).to_contain_text("The microphone is not allowed.")
    await visitor.say("Then I write")
    await visitor.shows("Then I write")


async def test_an_agents_voice_note_is_played(desk: Desk, visit: Visits) -> None:
    visitor, conversation = await talking(desk, visit)
    answer = await desk.client.post(
        "/files", files={"file": ("note.wav", hum(seconds=2), "audio/wav")}
    )
    assert answer.is_success, answer.text
    body = {"kind": "reply", "text": "", "attachments": [answer.json()["id"]]}
    await desk.post(f"/conversations/{conversation}/messages", body)
    frame = await visitor.panel()
    note = frame.locator("li.theirs .voice")
    await expect(note.locator("time")).to_have_text("0:02")
    await watch(frame)
    await note.get_by_role("button", name="Play").click()
    await offered(frame, "Pause")
    await expect(note.get_by_role("button", name="Play")).to_be_visible()
    assert visitor.complaints == []


def hum(*, seconds: int) -> bytes:
    """Return a WAV file of a hum."""
    rate = 8_000
    wave = b"".join(
        struct.pack("<h", round(8_000 * math.sin(at / 6))) for at in range(rate * seconds)
    )
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    body = b"WAVE" + head + b"data" + struct.pack("<I", len(wave)) + wave
    return b"RIFF" + struct.pack("<I", len(body)) + body
