"""A real S3 server on this machine, for what keeps files in a bucket: rclone's, over a folder."""

import asyncio
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hilo.kit.config import BucketConfig
from patience import PATIENCE_S

ACCESS, SECRET = "hilo-access", "hilo-secret-0123456789"


def server() -> str | None:
    """Return the program; None where it is not installed."""
    return shutil.which("rclone", path=str(Path(sys.executable).parent)) or shutil.which("rclone")


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[BucketConfig]:
    """Serve a folder, whose folders are buckets, and give the address of one of them."""
    program, port = server(), free_port()
    assert program is not None
    (folder / "hilo").mkdir(parents=True)
    process = await asyncio.create_subprocess_exec(
        *(program, "serve", "s3", "--config", "/dev/null", "--addr", f"127.0.0.1:{port}"),
        *("--auth-key", f"{ACCESS},{SECRET}", "--vfs-cache-mode", "off", str(folder)),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield BucketConfig(
            bucket="hilo",
            prefix="desk",
            endpoint=f"http://127.0.0.1:{port}",
            access_key=ACCESS,
            secret_key=SECRET,
        )
    finally:
        process.terminate()
        await process.wait()
