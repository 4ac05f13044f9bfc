"""The demo's words as data: people, places and stories in three languages."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Literal

import msgspec
from msgspec import Struct, field

from hilo.domain.visits import State

Locale = Literal["en", "es", "pt"]
LOCALES: Sequence[Locale] = ("en", "es", "pt")


class Arc(Struct, frozen=True):
    """One story. turns: `c: …` the contact, `a: …` the agent, `n: …` a note; `+kind` is a file."""

    about: str
    subject: str
    turns: Sequence[str]


class Told(Struct, frozen=True, array_like=True):
    """One message of a hero. ago: minutes before now.

    state: of a reply that did not get there; detail: what the other side said.
    """

    who: Literal["c", "a", "n"]
    channel: Literal["email", "webchat"]
    ago: int
    text: str
    file: str = ""
    state: Literal["", "failed", "uncertain"] = ""
    detail: str = ""


class Hero(Struct, frozen=True):
    """A conversation told message by message."""

    locale: Locale
    about: str
    subject: str
    messages: Sequence[Told]


class ShopText(Struct, frozen=True):
    """What the shop's account is set up with."""

    title: str
    topics: Sequence[str]
    counters: Sequence[str]
    time_zone: str


class VisitText(Struct, frozen=True):
    """A visit. days, clock: before today, by the shop's clock; else ago: minutes before now.

    waited, took: minutes. agent: place in the list; None: nobody has called yet.
    """

    locale: Locale
    about: str
    topic: str
    end: State
    days: int = 0
    clock: str = ""
    ago: int = 0
    agent: int | None = None
    counter: str = ""
    waited: int = 0
    took: int = 0
    note: str = ""


class Shop(Struct, frozen=True):
    """The shop in the street, and who came by."""

    account: ShopText
    visits: Sequence[VisitText] = field(name="visit")


class Voice(Struct, frozen=True):
    """What one language needs beside its stories. share: of the contacts, in hundredths."""

    share: int
    given: Sequence[str]
    family: Sequence[str]
    city: Sequence[str]
    zone: Sequence[str]
    phone: Sequence[str]
    product: Sequence[str]
    day: Sequence[str]
    amount: str
    hello: Sequence[str]
    bye: Sequence[str]
    answer_hello: Sequence[str]
    answer_bye: Sequence[str]
    more: Sequence[str]


class AgentText(Struct, frozen=True):
    """An agent of the shop."""

    name: str
    email: str
    role: Literal["admin", "agent"]
    locale: Locale


class TeamText(Struct, frozen=True):
    """A team; agents: their places in the list."""

    name: str
    agents: Sequence[int]


class People(Struct, frozen=True):
    """Who answers, and how things are labelled."""

    agents: Sequence[AgentText]
    teams: Sequence[TeamText]
    tags: Mapping[str, str]
    es: Voice
    pt: Voice
    en: Voice

    def voice(self, locale: Locale) -> Voice:
        """Return the language's own."""
        return {"es": self.es, "pt": self.pt, "en": self.en}[locale]


def people() -> People:
    """Read `people.toml`."""
    return msgspec.convert(_read("people.toml"), People)


def arcs(locale: Locale) -> Sequence[Arc]:
    """Read a language's stories."""
    return msgspec.convert(_read(f"arcs.{locale}.toml")["arc"], list[Arc])


def heroes() -> Sequence[Hero]:
    """Read the conversations that stand at the top."""
    return msgspec.convert(_read("heroes.toml")["hero"], list[Hero])


def shop() -> Shop:
    """Read the shop in the street."""
    return msgspec.convert(_read("shop.toml"), Shop)


def _read(name: str) -> dict[str, object]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)
