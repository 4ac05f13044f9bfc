"""Finds the connectors: each folder of `hilo.connectors` with a manifest. Nobody else does.

A folder exports `CONNECTOR`. One without a way to verify what arrives, or whose manifest names
another folder, does not load, and Hilo does not start with it.
"""

from collections.abc import Mapping
from importlib import import_module, resources
from importlib.resources.abc import Traversable

import msgspec
from msgspec import Struct

from hilo.kit.errors import Bug
from hilo.kit.messages import LOCALES
from hilo.sdk.channel import ChannelConnector

_PACKAGE = "hilo.connectors"
_DUTIES = ("verify", "parse", "send", "mint")


class Listed(Struct, frozen=True):
    """A connector with its picture and its own texts: by locale, then by key."""

    connector: ChannelConnector
    icon_svg: str
    texts: Mapping[str, Mapping[str, str]]


def load() -> dict[str, Listed]:
    """Return every connector by the id of its channel, in alphabetical order."""
    found = {}
    for folder in sorted(resources.files(_PACKAGE).iterdir(), key=lambda each: each.name):
        if folder.is_dir() and folder.joinpath("manifest.toml").is_file():
            found[folder.name] = _one(folder)
    return found


def connectors() -> dict[str, ChannelConnector]:
    """Return the connectors alone, by the id of their channel."""
    return {channel: listed.connector for channel, listed in load().items()}


def _one(folder: Traversable) -> Listed:
    connector = getattr(import_module(f"{_PACKAGE}.{folder.name}"), "CONNECTOR", None)
    for duty in _DUTIES:
        if not callable(getattr(connector, duty, None)):
            raise Bug(f"connector {folder.name} has no {duty} and does not load")
    if not isinstance(connector, ChannelConnector) or connector.manifest.id != folder.name:
        raise Bug(f"connector {folder.name}: its manifest names another folder")
    icon = folder.joinpath(connector.manifest.icon)
    drawn = icon.read_text(encoding="utf-8") if icon.is_file() else ""
    return Listed(connector, drawn, _texts(folder))


def _texts(folder: Traversable) -> Mapping[str, Mapping[str, str]]:
    """Read `messages/<locale>.json`: how the channel and its settings are called."""
    found = {}
    for locale in LOCALES:
        file = folder.joinpath("messages", f"{locale}.json")
        if file.is_file():
            found[locale] = msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    return found
