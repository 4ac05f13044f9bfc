"""Passwords: argon2id in threads, a few at a time, since each costs tens of megabytes."""

import asyncio
import unicodedata
from functools import cache
from importlib import resources

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from hilo.kit.errors import Invalid, invalid

LEAST_CHARS = 8
MOST_CHARS = 200
_AT_ONCE = asyncio.Semaphore(4)
_HASHER = PasswordHash((Argon2Hasher(),))
# What a login nobody has is compared with: as costly as a real one, which a test watches.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$4qxmKCenb6ROYtb4QScM1A"
    "$elmZNW84O83H2t8tcW5WsSt1jT4UI707JjIPrr0lQ6I"
)


async def hashed(password: str) -> str:
    """Return what is kept of a password."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, _plain(password))


async def matches(password: str, kept: str | None) -> bool:
    """Say whether it is the password. kept None (nobody has that login) takes as long as a no."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_verify, _plain(password), kept)


def check_new(password: str, field: str = "password") -> None:
    """Refuse a password that is too short, too long, or among the first that are guessed.

    Raises: Invalid.
    """
    problem = _problem(password, field)
    if problem is not None:
        raise problem


def _problem(password: str, field: str) -> Invalid | None:
    if len(password) < LEAST_CHARS:
        return invalid(field, "too-short", f"must have at least {LEAST_CHARS} characters")
    if len(password) > MOST_CHARS:
        return invalid(field, "too-long", f"must have at most {MOST_CHARS} characters")
    if _plain(password).casefold() in _guessed():
        return invalid(field, "too-common", "is one of the first that are guessed")
    return None


def _verify(password: str, kept: str | None) -> bool:
    try:
        return _HASHER.verify(password, kept or _NOBODY) and kept is not None
    except UnknownHashError:
        return False


def _plain(password: str) -> str:
    # The same characters typed on two keyboards are one password.
    return unicodedata.normalize("NFKC", password[: MOST_CHARS * 2])


@cache
def _guessed() -> frozenset[str]:
    text = resources.files(__package__).joinpath("guessed_first.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip())
