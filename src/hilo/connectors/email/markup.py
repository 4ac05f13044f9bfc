"""HTML of a mail as text, and its quotes cut off. Works on cleaned HTML only."""

import re
from collections import Counter
from html import unescape
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from hilo.connectors.email import marks
from hilo.connectors.email.lines import opens_quote

# Tags of cleaned HTML: values are in double quotes and hold no `>`.
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>")
# \x03 is the edge of a block: a line end, unless one is there already.
_EDGES: Final = ("div", "tr", "dd", "dt", "section", "article", "header", "footer")
_PARAGRAPHS: Final = ("p", "ul", "ol", "dl", "table", "hr", "h1", "h2", "h3", "h4", "h5", "h6")
_OPENS: Final = {
    **dict.fromkeys(_EDGES, "\x03"),
    **dict.fromkeys(_PARAGRAPHS, "\n\n"),
    "br": "\n",
    "li": "\x03- ",
}
_CLOSES: Final = {**_OPENS, "li": "", "td": " ", "th": " "}
_HREF: Final = re.compile(r' href="(https?://[^"]{1,2000})"')
_SPACES: Final = re.compile(r"[ \t\r\n\f\u00a0]+")
_BLANKS: Final = re.compile(r"\n(?:[ \t]*\n){2,}")
_WORDS: Final = re.compile(r"\w+")
_TELLING_CHARS: Final = 60
_LEAST_TELLING: Final = 16
_MOST_SEARCHED: Final = 200_000
_MOST_CHARACTERS: Final = 2_000_000


class Cut:
    """HTML in two. new: shown; folded: what it repeats, empty when nothing was found."""

    __slots__ = ("folded", "new")

    def __init__(self, new: str, folded: str = "") -> None:
        """Keep both halves."""
        self.new = new
        self.folded = folded


def text_of(html: str) -> str:
    """Return cleaned HTML as plain text: lines, lists, quotes with `>`, links with address."""
    out: list[str] = []
    depth, plain, last = 0, 0, 0
    link, opened = "", -1
    html = html[:_MOST_CHARACTERS]
    for match in _TAG.finditer(html):
        closing, tag = match[1], match[2].lower()
        _add(out, html[last : match.start()], preformatted=plain > 0)
        last = match.end()
        if tag == "blockquote":
            out.append("\n\n")
            depth = max(0, depth + (-1 if closing else 1))
            out.append(f"\x01{depth}\x01")
        elif tag == "a":
            if closing:
                _close_link(out, opened, link)
                link, opened = "", -1
            else:
                found = _HREF.search(match[3])
                link, opened = unescape(found[1]) if found else "", len(out)
        elif tag == "pre":
            plain = max(0, plain + (-1 if closing else 1))
            out.append("\n")
        else:
            out.append((_CLOSES if closing else _OPENS).get(tag, ""))
    _add(out, html[last:], preformatted=False)
    return _quoted(_joined(out))


def _add(out: list[str], text: str, *, preformatted: bool) -> None:
    if text:
        plain = unescape(text) if "&" in text else text
        out.append(plain if preformatted else _SPACES.sub(" ", plain))


def _close_link(out: list[str], opened: int, link: str) -> None:
    # The address follows the words it hides behind.
    if not link or opened < 0:
        return
    shown = "".join(out[opened:]).strip()
    bare = link.removeprefix("https://").removeprefix("http://").rstrip("/")
    if shown and bare not in shown and shown.rstrip("/") not in link:
        out.append(f" <{link}>")


def _joined(out: list[str]) -> str:
    text = re.sub(r"[ \t]*([\n\x03])[ \t]?", r"\1", "".join(out))
    text = re.sub(r"\x03+", "\x03", text).replace("\n\x03", "\n").replace("\x03", "\n")
    return _BLANKS.sub("\n\n", text).strip()


def _quoted(text: str) -> str:
    if "\x01" not in text:
        return text
    depth = 0
    lines: list[str] = []
    for line in text.split("\n"):
        found = re.findall(r"\x01(\d+)\x01", line)
        bare = re.sub(r"\x01\d+\x01", "", line).strip() if found else line
        if found:
            depth = int(found[-1])
        lines.append(f"{'>' * depth} {bare}".rstrip() if depth and (bare or lines) else bare)
    marked = re.sub(r"\n>+(?=\n(?!>)|\Z)", "", "\n".join(lines))
    return _BLANKS.sub("\n\n", marked).strip()


def cut(html: str) -> Cut:
    """Return cleaned HTML without the quotes and signatures mail programs mark."""
    if not any(hint in html for hint in marks.HINTS):
        return Cut(html)
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return Cut(html)
    found = _found(body)
    if not found:
        return Cut(html)
    folded = "".join(_remove(node, takes_rest=takes_rest) for node, takes_rest in found)
    new = (body.inner_html or "").strip()
    if not _shows(new):
        return Cut(html)
    return Cut(new, folded)


