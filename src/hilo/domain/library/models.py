"""Tags and files, as their tables hold them."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class Tag(Struct, frozen=True):
    """A label on conversations. color: a name of the palette, drawn by the client."""

    id: UUID
    name: str
    color: str
    created_at: datetime


class StoredFile(Struct, frozen=True):
    """A file at rest. media_type: by content, never by name; width and height: images only."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    sha256: bytes
    store_key: str
    width: int | None
    height: int | None
    uploaded_by: UUID | None
    created_at: datetime
