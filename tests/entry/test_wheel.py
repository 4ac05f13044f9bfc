"""The package as its buyer gets it: installed elsewhere, without the checkout."""

import asyncio
import os
import signal
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import httpx2
import pytest

from patience import PATIENCE_S
from running import DEMO, SOURCE, Running

pytestmark = pytest.mark.crash
ROOT = SOURCE.parent
OWNER = {"HILO_ADMIN_EMAIL": "ada@hilo.localhost", "HILO_ADMIN_PASSWORD": "a long enough one"}
WHO = {"email": OWNER["HILO_ADMIN_EMAIL"], "password": OWNER["HILO_ADMIN_PASSWORD"]}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build the wheel, install it into an environment of its own, and return its command."""
    folder = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--quiet", "--no-deps", f"--wheel-dir={folder}", str(ROOT))
    (wheel,) = folder.glob("hilo-*.whl")
    home = folder / "venv"
    venv.create(home, symlinks=True)
    _pip("--python", str(home / "bin" / "python"), "install", "--no-deps", "--no-index", str(wheel))
    # The packages it needs are the pinned ones that are here already; ours is found before them.
    (site,) = home.glob("lib/python3*/site-packages")
    (site / "pinned.pth").write_text(sysconfig.get_path("purelib"))
    return str(home / "bin" / "hilo")


def _pip(*words: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *words],
        env=os.environ | {"HILO_SKIP_CLIENTS": "1", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and "hatchling" in done.stderr:
        pytest.skip("no package index is reached here, so no wheel can be built")
    assert done.returncode == 0, done.stderr


async def test_it_serves_backs_up_restores_and_drops_the_demo(program: str, tmp_path: Path) -> None:
    def hilo(data: str) -> Running:
        made = Running(tmp_path / data, (program,), **OWNER)
        made.environment = {**made.environment, "PYTHONPATH": ""}
        made.cwd = tmp_path
        return made

    first = hilo("first")
    await first.start()
    try:
        await first.ready(60)
        async with httpx2.AsyncClient(
            base_url=f"{first.url}/api/v1", trust_env=False, timeout=PATIENCE_S
        ) as client:
            token = (await client.post("/session", json=WHO)).json()["csrf_token"]
            client.headers["x-csrf-token"] = token
            assert (await client.post("/contacts", json={"name": "Mine"})).status_code == 201
            assert 'id="problem-stale-reply"' in (await client.get("/docs")).text
        archive = str(tmp_path / "hilo.tar")
        other = hilo("first")
        other.environment = {**first.environment}
        _, words = await other.said("doctor")
        assert "the schema is the newest" in words
        assert f"Hilo is ready on 127.0.0.1:{first.port}" in words
        code, words = await other.said("backup", archive)
        assert code == 0, words
    finally:
        words = await first.end(signal.SIGINT)
    assert "stopped" in words

    second = hilo("second")
    code, words = await second.said("restore", archive)
    assert code == 0, words
    code, words = await second.said("demo", "drop")
    assert (code, f"dropped {DEMO}" in words) == (0, True), words
    await second.start()
    try:
        await second.ready(60)
        async with httpx2.AsyncClient(
            base_url=f"{second.url}/api/v1", trust_env=False, timeout=PATIENCE_S
        ) as client:
            await client.post("/session", json=WHO)
            left = (await client.get("/contacts")).json()["items"]
            assert [each["name"] for each in left] == ["Mine"], "what people added stays"
    finally:
        await second.end(signal.SIGINT)


async def test_it_brings_what_measures(program: str, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(program, "bench", "99"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "SCALE": "small"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert (process.returncode, "target" in out.decode()) == (0, True), out
