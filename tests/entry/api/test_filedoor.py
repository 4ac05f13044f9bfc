"""Files at `/files/{id}`: for whom they are meant, and never as part of our pages."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

import bucket as stores
from cast import CAST
from hilo.domain.library import NewFile, Reader, StoredFile, keep
from hilo.entry.filedoor import file_app
from hilo.entry.state import AppState
from hilo.kit.buckets import Bucket
from hilo.kit.ids import new_id

HTML = b"<!doctype html><script>alert(document.cookie)</script>"


@pytest.fixture(autouse=True, params=["folder", "bucket"])
async def store(
    request: pytest.FixtureRequest, app_state: AppState, tmp_path: Path
) -> AsyncIterator[None]:
    """Keep files in each kind of store: nobody may see a difference."""
    if request.param == "folder":
        yield
        return
    if stores.server() is None:
        pytest.skip("rclone is not installed: pip install -r requirements/dev.txt")
    async with stores.serving(tmp_path / "s3") as given:
        app_state.files = Bucket(given)
        yield


@pytest.fixture
async def door(app_state: AppState) -> AsyncIterator[httpx2.AsyncClient]:
    """Give a client of the door."""
    transport = httpx2.ASGITransport(app=file_app(app_state))  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://hilo.test") as client:
        yield client


def shown(client: httpx2.AsyncClient) -> dict[str, str]:
    """Return the headers that show who is signed in."""
    return {"cookie": "; ".join(f"{k}={v}" for k, v in client.cookies.items())}


async def kept(app_state: AppState, name: str, content: bytes) -> StoredFile:
    """Keep a file of the cast's workspace."""
    async with app_state.db.transaction(CAST.workspace) as tx:
        return await keep(tx, app_state.files, NewFile(name=name, content=content))


async def test_what_could_act_is_a_download(
    app_state: AppState, door: httpx2.AsyncClient, ada: httpx2.AsyncClient
) -> None:
    file = await kept(app_state, 'bad"\r\nname.png', HTML)
    found = await door.get(f"/files/{file.id}", headers=shown(ada))
    assert found.content == HTML
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-disposition"].startswith("attachment; ")
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in found.headers["content-security-policy"]


async def test_an_image_is_shown_and_can_be_read_in_pieces(
    app_state: AppState, door: httpx2.AsyncClient, ada: httpx2.AsyncClient
) -> None:
    content = b"GIF89a" + bytes(range(100))
    file = await kept(app_state, "a.gif", content)
    found = await door.get(f"/files/{file.id}", headers=shown(ada))
    assert found.headers["content-type"] == "image/gif"
    assert found.headers["content-disposition"].startswith("inline; ")
    for asked, piece in (("0-5", content[:6]), ("100-", content[100:]), ("-6", content[-6:])):
        part = await door.get(
            f"/files/{file.id}", headers={**shown(ada), "range": f"bytes={asked}"}
        )
        assert (part.status_code, part.content) == (206, piece)
    beyond = {**shown(ada), "range": "bytes=900-"}
    assert (await door.get(f"/files/{file.id}", headers=beyond)).status_code == 416


async def test_a_link_is_no_key_for_others(
    app_state: AppState,
    door: httpx2.AsyncClient,
    ada: httpx2.AsyncClient,
    ben: httpx2.AsyncClient,
) -> None:
    file = await kept(app_state, "a.txt", b"hello")
    path = app_state.file_links.path(file.id, Reader("agent", CAST.ada.id, CAST.workspace))
    assert (await door.get(path, headers=shown(ada))).content == b"hello"
    assert (await door.get(path, headers=shown(ben))).status_code == 404
    assert (await door.get(path)).status_code == 401
    assert (await door.get(path[:-1] + "~", headers=shown(ada))).status_code == 403


async def test_visitors_and_vendors_open_their_links_without_signing_in(
    app_state: AppState, door: httpx2.AsyncClient
) -> None:
    file = await kept(app_state, "a.txt", b"hello")
    link = app_state.file_links.path(file.id, Reader("visitor", new_id(), CAST.workspace))
    assert (await door.get(link)).content == b"hello"
    other = app_state.file_links.path(file.id, Reader("visitor", new_id(), CAST.other_workspace))
    assert (await door.get(other)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/files/", "/files/x", "/files/../etc/passwd", f"/files/{CAST.workspace}"]
)
async def test_other_paths_are_not_there(
    door: httpx2.AsyncClient, ada: httpx2.AsyncClient, path: str
) -> None:
    assert (await door.get(path, headers=shown(ada))).status_code == 404
    assert (await door.post(path, headers=shown(ada))).status_code == 404
