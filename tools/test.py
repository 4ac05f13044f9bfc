"""Run what proves the product and count it: `python tools/test.py [--quick|--check|<paths>]`.

Ends with `N passed, N failed, N skipped`; the exit code is 1 when anything failed. Browser and
mail server are installed by the system's package manager when it may be used, else their tests
are skipped, loudly.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from msgspec import Struct, field

import setup

ROOT = setup.ROOT
BUILD = ROOT / "build"
PYTHON = sys.executable
# Programs any of which proves that it is there, and the packages that bring it.
SYSTEM = {
    ("chromium",): ("chromium", "fonts-noto-color-emoji"),
    ("dovecot",): ("dovecot-imapd", "dovecot-lmtpd"),
    ("valkey-server", "redis-server"): ("redis-server",),
}


QUICK = ("-n", "2", "-m", "not browser and not crash and not dovecot")
# Where a failure passed through our own files, as pytest tells it.
_PLACE = re.compile(r"(tests|src|tools)/\S+:\d+: ")


class Tally(Struct):
    """What was counted so far. failures: each with its end; skips: their reasons."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skips: list[str] = field(default_factory=list)


def say(text: str) -> None:
    """Print a heading."""
    print(f"\n── {text}", flush=True)


def install_system() -> None:
    """Install browser, mail server and message bus where this machine lets us."""
    missing = [names for names in SYSTEM if not any(map(shutil.which, names))]
    packages = [package for names in missing for package in SYSTEM[names]]
    if not packages:
        return
    wanted = ", ".join(packages)
    if os.geteuid() or not shutil.which("apt-get"):
        print(f"! {wanted} missing and not installable here: their tests will be skipped")
        return
    say(f"installing {wanted}")
    install = ["install", "-y", "-qq", "--no-install-recommends", *packages]
    if not apt(*install) and not (apt("update", "-qq") and apt(*install)):
        print(f"! could not install {wanted}: their tests will be skipped")


def apt(*arguments: str) -> bool:
    """Run apt-get quietly; say whether it succeeded."""
    done = subprocess.run(  # noqa: S603 - fixed words
        ["apt-get", *arguments],  # noqa: S607 - the system's own
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0


def check(tally: Tally, name: str, command: Sequence[str | Path], cwd: Path = ROOT) -> None:
    """Run a command that passes or fails as a whole."""
    started = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    print(
        f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} ({time.monotonic() - started:.0f} s)",
        flush=True,
    )
    if done.returncode == 0:
        tally.passed += 1
    else:
        print((done.stdout + done.stderr)[-8000:], flush=True)
        tally.failures.append(name)


def environment() -> dict[str, str]:
    """Return our environment with our tools on Python's path and a Node that is new enough."""
    path = f"{setup.node_folder()}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "PYTHONPATH": str(ROOT / "tools"), "CI": "1"}


def checks(tally: Tally) -> None:
    """Format, lint, types, imports and the house's own rules."""
    say("checks")
    code = ("src", "tests", "tools")
    check(tally, "ruff format", [PYTHON, "-m", "ruff", "format", "--check", "-q", *code])
    check(tally, "ruff", [PYTHON, "-m", "ruff", "check", "-q", *code])
    check(tally, "mypy", [PYTHON, "-m", "mypy"])
    check(tally, "house", [PYTHON, "-m", "checks"])
    for client in setup.CLIENTS:
        folder = ROOT / "clients" / client
        for script in ("typecheck", "lint"):
            check(tally, f"{client}: {script}", ["npm", "run", "-s", script], folder)


