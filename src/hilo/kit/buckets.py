"""Where contents of files are kept that many machines share: a bucket of an S3-compatible store.

The same three verbs as the folder of `kit.files`, and the way from the one to the other.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from obstore.exceptions import BaseError
from obstore.store import S3Store

from hilo.kit import log
from hilo.kit.config import BucketConfig, Config
from hilo.kit.errors import NotFound, TemporaryFailure
from hilo.kit.files import Files, checked

_LOG = log.get(__name__)
_TRIES = 3
_GIVE_UP = "20s"
_AT_ONCE = 8
Say = Callable[[str], None]


class Bucket:
    """A store of contents by key, in a bucket."""

    def __init__(self, given: BucketConfig) -> None:
        """given: nothing is asked of the store before the first verb."""
        self.given = given
        known = {
            "endpoint": given.endpoint,
            "access_key_id": given.access_key,
            "secret_access_key": given.secret_key,
        }
        self._store = S3Store(
            given.bucket,
            prefix=given.prefix or None,
            region=given.region,
            # Stores of one's own seldom have a name for each bucket.
            virtual_hosted_style_request=given.endpoint is None,
            client_options={"allow_http": True, "timeout": _GIVE_UP, "connect_timeout": "5s"},
            retry_config={"max_retries": _TRIES},
            **{name: value for name, value in known.items() if value},  # type: ignore[arg-type]
        )

    async def put(self, key: str, content: bytes) -> None:
        """Keep it; the store has it when it returns. Raises TemporaryFailure."""
        try:
            await self._store.put_async(checked(key), content)
        except BaseError as error:
            raise self._away(error) from error

    async def get(self, key: str) -> bytes:
        """Return it. Raises: NotFound; TemporaryFailure."""
        try:
            found = await self._store.get_async(checked(key))
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            raise NotFound("no such file in the store") from None
        except BaseError as error:
            raise self._away(error) from error

    async def drop(self, key: str) -> None:
        """Remove it; one that is not there is no error. Raises TemporaryFailure."""
        try:
            await self._store.delete_async(checked(key))
        except FileNotFoundError:
            return
        except BaseError as error:
            raise self._away(error) from error

    async def has(self, key: str, size_bytes: int) -> bool:
        """Say whether it is there and as long as that. Raises TemporaryFailure."""
        try:
            return (await self._store.head_async(checked(key)))["size"] == size_bytes
        except FileNotFoundError:
            return False
        except BaseError as error:
            raise self._away(error) from error

    async def contents(self) -> AsyncIterator[tuple[str, int]]:
        """Give every key and how many bytes it has. Raises TemporaryFailure."""
        try:
            async for page in self._store.list():
                for each in page:
                    yield each["path"], each["size"]
        except BaseError as error:
            raise self._away(error) from error

    def _away(self, error: BaseError) -> TemporaryFailure:
        # What the library says is for the operator, not for whoever wanted a file.
        _LOG.warning("the file store failed", store=self.given.url, error=_first_line(error))
        return TemporaryFailure("the file store does not answer as it should")


def reason_of(error: Exception) -> str:
    """Return what the store said, for the operator."""
    return _first_line(error.__cause__ or error)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or repr(error)).partition("\n")[0][:300]


def files_of(config: Config) -> Files | Bucket:
    """Return the store the operator chose: a bucket, or the folder beside the database."""
    return Files(config.data / "files") if config.bucket is None else Bucket(config.bucket)


async def push(folder: Path, bucket: Bucket, say: Say) -> int:
    """Copy what the folder holds and the bucket lacks; return how many. The folder stays."""
    found = await asyncio.to_thread(_listed, folder)
    moved = [key for key, size in found if not await bucket.has(key, size)]

    async def one(key: str) -> None:
        await bucket.put(key, await asyncio.to_thread((folder / key).read_bytes))

    await _all(moved, one)
    say(f"{len(moved)} of {len(found)} files copied to {bucket.given.url}")
    return len(moved)


async def pull(folder: Path, bucket: Bucket, say: Say) -> int:
    """Copy what the bucket holds and the folder lacks; return how many. The bucket stays."""
    known = dict(await asyncio.to_thread(_listed, folder))
    found = [(key, size) async for key, size in bucket.contents()]
    moved = [key for key, size in found if known.get(key) != size]
    files = Files(folder)

    async def one(key: str) -> None:
        await files.put(key, await bucket.get(key))

    await _all(moved, one)
    say(f"{len(moved)} of {len(found)} files copied to {folder}")
    return len(moved)


def _listed(folder: Path) -> list[tuple[str, int]]:
    kept = (each for each in folder.rglob("*") if each.is_file())
    return sorted((each.relative_to(folder).as_posix(), each.stat().st_size) for each in kept)


async def _all(keys: list[str], do: Callable[[str], Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(key: str) -> None:
        async with gate:
            await do(key)

    await asyncio.gather(*map(one, keys))
