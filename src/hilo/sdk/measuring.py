"""How long a text is in the units vendors count, and how much of it fits. Pure."""

from collections.abc import Iterable

from hilo.sdk.manifest import Unit

# Source: 3GPP TS 23.038, the basic table and its extension (read 2026-11).
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_GSM_ALONE, _GSM_EACH = 160, 153
_WIDE_ALONE, _WIDE_EACH = 70, 67


class Ruler:
    """Counts a text as it grows."""

    def __init__(self, unit: Unit) -> None:
        """Begin at nothing. unit: of the manifest's limits."""
        self._unit = unit
        self._count = 0
        self._septets = 0
        self._is_gsm = True

    def add(self, text: str) -> int:
        """Take more text in; return the length of all so far."""
        match self._unit:
            case "chars":
                self._count += len(text)
            case "utf8_bytes":
                self._count += len(text.encode("utf-8", "surrogatepass"))
            case "utf16":
                self._count += _wide(text)
            case "gsm7_segments":
                return self._segments(text)
        return self._count

    def _segments(self, text: str) -> int:
        self._count += _wide(text)
        if self._is_gsm:
            self._is_gsm = all(each in _BASIC or each in _EXTENDED for each in text)
            self._septets += sum(1 if each in _BASIC else 2 for each in text)
        if self._is_gsm:
            return _pieces(self._septets, _GSM_ALONE, _GSM_EACH)
        return _pieces(self._count, _WIDE_ALONE, _WIDE_EACH)


def length(text: str, unit: Unit) -> int:
    """Return how long the text is."""
    return Ruler(unit).add(text)


def fitting(signs: Iterable[str], most: int, unit: Unit) -> int:
    """Return how many of the first signs fit together."""
    ruler, count = Ruler(unit), 0
    for each in signs:
        if ruler.add(each) > most:
            break
        count += 1
    return count


def _wide(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _pieces(units: int, alone: int, each: int) -> int:
    return (1 if units else 0) if units <= alone else -(-units // each)
