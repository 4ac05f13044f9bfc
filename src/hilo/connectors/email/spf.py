"""Whether a domain lets an address send its mail (SPF). Pure: whoever calls brings the look-ups.

Our own reading: the libraries ask name servers themselves, by module-wide settings, and cannot be
handed a resolver. Source: RFC 7208, read 2026-11, and its test suite, which passes whole.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, Self
from urllib.parse import quote

from msgspec import Struct, structs

Resolver = Callable[[str, str], Sequence[str]]
"""(name, record type) -> records as text, empty when there are none. Raises OSError in trouble."""

_MOST_LOOKUPS: Final = 10
_MOST_VOID: Final = 2
_MOST_NAMES: Final = 10  # of an MX or PTR answer
_LONGEST_NAME: Final = 253
_LONGEST_LABEL: Final = 63
_RESULTS: Final = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_TERM: Final = re.compile(r"([+\-~?])?([a-z][a-z0-9_.-]*)(?:([:=/])(.*))?\Z", re.IGNORECASE)
_SPACE: Final = re.compile(r" +")
_PREFIXES: Final = re.compile(r"(.*?)(?:/(0|[1-9]\d{0,2}))?(?://(0|[1-9]\d{0,2}))?\Z")
_NETWORK: Final = re.compile(r"([^/]+)(?:/(0|[1-9]\d{0,2}))?\Z")
_MACRO: Final = re.compile(r"%(?:\{([a-z])(\d*)(r?)([.\-+,/_=]*)\}|([%_-]))", re.IGNORECASE)
_LITERAL: Final = re.compile(r"(?:[!-$&-~]|%\{[a-z]\d*r?[.\-+,/_=]*\}|%[%_-])*\Z", re.IGNORECASE)
_ENDS_WELL: Final = re.compile(
    r"(?:\.(?=[a-z0-9-]*[a-z-])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?|%\{[^}]*\})\Z", re.IGNORECASE
)
_MODIFIERS: Final = frozenset({"redirect", "exp"})
_DOMAIN_LETTERS: Final = frozenset("slodiphv")
_IPV4_BITS: Final = 32
_IPV6_BITS: Final = 128


class Letter(Struct, frozen=True, kw_only=True):
    """What SPF is asked about. sender: the envelope's, or `postmaster@<helo>` when it has none."""

    address: IPv4Address | IPv6Address
    sender: str
    helo: str

    @classmethod
    def of(cls, address: str, sender: str, helo: str) -> Self | None:
        """Return it, or None for what is no address."""
        try:
            found = ip_address(address)
        except ValueError:
            return None
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        local, _, domain = sender.strip("<> ").rpartition("@")
        asked = domain or helo
        return cls(address=found, sender=f"{local or 'postmaster'}@{asked}", helo=helo)

    @property
    def domain(self) -> str:
        """Whose policy is asked for first."""
        return self.sender.rpartition("@")[2]


class _Trouble(Exception):
    """It cannot be judged: `permerror` or `temperror`."""


class _Term(Struct, frozen=True):
    """One mechanism. domain: not expanded yet; bits: prefix lengths of IPv4 and IPv6."""

    result: str
    name: str
    domain: str
    bits: tuple[int, int]


class _Policy(Struct, frozen=True):
    """A record taken apart."""

    terms: Sequence[_Term]
    redirect: str


def judge(letter: Letter, resolve: Resolver) -> str:
    """Return pass, fail, softfail, neutral, none, permerror or temperror."""
    try:
        return _Check(letter, resolve).host(letter.domain.rstrip("."))
    except _Trouble as trouble:
        return str(trouble)
    except OSError:
        return "temperror"
    except RecursionError:
        return "permerror"


