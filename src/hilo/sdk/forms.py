"""What requests are made of beside JSON: forms, forms with files, a basic sign-in. Pure."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, unquote, urlencode

from msgspec import Struct

_ATTRIBUTE = re.compile(r'[;\s](name|filename)="([^"]*)"')
_KIND = re.compile(r"(?i)content-type:\s*([^\r\n]+)")
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


def unpack(content_type: str, body: bytes) -> tuple[dict[str, str], list[FormFile]]:
    """Return fields and files of a form: what `multipart` and `urlencoded` wrote.

    Raises: ValueError when it is no form.
    """
    kind, _, rest = content_type.partition(";")
    if kind.strip() == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode(), keep_blank_values=True)), []
    boundary = rest.partition("boundary=")[2].strip('" ')
    if kind.strip() != "multipart/form-data" or not boundary:
        raise ValueError(f"{content_type} is no form")
    fields: dict[str, str] = {}
    files: list[FormFile] = []
    for chunk in body.split(f"--{boundary}".encode())[1:-1]:
        head, _, content = chunk.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        about = dict(_ATTRIBUTE.findall(head.decode()))
        content = content.removesuffix(b"\r\n")
        if "filename" in about:
            given = _KIND.search(head.decode())
            files.append(
                FormFile(
                    field=about["name"],
                    name=unquote(about["filename"]),
                    media_type=given[1] if given else "",
                    content=content,
                )
            )
        else:
            fields[about["name"]] = content.decode()
    return fields, files


def basic(name: str, password: str) -> str:
    """Return the `authorization` header of a sign-in by name and password."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
