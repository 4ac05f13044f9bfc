"""Search: three languages, accents, codes, parts, pages, hostile questions; one workspace only."""

import contextlib
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cast import CAST, a_contact, a_conversation
from hilo.domain.conversations import Author, Hit, NewMessage, Question, append, search
from hilo.domain.conversations.views.highlight import pieces
from hilo.domain.people import Actor, system
from hilo.kit import clock
from hilo.kit.db import Database, Tx
from hilo.kit.errors import Forbidden, HiloError, Invalid
from hilo.kit.ids import first_id, id_at, new_id

ACTOR = system(CAST.workspace)


async def say(tx: Tx, *texts: str, subject: str = "", days_ago: int = 0) -> UUID:
    """Let Carol write; return the conversation."""
    conversation = await a_conversation(tx)
    then = clock.now() - timedelta(days=days_ago)
    messages = [
        NewMessage(
            id=id_at(then) if days_ago else new_id(),
            conversation_id=conversation,
            kind="incoming",
            author=Author(kind="contact", id=CAST.carol, name="Carol"),
            channel="api",
            inbox_id=CAST.inbox,
            state="received",
            subject=subject,
            text=text,
            created_at=then,
        )
        for text in texts
    ]
    await append(tx, messages)
    return conversation


async def hits(tx: Tx, q: str) -> list[Hit]:
    return list((await search(tx, ACTOR, Question(q=q, kind="message"))).items)


@pytest.mark.parametrize(
    ("text", "q"),
    [
        ("I returned the refunded orders", "return refund order"),
        ("They were running late", "run"),
        ("Quería información sobre las devoluciones", "informacion devolucion"),
        ("La factura del envío", "facturas envios"),
        ("Não recebi as informações da devolução", "nao informacao devolucoes"),
        ("Meus cartões", "cartao"),
        ("Pedido ZX-4471 no llega", "ZX-4471"),
        ("Pedido ZX-4471 no llega", "zx-44"),
        ("Ref:ZX-4471/b", "4471"),
        ("write to ana.lopez@example.org please", "ana.lopez@example"),
        ("¿Dónde está mi paquete?", "donde paquete"),
        ("hola", "hola!"),
        ("hola", '"hola"'),
        ("devoluciones y cambios", "devol camb"),
        ("a 100% sure_thing", "100%"),
        ("to be or not to be", "to be"),
    ],
)
async def test_what_is_meant_is_found(tx: Tx, text: str, q: str) -> None:
    await say(tx, text)
    found = await hits(tx, q)
    assert [hit.message.text for hit in found if hit.message] == [text]
    assert "".join(piece.text for piece in found[0].highlights) == text
    assert any(piece.hit for piece in found[0].highlights)


@pytest.mark.parametrize(
    ("text", "q"),
    [
        ("the blue parcel", "blue letter"),
        ("devolución", "devolución mañana"),
        ("ZX-4471", "ZX-4472"),
        ("anything", "!!!"),
        ("anything", "%%%%"),
    ],
)
async def test_all_words_must_match(tx: Tx, text: str, q: str) -> None:
    await say(tx, text)
    assert await hits(tx, q) == []


@pytest.mark.parametrize(
    ("text", "q", "shown"),
    [
        ("ok", "ok", "ok"),
        ("Sí", "si", "Sí"),
        ("no", "no", "no"),
        ("5", "5", "5"),
        ("x", "x", "x"),
        ("20 €", "20", "20"),
        ("Vale 👍", "👍 vale", "Vale"),
        ("Pertence à AT&T", "at&t", "AT&T"),
        ("Wi-Fi", "wi-fi", "Wi-Fi"),
        ("Factura2024", "factura", "Factura"),
        ("No. 12345678901234567890", "4567890123", "4567890123"),
    ],
)
async def test_the_short_and_the_odd_come_back_whole_and_marked(
    tx: Tx, text: str, q: str, shown: str
) -> None:
    await say(tx, "other words entirely")
    await say(tx, text)
    (hit,) = await hits(tx, q)
    assert hit.message is not None
    assert hit.message.text == text
    assert "".join(piece.text for piece in hit.highlights) == text
    assert shown in [piece.text for piece in hit.highlights if piece.hit]


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("José Ñíguez", "jose nigu"),
        ("María-José", "maria jose"),
        ("Łukasz", "lukasz"),
        ("João Araújo", "araujo joao"),
        ("李雷", "李雷"),
        ("Al", "al"),
    ],
)
async def test_names_are_found_without_their_marks(tx: Tx, name: str, q: str) -> None:
    await a_contact(tx, name)
    found = await search(tx, ACTOR, Question(q=q, kind="contact"))
    assert name in [hit.contact.name for hit in found.items if hit.contact]


async def test_subjects_count_and_the_newest_comes_first(tx: Tx) -> None:
    for days in (200, 2, 40, 0, 95):
        await say(tx, f"{days} days ago", subject="The lost parcel", days_ago=days)
    found = await hits(tx, "parcels lost")
    assert [h.message.text.split()[0] for h in found if h.message] == ["0", "2", "40", "95", "200"]


async def test_pages_have_no_gap_and_no_repeat_while_messages_arrive(tx: Tx) -> None:
    for number in range(23):
        await say(tx, f"parcel {number}", days_ago=number * 9 + 1)
    await a_contact(tx, "Parcel Person")
    seen: list[str] = []
    cursor = None
    while True:
        page = await search(tx, ACTOR, Question(q="parcel"), cursor=cursor, limit=5)
        seen += [h.message.text if h.message else h.type for h in page.items]
        await say(tx, "parcel late")
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted([f"parcel {n}" for n in range(23)] + ["contact"])