class _Check:
    """One evaluation: its limits hold over everything it includes."""

    def __init__(self, letter: Letter, resolve: Resolver) -> None:
        self._letter = letter
        self._ask = resolve
        self._lookups = _MOST_LOOKUPS
        self._voids = _MOST_VOID

    def host(self, domain: str) -> str:
        """Return what the policy of one domain says of the letter."""
        if not _is_name(domain) or "." not in domain:
            return "none"
        records = [text for text in self._ask(domain, "TXT") if _is_spf(text)]
        if not records:
            return "none"
        if len(records) > 1:
            raise _Trouble("permerror")
        policy = _read(records[0])
        for term in policy.terms:
            if self._matches(term, domain):
                return term.result
        if not policy.redirect:
            return "neutral"
        self._count()
        return self._other(self._expand(policy.redirect, domain))

    def _other(self, domain: str) -> str:
        said = self.host(domain)
        if said == "none":  # a policy that points at none is broken
            raise _Trouble("permerror")
        return said

    def _matches(self, term: _Term, domain: str) -> bool:
        if term.name == "all":
            return True
        if term.name in {"ip4", "ip6"}:
            return self._within([term.domain], term.bits)
        self._count()
        target = self._expand(term.domain, domain) if term.domain else domain
        tests: dict[str, Callable[[], bool]] = {
            "include": lambda: self._other(target) == "pass",
            "a": lambda: self._within(self._addresses(target), term.bits),
            "mx": lambda: self._mx(target, term.bits),
            "exists": lambda: bool(self._look_up(target, "A")),
            "ptr": lambda: any(_is_below(name, target) for name in self._proven_names()),
        }
        return tests[term.name]()

    def _mx(self, target: str, bits: tuple[int, int]) -> bool:
        hosts = [text.split()[-1].rstrip(".") for text in self._look_up(target, "MX")]
        if len(hosts) > _MOST_NAMES:
            raise _Trouble("permerror")
        return any(self._within(self._addresses(host), bits) for host in hosts if host)

    def _proven_names(self) -> Iterator[str]:
        # The names of the address that lead back to it. Trouble here means there are none.
        try:
            found = self._look_up(self._letter.address.reverse_pointer, "PTR")
        except OSError:
            return
        for name in (each.rstrip(".") for each in found[:_MOST_NAMES]):
            try:
                back = self._ask(name, self._kind) if _is_name(name) else ()
            except OSError:
                continue
            if any(_same(each, self._letter.address) for each in back):
                yield name

    @property
    def _kind(self) -> str:
        return "A" if isinstance(self._letter.address, IPv4Address) else "AAAA"

    def _addresses(self, name: str) -> Sequence[str]:
        return self._look_up(name, self._kind)

    def _look_up(self, name: str, kind: str) -> Sequence[str]:
        found = self._ask(name, kind) if _is_name(name) else ()
        if not found:
            self._voids -= 1
            if self._voids < 0:
                raise _Trouble("permerror")
        return found

    def _within(self, networks: Sequence[str], bits: tuple[int, int]) -> bool:
        address = self._letter.address
        length = bits[0] if isinstance(address, IPv4Address) else bits[1]
        for each in networks:
            try:
                start = ip_address(each)
            except ValueError:
                continue
            if start.version == address.version and address in ip_network(
                f"{start}/{length}", strict=False
            ):
                return True
        return False

    def _count(self) -> None:
        self._lookups -= 1
        if self._lookups < 0:
            raise _Trouble("permerror")

    def _expand(self, text: str, domain: str) -> str:
        name = _MACRO.sub(lambda match: self._value(match, domain), text).rstrip(".")
        while len(name) > _LONGEST_NAME:
            name = name.partition(".")[2]
        return name

    def _value(self, match: re.Match[str], domain: str) -> str:
        letter, digits, turned, marks, sign = match.groups()
        if sign:
            return {"%": "%", "_": " ", "-": "%20"}[sign]
        value = self._letter_value(letter.lower(), domain)
        parts = re.split(f"[{re.escape(marks or '.')}]", value)
        if turned:
            parts.reverse()
        if digits:
            parts = parts[-int(digits) :]
        joined = ".".join(parts)
        return quote(joined, safe="-._~") if letter.isupper() else joined

    def _letter_value(self, letter: str, domain: str) -> str:
        local, _, sender_domain = self._letter.sender.rpartition("@")
        address = self._letter.address
        if letter == "i" and isinstance(address, IPv6Address):
            return ".".join(address.exploded.replace(":", ""))
        if letter == "p":
            names = list(self._proven_names())
            below = [each for each in names if _is_below(each, domain)]
            return next(iter([*below, *names]), "unknown")
        values = {
            "s": self._letter.sender,
            "l": local,
            "o": sender_domain,
            "d": domain,
            "i": str(address),
            "v": "in-addr" if isinstance(address, IPv4Address) else "ip6",
        }
        return values.get(letter, self._letter.helo)


