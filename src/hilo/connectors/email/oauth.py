"""Sign-in to mail servers by consent: OAuth 2 with a code, a proof key and refresh tokens.

The access token is a password for an hour: IMAP and SMTP take it as XOAUTH2. It is renewed before
its end. Source: RFC 6749, RFC 7636, and the vendors' description of XOAUTH2, read 2026-11.
"""

import base64
import hashlib
import tomllib
from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct

from hilo.kit.errors import AuthExpired, Rejected, TemporaryFailure, UnknownOutcome, invalid
from hilo.sdk.abilities import Connected
from hilo.sdk.account import Account
from hilo.sdk.authorising import Trip
from hilo.sdk.outbound import Call, HttpCall, HttpReply, Reply

ACCESS: Final = "oauth_access_token"
_REFRESH: Final = "oauth_refresh_token"
_UNTIL: Final = "oauth_access_until"
_EARLY: Final = timedelta(minutes=10)
_USUAL_S: Final = 3600
_OK: Final = 200
_SERVER_FAULT: Final = 500
_COME_AGAIN: Final = frozenset({408, 429})
_PASSING: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})


class Vendor(Struct, frozen=True):
    """Where to ask, and for what. more: of the question."""

    authorize_url: str
    token_url: str
    scope: str
    more: Mapping[str, str]


def _vendors() -> Mapping[str, Vendor]:
    text = resources.files(__package__).joinpath("vendors.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Vendor])


_VENDORS: Final = _vendors()


class _Granted(Struct):
    """What a token endpoint answers."""

    access_token: str = ""
    refresh_token: str = ""
    expires_in: float | str = _USUAL_S
    refresh_token_expires_in: float | str = 0
    error: str = ""
    error_description: str = ""


class Consent:
    """The `Authorising` part of the connector."""

    def wants_consent(self, account: Account) -> bool:
        """Say whether the account signs in by consent."""
        return way_of(account) is not None

    def authorise(self, account: Account, trip: Trip) -> str:
        """Return the vendor's page, with everything it needs to send the person back."""
        vendor = _complete(account)
        digest = hashlib.sha256(trip.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": str(account.settings["oauth_client_id"]),
            "redirect_uri": trip.back_url,
            "scope": vendor.scope,
            "state": trip.state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "login_hint": str(account.settings.get("imap_username") or account.address or ""),
            **vendor.more,
        }
        mark = "&" if urlsplit(vendor.authorize_url).query else "?"
        return f"{vendor.authorize_url}{mark}{urlencode(asked)}"

    def exchange(
        self, account: Account, code: str, trip: Trip, now: datetime
    ) -> Generator[Call, Reply, Connected]:
        """Turn the code into tokens."""
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": trip.back_url,
            "code_verifier": trip.verifier,
        }
        granted = yield from _asked(account, given)
        if granted.error or not granted.access_token:
            raise Rejected(_said(granted), vendor_code=granted.error)
        if not (granted.refresh_token or account.secrets.get(_REFRESH)):
            raise Rejected("the vendor gave no refresh token", vendor_code="no_refresh_token")
        return _connected(granted, account, now)

    def renew_at(self, account: Account) -> datetime | None:
        """Say when the access token wants renewing: some minutes before its end."""
        until = account.secrets.get(_UNTIL)
        if way_of(account) is None or not account.secrets.get(_REFRESH) or not until:
            return None
        return datetime.fromisoformat(until) - _EARLY

    def renew(self, account: Account, now: datetime) -> Generator[Call, Reply, Connected]:
        """Get a newer access token by the refresh token."""
        vendor = _complete(account)
        given = {
            "grant_type": "refresh_token",
            "refresh_token": account.secrets.get(_REFRESH, ""),
            "scope": vendor.scope,
        }
        granted = yield from _asked(account, given)
        if granted.error or not granted.access_token:
            raise AuthExpired(_said(granted), vendor_code=granted.error)
        return _connected(granted, account, now)