def cut_at(html: str, folded: str, new: str) -> Cut:
    """Return cleaned HTML cut where the folded text of the plain part begins, if that is certain.

    For programs that mark nothing: the element that begins with the first folded words goes, with
    all that follows, provided every new word stays.
    """
    lines = (" ".join(_WORDS.findall(line)) for line in folded[:400].split("\n"))
    words = next((line for line in lines if len(line) >= _LEAST_TELLING), "")[:_TELLING_CHARS]
    body = LexborHTMLParser(html).body if words else None
    if body is None or len(html) > _MOST_SEARCHED:
        return Cut(html)
    node = _beginning_with(body, words)
    if node is None:
        return Cut(html)
    rest = _remove(node, takes_rest=True)
    left = (body.inner_html or "").strip()
    lost = Counter(_WORDS.findall(new)) - Counter(_WORDS.findall(text_of(left)))
    return Cut(html) if lost or not _shows(left) else Cut(left, rest)


def _beginning_with(body: LexborNode, words: str) -> LexborNode | None:
    # The smallest element, first in order, whose text begins with these words.
    found: LexborNode | None = None
    waiting = _children(body)[::-1]
    while waiting:
        node = waiting.pop()
        if " ".join(_WORDS.findall(node.text(deep=True)[:1_000])).startswith(words):
            found = node
            waiting = _children(node)[::-1]
        elif found is None:
            waiting.extend(_children(node)[::-1])
    return found


def _shows(html: str) -> bool:
    return "<img" in html or bool(text_of(html).strip())


def _found(body: LexborNode) -> list[tuple[LexborNode, bool]]:
    # (element, whether all that follows goes with it), outermost first, in order.
    found: list[tuple[LexborNode, bool]] = []
    signatures: list[tuple[LexborNode, bool]] = []
    waiting = list(_children(body))[::-1]
    while waiting:
        node = waiting.pop()
        names = set((node.attributes.get("class") or "").split())
        id_ = node.attributes.get("id") or ""
        if _breaks(node, names, id_):
            found.append((node, True))
            break
        if names & marks.SIGNATURE_CLASSES or id_ in marks.SIGNATURE_IDS:
            signatures.append((node, False))
        elif _quotes(node, names, id_):
            if _answered_inside(node, names):
                return []  # answers between quotes: the quotes are needed to understand them
            found.append((node, False))
        elif names & marks.INTRO_CLASSES:
            found.append((node, False))
        else:
            waiting.extend(list(_children(node))[::-1])
    return found + signatures


def _children(node: LexborNode) -> list[LexborNode]:
    found, child = [], node.child
    while child is not None:
        if child.tag not in {"-text", "-comment"}:
            found.append(child)
        child = child.next
    return found


def _breaks(node: LexborNode, names: set[str], id_: str) -> bool:
    if id_ in marks.BREAK_IDS or names & marks.BREAK_CLASSES:
        return True
    style = node.attributes.get("style") or ""
    return "border-top:" in style and opens_quote(node.text()[:300].strip())


def _quotes(node: LexborNode, names: set[str], id_: str) -> bool:
    if names & marks.QUOTE_CLASSES or id_ in marks.QUOTE_IDS:
        return True
    if node.tag != "blockquote":
        return False
    return node.attributes.get("type") == "cite" or opens_quote(_text_before(node))


def _text_before(node: LexborNode) -> str:
    before = node.prev
    while before is not None:
        text = before.text().strip()
        if text:
            return text[-300:]
        before = before.prev
    return ""


def _answered_inside(node: LexborNode, names: set[str]) -> bool:
    # What is left of a quote's container without introduction and quotes was written by hand.
    if node.tag == "blockquote" or not names & {"gmail_quote", "gmail_extra"}:
        return False
    own: list[str] = []
    quotes = 0
    child = node.child
    while child is not None:
        classes = (
            set((child.attributes.get("class") or "").split())
            if not (child.tag or "-").startswith("-")
            else set()
        )
        if child.tag == "blockquote":
            quotes += 1
        elif not classes & marks.INTRO_CLASSES:
            own.append(child.text(deep=True))
        child = child.next
    text = "".join(own).strip()
    return bool(text) and quotes > 0 and not opens_quote(text[:300])


def _remove(node: LexborNode, *, takes_rest: bool) -> str:
    parts: list[str] = []
    if takes_rest:
        climb: LexborNode | None = node
        while climb is not None and climb.tag != "body":
            while (after := climb.next) is not None:
                parts.append(after.html or "")
                after.decompose()
            climb = climb.parent
    html = node.html or ""
    node.replace_with("\n")  # words on its two sides do not grow together
    return html + "".join(parts)
