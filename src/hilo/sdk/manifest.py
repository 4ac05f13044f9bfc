"""What a channel says of itself: `manifest.toml`, read once.

Composer, settings form, limits and docs follow it.
"""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Literal

import msgspec
from msgspec import Struct, field

from hilo.kit.errors import Bug

Feature = Literal[
    "text",
    "html",
    "image",
    "file",
    "audio",
    "location",
    "buttons",
    "templates",
    "reactions",
    "edit",
    "delete",
    "typing",
    "read_receipts",
    "idempotent_send",
    "subject",
    "copies",
    "undo",
    "live",
    "video",
    "voice",
    "sticker",
    "people",
    "captions",
    "list",
    "carousel",
    "quotes",
    "whole",
    "uploads",
    "public",
    "lasting_files",
    "visits",
]
Unit = Literal["chars", "utf16", "utf8_bytes", "gsm7_segments"]
Resolve = Literal["none", "key", "tracker", "echo", "list", "message_id"]
Threading = Literal["contact_inbox", "mail_thread", "contact"]
SettingKind = Literal[
    "text", "email", "url", "number", "bool", "secret", "choice", "list", "questions"
]
QualityMark = str  # "done", "todo", or the reason of an exemption


class Media(Struct, frozen=True, kw_only=True):
    """What files of one family may be. types: media types; empty: all of the family."""

    family: Literal["image", "audio", "video", "voice", "sticker", "file"]
    bytes: int
    types: list[str] = field(default_factory=list)


class Taps(Struct, frozen=True, kw_only=True):
    """What may be tapped. text: of the message that carries them; each in `Limits.text_unit`.

    links, link_text: how many choices, and how much text, where one of them opens a page; None,
    0: as without. id_bytes: of what comes back with a tap; 0: any.
    """

    buttons: int = 0
    button_text: int = 20
    rows: int = 0
    row_text: int = 24
    row_description: int = 72
    label: int = 20
    text: int = 1024
    links: int | None = None
    link_text: int = 0
    id_bytes: int = 0


class Window(Struct, frozen=True, kw_only=True):
    """Until when we may write freely after the contact was last heard.

    free_s: 0 = always. person_s: longer, when a person writes and not a machine; 0 = no longer.
    template: a text the vendor approved goes out at any time. when: only for accounts whose
    settings have one of these values; empty: for all.
    """

    free_s: int = 0
    person_s: int = 0
    template: bool = False
    when: dict[str, list[str]] = field(default_factory=dict)


class Rates(Struct, frozen=True, kw_only=True):
    """How fast an account may send, 0 = no limit known.

    per_s and burst: in all. recipient_every_s and recipient_burst: to one contact.
    """

    per_s: float = 0
    burst: int = 1
    recipient_every_s: float = 0
    recipient_burst: int = 1


class Limits(Struct, frozen=True, kw_only=True):
    """Refused, split or degraded before queuing.

    text: of one part, in text_unit; caption: of a file's text, 0 = none. file_bytes: each.
    edit_s, delete_s: for how long, where the features are there; 0 = for ever. links_when: files
    leave as links below the words, by accounts whose settings have one of these values.
    """

    text_chars: int = 100_000
    text_unit: Unit = "chars"
    caption_chars: int = 0
    file_bytes: int = 25_000_000
    attachments: int = 10
    media: list[Media] = field(default_factory=list)
    taps: Taps = Taps()
    window: Window = Window()
    rates: Rates = Rates()
    edit_s: int = 0
    delete_s: int = 0
    links_when: dict[str, list[str]] = field(default_factory=dict)


class Setting(Struct, frozen=True, kw_only=True):
    """One field of the account's form. Its label is the message key `channel.<id>.setting.<name>`.

    kind: text, email, url, number, bool, secret (kept sealed, never shown again), choice, list (of
    text), questions (of a form, each with its texts by language).
    when: it counts only while each of these choices has one of these values; else the form leaves
    it out and it may be missing.
    """

    name: str
    kind: SettingKind = "text"
    required: bool = False
    default: str | int | bool | list[str] | None = None
    choices: list[str] = field(default_factory=list)
    advanced: bool = False
    when: dict[str, list[str]] = field(default_factory=dict)

    def counts(self, settings: Mapping[str, object]) -> bool:
        """Say whether it counts beside these settings, which have their defaults."""
        return all(settings.get(name) in values for name, values in self.when.items())


class Manifest(Struct, frozen=True, kw_only=True):
    """The whole manifest. id is the folder's name; hue is the bead's colour in degrees (OKLCH).

    reaches: kinds of addresses it can write to although nobody wrote from them by this account.
    resolve: by what an unknown outcome becomes known; resolve_s: how long it may take until an
    agent is asked. key_s: of `idempotent_send`, how long a repetition is recognised, where that is
    less than a day; an agent is asked afterwards. hosts: where its files may be fetched from, `*.`
    in front for all below a name; empty: anywhere public. invite: how a contact is invited to this
    channel, as `https://…` with `{token}` and `{address}` or the name of a setting in braces.
    Feature `lasting_files`: addresses of our files live for a month, for the vendor opens them when
    somebody looks. `visits`: its accounts are shops, with a queue. has_webhook: the outside calls
    an address of the account.
    """

    id: str
    name: str
    kind: Literal["channel"] = "channel"
    threading: Threading = "contact_inbox"
    hue: int = 0
    icon: str = "icon.svg"
    features: list[Feature]
    limits: Limits = Limits()
    settings: list[Setting] = field(default_factory=list)
    reaches: list[Literal["email", "phone"]] = field(default_factory=list)
    resolve: Resolve = "none"
    resolve_s: int = 60
    key_s: int = 0
    hosts: list[str] = field(default_factory=list)
    invite: str = ""
    has_webhook: bool = True
    quality: dict[str, QualityMark] = field(default_factory=dict)

    def has(self, feature: Feature) -> bool:
        """Say whether the channel can do it."""
        return feature in self.features

    def links_files(self, settings: Mapping[str, object]) -> bool:
        """Say whether files leave as links by an account with these settings, or none yet."""
        usual = {each.name: each.default for each in self.settings}
        wanted = self.limits.links_when.items()
        return bool(wanted) and all(settings.get(n, usual.get(n)) in each for n, each in wanted)


def read(package: str) -> Manifest:
    """Return the manifest in a connector's folder."""
    text = resources.files(package).joinpath("manifest.toml").read_text(encoding="utf-8")
    return made(text)


def made(text: str) -> Manifest:
    """Return the manifest of this text. Raises Bug where a field hangs on what is no choice."""
    manifest = msgspec.convert(tomllib.loads(text), Manifest)
    choices = {one.name: one.choices for one in manifest.settings if one.kind == "choice"}
    limits = manifest.limits
    hanging = [("the window", limits.window.when), ("links", limits.links_when)]
    hanging += [(setting.name, setting.when) for setting in manifest.settings]
    for what, when in hanging:
        for name, values in when.items():
            if not values or not set(values) <= set(choices.get(name, ())):
                raise Bug(f"{manifest.id}: {what} hangs on {name}, which has no {values}")
    return manifest
