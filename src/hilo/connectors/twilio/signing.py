"""The vendor's signature: HMAC-SHA1 over our full address and all form fields, sorted by name.

Source: https://www.twilio.com/docs/usage/security, read 2026-11.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qsl

from hilo.kit.errors import BadSignature

HEADER = "x-twilio-signature"
Fields = Sequence[tuple[str, str]]


def fields(body: bytes) -> Fields:
    """Return the fields of a form; blank ones count."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def sign(token: str, url: str, given: Fields) -> str:
    """Return the signature."""
    text = url + "".join(name + value for name, value in sorted(set(given)))
    digest = hmac.new(token.encode(), text.encode("utf-8", "surrogateescape"), hashlib.sha1)
    return base64.b64encode(digest.digest()).decode()


def check(tokens: Sequence[str], url: str, body: bytes, given: str) -> None:
    """Raise BadSignature unless one of the tokens made it."""
    try:
        read = parse_qsl(body.decode(), keep_blank_values=True)
    except UnicodeDecodeError as error:
        raise BadSignature("the form is no UTF-8") from error
    offered = given.encode("utf-8", "replace")
    good = [hmac.compare_digest(sign(each, url, read).encode(), offered) for each in tokens if each]
    if not any(good):
        raise BadSignature("the signature does not fit; is HILO_PUBLIC_URL the address it calls?")
