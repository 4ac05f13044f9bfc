"""What a phone and a kiosk may ask of a shop, and what they may not."""

import asyncio
from typing import Any, Self
from uuid import UUID, uuid4

import httpx2
import msgspec
import pytest

from cast import CAST
from counter import CHANNELS
from hilo.domain import contacts, visits
from hilo.kit.ids import new_id
from patience import PATIENCE_S
from stage import agent
from storefront import Place

ADA = agent()


async def begin(place: Place, phone: httpx2.AsyncClient) -> str:
    """Begin a session; the phone bears its token from then on."""
    answer = await phone.post(place.door("session", "chat"), json={})
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["visitor_token"]
    phone.headers["authorization"] = f"Bearer {token}"
    return token


async def take(place: Place, by: httpx2.AsyncClient, **given: object) -> dict[str, Any]:
    """Take a turn."""
    body = {"client_id": uuid4().hex, "topic": "Returns", "name": "Dora", **given}
    answer = await by.post(place.door("turn"), json=body)
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def call_next(place: Place) -> visits.VisitView:
    """Call who is next, to counter 2."""
    async with place.counter.db.transaction(CAST.workspace) as tx:
        return await visits.call_next(tx, ADA, CHANNELS, place.counter.row.id, "2")


async def test_a_turn_and_the_talk_are_one_persons(place: Place) -> None:
    async with place.phone() as phone:
        await begin(place, phone)
        taken = await take(place, phone, topic="The lamp came broken", phone="+34 600 000 001")
        assert (taken["turn"]["number"], taken["turn"]["position"]) == (1, 1)
        assert taken["turn"]["wait_s"] is None
        await phone.post(place.door("messages", "chat"), json={"client_id": "m-1", "text": "Here"})
        await place.settle()
        page = (await phone.post(place.door("session", "chat"), json={})).json()
    assert [each["text"] for each in page["messages"]] == ["The lamp came broken", "Here"]
    assert len({each["conversation_id"] for each in page["messages"]}) == 1
    (visit,) = await place.counter.queue()
    async with place.counter.db.transaction(CAST.workspace) as tx:
        contact = await contacts.get_contact(tx, ADA, visit.contact_id)
    assert contact.name == "Dora"
    assert contact.attributes["phone"] == "+34 600 000 001"
    assert {each.kind for each in contact.identities} == {"visitor"}  # typed is not proven


async def test_the_same_wish_is_the_same_turn(place: Place) -> None:
    async with place.phone() as phone:
        await begin(place, phone)
        body = {"client_id": "w-1", "topic": "Returns"}
        sent = [phone.post(place.door("turn"), json=body) for _ in range(5)]
        answers = await asyncio.gather(*sent)
    assert sorted(each.status_code for each in answers) == [200, 200, 200, 200, 201]
    assert len({each.json()["turn"]["id"] for each in answers}) == 1


class Frames:
    """Reads a live stream as it comes, which the transport of the tests would only give whole."""

    def __init__(self, place: Place, token: str = "") -> None:
        """token: whose turn is told."""
        self._query = f"visitor_token={token}".encode() if token else b""
        self._place = place
        self._frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._gone = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        scope = {
            "type": "http", "method": "GET", "path": self._place.door("live"), "headers": [],
            "query_string": self._query, "client": ("127.0.0.1", 1),
        }  # fmt: skip
        self._task = asyncio.create_task(self._place.app(scope, self._receive, self._send))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Go, as a browser does."""
        self._gone.set()
        async with asyncio.timeout(PATIENCE_S):
            await self._task

    async def until(self, is_it: Any) -> dict[str, Any]:
        """Return the first frame of which this is true."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame = await self._frames.get()
                if is_it(frame):
                    return frame

    async def _receive(self) -> dict[str, object]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        body = message.get("body", b"")
        if body.startswith(b"data: "):
            self._frames.put_nowait(msgspec.json.decode(body.removeprefix(b"data: ")))


