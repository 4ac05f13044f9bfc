"""E-mail addresses and phone numbers in the one form they are stored and compared in. Pure."""

import re

import phonenumbers

from hilo.kit.errors import invalid
from hilo.kit.text import clean
from hilo.sdk.inbound import IdentityKind

# What can be an address at all; whether it exists only sending tells. `.test` and `.localhost` may.
_EMAIL = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,255}")
_MOST_CHARS = 500
_E164 = re.compile(r"\+[1-9]\d{7,14}")
_REGION_OF_LOCALE = re.compile(r"[-_]([A-Za-z]{2})\b")


def normal(kind: IdentityKind, value: str, locale: str = "") -> str | None:
    """Return the stored form, or None when it cannot be one. locale: tells a phone's country."""
    given = clean(value).strip()
    if not 1 <= len(given) <= _MOST_CHARS:
        return None
    match kind:
        case "email":
            return given.lower() if _EMAIL.fullmatch(given) else None
        case "phone":
            return _phone(given, locale)
        case "visitor" | "external":
            return given


def checked(kind: IdentityKind, value: str, field: str, locale: str = "") -> str:
    """Return the stored form. Raises: Invalid naming `field`."""
    found = normal(kind, value, locale)
    if found is None:
        wanted = {
            "email": "must be an e-mail address",
            "phone": "must be a phone number with its country, such as +34600111222",
        }.get(kind, f"must have 1 to {_MOST_CHARS} characters")
        raise invalid(field, "format", wanted)
    return found


def _phone(given: str, locale: str) -> str | None:
    region = _REGION_OF_LOCALE.search(locale)
    try:
        number = phonenumbers.parse(given, region.group(1).upper() if region else None)
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        pass
    # Numbering plans move faster than libraries: what is written out in full is believed.
    bare = "+" + re.sub(r"\D", "", given)
    return bare if given.startswith("+") and _E164.fullmatch(bare) else None
