"""Files of a built client: read once, compressed as the browser likes, cached rightly."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
# A build names its parts by their content: such a name never means anything else.
_HASHED = re.compile(r"(^|/)assets/.*-[\w-]{8,}\.\w+$")
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class Found(Struct, frozen=True, kw_only=True):
    """A file as it goes out. encoding: empty for the plain bytes."""

    body: bytes
    media_type: str
    encoding: str
    etag: str
    cache: str


class Folder:
    """One folder of built files. What is read is kept: a build is a few megabytes."""

    def __init__(self, root: Path) -> None:
        """root: need not exist; then nothing is found."""
        self._root = root.resolve()
        self._kept: dict[tuple[str, str], tuple[float, Found]] = {}

    def find(self, path: str, accepts: str = "") -> Found | None:
        """Return the file of a path without a slash in front. accepts: what encodings may be."""
        target = self._inside(path)
        if target is None:
            return None
        for encoding, ending in (*_ENCODINGS, ("", "")):
            if encoding and encoding not in accepts:
                continue
            found = self._read(path, target.with_name(target.name + ending), encoding)
            if found is not None:
                return found
        return None

    def text(self, path: str) -> str | None:
        """Return a file to be filled in before it is sent."""
        found = self.find(path)
        return None if found is None else found.body.decode("utf-8")

    def _inside(self, path: str) -> Path | None:
        if "\x00" in path or Path(path).suffix not in _TYPES:
            return None
        target = (self._root / path).resolve()
        return target if target.is_relative_to(self._root) else None

    def _read(self, path: str, target: Path, encoding: str) -> Found | None:
        try:
            changed = target.stat().st_mtime
        except OSError:
            return None
        kept = self._kept.get((path, encoding))
        if kept is not None and kept[0] == changed:
            return kept[1]
        body = target.read_bytes()
        found = Found(
            body=body,
            media_type=_TYPES[Path(path).suffix],
            encoding=encoding,
            etag=f'"{hashlib.sha256(body).hexdigest()[:24]}"',
            cache=FOREVER if _HASHED.search(path) else ASK_AGAIN,
        )
        self._kept[path, encoding] = (changed, found)
        return found