async def test_a_place_moves_live_until_one_is_called_and_served(place: Place) -> None:
    async with place.phone() as first, place.phone() as second:
        await begin(place, first)
        await take(place, first, name="First")
        token = await begin(place, second)
        await take(place, second, name="Second")
        async with Frames(place, token) as live:
            await live.until(lambda f: f["turn"]["position"] == 2)
            await call_next(place)
            frame = await live.until(lambda f: f["turn"]["position"] == 1)
            assert [(c["number"], c["counter"]) for c in frame["queue"]["called"]] == [(1, "2")]
            called = await call_next(place)
            frame = await live.until(lambda f: f["turn"]["state"] == "called")
            assert (frame["turn"]["counter"], frame["turn"]["position"]) == ("2", None)
            async with place.counter.db.transaction(CAST.workspace) as tx:
                await visits.finish(tx, ADA, CHANNELS, called.id, "Done")
            await live.until(lambda f: f["turn"]["state"] == "served")


async def test_whoever_watches_sees_numbers_and_no_names(place: Place) -> None:
    async with place.phone() as phone:
        await begin(place, phone)
        await take(place, phone, name="Dora", topic="A secret")
        await call_next(place)
        async with Frames(place) as live:
            frame = await live.until(lambda f: f["queue"]["called"])
    assert frame["turn"] is None
    text = msgspec.json.encode(frame).decode()
    assert "Dora" not in text
    assert "secret" not in text


async def test_a_kiosks_turn_goes_on_to_the_phone_that_scans_it_once(place: Place) -> None:
    async with place.phone() as kiosk, place.phone() as phone, place.phone() as other:
        await begin(place, kiosk)
        taken = await take(place, kiosk, is_kiosk=True)
        assert taken["code_svg"].startswith("<svg")
        body = {"given": taken["handover"]}
        answer = await phone.post(place.door("handover"), json=body)
        phone.headers["authorization"] = f"Bearer {answer.json()['visitor_token']}"
        told = (await phone.get(place.door("turn"))).json()
        assert told["turn"]["id"] == taken["turn"]["id"]
        assert (await other.post(place.door("handover"), json=body)).status_code == 409
        code = taken["handover"]
        other_end = code[:-1] + ("B" if code.endswith("A") else "A")
        for bad in ("", "x", other_end, "A" * 72, "\u00e9" * 72):
            answer = await other.post(place.door("handover"), json={"given": bad})
            assert answer.status_code in {400, 404, 422}, bad


async def test_the_same_phone_stays_the_same_contact_when_it_takes_over_a_kiosks_turn(
    place: Place,
) -> None:
    async with place.phone() as phone, place.phone() as kiosk:
        mine = await begin(place, phone)
        await take(place, phone, name="Dora")
        await phone.post(place.door("leave"), json={})
        await begin(place, kiosk)
        taken = await take(place, kiosk, name="", is_kiosk=True)
        body = {"given": taken["handover"]}
        answer = await phone.post(place.door("handover"), json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["visitor_token"].split(".")[1][:20] == mine.split(".")[1][:20]
        told = (await phone.get(place.door("turn"))).json()
    assert told["turn"]["id"] == taken["turn"]["id"]
    (visit,) = await place.counter.queue()
    async with place.counter.db.transaction(CAST.workspace) as tx:
        assert (await contacts.get_contact(tx, ADA, visit.contact_id)).name == "Dora"


async def test_a_proven_address_is_the_contact_who_has_it(place: Place) -> None:
    async with place.phone() as phone:
        await begin(place, phone)
        await take(place, phone)
        asked = {"email": "  Carol@Example.test ", "locale": "es-ES"}
        assert (await phone.post(place.door("code"), json=asked)).json() == {"is_sent": True}
        (letter,) = place.post.letters
        assert (letter.to, letter.locale) == (CAST.carol_email, "es")
        code = letter.params["code"]
        wrong = await phone.post(place.door("code"), json={**asked, "code": "22222222"})
        assert wrong.json()["errors"][0]["code"] == "wrong"
        right = await phone.post(place.door("code"), json={**asked, "code": code.lower()})
        assert right.status_code == 200
    (visit,) = await place.counter.queue()
    assert visit.contact_id == CAST.carol


async def test_a_code_is_for_one_visitor_and_guessing_ends_soon(place: Place) -> None:
    async with place.phone() as phone, place.phone() as thief:
        await begin(place, phone)
        await begin(place, thief)
        await phone.post(place.door("code"), json={"email": CAST.carol_email})
        code = place.post.letters[0].params["code"]
        stolen = {"email": CAST.carol_email, "code": code}
        assert (await thief.post(place.door("code"), json=stolen)).status_code == 422
        statuses = {
            (await thief.post(place.door("code"), json={**stolen, "code": "x"})).status_code
            for _ in range(12)
        }
        assert 429 in statuses


async def test_leaving_frees_the_place_and_is_no_error_twice(place: Place) -> None:
    async with place.phone() as phone:
        await begin(place, phone)
        await take(place, phone)
        for _ in range(2):
            told = (await phone.post(place.door("leave"), json={})).json()
            assert told["turn"]["state"] == "left"
            assert told["queue"]["waiting"] == 0


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[", b"null", b"[]", b"7", b'{"topic": "x"}', b'{"client_id": "a", "topic": 7}',
        b'{"client_id": "a b", "topic": "x"}', b'{"client_id": "", "topic": "x"}',
        b'{"client_id": "a", "topic": ""}', b'{"client_id": "a", "topic": "\\u0000"}',
        b'{"client_id": "a", "topic": "' + b"x" * 1_001 + b'"}', b"\xff\xfe", b"[" * 5_000,
        b'{"client_id": "a", "topic": "x", "name": "' + b"n" * 101 + b'"}',
    ],
)  # fmt: skip
async def test_what_is_no_wish_is_refused_and_leaves_nothing(place: Place, body: bytes) -> None:
    async with place.phone() as phone:
        await begin(place, phone)
        answer = await phone.post(place.door("turn"), content=body)
    assert 400 <= answer.status_code < 500
    assert await place.counter.queue() == []


