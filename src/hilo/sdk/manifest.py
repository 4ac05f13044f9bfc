"""What a channel says of itself: `manifest.toml`, read once.

Composer, settings form, limits and docs follow it.
"""

from typing import Literal

from msgspec import Struct, field

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
]
Threading = Literal["contact_inbox", "mail_thread", "contact"]
QualityMark = str  # "done", "todo", or the reason of an exemption


class Limits(Struct, frozen=True, kw_only=True):
    """Refused or degraded before queuing.

    text_chars: characters; file_bytes: each; reply_window_s: 0 = none.
    """

    text_chars: int = 100_000
    file_bytes: int = 25_000_000
    attachments: int = 10
    reply_window_s: int = 0
    sends_per_s: float = 0


class Setting(Struct, frozen=True, kw_only=True):
    """One field of the account's form. Its label is the message key `channel.<id>.setting.<name>`.

    kind: text, email, url, number, bool, secret (kept sealed, never shown again), choice, list (of
    text).
    """

    name: str
    kind: Literal["text", "email", "url", "number", "bool", "secret", "choice", "list"] = "text"
    required: bool = False
    default: str | int | bool | list[str] | None = None
    choices: list[str] = field(default_factory=list)
    advanced: bool = False


class Manifest(Struct, frozen=True, kw_only=True):
    """The whole manifest. id is the folder's name; hue is the bead's colour in degrees (OKLCH)."""

    id: str
    name: str
    kind: Literal["channel"] = "channel"
    threading: Threading = "contact_inbox"
    hue: int = 0
    icon: str = "icon.svg"
    features: list[Feature]
    limits: Limits = Limits()
    settings: list[Setting] = field(default_factory=list)
    quality: dict[str, QualityMark] = field(default_factory=dict)

    def has(self, feature: Feature) -> bool:
        """Say whether the channel can do it."""
        return feature in self.features
