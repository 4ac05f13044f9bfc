"""Parts: nothing is lost, no limit is passed, no sign is torn, and what degrades says so."""

import itertools
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hilo.domain.conversations.replies.splitting import Attached, Draft, Plan, pieces, plan
from hilo.kit.graphemes import graphemes
from hilo.sdk import measuring
from hilo.sdk.content import Carousel, Choice, Choices, People, Person, Place, Slide, Template
from hilo.sdk.manifest import Feature, Limits, Manifest, Taps, Unit

UNITS: list[Unit] = ["chars", "utf16", "utf8_bytes", "gsm7_segments"]
WORDS = st.sampled_from(
    [
        "hola ",
        "¿qué? ",
        "señor.\n\n",
        "x" * 30,
        "👩‍👩‍👧 ",
        "🇵🇹🇪🇸",
        "e\u0301",
        "한국어",
        "\r\n",
        "한",
        "€",
        " ",
        "ok. ",
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=60).map("".join))


@given(text=TEXTS)
def test_signs_together_are_the_text(text: str) -> None:
    found = list(graphemes(text))
    assert "".join(found) == text
    assert all(found)


@pytest.mark.parametrize(
    "sign",
    [
        "👩‍👩‍👧",
        "🇵🇹",
        "e\u0301",
        "👍🏽",
        "한",
        "각",
        "\r\n",
        "❤️",
        "1️⃣",
        "🏴\U000e0067\U000e0062\U000e007f",
        "नि",
    ],
)
def test_what_people_see_as_one_sign_is_one(sign: str) -> None:
    assert list(graphemes(f"a{sign}b")) == ["a", sign, "b"]


def test_flags_are_pairs() -> None:
    assert list(graphemes("🇵🇹🇪🇸🇧")) == ["🇵🇹", "🇪🇸", "🇧"]


@settings(max_examples=300)
@given(text=TEXTS, unit=st.sampled_from(UNITS), most=st.integers(1, 60))
def test_pieces_lose_nothing_and_pass_no_limit(text: str, unit: Unit, most: int) -> None:
    if unit in {"utf8_bytes", "utf16"}:
        most += 3  # one character must fit
    found = pieces(text, most, unit)
    assert "".join(found) == text
    assert all(measuring.length(each, unit) <= most for each in found)


@settings(max_examples=300)
@given(text=TEXTS, unit=st.sampled_from(UNITS), most=st.integers(30, 60))
def test_no_sign_is_torn(text: str, unit: Unit, most: int) -> None:
    if unit == "gsm7_segments":
        most = 1
    borders = set(itertools.accumulate(len(each) for each in pieces(text, most, unit)))
    signs = list(graphemes(text))
    if any(measuring.length(each, unit) > most for each in signs):
        return
    assert borders <= set(itertools.accumulate(len(each) for each in signs))


def test_a_cut_comes_between_paragraphs_then_sentences_then_words() -> None:
    assert pieces("one two three.\n\nfour five", 20, "chars") == ["one two three.\n\n", "four five"]
    assert pieces("One is here. Two is there too", 20, "chars") == [
        "One is here. ",
        "Two is there too",
    ]
    assert pieces("alpha beta gamma delta", 12, "chars") == ["alpha beta ", "gamma delta"]


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("👍" * 35, 1),
        ("👍" * 36, 2),
        ("", 0),
    ],
)
def test_short_messages_are_counted_as_the_network_does(text: str, segments: int) -> None:
    assert measuring.length(text, "gsm7_segments") == segments


A, B = UUID(int=1), UUID(int=2)
IMAGE, SOUND = Attached(A, "image"), Attached(B, "audio")
BUTTONS = Choices(
    choices=[Choice(id="1", title="Yes"), Choice(id="2", title="No", url="https://x.test")]
)


def manifest(*features: Feature, **limits: object) -> Manifest:
    given_: dict[str, object] = {"text_chars": 40, "caption_chars": 10, **limits}
    return Manifest(id="x", name="X", features=list(features), limits=Limits(**given_))  # type: ignore[arg-type]


def parts(found: Plan) -> list[tuple[str, int, str]]:
    return [
        (each.text, len(each.files), type(each.content).__name__ if each.content else "")
        for each in found.slices
    ]


def test_a_whole_channel_gets_one_part() -> None:
    found = plan(manifest("whole"), Draft(text="x" * 100, files=[IMAGE, SOUND]))
    assert parts(found) == [("x" * 100, 2, "")]


