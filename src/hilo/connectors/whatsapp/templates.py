"""Templates: what the vendor has, read page by page; and one of them, filled in.

A variable is called as the template calls it: `1` or a name in the body, `header.1` in the heading,
`button.0` for the end of the first button's address, `coupon.0` for the code that it copies.
"""

import re
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from hilo.connectors.whatsapp.notices import STATES
from hilo.connectors.whatsapp.ways import DIALOG, Way
from hilo.kit.errors import Rejected
from hilo.sdk.abilities import TemplateSeen
from hilo.sdk.content import Template
from hilo.sdk.outbound import Call, Reply

Body = dict[str, Any]
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_HEADER, _BUTTON, _COUPON = "header.", "button.", "coupon."
_APART = (_HEADER, _BUTTON, _COUPON)
_FORMATS = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document", "LOCATION": "location"}
_FIELDS = "name,language,status,category,components,rejected_reason"
_PAGES = 100
# What the vendor refuses in a variable, with a code that tells nobody where.
_BROKEN = re.compile(r"[\n\t\r]| {5,}")


def seen(way: Way) -> Generator[Call, Reply, Sequence[TemplateSeen]]:
    """Return all templates of the account. Raises what the first page that fails means."""
    found: list[TemplateSeen] = []
    after = ""
    for _ in range(_PAGES):
        query = {"limit": "100"} | ({"after": after} if after else {})
        if way.by == DIALOG:
            query = {"limit": "100", "offset": str(len(found))}
            answered = yield from way.graph.ask(way.graph.get("v1/configs/templates", **query))
            rows = answered.get("waba_templates")
            after = "more" if rows and len(rows) >= 100 else ""  # noqa: PLR2004 - a whole page
        else:
            path = f"{way.business}/message_templates"
            answered = yield from way.graph.ask(way.graph.get(path, fields=_FIELDS, **query))
            rows = answered.get("data")
            after = _after(answered)
        found += [one for each in rows or () if (one := _one(each)) is not None]
        if not after:
            break
    return found


def body(template: Template, kind: str, stored: Mapping[str, str]) -> Body:
    """Return the message's body. kind, stored: of the heading's file.

    Raises: Rejected naming a variable that is empty, or that breaks its line.
    """
    for name, value in template.variables.items():
        if not value.strip():
            raise Rejected(f"variable {name} is empty", reason="template")
        if _BROKEN.search(value):
            raise Rejected(
                f"variable {name} has a line break, a tab or many spaces",
                reason="template",
            )
    components = [*_header(template, kind, stored), *_body(template), *_buttons(template)]
    filled: Body = {
        "name": template.name,
        "language": {"policy": "deterministic", "code": template.language},
    }
    if components:
        filled["components"] = components
    return {"type": "template", "template": filled}


def _header(template: Template, kind: str, stored: Mapping[str, str]) -> list[Body]:
    if kind:
        parameter = {"type": kind, kind: dict(stored)}
        return [{"type": "header", "parameters": [parameter]}]
    texts = _parameters(_those(template, _HEADER))
    return [{"type": "header", "parameters": texts}] if texts else []


def _body(template: Template) -> list[Body]:
    own = {name: value for name, value in template.variables.items() if not name.startswith(_APART)}
    texts = _parameters(own)
    return [{"type": "body", "parameters": texts}] if texts else []


def _buttons(template: Template) -> list[Body]:
    links = {index: ("url", "text", value) for index, value in _those(template, _BUTTON).items()}
    codes = {
        index: ("copy_code", "coupon_code", value)
        for index, value in _those(template, _COUPON).items()
    }
    return [
        {"type": "button", "sub_type": does, "index": index, "parameters": [{"type": n, n: value}]}
        for index, (does, n, value) in sorted((links | codes).items())
    ]


def _those(template: Template, prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): value
        for name, value in template.variables.items()
        if name.startswith(prefix)
    }


def _parameters(values: Mapping[str, str]) -> list[Body]:
    """Return parameters by position where all are numbered, else by name."""
    if all(name.isdecimal() for name in values):
        ordered = sorted(values.items(), key=lambda each: int(each[0]))
        return [{"type": "text", "text": value} for _, value in ordered]
    return [
        {"type": "text", "parameter_name": name, "text": value} for name, value in values.items()
    ]


def _after(answered: Body) -> str:
    match answered:
        case {"paging": {"next": str(), "cursors": {"after": str(after)}}}:
            return after
        case _:
            return ""


def _one(row: object) -> TemplateSeen | None:
    match row:
        case {"name": str(name), "language": str(language), "status": str(status)}:
            pass
        case _:
            return None
    assert isinstance(row, dict)  # noqa: S101 - matched above
    parts = [each for each in row.get("components") or () if isinstance(each, dict)]
    by_type = {str(each.get("type", "")).upper(): each for each in parts}
    header, text = by_type.get("HEADER", {}), str(by_type.get("BODY", {}).get("text") or "")
    buttons = [
        each for each in by_type.get("BUTTONS", {}).get("buttons") or () if isinstance(each, dict)
    ]
    header_text = str(header.get("text") or "")
    form = str(header.get("format") or "").upper()
    variables = [f"{_HEADER}{each}" for each in _VARIABLE.findall(header_text)]
    variables += dict.fromkeys(_VARIABLE.findall(text))
    variables += [
        f"{_BUTTON}{n}" for n, each in enumerate(buttons) if _VARIABLE.search(str(each.get("url")))
    ]
    variables += [
        f"{_COUPON}{n}"
        for n, each in enumerate(buttons)
        if str(each.get("type", "")).upper() == "COPY_CODE"
    ]
    reason = str(row.get("rejected_reason") or "")
    return TemplateSeen(
        name=name,
        language=language,
        status=STATES.get(status.upper(), "pending"),
        category=str(row.get("category") or "").lower(),
        body=text,
        footer=str(by_type.get("FOOTER", {}).get("text") or ""),
        header=_FORMATS.get(form, "text" if header_text else ""),  # type: ignore[arg-type]
        header_text=header_text,
        buttons=[str(each.get("text") or "") for each in buttons],
        variables=variables,
        example=_examples(by_type.get("BODY", {}), variables),
        reason="" if reason == "NONE" else reason,
    )


def _examples(part: Mapping[str, Any], variables: Sequence[str]) -> dict[str, str]:
    """Return the examples the vendor was given, by variable."""
    match part.get("example"):
        case {"body_text": [[*values], *_]}:
            own = [each for each in variables if not each.startswith(_APART)]
            return dict(zip(own, map(str, values), strict=False))
        case {"body_text_named_params": [*pairs]}:
            return {
                str(each.get("param_name")): str(each.get("example"))
                for each in pairs
                if isinstance(each, dict)
            }
        case _:
            return {}
