"""Checks an account's settings against the manifest's form. Pure; a connector adds the rest."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from hilo.kit.errors import FieldError, Invalid
from hilo.sdk.account import SettingsRead
from hilo.sdk.manifest import Manifest, Setting

_TEXT_CHARS = 4000
_LIST_ITEMS = 200


def read(
    manifest: Manifest, given: Mapping[str, object], old: SettingsRead | None = None
) -> SettingsRead:
    """Return the old settings with the given ones on top, defaults filled in, secrets apart.

    An empty text or None clears a setting; an empty secret keeps the one there is.
    Raises: Invalid naming each `settings.<name>` that is unknown, missing or of the wrong kind.
    """
    form = {setting.name: setting for setting in manifest.settings}
    settings = dict(old.settings) if old else {}
    secrets = dict(old.secrets) if old else {}
    errors = [
        _error(name, "unknown", "no such setting of this channel")
        for name in given
        if name not in form
    ]
    for name, setting in form.items():
        if name in given:
            problem = _put(setting, given[name], secrets if setting.kind == "secret" else settings)
            if problem:
                errors.append(_error(name, "invalid", problem))
        if setting.kind != "secret" and setting.default is not None:
            settings.setdefault(name, setting.default)
    errors += [
        _error(name, "required", "a value is expected")
        for name, setting in form.items()
        if setting.required and setting.counts(settings)
        if name not in settings and name not in secrets and not _names(errors, name)
    ]
    if errors:
        raise Invalid(*errors)
    return SettingsRead(
        settings=settings,
        secrets=secrets,
        address=old.address if old else None,
        name=old.name if old else "",
    )


def _error(name: str, code: str, message: str) -> FieldError:
    return FieldError(f"settings.{name}", code, message)


def _names(errors: list[FieldError], name: str) -> bool:
    return any(error.field == f"settings.{name}" for error in errors)


def _put(setting: Setting, value: object, into: dict[str, object] | dict[str, str]) -> str:
    """Store the value, or say what was expected."""
    if value is None or value == "":
        if setting.kind != "secret":
            into.pop(setting.name, None)
        return ""
    problem = _problem(setting, value)
    if not problem:
        into[setting.name] = value.strip() if isinstance(value, str) else value  # type: ignore[assignment]
    return problem


def _problem(setting: Setting, value: object) -> str:
    match setting.kind:
        case "bool":
            return "" if isinstance(value, bool) else "true or false is expected"
        case "number":
            fits = isinstance(value, int) and not isinstance(value, bool)
            return "" if fits else "a whole number is expected"
        case "list":
            fits = isinstance(value, list) and len(value) <= _LIST_ITEMS
            fits = fits and all(isinstance(each, str) for each in value)  # type: ignore[attr-defined]
            return "" if fits else f"a list of at most {_LIST_ITEMS} texts is expected"
        case _:
            return _text_problem(setting, value)


def _text_problem(setting: Setting, value: object) -> str:
    if not isinstance(value, str) or len(value) > _TEXT_CHARS or "\x00" in value:
        return f"a text of at most {_TEXT_CHARS} characters is expected"
    match setting.kind:
        case "choice":
            return "" if value in setting.choices else f"one of {', '.join(setting.choices)}"
        case "email":
            name, at, domain = value.strip().rpartition("@")
            return (
                "" if name and at and domain and " " not in value.strip() else "an e-mail address"
            )
        case "url":
            return "" if is_web_address(value.strip()) else "an http or https address is expected"
        case _:
            return ""


def is_web_address(value: str) -> bool:
    """Say whether it is an absolute http(s) address with a host and without credentials."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    return whole and (port is None or port > 0) and not any(c.isspace() for c in value)
