"""A browser's end of web push, and its push service on loopback, as RFC 8030, 8291 and 8292 say.

Written from the standards' receiving side, so that what Hilo sends is read by other hands.
"""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct
from typing_extensions import override

_CURVE = ec.SECP256R1()


class Pushed(Struct, frozen=True):
    """What reached the push service. headers: lower-cased names."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """One browser: its keys, and how it reads."""

    def __init__(self) -> None:
        """Make new keys."""
        self._key = ec.generate_private_key(_CURVE)
        self.auth = b"sixteen bytes of"
        self.public = self._key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )

    def subscription(self, endpoint: str) -> dict[str, Any]:
        """Return what the browser gives a page."""
        keys = {"p256dh": text_of(self.public), "auth": text_of(self.auth)}
        return {"endpoint": endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> bytes:
        """Decrypt a push of one record (RFC 8291, 3.4)."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, sender)
        shared = self._key.exchange(ec.ECDH(), theirs)
        first = _mac(self.auth, shared)
        seed = _mac(first, b"WebPush: info\x00" + self.public + sender + b"\x01")
        both = _mac(salt, seed)
        key = _mac(both, b"Content-Encoding: aes128gcm\x00\x01")[:16]
        nonce = _mac(both, b"Content-Encoding: nonce\x00\x01")[:12]
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert plain.endswith(b"\x02"), "not the last record"
        return plain[:-1]


class PushService:
    """Takes pushes on a free port and answers with `status`."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.taken: list[Pushed] = []
        self.status = 201
        service = self

        class Handler(BaseHTTPRequestHandler):
            """Keeps what comes."""

            def do_POST(self) -> None:
                """Take one push."""
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                service.taken.append(Pushed(self.path, headers, body))
                self.send_response(service.status)
                self.send_header("content-length", "0")
                self.end_headers()

            @override
            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def url(self, path: str) -> str:
        """Return an address of this service."""
        return f"http://127.0.0.1:{self._server.server_port}/{path}"

    def __enter__(self) -> Self:
        """Open."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self._server.shutdown()
        self._server.server_close()


def signed_by(authorization: str) -> tuple[str, dict[str, Any]]:
    """Check a VAPID header's signature; return the sender's key and what it claims."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    given = dict(each.strip().split("=", 1) for each in rest.split(","))
    head, claims, signature = given["t"].split(".")
    assert json.loads(bytes_of(head)) == {"typ": "JWT", "alg": "ES256"}
    raw = bytes_of(signature)
    pair = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, bytes_of(given["k"]))
    key.verify(pair, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    return given["k"], json.loads(bytes_of(claims))


def text_of(raw: bytes) -> str:
    """Return base64url as browsers write it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """Read it."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _mac(key: bytes, text: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(text)
    return made.finalize()
