"""Files: typed by content, measured, limited, and linked for one reader for a while."""

import struct
from datetime import timedelta

import pytest

from cast import SECRET_KEY, Cast
from hilo.domain.library import (
    LASTING_S,
    MOST_BYTES,
    FileLinks,
    NewFile,
    Reader,
    dimensions,
    find_files,
    keep_many,
    media_type_of,
    shown_inline,
    upload,
)
from hilo.domain.library.files import safe_name
from hilo.domain.people import system
from hilo.kit import clock
from hilo.kit.crypto import Vault
from hilo.kit.db import Tx
from hilo.kit.errors import Forbidden, Invalid, TooLarge
from hilo.kit.ids import new_id

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\0\0\0" + b"\0" * 64
)
GIF = b"GIF89a" + struct.pack("<HH", 12, 34) + b"\0" * 64
JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    b"\xff\xc0\0\x11\x08" + struct.pack(">HH", 100, 200) + b"\x03" + b"\0" * 64
)


class Memory:
    """A store that forgets."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, key: str, content: bytes) -> None:
        """Keep it."""
        self.kept[key] = content

    async def get(self, key: str) -> bytes:
        """Return it."""
        return self.kept[key]

    async def drop(self, key: str) -> None:
        """Remove it."""
        self.kept.pop(key, None)


WEBM = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d") + b"\x00" * 16


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"<!DOCTYPE html><p>hello", "text/html"),
        (b"  <script>alert(1)</script>", "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="x"><script/></svg>', "image/svg+xml"),
        (b'<?xml version="1.0"?><a/>', "application/xml"),
        ("¿Dónde está?".encode(), "text/plain"),
        (b"\x00\x01\x02", "application/octet-stream"),
        ("é".encode() * 5000, "text/plain"),
        (b"", "text/plain"),
        (WEBM + b"\x86\x86A_OPUS" + b"\x00" * 40, "audio/webm"),
        (WEBM + b"\x86\x85V_VP8\x86\x86A_OPUS" + b"\x00" * 40, "video/webm"),
    ],
)
def test_the_content_tells_the_type(content: bytes, expected: str) -> None:
    assert media_type_of(content) == expected


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (PNG, "image/png", (640, 480)),
        (GIF, "image/gif", (12, 34)),
        (JPEG, "image/jpeg", (200, 100)),
        (PNG[:10], "image/png", None),
        (b"\xff\xd8\xff\xe0", "image/jpeg", None),
    ],
)
def test_an_image_tells_its_size(
    content: bytes, kind: str, expected: tuple[int, int] | None
) -> None:
    assert dimensions(content, kind) == expected


@pytest.mark.parametrize("kind", ["image/svg+xml", "text/html", "application/xml", "text/plain"])
def test_what_may_carry_script_is_never_shown_in_place(kind: str) -> None:
    assert not shown_inline(kind)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.png", "a.png"),
        ("a\r\nSet-Cookie: b", "aSet-Cookie: b"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".png", "x" * 189 + ".png"),
    ],
)
def test_a_name_cannot_leave_its_place(given: str, kept: str) -> None:
    assert safe_name(given) == kept


async def test_files_are_kept_in_the_given_order(tx: Tx, cast: Cast) -> None:
    store = Memory()
    files = [NewFile(name=f"{n}.txt", content=str(n).encode()) for n in range(9)]
    kept = await keep_many(tx, store, files)
    assert [each.name for each in kept] == [each.name for each in files]
    assert len(store.kept) == 9
    assert all(each.store_key.startswith(str(cast.workspace)) for each in kept)
    found = await find_files(tx, [kept[3].id, kept[1].id])
    assert [each.name for each in found] == ["3.txt", "1.txt"]
    with pytest.raises(Invalid):
        await find_files(tx, [new_id()])


async def test_too_large_and_empty_are_refused(tx: Tx, cast: Cast) -> None:
    actor = system(cast.workspace)
    with pytest.raises(TooLarge):
        await upload(tx, actor, Memory(), "big", b"x" * (MOST_BYTES + 1))
    with pytest.raises(Invalid):
        await upload(tx, actor, Memory(), "none", b"")


def test_a_link_holds_for_its_reader_file_and_time_only() -> None:
    links = FileLinks(Vault(SECRET_KEY))
    file, reader, now = new_id(), Reader("visitor", new_id(), new_id()), clock.now()
    path, _, query = links.path(file, reader, now).partition("?")
    asked = dict(pair.split("=", 1) for pair in query.split("&"))
    assert path == f"/files/{file}"
    assert links.check(file, asked, now) == reader
    assert links.check(file, asked, now + timedelta(minutes=9)) == reader
    with pytest.raises(Forbidden):
        links.check(file, asked, now + timedelta(minutes=15, seconds=1))
    with pytest.raises(Forbidden):
        links.check(new_id(), asked, now)
    for key in asked:
        with pytest.raises(Forbidden):
            links.check(file, {**asked, key: asked[key][:-1] + "0" + "1"}, now)
        with pytest.raises(Forbidden):
            links.check(file, {k: v for k, v in asked.items() if k != key}, now)


def test_a_lasting_link_lives_for_weeks_and_no_longer() -> None:
    links = FileLinks(Vault(SECRET_KEY))
    file, reader, now = new_id(), Reader("account", new_id(), new_id()), clock.now()
    _, _, query = links.path(file, reader, now, life_s=LASTING_S).partition("?")
    asked = dict(pair.split("=", 1) for pair in query.split("&"))
    assert links.check(file, asked, now + timedelta(days=29)) == reader
    with pytest.raises(Forbidden):
        links.check(file, asked, now + timedelta(days=30, seconds=1))
