"""What agents keep at hand: tags, and the files that come and go with messages."""

from hilo.domain.library.events import TagDeleted, TagSaved
from hilo.domain.library.files import (
    MOST_BYTES,
    FileStore,
    NewFile,
    content_of,
    find_file,
    find_files,
    forget,
    keep,
    keep_many,
    known_files,
    take_over,
    upload,
)
from hilo.domain.library.links import LASTING_S, LINK_S, FileLinks, Reader, shown_inline
from hilo.domain.library.models import StoredFile, Tag
from hilo.domain.library.sniff import dimensions, media_type_of
from hilo.domain.library.tags import create_tag, delete_tag, list_tags, update_tag

__all__ = [
    "LASTING_S",
    "LINK_S",
    "MOST_BYTES",
    "FileLinks",
    "FileStore",
    "NewFile",
    "Reader",
    "StoredFile",
    "Tag",
    "TagDeleted",
    "TagSaved",
    "content_of",
    "create_tag",
    "delete_tag",
    "dimensions",
    "find_file",
    "find_files",
    "forget",
    "keep",
    "keep_many",
    "known_files",
    "list_tags",
    "media_type_of",
    "shown_inline",
    "take_over",
    "update_tag",
    "upload",
]
