"""Lock files name packages and hashes, never a place: whoever installs says from where."""

from pathlib import Path

from checks.source import files, text_of

PLACE = ":" + "//"


def find(root: Path) -> list[str]:
    """Return each line of a lock file with an address in it."""
    locks = list(files(root / "clients", "package-lock.json", ".npmrc"))
    locks += list(files(root / "requirements", ".txt", ".in"))
    return [
        f"{path.relative_to(root)}:{number}: {line.strip()[:80]}"
        for path in locks
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if PLACE in line
    ]
