"""TLS both ways: how servers are trusted, and the certificate a door of ours shows.

A server is trusted by its chain, or by one certificate an admin has named.
"""

import hashlib
import ssl
from datetime import datetime
from pathlib import Path

from hilo.kit import log
from hilo.kit.errors import AuthExpired

_LOG = log.get(__name__)


class Shown:
    """A certificate and its key in files, read again when they are renewed."""

    def __init__(self, certificate: Path, key: Path | None) -> None:
        """certificate: PEM, the chain after it. key: PEM; None = in the same file.

        Raises: OSError, ssl.SSLError when they cannot be used.
        """
        self._certificate = certificate
        self._key = key or certificate
        self._read_at = self._written_at()
        self._context = self._read()

    def context(self) -> ssl.SSLContext:
        """Return what a new connection is shown. A renewed file that is no good waits."""
        try:
            if self._written_at() != self._read_at:
                self._context = self._read()
                self._read_at = self._written_at()
        except (OSError, ssl.SSLError) as error:
            _LOG.warning("a renewed certificate cannot be used yet", error=str(error))
        return self._context

    def ends_at(self) -> datetime:
        """Return until when it is good. Raises: OSError, ValueError."""
        from cryptography import x509  # noqa: PLC0415 - who asks brings it, not the start

        return x509.load_pem_x509_certificate(self._certificate.read_bytes()).not_valid_after_utc

    def _written_at(self) -> tuple[int, int]:
        return self._certificate.stat().st_mtime_ns, self._key.stat().st_mtime_ns

    def _read(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        made.load_cert_chain(self._certificate, self._key)
        return made


def context(fingerprint: str = "") -> ssl.SSLContext:
    """Return how to connect. fingerprint: SHA-256 of the only certificate to trust, hex, or empty.

    With a fingerprint every connection must go through `check` before anything is said on it.
    """
    made = ssl.create_default_context()
    if _bare(fingerprint):
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def check(fingerprint: str, connection: object) -> None:
    """Raise AuthExpired when the server showed another certificate than the one named."""
    wanted = _bare(fingerprint)
    if not wanted or not isinstance(connection, ssl.SSLObject | ssl.SSLSocket):
        return
    shown = connection.getpeercert(binary_form=True) or b""
    if hashlib.sha256(shown).hexdigest() != wanted:
        raise AuthExpired("the server's certificate is not the pinned one")


def refused(error: BaseException) -> AuthExpired | None:
    """Return the notice for an admin when a connection failed for its certificate, else None."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return AuthExpired(f"certificate refused: {cause.verify_message}")
        cause = cause.__cause__ or cause.__context__
    return None


def _bare(fingerprint: str) -> str:
    return fingerprint.replace(":", "").replace(" ", "").lower()
