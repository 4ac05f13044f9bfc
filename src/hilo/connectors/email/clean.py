"""HTML of a mail made safe: an allow-list, checked styles, no remote images until somebody asks.

The result is shown in a sandboxed frame besides; neither wall trusts the other. Classes and ids
that mark quotes survive, because `markup` reads them; nothing else of the sender's naming does.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

import nh3

from hilo.connectors.email import marks

_FORMAT: Final = (
    "a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn "
    "div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main "
    "mark ol p pre q s samp section small span strike strong sub sup table tbody td tfoot th thead "
    "tr tt u ul var article aside details summary time wbr"
)
_TAGS: Final = frozenset(_FORMAT.split())
_GONE: Final = frozenset(
    [
        "script",
        "style",
        "title",
        "head",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "applet",
        "svg",
        "math",
        "canvas",
        "video",
        "audio",
        "textarea",
        "select",
        "option",
        "button",
        "input",
        "xml",
        "frameset",
        "noframes",
    ]
)
_CELL: Final = {"align", "valign", "bgcolor", "width", "height", "colspan", "rowspan", "nowrap"}
_ATTRIBUTES: Final = {
    "*": {"style", "dir", "lang", "title"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height", "align", "border"},
    "table": {"align", "bgcolor", "border", "cellpadding", "cellspacing", "width", "height"},
    "tr": {"align", "valign", "bgcolor", "height"},
    "td": _CELL,
    "th": _CELL,
    "col": {"width", "span", "align"},
    "font": {"color", "face", "size"},
    "div": {"align"},
    "p": {"align"},
    "h1": {"align"},
    "h2": {"align"},
    "h3": {"align"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "hr": {"width", "size", "color", "align", "noshade"},
    "time": {"datetime"},
    "blockquote": {"cite"},
}
# Nothing that loads, leaves its place, covers something or hides text.
_STYLES: Final = frozenset(
    [
        "color",
        "background-color",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "line-height",
        "text-align",
        "text-decoration",
        "text-indent",
        "text-transform",
        "vertical-align",
        "white-space",
        "letter-spacing",
        "word-spacing",
        "word-break",
        "overflow-wrap",
        "direction",
        "margin",
        "margin-top",
        "margin-right",
        "margin-bottom",
        "margin-left",
        "padding",
        "padding-top",
        "padding-right",
        "padding-bottom",
        "padding-left",
        "border",
        "border-top",
        "border-right",
        "border-bottom",
        "border-left",
        "border-color",
        "border-style",
        "border-width",
        "border-radius",
        "border-collapse",
        "border-spacing",
        "width",
        "max-width",
        "min-width",
        "height",
        "max-height",
        "list-style-type",
        "table-layout",
    ]
)
_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel", "sms", "cid", "data"})


def _relative(url: str) -> str | None:
    return f"https:{url}" if url.startswith("//") else None


_CLEANER: Final = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags=set(_GONE),
    attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
    allowed_classes={tag: set(marks.CLASSES) for tag in marks.TAGS},
    tag_attribute_values={
        **{tag: {"id": set(marks.IDS)} for tag in marks.TAGS},
        "blockquote": {"id": set(marks.IDS), "type": {"cite"}},
    },
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer nofollow",
    url_schemes=set(_SCHEMES),
    url_relative=_relative,
    filter_style_properties=set(_STYLES),
    strip_comments=True,
)
# The cleaner writes well-formed HTML: double quotes, `>` in values escaped.
_IMAGE: Final = re.compile(r"<img\b([^>]*)>")
_SOURCE: Final = re.compile(r' src="([^"]*)"')
_SAFE_DATA: Final = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]+\Z")
_DATA_LINK: Final = re.compile(r' (?:href|cite)="(?:data|cid):[^"]*"', re.IGNORECASE)
_LOADING_STYLE: Final = re.compile(
    r' style="[^"]*(?:url\s*\(|expression|image-set|\\|@import|javascript)[^"]*"', re.IGNORECASE
)
_TINY: Final = re.compile(r'(?:width|height)="[01](?:px)?"|(?:width|height):\s*[01](?:px)?\b')
_GIVEN_SOURCE: Final = re.compile(
    r"""(<img\b[^<>]{0,2000}?\bsrc\s*=\s*)(["']?)([^"'\s<>]{1,500})\2""", re.IGNORECASE
)


def clean(html: str, locations: Mapping[str, str] | None = None) -> str:
    """Return the safe HTML of an untrusted one.

    Images of the mail have `src="cid:…"`; a remote one has its address in `data-remote-src` and no
    `src`. locations: Content-Location to content id, for the mails that name images that way.
    """
    if locations:
        html = _GIVEN_SOURCE.sub(lambda m: _located(m, locations), html)
    safe: str = _CLEANER.clean(html)
    if " style=" in safe:
        safe = _LOADING_STYLE.sub("", safe)
    if "data:" in safe or "cid:" in safe:
        safe = _DATA_LINK.sub("", safe)
    if "<img" in safe:
        safe = _IMAGE.sub(_image, safe)
    return safe.strip()


def _located(match: re.Match[str], locations: Mapping[str, str]) -> str:
    content_id = locations.get(match[3]) or locations.get(match[3].rpartition("/")[2])
    return f'{match[1]}"cid:{content_id}"' if content_id else match[0]


def _image(match: re.Match[str]) -> str:
    attributes = match[1]
    found = _SOURCE.search(attributes)
    if found is None:
        return f"<img{attributes}>"
    rest = attributes[: found.start()] + attributes[found.end() :]
    source = found[1]
    if source.lower().startswith("cid:"):
        return f'<img src="cid:{normal_id(source[4:])}"{rest}>'
    if _SAFE_DATA.match(source):
        return f'<img src="{source}"{rest}>'
    if not source.lower().startswith(("http:", "https:")):
        return f"<img{rest}>"
    if _TINY.search(rest):
        return ""  # nobody ever wants a counting pixel
    return f'<img data-remote-src="{source}"{rest}>'


def normal_id(content_id: str) -> str:
    """Return a content id as both the part and the image write it: decoded, no brackets."""
    bare = unquote(content_id.replace("&amp;", "&")).strip("<> \t")
    return re.sub(r"[\"'<>&\s]", "", bare)[:200]
