"""The one catalogue of texts for people, read for mail and push. The clients read the same files.

A text holds `{name}` places. A plural is `{"one": …, "other": …}`, chosen by the parameter `count`.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from hilo.kit.errors import Bug

LOCALES = ("en", "es", "pt")
Text = str | dict[str, str]
_PLACE = re.compile(r"\{(\w+)\}")
# Plural rules of the three languages (Unicode CLDR): Portuguese counts 0 as one, too.
_ONE: Mapping[str, tuple[int, ...]] = {"en": (1,), "es": (1,), "pt": (0, 1)}


class Catalogue:
    """The texts of all languages. What a language lacks is said in English."""

    def __init__(self, texts: Mapping[str, Mapping[str, Text]]) -> None:
        """texts: by locale, by key."""
        self._texts = texts

    def t(self, locale: str, key: str, **params: object) -> str:
        """Return the text. Raises Bug for a key that is in no catalogue."""
        spoken = locale if key in self._texts.get(locale, {}) else "en"
        text = self._texts[spoken].get(key)
        if text is None:
            raise Bug(f"no text for {key}")
        if not isinstance(text, str):
            form = "one" if params.get("count") in _ONE[spoken] else "other"
            text = text.get(form, text["other"])
        return _PLACE.sub(lambda match: str(params.get(match[1], match[0])), text)


def load(folder: Path) -> Catalogue:
    """Read `<locale>.json` of every locale."""
    return Catalogue(
        {
            locale: msgspec.json.decode(
                (folder / f"{locale}.json").read_bytes(), type=dict[str, Text]
            )
            for locale in LOCALES
        }
    )


def find() -> Path:
    """Return the catalogue's folder: inside the installed package, else in the checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "messages", package.parents[1] / "clients" / "shared" / "messages"):
        if (folder / "en.json").exists():
            return folder
    raise Bug("the message catalogue is not here; was the package built without it?")
