"""What the simulated phones say before the pictures: a little talk, and every kind of message."""

import base64
import io
import itertools
import math
import wave

from PIL import Image, ImageDraw
from playwright.sync_api import Page

# Who says everything a phone can say.
KINDS = "João Prado"


def phones(page: Page, base: str) -> None:
    """Let somebody write on two of the simulated phones, where nobody has yet; and answer one."""
    page.goto(base)
    page.evaluate(_PHONES, ["whatsapp", "telegram"])
    page.evaluate(_KINDS, ["telegram", KINDS, sound(), star()])


_PHONES = """async (wanted) => {
    const me = await (await fetch('/api/v1/me')).json();
    const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': me.csrf_token};
    const read = async (path) => (await fetch('/api/v1' + path)).json();
    const post = async (path, body) => (await fetch('/api/v1' + path, {
        method: 'POST', headers, body: JSON.stringify(body),
    })).json();
    const accounts = (await read('/inboxes')).items.flatMap((one) => one.accounts);
    for (const channel of wanted) {
        const account = accounts.find((one) => one.is_sandbox && one.channel === channel);
        if (!account) continue;
        const way = `/accounts/${account.id}/sandbox`;
        if ((await read(way)).phones.some((one) => one.bubbles.length)) continue;
        const deed = (does) => post(way + '/deeds', {who: '1', name: 'Lucía Campos', ...does});
        await deed({does: 'text', text: '¿Llega hoy el pedido CF-2041?'});
        await deed({does: 'text', text: 'Estoy en casa hasta las seis.'});
        for (let wait = 0; wait < 60; wait += 1) {
            const {items} = await read(`/conversations?inbox=${account.inbox_id}&limit=50`);
            const here = items.find((one) => one.channel === channel && one.last_seq >= 2);
            if (here) {
                const text = 'Sí: sale esta mañana y llega antes de las seis.';
                await post(`/conversations/${here.id}/messages`, {kind: 'reply', text});
                break;
            }
            await new Promise((then) => setTimeout(then, 500));
        }
    }
}"""

_KINDS = """async ([wanted, name, sound, star]) => {
    const me = await (await fetch('/api/v1/me')).json();
    const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': me.csrf_token};
    const read = async (path) => (await fetch('/api/v1' + path)).json();
    const post = async (path, body) => (await fetch('/api/v1' + path, {
        method: 'POST', headers, body: JSON.stringify(body),
    })).json();
    const accounts = (await read('/inboxes')).items.flatMap((one) => one.accounts);
    const account = accounts.find((one) => one.is_sandbox && one.channel === wanted);
    if (!account) return;
    const way = `/accounts/${account.id}/sandbox`;
    const mine = (standing) => standing.phones.find((one) => one.who === '2')?.bubbles ?? [];
    if (mine(await read(way)).length) return;
    const deed = (does) => post(way + '/deeds', {who: '2', name, ...does});
    const until = async (wish) => {
        for (let wait = 0; wait < 120; wait += 1) {
            const found = await wish();
            if (found) return found;
            await new Promise((then) => setTimeout(then, 500));
        }
        return null;
    };
    await deed({does: 'text', text: 'Boa tarde! A entrega é aqui:'});
    await deed({does: 'location', latitude: -23.5614, longitude: -46.6559, text: 'Casa Faro'});
    await deed({does: 'people', text: '+55 11 98765-0101'});
    await deed({does: 'voice', data: sound, media_type: 'audio/wav'});
    await deed({does: 'sticker', emoji: '🌟', data: star, media_type: 'image/webp'});
    await deed({does: 'text', text: 'Pode ser depois das 18?'});
    await deed({does: 'text', text: 'Isto foi um engano.'});
    const said = mine(await read(way));
    const at = (text) => said.find((one) => one.text === text)?.id;
    const asked = at('Pode ser depois das 18?');
    await deed({does: 'edit', target: asked, text: 'Pode ser depois das 19?'});
    await deed({does: 'delete', target: at('Isto foi um engano.')});
    const here = await until(async () =>
        (await read(`/conversations?inbox=${account.inbox_id}&limit=50`)).items.find(
            (one) => one.channel === wanted && one.contact.name === name && one.last_seq >= 6));
    if (!here) return;
    const text = 'Claro, entre as 19 e as 20 horas.';
    await post(`/conversations/${here.id}/messages`, {kind: 'reply', text});
    const answer = await until(async () =>
        mine(await read(way)).find((one) => !one.mine && one.text === text));
    if (answer) await deed({does: 'react', target: answer.id, emoji: '👍'});
}"""


def star() -> str:
    """Return a star as people stick it into a chat, as base64 of a WebP."""
    around = [math.pi * (at / 5 - 0.5) for at in range(10)]
    points = [
        (256 + far * math.cos(angle), 268 + far * math.sin(angle))
        for angle, far in zip(around, itertools.cycle((240, 105)))
    ]
    picture, made = Image.new("RGBA", (512, 512)), io.BytesIO()
    ImageDraw.Draw(picture).polygon(points, fill="#ffc94d")
    picture.save(made, "WEBP")
    return base64.b64encode(made.getvalue()).decode()


def sound() -> str:
    """Return three seconds that swell and fade, as base64 of a WAV."""
    rate, made = 8_000, io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(rate)
        swell = (abs(math.sin(at / rate * 5)) * abs(math.sin(at / rate)) for at in range(3 * rate))
        out.writeframes(
            bytes(
                int(128 + 100 * loud * math.sin(2 * math.pi * 220 * at / rate))
                for at, loud in enumerate(swell)
            )
        )
    return base64.b64encode(made.getvalue()).decode()
