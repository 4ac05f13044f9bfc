"""HTML that agents write: cleaned before it is stored, and text where a channel takes no HTML.

A picture in it is one of the message's own files, named by its id: `<img src="cid:{file id}">`.
"""

import re
from html import unescape
from uuid import UUID

import nh3

_TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "hr", "i", "li",
    "img", "ol", "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr",
    "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_SCHEMES = {"cid", "http", "https", "mailto", "tel"}
_OWN = "cid:"
_BARE_PICTURE = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-3]|/tr|/blockquote|/pre|hr)\b[^>]*>", re.IGNORECASE)
_BULLET = re.compile(r"<li\b[^>]*>", re.IGNORECASE)
_MANY_LINES = re.compile(r"\n{3,}")


def sanitised(html: str) -> str:
    """Return the HTML with nothing that acts: known tags, links of known schemes, no style.

    Pictures from elsewhere are left out: they would tell their server who read the mail.
    """
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_only_own_pictures,
        url_schemes=_SCHEMES,
    )
    return _BARE_PICTURE.sub("", clean)


def shows(html: str | None, file_id: UUID) -> bool:
    """Say whether a file stands in the text as a picture."""
    return html is not None and f'src="{_OWN}{file_id}"' in html


def _only_own_pictures(tag: str, attribute: str, value: str) -> str | None:
    is_own = value.startswith(_OWN)
    return value if is_own == ((tag, attribute) == ("img", "src")) else None


def as_text(html: str) -> str:
    """Return what a person reads in it, one line per block."""
    marked = _BULLET.sub("• ", _BREAK.sub("\n", html))
    bare = unescape(nh3.clean(marked, tags=set()))
    lines = (line.strip() for line in bare.replace("\r", "").split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()
