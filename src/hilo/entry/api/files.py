"""Files: `POST /files`. They are served at `/files/{id}`, outside the API: `entry/filedoor.py`."""

from uuid import UUID

from litestar import post
from litestar.datastructures import UploadFile
from litestar.params import MultipartBody
from msgspec import Struct

from hilo.domain import library
from hilo.domain.library import MOST_BYTES, Reader
from hilo.entry.api.forms import Acting, Open, Shared
from hilo.kit.errors import invalid


class UploadForm(Struct, frozen=True, kw_only=True):
    """A form with one field."""

    file: UploadFile | None = None


class FileView(Struct, frozen=True, kw_only=True):
    """A file that is kept. url: signed, for the agent who asked, for a while."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    url: str
    width: int | None
    height: int | None


@post("/files", opt={"body_bytes": MOST_BYTES + 10_000}, tags=["files"])
async def upload_file(
    data: MultipartBody[UploadForm], actor: Acting, tx: Open, app_state: Shared
) -> FileView:
    """Upload a file (multipart, field `file`) to attach it to a message. At most 25 MB."""
    given: object = data.file  # a form's text field arrives here as it is
    if not isinstance(given, UploadFile):
        code = "required" if given is None else "type"
        raise invalid("file", code, "must be one file")
    content = await given.read()
    kept = await library.upload(tx, actor, app_state.files, given.filename, content)
    return FileView(
        id=kept.id,
        name=kept.name,
        media_type=kept.media_type,
        size_bytes=kept.size_bytes,
        url=app_state.file_links.path(kept.id, Reader("agent", actor.agent, actor.workspace)),
        width=kept.width,
        height=kept.height,
    )


ROUTES = [upload_file]