def way_of(account: Account) -> Vendor | None:
    """Return how the account asks for consent; None: it has a password."""
    settings = account.settings
    vendor = _VENDORS.get(str(settings.get("sign_in") or "password"))
    if vendor is None:
        return None
    return Vendor(
        authorize_url=str(settings.get("oauth_authorize_url") or vendor.authorize_url),
        token_url=str(settings.get("oauth_token_url") or vendor.token_url),
        scope=str(settings.get("oauth_scope") or vendor.scope),
        more=vendor.more,
    )


def token_of(account: Account, now: datetime) -> str:
    """Return the access token, empty where a password signs in.

    Raises: AuthExpired while nobody has given consent; TemporaryFailure while it is renewed.
    """
    if way_of(account) is None:
        return ""
    token, until = account.secrets.get(ACCESS, ""), account.secrets.get(_UNTIL)
    if not token:
        raise AuthExpired("nobody has allowed the sign-in at the vendor yet")
    if until and datetime.fromisoformat(until) <= now:
        raise TemporaryFailure("the access token is being renewed")
    return token


def xoauth2(username: str, token: str) -> str:
    """Return the one answer of AUTHENTICATE XOAUTH2."""
    return base64.b64encode(f"user={username}\x01auth=Bearer {token}\x01\x01".encode()).decode()


def _complete(account: Account) -> Vendor:
    vendor = way_of(account)
    if vendor is None:
        raise invalid("settings.sign_in", "invalid", "this account signs in by password")
    needed = {
        "oauth_client_id": account.settings.get("oauth_client_id"),
        "oauth_authorize_url": vendor.authorize_url,
        "oauth_token_url": vendor.token_url,
    }
    for name, value in needed.items():
        if not value:
            raise invalid(f"settings.{name}", "required", "a value is expected")
    return vendor


def _asked(account: Account, given: Mapping[str, str]) -> Generator[Call, Reply, _Granted]:
    form = {**given, "client_id": str(account.settings.get("oauth_client_id") or "")}
    secret = account.secrets.get("oauth_client_secret", "")
    if secret:
        form["client_secret"] = secret
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "accept": "application/json",
    }
    try:
        reply = yield HttpCall(
            method="POST",
            url=_complete(account).token_url,
            headers=headers,
            body=urlencode(form).encode(),
            timeout_s=20,
        )
    except UnknownOutcome as error:  # the next try finds out
        raise TemporaryFailure(str(error)) from error
    if not isinstance(reply, HttpReply):
        raise TemporaryFailure("no answer of the token endpoint")
    if reply.status >= _SERVER_FAULT or reply.status in _COME_AGAIN:
        raise TemporaryFailure(f"the token endpoint answered {reply.status}")
    try:
        granted = msgspec.json.decode(reply.body, type=_Granted)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise TemporaryFailure(f"the token endpoint answered {reply.status}, no JSON") from error
    if granted.error in _PASSING:
        raise TemporaryFailure(_said(granted))
    if reply.status != _OK and not granted.error:
        granted.error = f"status_{reply.status}"
    return granted


def _connected(granted: _Granted, account: Account, now: datetime) -> Connected:
    until = now + timedelta(seconds=_seconds(granted.expires_in) or _USUAL_S)
    left = _seconds(granted.refresh_token_expires_in)
    return Connected(
        expires_at=now + timedelta(seconds=left) if left else None,
        secrets={
            ACCESS: granted.access_token,
            _UNTIL: until.astimezone(UTC).isoformat(),
            # Some vendors turn the refresh token with each use, others say it only once.
            _REFRESH: granted.refresh_token or account.secrets.get(_REFRESH, ""),
        },
    )


def _seconds(given: float | str) -> float:
    try:
        return max(0.0, float(given))
    except ValueError:
        return 0.0


def _said(granted: _Granted) -> str:
    said = " ".join(filter(None, (granted.error, granted.error_description)))
    return " ".join(said.split())[:300] or "the vendor gave no token"
