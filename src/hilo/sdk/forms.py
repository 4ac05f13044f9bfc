"""Request bodies that are no JSON: form fields, and forms with files. Pure, the same every time."""

import hashlib
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from msgspec import Struct

_UNSAFE = {ord('"'): "%22", ord("\r"): "%0D", ord("\n"): "%0A"}


class FormFile(Struct, frozen=True, kw_only=True):
    """A file of a form. field: the form's name for it."""

    field: str
    name: str
    media_type: str
    content: bytes


def urlencoded(fields: Sequence[tuple[str, str]]) -> tuple[str, bytes]:
    """Return content type and body. fields: names may repeat."""
    return "application/x-www-form-urlencoded", urlencode(fields).encode()


def multipart(fields: Mapping[str, str], files: Sequence[FormFile]) -> tuple[str, bytes]:
    """Return content type and body. The boundary follows from the content: a repeat is the same."""
    digest = hashlib.sha256()
    for part in (*fields.values(), *(each.name for each in files)):
        digest.update(part.encode())
    for each in files:
        digest.update(each.content)
    boundary = f"hilo-{digest.hexdigest()[:40]}"
    chunks = [
        _head(boundary, name, "") + value.encode() + b"\r\n" for name, value in fields.items()
    ]
    for each in files:
        about = f'; filename="{each.name.translate(_UNSAFE)}"'
        kind = f"\r\ncontent-type: {each.media_type.translate(_UNSAFE)}"
        chunks += [_head(boundary, each.field, about, kind), each.content, b"\r\n"]
    chunks.append(f"--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(chunks)


def _head(boundary: str, field: str, about: str, kind: str = "") -> bytes:
    name = field.translate(_UNSAFE)
    return (
        f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"{about}{kind}\r\n\r\n'
    ).encode()
