"""A company's colour, corrected so that everything on it and of it can be read.

Source: WCAG 2.2, 1.4.3 and 1.4.11: 4.5 to 1 for text, and for the marks we draw in the colour too.
"""

from msgspec import Struct

_TEXT = 4.5
_PAPER_LIGHT = "#ffffff"
_PAPER_DARK = "#20232b"
_STEP = 0.04
DEFAULT = "#a8304a"


class Brand(Struct, frozen=True, rename={"ink_dark": "ink-dark"}):
    """fill: the colour as a surface; on: text on it; ink: the colour as text, on light and dark."""

    fill: str
    on: str
    ink: str
    ink_dark: str


def brand(color: str) -> Brand:
    """Return the colours made of a company's one (`#rrggbb`; anything else is our own)."""
    given = _channels(color) or _channels(DEFAULT) or (0, 0, 0)
    white, black = _contrast(given, (255, 255, 255)), _contrast(given, (17, 17, 17))
    # White is what people expect; black only where it reads much better.
    on = (255, 255, 255) if white >= _TEXT or white >= black else (17, 17, 17)
    fill = _until(given, on, towards=0 if on == (255, 255, 255) else 255)
    return Brand(
        fill=_text(fill),
        on=_text(on),
        ink=_text(_until(given, _channels(_PAPER_LIGHT) or given, towards=0)),
        ink_dark=_text(_until(given, _channels(_PAPER_DARK) or given, towards=255)),
    )


def contrast(one: str, other: str) -> float:
    """Return the ratio between two colours, 1 to 21."""
    first, second = _channels(one), _channels(other)
    return _contrast(first, second) if first and second else 1.0


_Rgb = tuple[int, int, int]


def _until(color: _Rgb, against: _Rgb, *, towards: int) -> _Rgb:
    """Move the colour towards black or white until it can be read against the other."""
    share = 0.0
    found = color
    while _contrast(found, against) < _TEXT and share < 1:
        share += _STEP
        red, green, blue = (round(each + (towards - each) * share) for each in color)
        found = (red, green, blue)
    return found


def _contrast(one: _Rgb, other: _Rgb) -> float:
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: _Rgb) -> float:
    red, green, blue = (_linear(each / 255) for each in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - of the standard


def _channels(text: str) -> _Rgb | None:
    if len(text) != len("#rrggbb") or not text.startswith("#"):
        return None
    try:
        return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
    except ValueError:
        return None


def _text(color: _Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
