"""How a reply becomes parts that its channel can carry. Pure: manifest and reply in, parts out.

Text is split whole: the parts together are the text. What a channel cannot show is said as text,
and the plan names what was lost.
"""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct

from hilo.domain.conversations import plainly
from hilo.kit.graphemes import graphemes
from hilo.sdk import measuring
from hilo.sdk.content import Carousel, Choices, Content, Template, Voice
from hilo.sdk.manifest import Feature, Manifest, Taps, Unit

Lost = Literal["html", "buttons", "list", "location", "people", "carousel", "voice", "files"]
_CAPTIONABLE = {"image", "video", "application", "text"}
_ENDS = ".!?…。！？"  # noqa: RUF001 - ends of sentences where these are written


class Attached(Struct, frozen=True):
    """A file of the reply. family: of its media type."""

    id: UUID
    family: str


class Draft(Struct, frozen=True, kw_only=True):
    """A reply before it is planned. links_files: they leave as links below the words."""

    text: str
    has_html: bool = False
    files: Sequence[Attached] = ()
    links_files: bool = False
    content: Content | None = None


class Slice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one vendor call carries."""

    text: str = ""
    files: Sequence[UUID] = ()
    content: Content | None = None


class Plan(Struct, frozen=True):
    """The parts in order; never none. lost: what the channel cannot show."""

    slices: Sequence[Slice]
    lost: Sequence[Lost] = ()


def plan(manifest: Manifest, draft: Draft) -> Plan:
    """Return how the reply leaves."""
    text, content, lost = _shown(manifest, draft)
    files = [each.id for each in draft.files]
    if manifest.has("whole") or isinstance(content, Template | Voice):
        return Plan([Slice(text=text, files=files, content=content)], lost)
    limits = manifest.limits
    caption = _caption(manifest, draft, text, content)
    if caption is not None:
        return Plan([Slice(text=text, files=[caption])], lost)
    slices = [Slice(text=each) for each in pieces(text, limits.text_chars, limits.text_unit)]
    slices = [each for each in slices if each.text.strip()]
    attached = [Slice(files=[each]) for each in files]
    if content is None:
        return Plan([*slices, *attached] or [Slice(text=text)], lost)
    if isinstance(content, Choices) and slices:
        # What is tapped stands below the last words.
        slices = [*slices[:-1], Slice(text=slices[-1].text, content=content)]
        return Plan([*attached, *slices], lost)
    return Plan([*slices, *attached, Slice(content=content)], lost)


def pieces(text: str, most: int, unit: Unit) -> list[str]:
    """Split a text into pieces of at most `most`; together they are the text.

    Cut between paragraphs, lines, sentences or words, in this order of liking, and inside of a sign
    only when it alone is too long.
    """
    if not text or measuring.length(text, unit) <= most:
        return [text] if text else []
    signs = _small(list(graphemes(text)), most, unit)
    found = []
    start = 0
    while start < len(signs):
        room = signs[start : start + most * _widest(unit)]
        count = max(1, measuring.fitting(room, most, unit))
        if start + count < len(signs):
            count = _border(room[:count])
        found.append("".join(room[:count]))
        start += count
    return found


def _widest(unit: Unit) -> int:
    """Return how many signs one unit may hold at most."""
    return 160 if unit == "gsm7_segments" else 1


def _small(signs: Sequence[str], most: int, unit: Unit) -> list[str]:
    """Return the signs, those that fit nowhere as their characters."""
    return [
        piece
        for sign in signs
        for piece in ([sign] if len(sign) == 1 or measuring.length(sign, unit) <= most else sign)
    ]


def _border(signs: Sequence[str]) -> int:
    """Return after how many signs to cut; a border in the first half would leave a stump."""
    half = len(signs) // 2
    last = {"paragraph": 0, "line": 0, "sentence": 0, "word": 0}
    for place in range(1, len(signs)):
        before, sign = signs[place - 1], signs[place]
        if sign == "\n":
            last["paragraph" if before == "\n" else "line"] = place + 1
        elif sign.isspace():
            last["sentence" if before[-1] in _ENDS else "word"] = place + 1
    for border in (last["paragraph"], last["line"], last["sentence"]):
        if border > half:
            return border
    return max(last.values()) or len(signs)


def _shown(manifest: Manifest, draft: Draft) -> tuple[str, Content | None, list[Lost]]:
    """Return text and content as the channel can show them, and what it cannot."""
    lost: list[Lost] = []
    if draft.has_html and not manifest.has("html"):
        lost.append("html")
    if draft.files and draft.links_files:
        lost.append("files")
    missing = None if draft.content is None else _missing(manifest, draft.content, draft.text)
    if missing is None:
        return draft.text, draft.content, lost
    said = plainly.said(draft.content)
    return "\n\n".join(each for each in (draft.text, said) if each), None, [*lost, missing]


def _missing(manifest: Manifest, content: Content, text: str) -> Lost | None:
    match content:
        case Choices():
            return None if _taps(manifest, content, text) else _look(content)
        case Template():
            return None
        case Carousel():
            return None if manifest.has("carousel") else "carousel"
        case Voice():
            return None if manifest.has("voice") else "voice"
        case _:
            kind: Feature = "location" if plainly.is_place(content) else "people"
            return None if manifest.has(kind) else kind  # type: ignore[return-value]


def _look(content: Choices) -> Lost:
    return content.look


def _taps(manifest: Manifest, content: Choices, text: str) -> bool:
    taps, unit = manifest.limits.taps, manifest.limits.text_unit
    look: Feature = content.look
    is_list = content.look == "list"
    titles = taps.row_text if is_list else taps.button_text
    if unit == "gsm7_segments":
        unit = "chars"
    return (
        manifest.has(look)
        and bool(text.strip())
        and len(content.choices) <= (taps.rows if is_list else taps.buttons)
        and measuring.length(text, unit) <= taps.text
        and _comes_back(taps, content)
        and _opens(taps, content, measuring.length(text, unit))
        and measuring.length(content.label, unit) <= taps.label
        and all(measuring.length(each.title, unit) <= titles for each in content.choices)
        and all(
            measuring.length(each.description, unit) <= taps.row_description
            for each in content.choices
        )
    )


def _comes_back(taps: Taps, content: Choices) -> bool:
    """Say whether each tap can be told apart by its id."""
    return not taps.id_bytes or all(
        len(each.id.encode()) <= taps.id_bytes for each in content.choices if not each.url
    )


def _opens(taps: Taps, content: Choices, length: int) -> bool:
    """Say whether the channel takes as many choices, where one of them opens a page."""
    if not any(each.url for each in content.choices):
        return True
    most = len(content.choices) if taps.links is None else taps.links
    return len(content.choices) <= most and length <= (taps.link_text or length)


def _caption(manifest: Manifest, draft: Draft, text: str, content: Content | None) -> UUID | None:
    """Return the one file that carries the text as its caption."""
    limits = manifest.limits
    if content is not None or not manifest.has("captions") or len(draft.files) != 1:
        return None
    (file,) = draft.files
    fits = measuring.length(text, limits.text_unit) <= limits.caption_chars
    return file.id if fits and file.family in _CAPTIONABLE else None
