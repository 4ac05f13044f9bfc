"""Who a visitor is: the token we sign for every browser, the identity a company signs for its own.

Both are JWTs with HS256 and nothing else. The visitor token is signed with the account's
`visitor_key`, which nobody outside sees; the identity with the account's `secret`, which the
company's server holds. Whatever is verified stands in the visitor token, so that every later
request proves it by itself.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from hilo.kit.errors import BadSignature
from hilo.sdk.account import Account
from hilo.sdk.inbound import IdentityIn, SenderIn

if TYPE_CHECKING:
    from joserfc.jwk import OctKey

ALGORITHM = "HS256"
TOKEN_LIFE = timedelta(days=400)  # browsers keep no cookie longer either; renewed with each session
LEEWAY_S = 60  # clocks of servers differ
MAX_TOKEN_CHARS = 4096
_TEXT_CHARS = 200


class Visitor(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One browser. external, email, phone, name: what a signed identity proved, else empty."""

    id: UUID
    external: str = ""
    email: str = ""
    phone: str = ""
    name: str = ""

    @property
    def is_verified(self) -> bool:
        """Say whether the company vouches for who this is."""
        return bool(self.external or self.email)

    def sender(self, *, name: str = "", locale: str = "", time_zone: str = "") -> SenderIn:
        """Return the visitor as a sender: the browser first, then every proven address."""
        given = (("external", self.external), ("email", self.email), ("phone", self.phone))
        proven = [
            IdentityIn(kind="external", value=value, verified=True)
            if kind == "external"
            else IdentityIn(
                kind="email" if kind == "email" else "phone", value=value, verified=True
            )
            for kind, value in given
            if value
        ]
        return SenderIn(
            identities=[IdentityIn(kind="visitor", value=str(self.id), verified=True), *proven],
            name=self.name or name,
            locale=locale,
            time_zone=time_zone,
        )


def issue(visitor: Visitor, account: Account, now: datetime) -> str:
    """Sign a visitor token for this account."""
    from joserfc import jwt  # noqa: PLC0415 - the first visitor brings it, not the start

    claims: dict[str, object] = {
        "sub": str(visitor.id),
        "aud": str(account.id),
        "iat": int(now.timestamp()),
        "exp": int((now + TOKEN_LIFE).timestamp()),
    }
    proven = {
        "ext": visitor.external,
        "email": visitor.email,
        "phone": visitor.phone,
        "name": visitor.name,
    }
    claims |= {key: value for key, value in proven.items() if value}
    return jwt.encode({"alg": ALGORITHM}, claims, _key(account, "visitor_key"))


def read(token: str, account: Account, now: datetime) -> Visitor:
    """Return whose token it is. Raises BadSignature: not ours, for another account, too old."""
    signed = _signed(token, account.secrets.get("visitor_key", ""))
    if signed.account != str(account.id) or signed.until < now.timestamp():
        raise BadSignature("the visitor token is for another account or too old")
    return signed.visitor


class _Signed(Struct, frozen=True):
    """What a visitor token says. until: seconds since 1970."""

    visitor: Visitor
    account: str
    until: float


@lru_cache(maxsize=8_192)
def _signed(token: str, key: str) -> _Signed:
    """Check the signature, once: a visitor shows the same token with everything it says."""
    claims = _decode(token, _key_of(key, "visitor_key"))
    try:
        id_ = UUID(_text(claims, "sub"))
    except ValueError as error:
        raise BadSignature("the visitor token names no visitor") from error
    visitor = Visitor(
        id=id_,
        external=_text(claims, "ext"),
        email=_text(claims, "email"),
        phone=_text(claims, "phone"),
        name=_text(claims, "name"),
    )
    return _Signed(visitor, str(claims.get("aud")), _number(claims, "exp"))


def identify(token: str, visitor: Visitor, account: Account, now: datetime) -> Visitor:
    """Return the visitor with what a company's signed identity proves.

    The JWT needs `exp` and `sub` or `email`; `name` and `phone` may come along. `aud` and `iss` are
    checked when present: `aud` names the account, `iss` is anything but us. `nbf` is honoured.
    Raises: BadSignature.
    """
    claims = _vouched(token, account)
    moment = now.timestamp()
    if _number(claims, "exp") < moment - LEEWAY_S:
        raise BadSignature("the identity has expired")
    if "nbf" in claims and _number(claims, "nbf") > moment + LEEWAY_S:
        raise BadSignature("the identity is not valid yet")
    audience = claims.get("aud", str(account.id))
    if str(account.id) not in (audience if isinstance(audience, list) else [audience]):
        raise BadSignature("the identity is meant for somebody else")
    found = Visitor(
        id=visitor.id,
        external=_text(claims, "sub") or _text(claims, "external_id"),
        email=_text(claims, "email").lower(),
        phone=_text(claims, "phone"),
        name=_text(claims, "name"),
    )
    if not found.is_verified:
        raise BadSignature("the identity has neither `sub` nor `email`")
    return found


def seal(body: bytes, account: Account) -> str:
    """Sign a delivery's body as our own door does; nobody outside has the key."""
    key = account.secrets["visitor_key"].encode()
    digest = hmac.new(key, b"delivery\n" + body, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _vouched(token: str, account: Account) -> Mapping[str, object]:
    """Read a company's JWT; the secret before the last change still counts until the next."""
    try:
        return _decode(token, _key(account, "secret"))
    except BadSignature:
        if "previous_secret" not in account.secrets:
            raise
        return _decode(token, _key(account, "previous_secret"))


def _key(account: Account, name: str) -> "OctKey":
    return _key_of(account.secrets.get(name, ""), name)


def _key_of(secret: str, name: str) -> "OctKey":
    from joserfc.jwk import OctKey  # noqa: PLC0415 - as above

    if len(secret) < 16:  # noqa: PLR2004 - an empty or short key would let anybody sign
        raise BadSignature(f"the account has no {name}")
    return OctKey.import_key(secret)


def _decode(token: str, key: "OctKey") -> Mapping[str, object]:
    from joserfc import jwt  # noqa: PLC0415 - as above
    from joserfc.errors import JoseError  # noqa: PLC0415

    if len(token) > MAX_TOKEN_CHARS:
        raise BadSignature("the token is too long")
    try:
        claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise BadSignature("the token is not signed by whom it should be") from error
    return dict(claims)


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name, "")
    return str(value).strip()[:_TEXT_CHARS] if isinstance(value, str | int) else ""


def _number(claims: Mapping[str, object], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadSignature(f"the token has no {name}")
    return float(value)
