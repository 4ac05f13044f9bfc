"""One message of every kind, to be sent by any connector that can."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import structs

from hilo.sdk.content import (
    Carousel,
    Choice,
    Choices,
    Comment,
    Content,
    People,
    Person,
    Place,
    Slide,
    Sticker,
    Template,
    Voice,
)
from hilo.sdk.outbound import FileOut, MessageOut, Recipient

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
FILES = ("image/jpeg", "image/webp", "video/mp4", "audio/mpeg", "audio/ogg", "application/pdf")


def file(media_type: str, content: bytes = b"bytes") -> FileOut:
    """Return a file. content: empty: it is to be fetched from us."""
    return FileOut(
        id=UUID(int=9),
        name="a file.bin",
        media_type=media_type,
        size_bytes=5,
        url="https://desk.test/files/9",
        content=content,
    )


def choices(count: int, title: str = "Choice", **more: object) -> Choices:
    """Return so many things to tap."""
    made = [
        Choice(id=f"c{n}", title=f"{title} {n}", description="what it is") for n in range(count)
    ]
    return Choices(choices=made, **more)  # type: ignore[arg-type]


def contents() -> Iterator[tuple[str, str, Content]]:
    """Yield every content that can be sent, by name, with its text."""
    yield "place", "", Place(latitude=40.4, longitude=-3.7)
    yield "place named", "", Place(latitude=40.4, longitude=-3.7, name="Faro", address="Mayor 1")
    yield "people", "", People(people=[Person(name="Gina", phones=["+12025550199"])])
    card = Person(name="Gina Mora", emails=["gina@example.test"], company="Casa Faro")
    yield "people, more", "", People(people=[card])
    yield "buttons", "Which?", choices(3)
    yield "long buttons", "Which?", choices(2, "A title that is far too long for a button")
    yield "list", "Which?", choices(10)
    yield "short list", "Which?", choices(2, look="list", label="Choose one of these two")
    yield (
        "link",
        "Look",
        Choices(choices=[Choice(id="1", title="Track", url="https://shop.test/t")]),
    )
    slide = Slide(title="Box", subtitle="5 kg", image="https://shop.test/1.jpg")
    yield "carousel", "", Carousel(slides=[slide])


def templates() -> Iterator[tuple[str, Template]]:
    """Yield templates filled in, each in its way."""
    yield "bare", Template(name="offer_of_the_week", language="en")
    yield "by number", Template(name="order_update", language="en", variables={"1": "A", "2": "7"})
    yield (
        "by name",
        Template(
            name="visit_reminder",
            language="en",
            variables={"header.1": "Friday", "first_name": "Ana", "shop": "Faro"},
        ),
    )
    yield "button", Template(name="receipt", language="en", variables={"button.0": "71?a=b c"})


def messages(to: Recipient) -> Iterator[tuple[str, MessageOut]]:
    """Yield one message of every kind that needs no template."""

    def part(text: str = "", **more: object) -> MessageOut:
        plain = MessageOut(
            id=UUID(int=5), conversation=UUID(int=6), number=1, part=1, to=to, text=text, at=AT
        )
        return structs.replace(plain, **more)

    yield "text", part("Hello")
    yield "text with a link", part("https://shop.test/oranges?a=b&c=d")
    yield "quote", part("this one", reply_to="m_1")
    yield "late, by a person", part("Sorry", heard_at=AT - timedelta(days=2))
    yield "below a comment", part("7 euros", reply_to="comment:1", content=Comment(post="1"))
    yield "comment in private", part("Hello", reply_to="comment:1")
    for media_type in FILES:
        yield media_type, part("words", files=[file(media_type)])
        yield f"{media_type}, fetched", part("words", files=[file(media_type, b"")])
    yield "sticker", part(files=[file("image/webp")], content=Sticker())
    yield "voice", part(files=[file("audio/ogg")], content=Voice())
    for name, text, content in contents():
        yield name, part(text, content=content)
