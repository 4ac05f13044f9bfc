"""Where contents of files are kept: a folder of this machine, through obstore.

A key is made by us from ids, never from a name somebody gave.
"""

import asyncio
import os
import re
from pathlib import Path

from obstore.store import LocalStore

from hilo.kit.errors import Bug, NotFound

_KEY = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$")


class Files:
    """A store of contents by key."""

    def __init__(self, folder: Path) -> None:
        """folder: made when it is not there, readable by its owner only."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self.folder = folder
        self._store = LocalStore(prefix=folder, mkdir=True)

    async def put(self, key: str, content: bytes) -> None:
        """Keep it; on disk when it returns."""
        await self._store.put_async(checked(key), content)
        await asyncio.to_thread(_settle, self.folder / key)

    async def get(self, key: str) -> bytes:
        """Return it. Raises NotFound."""
        try:
            found = await self._store.get_async(checked(key))
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            raise NotFound("no such file in the store") from None

    async def drop(self, key: str) -> None:
        """Remove it; one that is not there is no error."""
        try:
            await self._store.delete_async(checked(key))
        except FileNotFoundError:
            return


def checked(key: str) -> str:
    """Return the key when it is one of ours. Raises Bug."""
    if not _KEY.match(key):
        raise Bug(f"{key!r} is not a key of the store")
    return key


def _settle(path: Path) -> None:
    """Make file and folder entry survive a loss of power: the library renames without syncing."""
    for each in (path, path.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
