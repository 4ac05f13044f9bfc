"""Structured contents said in plain words, for channels and places that show text only. Pure."""

from collections.abc import Iterator, Sequence

from hilo.sdk.content import (
    Carousel,
    Choice,
    Choices,
    Chosen,
    Comment,
    Content,
    Order,
    People,
    Person,
    Place,
    Shared,
    Sticker,
    Story,
    Strange,
    Template,
    Voice,
)


def is_place(content: Content) -> bool:
    """Say whether it is a point on the map."""
    return isinstance(content, Place)


def said(content: Content | None) -> str:  # noqa: C901, PLR0911 - a line for each kind
    """Return what it says; empty where only its file does."""
    match content:
        case Place():
            where = f"{content.latitude:g}, {content.longitude:g}"
            return _lines(content.name, content.address, where)
        case People():
            return "\n\n".join(_person(each) for each in content.people)
        case Choices():
            return _numbered(content.choices)
        case Chosen():
            return content.title or _lines(*(f"{k}: {v}" for k, v in content.answers.items()))
        case Carousel():
            return "\n\n".join(
                _lines(each.title, each.subtitle, _numbered(each.choices))
                for each in content.slides
            )
        case Order():
            return _lines(*(f"{e.quantity} × {e.name or e.product}" for e in content.lines))  # noqa: RUF001
        case Sticker():
            return content.emoji
        case Story() | Shared():
            return content.url
        case Comment():
            return content.link
        case Strange():
            return content.kind
        case Template() | Voice() | None:
            return ""


def _person(person: Person) -> str:
    return _lines(person.name, person.company, *person.phones, *person.emails)


def _numbered(choices: Sequence[Choice]) -> str:
    return "\n".join(f"{n}. {' – '.join(_of(each))}" for n, each in enumerate(choices, 1))  # noqa: RUF001


def _of(choice: Choice) -> Iterator[str]:
    yield choice.title
    if choice.description:
        yield choice.description
    if choice.url:
        yield choice.url


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
