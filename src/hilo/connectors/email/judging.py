"""SPF, DKIM and DMARC of a mail at our own listener, as one `Authentication-Results` line.

Pure: whoever calls brings the look-ups. What cannot be looked up or read counts as missing, never
as a pass. ARC is not read: it says whom a forwarder believed, and we have no list of forwarders to
believe. Source: RFC 7208, 6376 and 7489 with the tree walk of its successor, read 2026-11.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from typing import Final

import dkim

from hilo.connectors.email import spf
from hilo.connectors.email.headers import Headers
from hilo.connectors.email.mime import take_apart
from hilo.connectors.email.spf import Resolver
from hilo.kit.errors import MalformedPayload

_MOST_SIGNATURES: Final = 5
_TAG: Final = re.compile(r"(?:^|;)\s*([a-z]+)\s*=\s*([^;]*)", re.IGNORECASE)
_LONGEST_WALK: Final = 8  # labels; of a longer name the middle is left out
_WHO: Final = re.compile(r"[^a-z0-9._@+-]", re.IGNORECASE)


def judge(raw: bytes, facts: Mapping[str, str], resolve: Resolver) -> str:
    """Return the verdicts. facts: `mail-from`, `remote-ip` and `helo` as the listener saw them."""
    try:
        root = take_apart(raw).root
    except MalformedPayload:
        return "hilo; none"
    letter = spf.Letter.of(
        facts.get("remote-ip", ""),
        facts.get("mail-from", "").lower(),
        facts.get("helo", "").lower(),
    )
    passed = spf.judge(letter, resolve) if letter is not None else "none"
    asked = letter.domain if letter is not None else ""
    signed = list(_signatures(raw, root, resolve))
    parts = ["hilo", f"spf={passed} smtp.mailfrom={_WHO.sub('', asked) or 'unknown'}"]
    parts += [f"dkim={verdict} header.d={signer}" for signer, verdict in signed] or ["dkim=none"]
    good = [signer for signer, verdict in signed if verdict == "pass"]
    parts.append(f"dmarc={_dmarc(root, asked if passed == 'pass' else '', good, resolve)}")
    return "; ".join(parts)


def _signatures(raw: bytes, root: Message, resolve: Resolver) -> Iterator[tuple[str, str]]:
    def keys(name: bytes, timeout: int = 5) -> bytes | None:
        del timeout
        found = resolve(name.decode("ascii", "replace").rstrip("."), "TXT")
        return found[0].encode() if found else None

    for number, header in enumerate(Headers.of(root).raw("dkim-signature")[:_MOST_SIGNATURES]):
        tags = {name.lower(): "".join(value.split()) for name, value in _TAG.findall(header)}
        try:
            held = bool(dkim.DKIM(raw).verify(idx=number, dnsfunc=keys))
            verdict = _unless_partial(tags, raw) if held else "fail"
        except OSError:
            verdict = "temperror"
        except (dkim.UnknownKeyTypeError, dkim.NaClNotFoundError):
            verdict = "neutral"  # a kind of key we do not know; most such mails are signed twice
        except Exception:  # noqa: BLE001 - the library raises whatever a strange signature provokes
            verdict = "permerror"
        yield (_WHO.sub("", tags.get("d", "")).lower() or "unknown"), verdict


def _unless_partial(tags: Mapping[str, str], raw: bytes) -> str:
    # A signature that leaves out the author or the body's end vouches for nothing anybody reads.
    if "from" not in tags.get("h", "").lower().split(":"):
        return "policy"
    if "l" not in tags:
        return "pass"
    way = tags.get("c", "simple/simple").encode()
    canon = dkim.CanonicalizationPolicy.from_c_value(way)
    _, body = dkim.rfc822_parse(raw)
    return "pass" if int(tags["l"]) >= len(canon.canonicalize_body(body)) else "policy"


def _dmarc(root: Message, sender: str, signers: Sequence[str], resolve: Resolver) -> str:
    headers = Headers.of(root)
    domains = {each.value.rpartition("@")[2] for each in headers.addresses("from")}
    domain = next(iter(domains), "")
    said = f"header.from={_WHO.sub('', domain)}"
    if len(domains) != 1 or len(headers.raw("from")) != 1:
        # People read one author, a check would take the other.
        return f"{'fail' if domains else 'none'} {said}"
    try:
        policy, home = _walk(domain, resolve)
        if not policy:
            return f"none {said}"
        holds = _aligned(sender, domain, home, (policy.get("aspf", "r"), resolve)) or any(
            _aligned(signer, domain, home, (policy.get("adkim", "r"), resolve))
            for signer in signers
        )
    except OSError:
        return f"temperror {said}"
    return f"{'pass' if holds else 'fail'} {said}"


def _aligned(found: str, domain: str, home: str, how: tuple[str, Resolver]) -> bool:
    mode, resolve = how
    if not found or mode == "s" or found == domain:
        return found == domain
    return _walk(found, resolve)[1] == home


def _walk(domain: str, resolve: Resolver) -> tuple[Mapping[str, str], str]:
    """Return a domain's policy, and the domain of the organisation it belongs to.

    The names above are asked up to the top: `a.uk.example` and `b.uk.example` are strangers where
    `uk.example` says that anybody may register below it.
    """
    labels = domain.strip(".").lower().split(".")
    names = [".".join(labels[at:]) for at in range(len(labels))]
    if len(names) > _LONGEST_WALK:
        names = [names[0], *names[1 - _LONGEST_WALK :]]
    found: dict[str, Mapping[str, str]] = {}
    for name in names:
        record = _record(name, resolve)
        if record:
            found[name] = record
            if record.get("psd") == "n" or (record.get("psd") == "y" and name != names[0]):
                break
    if not found:
        return {}, names[0]
    last = list(found)[-1]
    home = last
    if found[last].get("psd") == "y" and last != names[0]:
        home = names[names.index(last) - 1]  # the name below a registry's
    return found.get(names[0]) or found.get(home) or found[last], home


def _record(name: str, resolve: Resolver) -> Mapping[str, str]:
    records = [
        text
        for text in resolve(f"_dmarc.{name}", "TXT")
        if re.match(r"\s*v\s*=\s*DMARC1\s*(?:;|$)", text)
    ]
    if len(records) != 1:
        return {}
    tags = (tag.partition("=") for tag in records[0].split(";"))
    return {key.strip().lower(): value.strip().lower() for key, _, value in tags}