async def test_odd_names_are_kept_as_text(place: Place) -> None:
    name = "\u202eD\u0000\u0301ora <script>"
    async with place.phone() as phone:
        await begin(place, phone)
        await take(place, phone, name=name, topic="<b>x</b>")
    (visit,) = await place.counter.queue()
    assert visit.topic == "<b>x</b>"
    assert "\x00" not in visit.name


async def test_who_has_no_token_or_a_foreign_one_takes_nothing(place: Place) -> None:
    async with place.phone() as phone:
        body = {"client_id": "a", "topic": "x"}
        assert (await phone.post(place.door("turn"), json=body)).status_code == 401
        phone.headers["authorization"] = "Bearer abc.def.ghi"
        assert (await phone.post(place.door("turn"), json=body)).status_code == 401
        assert (await phone.get(place.door("turn"))).status_code == 401


async def test_other_addresses_and_accounts_are_not_found(place: Place) -> None:
    async with place.phone() as phone:
        for path in (
            "/walkin/", "/walkin/x/queue", f"/walkin/{new_id()}/queue",
            f"/walkin/{CAST.account}/queue", place.door("nothing"), f"{place.door('turn')}/more",
        ):  # fmt: skip
            assert (await phone.get(path)).status_code == 404, path
        assert (await phone.delete(place.door("turn"))).status_code == 404


async def test_a_visitor_is_slowed_down_and_so_is_an_address(place: Place) -> None:
    async with place.phone("203.0.113.7") as phone:
        await begin(place, phone)
        body = {"client_id": "w", "topic": "x"}
        sent = [await phone.post(place.door("turn"), json=body) for _ in range(62)]
        last = sent[-1]
        assert last.status_code == 429
        assert int(last.headers["retry-after"]) > 0


async def test_the_pages_are_there_under_a_strict_policy(place: Place) -> None:
    async with place.phone() as phone:
        code = await phone.get(f"/s/{place.counter.row.id}/code.svg")
        assert code.headers["content-type"] == "image/svg+xml"
        assert code.text.startswith("<svg")
        for path in (f"/s/{UUID(int=7)}", "/s/x", f"/s/{place.counter.row.id}/nothing"):
            gone = await phone.get(path, headers={"accept-language": "es"})
            assert gone.status_code == 404
            assert "tienda" in gone.text
