"""SPF, DKIM and DMARC of a mail at our own listener, as one `Authentication-Results` line.

Pure: whoever calls brings the look-ups. What cannot be looked up or read counts as missing, never
as a pass. Source: RFC 7208, 6376 and 7489, read 2026-11; macros and `ptr` of SPF are left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.message import Message
from ipaddress import ip_address, ip_network
from typing import Final

import dkim

from hilo.connectors.email.authenticity import registered
from hilo.connectors.email.headers import Headers
from hilo.connectors.email.mime import take_apart
from hilo.kit.errors import MalformedPayload

Resolver = Callable[[str, str], Sequence[str]]
"""(name, record type) -> records as text, empty when there are none. Raises OSError in trouble."""

_MOST_LOOKUPS: Final = 10
_MOST_SIGNATURES: Final = 5
_RESULTS: Final = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_DOMAIN_TAG: Final = re.compile(r"\bd\s*=\s*([A-Za-z0-9.-]+)")


class _Trouble(Exception):
    """SPF cannot be judged: `permerror` or `temperror`."""


def judge(raw: bytes, facts: Mapping[str, str], resolve: Resolver) -> str:
    """Return the verdicts. facts: `mail-from`, `remote-ip` and `helo` as the listener saw them."""
    try:
        root = take_apart(raw).root
    except MalformedPayload:
        return "hilo; none"
    author = next(iter(Headers.of(root).addresses("from")), None)
    domain = author.value.rpartition("@")[2] if author else ""
    sender = facts.get("mail-from", "").strip("<> ").rpartition("@")[2].lower()
    asked = sender or facts.get("helo", "").lower()
    passed = spf(facts.get("remote-ip", ""), asked, resolve)
    signed = list(_signatures(raw, root, resolve))
    parts = ["hilo", f"spf={passed} smtp.mailfrom={asked or 'unknown'}"]
    parts += [f"dkim={verdict} header.d={signer}" for signer, verdict in signed] or ["dkim=none"]
    good = [signer for signer, verdict in signed if verdict == "pass"]
    parts.append(f"dmarc={_dmarc(domain, asked if passed == 'pass' else '', good, resolve)}")
    return "; ".join(parts)


def spf(address: str, domain: str, resolve: Resolver) -> str:
    """Return whether a domain lets an address send for it: pass, fail, softfail or none."""
    try:
        ip_address(address)
    except ValueError:
        return "none"
    try:
        return _Spf(address, resolve).check(domain)
    except _Trouble as trouble:
        return str(trouble)
    except OSError:
        return "temperror"


class _Spf:
    """One evaluation, which may look up ten names in all."""

    def __init__(self, address: str, resolve: Resolver) -> None:
        self._address = ip_address(address)
        self._resolve = resolve
        self._left = _MOST_LOOKUPS

    def check(self, domain: str) -> str:
        records = [text for text in self._resolve(domain, "TXT") if _is_spf(text)] if domain else []
        if len(records) != 1:
            if records:
                raise _Trouble("permerror")
            return "none"
        redirect = ""
        for term in records[0].split()[1:]:
            if term.lower().startswith("redirect="):
                redirect = term.partition("=")[2]
            elif "=" not in term.partition(":")[0]:
                sign = term[0] if term[0] in _RESULTS else "+"
                if self._matches(term.lstrip("+-~?"), domain):
                    return _RESULTS[sign]
        if redirect:
            self._count()
            return self.check(redirect)
        return "neutral"

    def _matches(self, term: str, domain: str) -> bool:  # noqa: PLR0911 - one per mechanism
        match = re.fullmatch(r"(\w+)(?::([^/%\s][^%\s]*?))?(?:/(\d{1,3}))?(?://(\d{1,3}))?", term)
        if match is None or "%" in term:
            raise _Trouble("permerror")
        name, value, bits, more_bits = match.groups()
        prefix = bits if self._address.version == 4 else more_bits  # noqa: PLR2004
        match name.lower():
            case "all":
                return True
            case "ip4" | "ip6":
                return self._within(value or "", bits)
            case "include":
                self._count()
                return self.check(value or "") == "pass"
            case "a":
                return self._any_address([value or domain], prefix)
            case "mx":
                self._count()
                hosts = [
                    text.split()[-1].rstrip(".") for text in self._resolve(value or domain, "MX")
                ]
                return self._any_address(hosts[:_MOST_LOOKUPS], prefix)
            case "exists":
                self._count()
                return bool(self._resolve(value or "", "A"))
            case unknown:
                if unknown != "ptr":
                    raise _Trouble("permerror")
                return False

    def _any_address(self, hosts: Sequence[str], prefix: str | None) -> bool:
        kind = "A" if self._address.version == 4 else "AAAA"  # noqa: PLR2004
        self._count()
        return any(
            self._within(found, prefix) for host in hosts for found in self._resolve(host, kind)
        )

    def _within(self, network: str, prefix: str | None) -> bool:
        try:
            written = f"{network}/{prefix}" if prefix else network
            return self._address in ip_network(written, strict=False)
        except ValueError as error:
            raise _Trouble("permerror") from error

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _Trouble("permerror")


def _is_spf(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def _signatures(raw: bytes, root: Message, resolve: Resolver) -> Iterator[tuple[str, str]]:
    def keys(name: bytes, timeout: int = 5) -> bytes | None:
        del timeout
        found = resolve(name.decode("ascii", "replace").rstrip("."), "TXT")
        return found[0].encode() if found else None

    for number, header in enumerate(Headers.of(root).raw("dkim-signature")[:_MOST_SIGNATURES]):
        signer = _DOMAIN_TAG.search(header)
        try:
            held = bool(dkim.DKIM(raw).verify(idx=number, dnsfunc=keys))
            verdict = "pass" if held else "fail"
        except OSError:
            verdict = "temperror"
        except Exception:  # noqa: BLE001 - the library raises whatever a strange signature provokes
            verdict = "permerror"
        yield (signer[1].lower() if signer else "unknown"), verdict


def _dmarc(domain: str, sender: str, signers: Sequence[str], resolve: Resolver) -> str:
    try:
        policy = _policy(domain, resolve)
    except OSError:
        return f"temperror header.from={domain}"
    if not policy:
        return f"none header.from={domain}"
    strict = {name: policy.get(name, "r") == "s" for name in ("aspf", "adkim")}
    holds = _aligned(sender, domain, exact=strict["aspf"]) or any(
        _aligned(signer, domain, exact=strict["adkim"]) for signer in signers
    )
    return f"{'pass' if holds else 'fail'} header.from={domain}"


def _policy(domain: str, resolve: Resolver) -> dict[str, str]:
    for name in dict.fromkeys((domain, registered(domain))):
        for text in resolve(f"_dmarc.{name}", "TXT") if name else ():
            if text.lower().replace(" ", "").startswith("v=dmarc1"):
                tags = (tag.partition("=") for tag in text.split(";"))
                return {key.strip().lower(): value.strip().lower() for key, _, value in tags}
    return {}


def _aligned(found: str, domain: str, *, exact: bool) -> bool:
    if not found:
        return False
    return found == domain if exact else registered(found) == registered(domain)
