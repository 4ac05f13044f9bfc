"""Who somebody is on WhatsApp: a phone number, a business-scoped id, or both.

Two countries write mobile numbers in two ways, and WhatsApp keeps the older one: Brazil's ninth
digit and Argentina's 9 after the country code. Both forms belong to the same telephone.
"""

import re
from collections.abc import Sequence

from hilo.connectors.whatsapp.wire import Known
from hilo.sdk.inbound import IdentityIn, SenderIn

_BRAZIL = re.compile(r"55(\d\d)(9?)([6-9]\d{7})")
_ARGENTINA = re.compile(r"54(9?)(\d{10})")
_DIGITS = re.compile(r"\D")


def sender(
    phone: str | None, bsuid: str | None, parent: str | None, known: Sequence[Known]
) -> SenderIn:
    """Return the person by all its ids. known: who the batch is about."""
    who = _among(phone, bsuid, known)
    if who is not None:
        phone, bsuid = phone or who.wa_id, bsuid or who.bsuid
        parent = parent or who.parent_bsuid
    profile = who.profile if who is not None else None
    handle = profile.handle if profile is not None else None
    return SenderIn(
        identities=identities(phone, bsuid, parent),
        name=((profile.name if profile is not None else None) or "").strip(),
        attributes={"whatsapp_username": handle} if handle else {},
    )


def identities(phone: str | None, bsuid: str | None, parent: str | None = None) -> list[IdentityIn]:
    """Return the ids, the phone number first: every kind of message may be sent to it."""
    digits = _DIGITS.sub("", phone or "")
    found = [
        IdentityIn(kind="phone", value=f"+{each}", verified=True) for each in both_forms(digits)
    ]
    return found + [
        IdentityIn(kind="external", value=each, verified=True) for each in (bsuid, parent) if each
    ]


def both_forms(digits: str) -> list[str]:
    """Return a number as given, and as the same telephone is written otherwise."""
    if not digits:
        return []
    if brazil := _BRAZIL.fullmatch(digits):
        area, ninth, number = brazil.groups()
        return [digits, f"55{area}{'' if ninth else '9'}{number}"]
    if argentina := _ARGENTINA.fullmatch(digits):
        mobile, number = argentina.groups()
        return [digits, f"54{'' if mobile else '9'}{number}"]
    return [digits]


def _among(phone: str | None, bsuid: str | None, known: Sequence[Known]) -> Known | None:
    for each in known:
        if (phone and each.wa_id == phone) or (bsuid and each.bsuid == bsuid):
            return each
    # A batch about one person names it once: by the other id only, or by the number's other form.
    (only,) = known if len(known) == 1 else (None,)
    if only is None or (bsuid and only.bsuid):
        return None
    same = not phone or not only.wa_id or phone in both_forms(only.wa_id)
    return only if same else None
