"""The web chat: our own chat on somebody's site, as its settings say."""

import re
from collections.abc import Mapping
from typing import cast
from urllib.parse import urlsplit

from hilo.connectors._chat.saying import OwnChat, new_secrets
from hilo.connectors.webchat import hours, questions
from hilo.kit.errors import FieldError, Invalid
from hilo.sdk.account import Account, SettingsRead
from hilo.sdk.manifest import Setting

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_PICTURE = re.compile(r"https?://[^\s;,'\"<>\\]+", re.IGNORECASE)  # it stands in a policy, too
_ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9.-]+(:\d{1,5})?", re.IGNORECASE)
_MOST_ITEMS = 50
_MOST_CHARS = 500
_MOST_DAYS = 3_650


class WebChat(OwnChat):
    """See the module."""

    def snippet(self, account: Account) -> str:
        """Return the one line that puts the widget on a page."""
        source = f"{account.public_url}/widget/loader.js?account={account.id}"
        return f'<script src="{source}" async></script>'

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the settings; make the two secrets, or keep those there are."""
        known = {setting.name: setting for setting in self._manifest.settings}
        asked = {**(old.settings if old else {}), **given}
        errors: list[FieldError] = []
        settings: dict[str, object] = {
            name: each.default for name, each in known.items() if each.default is not None
        }
        for name, value in asked.items():
            if name not in known:
                errors.append(
                    FieldError(f"settings.{name}", "unknown", "There is no such setting.")
                )
            elif known[name].kind == "questions":
                errors += questions.problems(value)
                settings[name] = value
            elif problem := _problem(known[name], value):
                errors.append(FieldError(f"settings.{name}", "invalid", problem))
            else:
                settings[name] = _tidy(value)
        errors += _hours_errors(settings)
        if errors:
            raise Invalid(*errors)
        return SettingsRead(
            settings=settings,
            secrets=new_secrets(old.secrets if old else {}),
            name=str(settings.get("title", "")),
        )


def _tidy(value: object) -> str | int | bool | list[str]:
    if isinstance(value, list):
        return [str(each).strip().rstrip("/") for each in value if str(each).strip()]
    if isinstance(value, bool | int):
        return value
    return str(value).strip()


def _problem(setting: Setting, value: object) -> str:
    match setting.kind:
        case "list":
            return _list_problem(setting.name, value)
        case "bool":
            return "" if isinstance(value, bool) else "true or false is expected."
        case "number":
            is_number = isinstance(value, int) and not isinstance(value, bool)
            is_fine = is_number and 0 <= cast("int", value) <= _MOST_DAYS
            return "" if is_fine else f"A number from 0 to {_MOST_DAYS} is expected."
        case "choice":
            options = ", ".join(setting.choices)
            return "" if value in setting.choices else f"One of {options} is expected."
        case _:
            return _text_problem(setting.name, value)


def _text_problem(name: str, value: object) -> str:
    if not isinstance(value, str):
        return "Text is expected."
    if len(value) > _MOST_CHARS:
        return f"At most {_MOST_CHARS} characters are allowed."
    if name == "color" and not _COLOR.fullmatch(value.strip()):
        return "A colour like #a8304a is expected."
    if name == "logo" and value.strip() and not _PICTURE.fullmatch(value.strip()):
        return "The address of a picture is expected, like https://shop.example/logo.png."
    return ""


def _list_problem(name: str, value: object) -> str:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return "A list of texts is expected."
    if len(value) > _MOST_ITEMS or any(len(each) > _MOST_CHARS for each in value):
        return f"At most {_MOST_ITEMS} entries of {_MOST_CHARS} characters are allowed."
    if name == "allowed_origins":
        for each in value:
            if not _is_origin(each.strip().rstrip("/")):
                return f"An origin like https://shop.example is expected, not {each!r}."
    return ""


def _hours_errors(settings: Mapping[str, object]) -> list[FieldError]:
    """Say which line of the hours cannot be read, or that their time zone is missing."""
    lines, zone = settings.get("hours", []), str(settings.get("time_zone") or "")
    given = [str(each) for each in lines] if isinstance(lines, list) else []
    if given and not zone:
        problem = "A time zone like Europe/Madrid is expected beside the hours."
        return [FieldError("settings.time_zone", "required", problem)]
    try:
        hours.read(given, zone or "UTC")
    except ValueError as error:
        if str(error) == zone:
            problem = f"A time zone like Europe/Madrid is expected, not {zone!r}."
            return [FieldError("settings.time_zone", "invalid", problem)]
        problem = f"A line like `mon-fri 09:00-18:00` is expected, not {str(error)!r}."
        return [FieldError("settings.hours", "invalid", problem)]
    return []


def _is_origin(text: str) -> bool:
    if not _ORIGIN.fullmatch(text):
        return False
    try:
        return urlsplit(text.replace("*.", "any.")).port != 0
    except ValueError:
        return False


CONNECTOR = WebChat(__package__)
