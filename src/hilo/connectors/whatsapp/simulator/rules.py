"""What the simulated vendor refuses, at once or some moments later, and in which words."""

import re
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from hilo.connectors._graph.sketch import refused
from hilo.connectors.whatsapp.simulator import samples
from hilo.sdk.phones import Line
from hilo.sdk.simulator import Response

WINDOW = timedelta(hours=24)
TEXT, CAPTION, BODY, LIST_BODY = 4096, 1024, 1024, 4096
_KINDS = {
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "template",
    "reaction",
}
_VARIABLE = re.compile(r"\{\{\s*\w+\s*\}\}")


class Late(Struct, frozen=True):
    """An error that comes by webhook, after the request was accepted."""

    code: int
    title: str
    details: str


NOBODY = Late(131026, "Message undeliverable", "Message undeliverable.")


def at_once(body: dict[str, Any]) -> Response | None:  # noqa: PLR0911 - one for each reason
    """Return the refusal of a request that is wrong in itself; None when it is right."""
    kind = body.get("type", "text")
    if body.get("messaging_product") != "whatsapp":
        return _wrong("The parameter messaging_product is required.")
    if not (body.get("to") or body.get("recipient")):
        return _wrong("The parameter to is required.")
    if kind not in _KINDS or not isinstance(body.get(kind), list if kind == "contacts" else dict):
        return _wrong(f"Unexpected key or missing object for type {kind}")
    said = body[kind]
    match kind:
        case "text" if not 1 <= len(str(said.get("body", ""))) <= TEXT:
            return _wrong("Param text['body'] must be at most 4096 characters long.")
        case "image" | "video" | "document" if len(str(said.get("caption", ""))) > CAPTION:
            return _wrong("Param caption must be at most 1024 characters long.")
        case "interactive":
            return _interactive(said)
        case "template":
            return _template(said)
        case _:
            return None


def later(body: dict[str, Any], line: Line | None, at: datetime) -> Late | None:
    """Return why an accepted message will not arrive; None when it will."""
    if line is None:
        return NOBODY
    kind = body.get("type")
    if kind == "template":
        found = samples.find(body["template"]["name"], body["template"]["language"]["code"])
        if line.is_blocked and found is not None and found["category"] == "MARKETING":
            details = "The recipient does not wish to receive marketing messages."
            return Late(131050, "Recipient opted out of marketing messages", details)
        return None
    if line.heard_at is None or at - line.heard_at > WINDOW:
        details = "Message failed to send because more than 24 hours have passed since the customer"
        return Late(131047, "Re-engagement message", f"{details} last replied to this number.")
    return None


def _interactive(said: dict[str, Any]) -> Response | None:  # noqa: PLR0911 - as above
    action = said.get("action") or {}
    text = str((said.get("body") or {}).get("text", ""))
    kind = said.get("type")
    most = LIST_BODY if kind == "list" else BODY
    if not 1 <= len(text) <= most:
        return _wrong(f"Body text length invalid. Min length: 1, Max length: {most}")
    if kind == "button":
        titles = [str(each["reply"]["title"]) for each in action.get("buttons", [])]
        if not 1 <= len(titles) <= 3 or len(set(titles)) < len(titles):  # noqa: PLR2004 - buttons
            return _wrong("Invalid buttons count or equal titles. Min 1, Max 3")
        if any(not 1 <= len(each) <= 20 for each in titles):  # noqa: PLR2004 - characters
            return _wrong("Button title length invalid. Min length: 1, Max length: 20")
    if kind == "list":
        rows = [row for each in action.get("sections", []) for row in each.get("rows", [])]
        if not 1 <= len(rows) <= 10:  # noqa: PLR2004 - rows
            return _wrong("Total row count exceed max allowed count: 10")
        if any(not 1 <= len(str(row.get("title", ""))) <= 24 for row in rows):  # noqa: PLR2004
            return _wrong("Row title is too long. Max length is 24")
        if not 1 <= len(str(action.get("button", ""))) <= 20:  # noqa: PLR2004 - characters
            return _wrong("Button label is too long. Max length is 20")
    return None


def _template(said: dict[str, Any]) -> Response | None:
    name, language = str(said.get("name")), str((said.get("language") or {}).get("code"))
    found = samples.find(name, language)
    if found is None:
        details = f"template name ({name}) does not exist in {language}"
        return refused(
            404, 132001, "Template name does not exist in the translation", None, details
        )
    if found["status"] == "PAUSED":
        return refused(400, 132015, "Template is Paused", None, f"template ({name}) is paused")
    if found["status"] != "APPROVED":
        return refused(404, 132001, "Template name does not exist in the translation")
    for part in found["components"]:
        wanted = len(_VARIABLE.findall(str(part.get("text", ""))))
        wanted += part.get("format") in {"IMAGE", "VIDEO", "DOCUMENT"}
        wanted *= part["type"] in {"HEADER", "BODY"}
        given = [
            each
            for each in said.get("components", [])
            if str(each.get("type", "")).upper() == part["type"]
        ]
        count = len(given[0].get("parameters", [])) if given else 0
        if count != wanted:
            what = f"{part['type'].lower()}: number of localizable_params ({count}) does not match"
            details = f"{what} the expected number of params ({wanted})"
            return refused(400, 132000, "Number of parameters does not match", None, details)
    return None


def _wrong(details: str) -> Response:
    return refused(400, 100, "Invalid parameter", None, details)