def test_text_comes_first_and_each_file_alone() -> None:
    found = plan(manifest("text"), Draft(text="hello", files=[IMAGE, SOUND]))
    assert parts(found) == [("hello", 0, ""), ("", 1, ""), ("", 1, "")]


def test_the_one_picture_carries_a_short_text() -> None:
    captions = manifest("captions")
    assert parts(plan(captions, Draft(text="hello", files=[IMAGE]))) == [("hello", 1, "")]
    assert len(plan(captions, Draft(text="hello, too long", files=[IMAGE])).slices) == 2
    assert len(plan(captions, Draft(text="hello", files=[SOUND])).slices) == 2


def test_files_that_leave_as_links_are_named_as_lost() -> None:
    found = plan(manifest("captions"), Draft(text="hello", files=[IMAGE], links_files=True))
    assert (parts(found), found.lost) == ([("hello", 1, "")], ["files"])
    assert plan(manifest("captions"), Draft(text="hello", links_files=True)).lost == []


def test_buttons_stay_buttons_where_they_fit() -> None:
    able = manifest("buttons", taps=Taps(buttons=3))
    found = plan(able, Draft(text="Sure?", content=BUTTONS))
    assert (parts(found), found.lost) == ([("Sure?", 0, "Choices")], [])
    few = plan(manifest("buttons", taps=Taps(buttons=1)), Draft(text="Sure?", content=BUTTONS))
    assert few.lost == ["buttons"]
    assert few.slices[0].text == "Sure?\n\n1. Yes\n2. No \u2013 https://x.test"


@pytest.mark.parametrize(
    ("taps", "fits"),
    [
        (Taps(buttons=3, links=2), True),
        (Taps(buttons=3, links=1), False),  # of two choices one opens a page
        (Taps(buttons=3, links=0), False),
        (Taps(buttons=3, link_text=5), True),
        (Taps(buttons=3, link_text=4), False),
        (Taps(buttons=3, id_bytes=1), True),
    ],
)
def test_choices_become_text_where_a_link_among_them_does_not_fit(
    taps: Taps, *, fits: bool
) -> None:
    found = plan(manifest("buttons", taps=taps), Draft(text="Sure?", content=BUTTONS))
    assert found.lost == ([] if fits else ["buttons"])


def test_choices_become_text_where_a_tap_could_not_come_back() -> None:
    long = Choices(choices=[Choice(id="ñ" * 33, title="Yes")])
    able = manifest("buttons", taps=Taps(buttons=3, id_bytes=66))
    assert plan(able, Draft(text="Sure?", content=long)).lost == []
    able = manifest("buttons", taps=Taps(buttons=3, id_bytes=64))
    assert plan(able, Draft(text="Sure?", content=long)).lost == ["buttons"]
    link = Choices(choices=[Choice(id="ñ" * 33, title="Yes", url="https://x.test")])
    assert plan(able, Draft(text="Sure?", content=link)).lost == []


@pytest.mark.parametrize(
    ("content", "lost", "text"),
    [
        (Place(latitude=41.5, longitude=2, name="Shop"), "location", "Shop\n41.5, 2"),
        (People(people=[Person(name="Bo", phones=["+34600"])]), "people", "Bo\n+34600"),
        (Carousel(slides=[Slide(title="One", subtitle="1 €")]), "carousel", "One\n1 €"),
    ],
)
def test_what_a_channel_cannot_show_is_said(content: object, lost: str, text: str) -> None:
    found = plan(manifest("text"), Draft(text="", content=content))  # type: ignore[arg-type]
    assert (parts(found), found.lost) == ([(text, 0, "")], [lost])
    able = plan(manifest(lost), Draft(text="", content=content))  # type: ignore[arg-type]
    assert (len(able.slices), able.lost) == (1, [])


def test_a_template_is_never_split() -> None:
    template = Template(name="t", language="en")
    found = plan(manifest("templates"), Draft(text="x" * 100, content=template))
    assert parts(found) == [("x" * 100, 0, "Template")]


@given(text=TEXTS, files=st.lists(st.sampled_from([IMAGE, SOUND]), max_size=3))
def test_no_part_is_empty(text: str, files: list[Attached]) -> None:
    found = plan(manifest("captions"), Draft(text=text, files=files))
    if text.strip() or files:
        assert all(each.text.strip() or each.files for each in found.slices)
    assert sum(len(each.files) for each in found.slices) == len(files)