def _is_spf(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def _is_name(name: str) -> bool:
    labels = name.removesuffix(".").split(".")
    return len(name) <= _LONGEST_NAME and all(0 < len(each) <= _LONGEST_LABEL for each in labels)


def _is_below(name: str, domain: str) -> bool:
    name, domain = name.lower().rstrip("."), domain.lower().rstrip(".")
    return name == domain or name.endswith(f".{domain}")


def _same(text: str, address: IPv4Address | IPv6Address) -> bool:
    try:
        return ip_address(text) == address
    except ValueError:
        return False


def _read(record: str) -> _Policy:
    # Everything is checked before anything is asked: a fault anywhere spoils the whole record.
    terms: list[_Term] = []
    modifiers: dict[str, str] = {}
    for word in _SPACE.split(record.strip(" "))[1:]:
        match = _TERM.match(word)
        if match is None:
            raise _Trouble("permerror")
        sign, name, mark, rest = match.groups()
        if mark == "=":
            _note(modifiers, sign, name.lower(), rest)
        else:
            terms.append(_mechanism(_RESULTS[sign or "+"], name.lower(), mark, rest))
    return _Policy(terms, modifiers.get("redirect", ""))


def _note(modifiers: dict[str, str], sign: str | None, name: str, value: str) -> None:
    known = name in _MODIFIERS
    if sign or (known and name in modifiers) or not _LITERAL.match(value):
        raise _Trouble("permerror")
    if known:
        modifiers[name] = _domain(value)


def _mechanism(result: str, name: str, mark: str | None, rest: str | None) -> _Term:
    whole = (_IPV4_BITS, _IPV6_BITS)
    term = _Term(result, name, "", whole)
    match name:
        case "all" if mark is None:
            return term
        case "ip4" | "ip6" if mark == ":":
            return _network(term, rest or "")
        case "include" | "exists" if mark == ":":
            return structs.replace(term, domain=_domain(rest or ""))
        case "ptr" if mark != "/":
            return structs.replace(term, domain=_domain(rest or "") if mark else "")
        case "a" | "mx":
            text = f"/{rest}" if mark == "/" else (rest or "")
            domain, bits = _with_prefixes(text)
            if mark == ":" or domain:
                domain = _domain(domain)
            return structs.replace(term, domain=domain, bits=bits)
        case _:
            raise _Trouble("permerror")


def _with_prefixes(text: str) -> tuple[str, tuple[int, int]]:
    match = _PREFIXES.match(text)
    if match is None:
        raise _Trouble("permerror")
    domain = match[1]
    four = int(match[2]) if match[2] else _IPV4_BITS
    six = int(match[3]) if match[3] else _IPV6_BITS
    if four > _IPV4_BITS or six > _IPV6_BITS:
        raise _Trouble("permerror")
    return domain, (four, six)


def _network(term: _Term, text: str) -> _Term:
    match = _NETWORK.match(text)
    version, most = (4, _IPV4_BITS) if term.name == "ip4" else (6, _IPV6_BITS)
    try:
        start = ip_address(match[1] if match else "")
    except ValueError as error:
        raise _Trouble("permerror") from error
    length = int(match[2]) if match and match[2] else most
    if start.version != version or length > most:
        raise _Trouble("permerror")
    return structs.replace(term, domain=str(start), bits=(length, length))


def _domain(text: str) -> str:
    # Ends in a name that can be one, or in a macro; `%{c}`, `%{r}` and `%{t}` are not for it.
    letters = {match[1].lower() for match in _MACRO.finditer(text) if match[1]}
    zero = any(match[2] and not int(match[2]) for match in _MACRO.finditer(text))
    if not text or not _LITERAL.match(text) or letters - _DOMAIN_LETTERS or zero:
        raise _Trouble("permerror")
    if not _ENDS_WELL.search(text):
        raise _Trouble("permerror")
    return text
