"""A shop as a channel: our own chat, started from a code at the counter or a kiosk.

What is said is the own chat's; the queue is the domain's. Here stands how a shop is set up.
"""

import re
from collections.abc import Generator, Mapping, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hilo.connectors._chat.saying import OwnChat, new_secrets
from hilo.connectors.store import trying
from hilo.kit.errors import FieldError, Invalid
from hilo.sdk import settings as form
from hilo.sdk.account import Account, Check, SettingsRead
from hilo.sdk.outbound import Call, Reply

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_MOST_TOPICS, _TOPIC_CHARS = 12, 60
_MOST_WAITING = 1_000


class Store(OwnChat):
    """See the module."""

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the settings; make the two secrets, or keep those there are."""
        read = form.read(self.manifest, given, old)
        settings = {name: _tidy(value) for name, value in read.settings.items()}
        errors = [
            FieldError(f"settings.{name}", "invalid", problem)
            for name, value in settings.items()
            if (problem := _problem(name, value))
        ]
        if errors:
            raise Invalid(*errors)
        return SettingsRead(
            settings=settings,
            secrets=new_secrets(old.secrets if old else {}),
            name=str(settings.get("title", "")),
        )

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Try what people in the shop meet."""
        return trying.check(account)


def _tidy(value: object) -> object:
    if isinstance(value, list):
        return [" ".join(str(each).split()) for each in value if str(each).strip()]
    return value


def _problem(name: str, value: object) -> str:
    match name:
        case "color":
            is_fine = isinstance(value, str) and _COLOR.fullmatch(value) is not None
            return "" if is_fine else "A colour like #a8304a is expected."
        case "time_zone":
            return "" if _is_zone(value) else "A time zone like Europe/Madrid is expected."
        case "topics":
            topics = value if isinstance(value, list) else []
            is_fine = len(topics) <= _MOST_TOPICS and all(len(t) <= _TOPIC_CHARS for t in topics)
            return "" if is_fine else f"At most {_MOST_TOPICS} of {_TOPIC_CHARS} characters."
        case "most_waiting":
            is_fine = isinstance(value, int) and 1 <= value <= _MOST_WAITING
            return "" if is_fine else f"A number from 1 to {_MOST_WAITING} is expected."
        case _:
            return ""


def _is_zone(value: object) -> bool:
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


CONNECTOR = Store(__package__)
