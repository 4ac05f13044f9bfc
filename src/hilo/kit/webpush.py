"""Web push: what a push service takes, as the standards write it. No network, no database.

A message is encrypted for one browser alone (RFC 8291 over RFC 8188); the push service learns who
sends, by a signature of ours (VAPID, RFC 8292), and nothing of what is said.
"""

import base64
import os
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

MOST_BYTES = 3_000  # services take 4,096 with everything around it
AUTH_BYTES = 16
POINT_BYTES = 65
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SALT_BYTES = 16
_RECORD_BYTES = 4_096
_LAST = b"\x02"  # ends the last record
_LIVES = timedelta(hours=12)  # RFC 8292 allows a day


class Browser(Struct, frozen=True):
    """For whom: the browser's public key (65 bytes, uncompressed) and its secret of 16 bytes."""

    public: bytes
    auth: bytes


class Sender:
    """Who we are to every push service: one key pair, made of 32 secret bytes."""

    def __init__(self, secret: bytes, contact: str) -> None:
        """contact: where a push service may complain, an https or mailto address."""
        self._key = ec.derive_private_key(1 + int.from_bytes(secret) % (_ORDER - 1), _CURVE)
        self._contact = contact
        self.public = encoded(_point(self._key.public_key()))

    def authorization(self, endpoint: str, now: datetime) -> str:
        """Return the header that says who sends, for the service of this endpoint."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((now + _LIVES).timestamp()),
            "sub": self._contact,
        }
        said = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
        made = self._key.sign(said.encode(), ec.ECDSA(hashes.SHA256()))
        r, s = utils.decode_dss_signature(made)
        signature = encoded(r.to_bytes(32) + s.to_bytes(32))
        return f"vapid t={said}.{signature}, k={self.public}"


def encrypt(plain: bytes, browser: Browser) -> bytes:
    """Return the body of a push, `Content-Encoding: aes128gcm`. Raises: ValueError for bad keys."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, browser.public)
    ours = ec.generate_private_key(_CURVE)
    public, salt = _point(ours.public_key()), os.urandom(_SALT_BYTES)
    shared = ours.exchange(ec.ECDH(), theirs)
    about = b"WebPush: info\x00" + browser.public + public
    seed = _derived(browser.auth, shared, about, 32)
    key = _derived(salt, seed, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(salt, seed, b"Content-Encoding: nonce\x00", 12)
    sealed = AESGCM(key).encrypt(nonce, plain + _LAST, None)
    return salt + _RECORD_BYTES.to_bytes(4) + bytes([len(public)]) + public + sealed


def browser_of(public: str, auth: str) -> Browser:
    """Read a browser's two keys, base64url. Raises: ValueError."""
    try:
        found = Browser(decoded(public), decoded(auth))
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, found.public)  # is it on the curve?
    except ValueError:
        found = Browser(b"", b"")
    if len(found.auth) != AUTH_BYTES or len(found.public) != POINT_BYTES:
        raise ValueError("not the keys of a push subscription")
    return found


def encoded(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Read base64url, padded or not. Raises: ValueError."""
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _json(value: object) -> str:
    return encoded(msgspec.json.encode(value))