@pytest.mark.parametrize("size", [-1, 2_000, 10_000_000])
async def test_however_frequent_a_word_is_the_newest_are_found_whole(
    db: Database, owner: asyncpg.Connection, size: int
) -> None:
    # Enough that the page fills at once, after a longer walk, or from the indexes alone.
    count, old = 2_600, 300
    texts = [many_words(number) for number in range(count)]
    async with db.transaction(CAST.workspace) as tx:
        await say(tx, *texts[:old], days_ago=40)
        await say(tx, *texts[old:])
    # What the server believes of a month decides which way is taken.
    set_size = "update pg_class set reltuples = $1 where relname ~ '^message_[0-9]{6}$'"
    await owner.execute(set_size, float(size))
    async with db.transaction(CAST.workspace) as tx:
        for q in (
            "each",
            "second",
            "thirtieth",
            "rare",
            "single",
            "second rare",
            "code-77",
            "irtie",
        ):
            expected = [t for t in reversed(texts) if all(w in t for w in q.split())]
            page = await search(tx, ACTOR, Question(q=q, kind="message"))
            assert [h.message.text for h in page.items if h.message] == expected[:25], q
            assert (page.next_cursor is not None) == (len(expected) > 25), q


def many_words(number: int) -> str:
    """Return a text whose words are in every message, every second, every thirtieth and so on."""
    often = {"second": 2, "thirtieth": 30, "rare": 400, "single": 100_000}
    words = [word for word, every in often.items() if number % every == every - 1]
    return " ".join(["each", *words, *(["single"] if number == 150 else []), f"code-{number}"])


async def test_contacts_are_found_by_part_of_name_and_address(tx: Tx) -> None:
    found = await search(tx, ACTOR, Question(q="caro"))
    assert [hit.type for hit in found.items] == ["contact"]
    assert [p.text for p in found.items[0].highlights if p.hit] == ["Caro"]
    by_mail = await search(tx, ACTOR, Question(q="carol@exam", kind="contact"))
    assert [p.text for p in by_mail.items[0].highlights if p.hit] == ["carol@exam"]


async def test_filters_narrow(tx: Tx) -> None:
    await say(tx, "parcel old", days_ago=100)
    await say(tx, "parcel new")
    since = first_id(clock.now() - timedelta(days=1))
    for question, count in (
        (Question(q="parcel", since=since), 1),
        (Question(q="parcel", until=since), 1),
        (Question(q="parcel", inbox=CAST.inbox), 2),
        (Question(q="parcel", inbox=new_id()), 0),
        (Question(q="parcel", channel="api"), 2),
        (Question(q="parcel", channel="post"), 0),
    ):
        assert len((await search(tx, ACTOR, question)).items) == count, question


async def test_another_workspace_finds_nothing(tx: Tx) -> None:
    await say(tx, "secret parcel")
    await tx.enter(CAST.other_workspace)
    other = system(CAST.other_workspace)
    assert (await search(tx, other, Question(q="secret parcel"))).items == []
    assert (await search(tx, other, Question(q="carol"))).items == []


async def test_rights_decide_what_is_searched(tx: Tx) -> None:
    await say(tx, "carol's parcel")

    def reader(*permissions: str) -> Actor:
        return Actor(
            kind="token",
            id=CAST.ben.id,
            name="",
            role="agent",
            permissions=frozenset(permissions),
            workspace=CAST.workspace,
        )

    only = await search(tx, reader("search:read", "contact:read"), Question(q="carol"))
    assert [hit.type for hit in only.items] == ["contact"]
    for rights in ((), ("search:read",), ("contact:read",)):
        with pytest.raises(Forbidden):
            await search(tx, reader(*rights), Question(q="carol"))


@pytest.mark.parametrize("q", ["", "  ", "\x00", "\n\t", " ".join(map(str, range(17))), "x" * 501])
async def test_empty_and_endless_questions_are_refused(tx: Tx, q: str) -> None:
    with pytest.raises(Invalid):
        await search(tx, ACTOR, Question(q=q))


HOSTILE = st.text(st.sampled_from("a'\"!:*&|()<>-@.%_\\ \x00\ud800ñß🙂1,;#/"), max_size=40)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(q=HOSTILE)
async def test_no_question_breaks_it(tx: Tx, q: str) -> None:
    with contextlib.suppress(HiloError):
        await search(tx, ACTOR, Question(q=q))


@pytest.mark.parametrize(
    ("text", "hits_", "parts", "expected"),
    [
        ("aa bb aa", {"aa"}, [], [("aa", True), (" bb ", False), ("aa", True)]),
        ("Ñandú 44", (), ["nandu"], [("Ñandú", True), (" 44", False)]),
        ("<b>x</b>", {"x"}, [], [("<b>", False), ("x", True), ("</b>", False)]),
        ("abcabc", (), ["abca", "cab"], [("abcab", True), ("c", False)]),
        ("", (), ["a"], []),
    ],
)
def test_highlights_are_pieces(
    text: str, hits_: set[str], parts: list[str], expected: list[tuple[str, bool]]
) -> None:
    assert [(piece.text, piece.hit) for piece in pieces(text, hits_, parts)] == expected


def test_a_long_text_is_cut_around_its_first_hit() -> None:
    text = "word " * 200 + "needle " + "word " * 200
    found = pieces(text, {"needle"}, [])
    assert (found[0].text, found[-1].text) == ("…", "…")
    assert [piece.text for piece in found if piece.hit] == ["needle"]
    assert sum(len(piece.text) for piece in found) < 250
