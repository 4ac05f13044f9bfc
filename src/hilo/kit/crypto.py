"""Secrets at rest, signatures and tokens. One master key; every use derives a key of its own.

Sealed: AES-256-GCM, the context (whose secret it is) is bound in, the key's id is written in front
so that a key can be turned. Tokens are shown once; only their hash is kept.
"""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hilo.kit.errors import Bug

_VERSION = b"\x01"
_ID_BYTES = 4
_NONCE_BYTES = 12
_SIGNATURE_BYTES = 18


class CannotOpen(Bug):
    """Sealed by another key, for another context, or damaged. Check HILO_SECRET_KEY."""


class Vault:
    """Seals, opens, signs. older: keys that still open and check, but no longer seal or sign."""

    def __init__(self, secret_key: str, older: Sequence[str] = ()) -> None:
        """secret_key: at least 32 characters; HILO_SECRET_KEY."""
        self._keys = [_derive(key, "master") for key in (secret_key, *older)]
        self._seals = {_derive(key, "id")[:_ID_BYTES]: _derive(key, "seal") for key in self._keys}
        self._id = _derive(self._keys[0], "id")[:_ID_BYTES]

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt. context: whose secret it is, for instance the account's id; needed to open."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._seals[self._id]).encrypt(nonce, plain, context.encode())
        return _VERSION + self._id + nonce + sealed

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt. Raises CannotOpen."""
        head, rest = sealed[: 1 + _ID_BYTES], sealed[1 + _ID_BYTES :]
        key = self._seals.get(head[1:])
        if head[:1] != _VERSION or key is None:
            raise CannotOpen("sealed by an unknown key; check HILO_SECRET_KEY")
        try:
            return AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):
            raise CannotOpen("cannot be opened with this key and context") from None

    def sign(self, purpose: str, text: str) -> str:
        """Return a URL-safe signature of 24 characters. purpose: keeps uses apart."""
        return _signature(self._keys[0], purpose, text)

    def check(self, purpose: str, text: str, signature: str) -> bool:
        """Say whether `sign` made this signature; in constant time."""
        given = signature.encode()
        found = False
        for key in self._keys:
            found |= hmac.compare_digest(_signature(key, purpose, text).encode(), given)
        return found

    def key(self, purpose: str) -> bytes:
        """Return 32 bytes for a use of its own (signing a JWT, a cookie)."""
        return _derive(self._keys[0], "use:" + purpose)


def token(prefix: str = "") -> tuple[str, bytes]:
    """Return a new token of 256 random bits and its hash; keep only the hash."""
    plain = prefix + secrets.token_urlsafe(32)
    return plain, hash_token(plain)


def hash_token(plain: str) -> bytes:
    """Return what is kept of a token. Plain SHA-256: a random token needs no slow hash."""
    return hashlib.sha256(plain.encode()).digest()


def keep_secret_key(path: Path) -> str:
    """Return the key kept in the file, made on first use and readable by its owner only."""
    kept = kept_secret_key(path)
    if kept is not None:
        return kept
    path.parent.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(48)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(made + "\n", encoding="ascii")
    try:
        os.link(draft, path)  # fails when another process was first; then theirs holds
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    finally:
        draft.unlink()
    return made


def kept_secret_key(path: Path) -> str | None:
    """Return the key kept in the file, None when there is no file."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def _derive(key: bytes | str, purpose: str) -> bytes:
    raw = key.encode() if isinstance(key, str) else key
    return hmac.digest(raw, b"hilo " + purpose.encode(), "sha256")


def _signature(key: bytes, purpose: str, text: str) -> str:
    digest = hmac.digest(_derive(key, "sign:" + purpose), text.encode(), "sha256")
    return urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode()
