"""How servers are trusted over TLS: by their chain, or by one certificate an admin has named."""

import hashlib
import ssl

from hilo.kit.errors import AuthExpired


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
