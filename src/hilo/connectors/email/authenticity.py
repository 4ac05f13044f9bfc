"""Whether a mail is from whom it says. The answer is a warning on the message, never a decision.

Only results of servers we have reason to believe are read: those named in the account's settings,
our own listener's, and on a mailbox those its server put above its own trace.
"""

import re
from collections.abc import Mapping, Sequence
from email.message import Message
from typing import Final

from msgspec import Struct

from hilo.sdk.account import Account, Delivery

_RESULT: Final = re.compile(r"(?:^|;)\s*(spf|dkim|dmarc)\s*=\s*([a-z]+)([^;]*)", re.IGNORECASE)
_PROPERTY: Final = re.compile(r"([a-z]+)\.([a-z-]+)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_COMMENT: Final = re.compile(r"\([^()]*\)")
_HEADER: Final = "authentication-results"
_BAD: Final = frozenset({"fail", "softfail", "permerror", "hardfail", "policy"})
# Suffixes under which anybody can register: `a.co.uk` and `b.co.uk` are strangers.
_SECOND_LEVEL: Final = frozenset(
    {"co", "com", "net", "org", "gov", "edu", "ac", "gob", "nom", "or"}
)
_COUNTRY_CHARS: Final = 2


class Result(Struct, frozen=True):
    """One method's verdict. domain: whom it vouches for, empty when it does not say."""

    method: str
    verdict: str
    domain: str


def warnings(root: Message, delivery: Delivery, account: Account, sender: str) -> Sequence[str]:
    """Return the codes of what is doubtful about the sender; empty when somebody vouches for it.

    Codes: `dmarc-fail`, `dkim-fail`, `spf-fail`, `auth-missing`.
    """
    results = trusted(root, delivery, account)
    domain = sender.rpartition("@")[2].lower()
    verdicts = {each.method: each.verdict for each in reversed(results)}
    if verdicts.get("dmarc") == "pass":
        return ()
    if verdicts.get("dmarc") in _BAD:
        return ("dmarc-fail",)
    if any(each.verdict == "pass" and _aligned(each, domain) for each in results):
        return ()
    failed = [f"{name}-fail" for name in ("dkim", "spf") if verdicts.get(name) in _BAD]
    return failed or ("auth-missing",)


def vouched(root: Message, delivery: Delivery, account: Account, sender: str) -> str:
    """Return the domain whose DKIM signature vouches for the sender; empty when none does."""
    domain = sender.rpartition("@")[2].lower()
    for each in trusted(root, delivery, account):
        if each.method == "dkim" and each.verdict == "pass" and _aligned(each, domain):
            return each.domain
    return ""


def trusted(root: Message, delivery: Delivery, account: Account) -> Sequence[Result]:
    """Return the verdicts we believe, the newest hop's first."""
    own = delivery.headers.get(_HEADER)
    if own is not None:
        return _results(own)
    named = account.settings.get("trusted_authserv")
    names = {str(each).lower() for each in named} if isinstance(named, list) else set()
    found: list[Result] = []
    above = "folder" in delivery.headers
    for name, value in root.raw_items():
        lower = name.lower()
        if lower == "received":
            above = False
        elif lower == _HEADER:
            text = " ".join(str(value).split())
            if above or text.partition(";")[0].strip().lower().split(" ")[0] in names:
                found += _results(text)
    return found


def _results(value: str) -> Sequence[Result]:
    bare = _COMMENT.sub("", value).partition(";")[2]
    found = []
    for method, verdict, rest in _RESULT.findall(bare):
        facts = {f"{kind}.{name}".lower(): text for kind, name, text in _PROPERTY.findall(rest)}
        found.append(Result(method.lower(), verdict.lower(), _domain(facts)))
    return found


def _domain(facts: Mapping[str, str]) -> str:
    for name in ("header.d", "header.i", "header.from", "smtp.mailfrom", "smtp.mail", "smtp.helo"):
        if name in facts:
            return facts[name].rpartition("@")[2].lower().strip(".")
    return ""


def _aligned(result: Result, domain: str) -> bool:
    return bool(result.domain) and registered(result.domain) == registered(domain)


def registered(domain: str) -> str:
    """Return the registered domain, near enough to compare two of them."""
    labels = domain.strip(".").lower().split(".")
    deep = (
        len(labels) > 2  # noqa: PLR2004  # a.co.uk
        and len(labels[-1]) == _COUNTRY_CHARS
        and labels[-2] in _SECOND_LEVEL
    )
    return ".".join(labels[-3:] if deep else labels[-2:])
