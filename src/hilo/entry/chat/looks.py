"""How a chat looks and speaks, as its account's settings say: first for its page, then in whole."""

from collections.abc import Mapping

from msgspec import Struct

from hilo.entry.chat.accounts import CHANNEL, Shop
from hilo.entry.chat.brand import DEFAULT, Brand, brand
from hilo.entry.registry import Listed

_LOCALES = ("en", "es", "pt")


class Limits(Struct, frozen=True):
    """What one message may carry."""

    text_chars: int
    file_bytes: int
    files: int


class Looks(Struct, frozen=True, kw_only=True):
    """What the panel shows before it has asked anything; it stands in the panel's page."""

    title: str
    logo: str
    greeting: Mapping[str, str]
    brand: Brand
    ask_consent: bool
    limits: Limits


class Settings(Looks, frozen=True, kw_only=True):
    """All of it. channels: names, for when a talk goes on elsewhere. keep_days: 0 is for ever."""

    language: str
    ask_email: bool
    keep_days: int
    channels: Mapping[str, str]


def looks_of(shop: Shop, channels: Mapping[str, Listed]) -> Looks:
    """Return what the panel shows first."""
    settings = shop.account.settings
    limits = channels[shop.account.channel].connector.manifest.limits
    greetings = {each: text(settings, f"greeting_{each}") for each in _LOCALES}
    return Looks(
        title=text(settings, "title") or shop.workspace_name,
        logo=text(settings, "logo"),
        greeting={locale: said for locale, said in greetings.items() if said},
        brand=brand(text(settings, "color") or DEFAULT),
        ask_consent=settings.get("ask_consent") is True,
        limits=Limits(limits.text_chars, limits.file_bytes, limits.attachments),
    )


def settings_of(shop: Shop, channels: Mapping[str, Listed]) -> Settings:
    """Return everything the panel may know."""
    looks = looks_of(shop, channels)
    settings = shop.account.settings
    return Settings(
        title=looks.title,
        logo=looks.logo,
        greeting=looks.greeting,
        brand=looks.brand,
        ask_consent=looks.ask_consent,
        limits=looks.limits,
        language=text(settings, "language") or "auto",
        ask_email=settings.get("ask_email", shop.account.channel == CHANNEL) is not False,
        keep_days=keep_days(settings),
        channels={name: listed.connector.manifest.name for name, listed in channels.items()},
    )


def keep_days(settings: Mapping[str, object]) -> int:
    """Return after how many days without a message a conversation goes; 0: never."""
    days = settings.get("keep_days", 0)
    return days if isinstance(days, int) and days > 0 else 0


def text(settings: Mapping[str, object], name: str) -> str:
    """Return a setting that is a text; empty for anything else."""
    value = settings.get(name, "")
    return value.strip() if isinstance(value, str) else ""
