"""HTML that agents write: cleaned before it is stored, and text where a channel takes no HTML."""

import re
from html import unescape

import nh3

_TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "hr", "i", "li",
    "ol", "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-3]|/tr|/blockquote|/pre|hr)\b[^>]*>", re.IGNORECASE)
_BULLET = re.compile(r"<li\b[^>]*>", re.IGNORECASE)
_MANY_LINES = re.compile(r"\n{3,}")


def sanitised(html: str) -> str:
    """Return the HTML with nothing that acts: known tags, links of known schemes, no style."""
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES)


def as_text(html: str) -> str:
    """Return what a person reads in it, one line per block."""
    marked = _BULLET.sub("• ", _BREAK.sub("\n", html))
    bare = unescape(nh3.clean(marked, tags=set()))
    lines = (line.strip() for line in bare.replace("\r", "").split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()
