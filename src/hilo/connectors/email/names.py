"""File names that came from outside, made safe to store, show and download."""

import mimetypes
import re
import unicodedata
from typing import Final

_MOST_BYTES: Final = 200
_MOST_EXTENSION: Final = 20
# Controls, direction marks that make `exe.fdp` look like a document, and what file systems forbid.
_UNSAFE: Final = re.compile('[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff<>:"|?*]+')
_SPOKEN: Final = {
    "text/calendar": "invite.ics",
    "application/ms-tnef": "winmail.dat",
    "application/pgp-signature": "signature.asc",
    "application/pgp-encrypted": "version.asc",
    "application/pgp-keys": "key.asc",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "message/rfc822": "message.eml",
    "message/delivery-status": "delivery-status.txt",
    "text/rfc822-headers": "headers.txt",
    "image/jpeg": "image.jpg",
    "text/plain": "text.txt",
}


def name_for(given: str, media_type: str) -> str:
    """Return a safe name: the given one, else one that says what the file is."""
    safe = safe_name(given)
    if safe:
        return safe
    if media_type in _SPOKEN:
        return _SPOKEN[media_type]
    family = media_type.partition("/")[0]
    stem = family if family in {"image", "audio", "video", "text"} else "file"
    return stem + (mimetypes.guess_extension(media_type) or "")


def safe_name(given: str) -> str:
    """Return a name without paths, controls and tricks, at most 200 bytes, its extension kept."""
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", maxsplit=1)[-1]
    name = " ".join(_UNSAFE.sub(" ", name).split()).strip(". ")
    if len(name.encode()) <= _MOST_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > _MOST_EXTENSION:
        stem, dot, extension = name, "", ""
    room = _MOST_BYTES - len(f"{dot}{extension}".encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + dot + extension