def python_tests(
    tally: Tally, name: str, arguments: Sequence[str], log: IO[bytes] | None = None
) -> None:
    """Run pytest and read its JUnit report. log: takes what it prints."""
    if log is None:
        say(name)
    report = BUILD / f"{name.replace(' ', '-')}.xml"
    report.unlink(missing_ok=True)
    code = subprocess.run(  # noqa: S603 - our own command
        [PYTHON, "-m", "pytest", "-q", "--tb=short", f"--junitxml={report}", *arguments],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, env=environment(),
    ).returncode  # fmt: skip
    before = len(tally.failures)
    if report.exists():
        for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - written by pytest just now
            title = f"{case.get('classname')}::{case.get('name')}"
            for fault in (*case.iter("failure"), *case.iter("error")):
                tally.failures.append(f"{title}\n{_end_of(fault.text or '')}")
            if (skip := case.find("skipped")) is not None:
                tally.skips.append(str(skip.get("message")))
            elif case.find("failure") is None and case.find("error") is None:
                tally.passed += 1
    nothing_collected = 5
    if code not in (0, nothing_collected) and len(tally.failures) == before:
        tally.failures.append(f"{name}: pytest ended with {code}")


def _end_of(story: str, lines: int = 12) -> str:
    """Return a failure's complaint and places: a build machine may show our output's end only."""
    all_ = story.rstrip().splitlines()
    wrong = [line for line in all_ if line.startswith("E  ")][:lines]
    places = [line for line in all_ if _PLACE.match(line)][-lines:]
    return "\n".join(f"    {line[:200]}" for line in (wrong + places or all_[-lines:]))


def client_tests(tally: Tally) -> None:
    """Run vitest in each client and read its JSON report."""
    for client in setup.CLIENTS:
        say(f"clients/{client}")
        report = BUILD / f"vitest-{client}.json"
        report.unlink(missing_ok=True)
        code = subprocess.run(  # noqa: S603
            ["npx", "vitest", "run", "--reporter=json", f"--outputFile={report}"],  # noqa: S607
            cwd=ROOT / "clients" / client, stdin=subprocess.DEVNULL, check=False, env=environment(),
        ).returncode  # fmt: skip
        before = len(tally.failures)
        if report.exists():
            for file in json.loads(report.read_text(encoding="utf-8"))["testResults"]:
                for case in file["assertionResults"]:
                    title = f"{client}: {case['fullName']}"
                    if case["status"] == "passed":
                        tally.passed += 1
                    elif case["status"] == "failed":
                        tally.failures.append(title)
                        print("FAIL", title, *case["failureMessages"], sep="\n", flush=True)
                    else:
                        tally.skips.append(f"{client}: {case['status']}")
        if code and len(tally.failures) == before:
            tally.failures.append(f"clients/{client}: vitest ended with {code}")


def everything(tally: Tally) -> None:
    """Run the checks, then tests from quick to slow.

    What starts servers mostly waits for them: journeys and crashes run beside each other, one
    process each.
    """
    checks(tally)
    python_tests(tally, "python", QUICK)
    client_tests(tally)
    beside = Tally()
    with (BUILD / "crash.log").open("w+b") as log, ThreadPoolExecutor() as pool:
        crash = pool.submit(python_tests, beside, "crash", ["-m", "crash"], log)
        python_tests(tally, "journeys", ["-m", "browser or dovecot"])
        crash.result()
        say("crash, beside the journeys")
        log.seek(0)
        print(log.read().decode(errors="replace"), flush=True)
    tally.passed += beside.passed
    tally.failures += beside.failures
    tally.skips += beside.skips


def main() -> int:
    """Choose, run, sum up."""
    BUILD.mkdir(exist_ok=True)
    tally, started = Tally(), time.monotonic()
    match sys.argv[1:]:
        case ["--check"]:
            checks(tally)
        case ["--quick"]:
            python_tests(tally, "python", QUICK)
            client_tests(tally)
        case []:
            install_system()
            everything(tally)
        case paths:
            install_system()
            python_tests(tally, "chosen", paths)
    if tally.skips:
        say("SKIPPED, so not proved here")
        for reason, times in Counter(tally.skips).most_common():
            print(f"{times} x {reason[:200]}")
    if tally.failures:
        say("FAILED")
        print(*tally.failures, sep="\n")
    print(f"\n{time.monotonic() - started:.0f} s")
    counts = f"{tally.passed} passed, {len(tally.failures)} failed, {len(tally.skips)} skipped"
    print(counts, flush=True)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
