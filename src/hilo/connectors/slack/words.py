"""Texts and emoji as this vendor writes them, and back."""

import html
import re

from hilo.kit.errors import Rejected

_REFERENCE = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
# Those that people use for answers; any other comes as its name between colons.
_EMOJI = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "heart": "❤️", "joy": "😂",
    "tada": "🎉", "eyes": "👀", "white_check_mark": "✅", "pray": "🙏", "clap": "👏", "fire": "🔥",
    "open_mouth": "😮", "cry": "😢", "smile": "😄", "rage": "😡", "100": "💯", "ok_hand": "👌",
    "raised_hands": "🙌", "x": "❌", "wave": "👋", "thinking_face": "🤔", "rocket": "🚀",
}  # fmt: skip
_NAMES = {emoji.removesuffix("\ufe0f"): name for name, emoji in reversed(_EMOJI.items())}
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")


def plain(text: str) -> str:
    """Return the text as people read it: references named, signs unmasked."""
    return html.unescape(_REFERENCE.sub(_named, text))


def masked(text: str) -> str:
    """Return a text that means itself there."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def emoji(name: str) -> str:
    """Return the sign a name stands for, else the name between colons."""
    bare = name.partition("::")[0]
    return _EMOJI.get(bare, f":{bare}:")


def name_of(sign: str) -> str:
    """Return the name of a sign. Raises Rejected for those without one here."""
    found = _NAMES.get(_SKIN.sub("", sign)) or sign.strip(":") * sign.startswith(":")
    if not found:
        raise Rejected("this reaction has no name with this vendor", reason="content")
    return found


def _named(match: re.Match[str]) -> str:
    target, label = match[1], match[2] or ""
    if target.startswith(("@", "#")):
        return f"{target[0]}{label.lstrip('@#') or target[1:]}"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    bare = target.removeprefix("mailto:").removeprefix("tel:")
    return f"{label} ({bare})" if label and label not in {target, bare} else bare
