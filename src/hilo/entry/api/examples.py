"""Examples for the description, drawn from the schemas: of the right shape, and readable."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
_ID = "0190b4c2-a7f0-7c3e-8f00-5d1c5a4e9b21"
_BY_FORMAT = {
    "uuid": _ID,
    "date-time": "2026-11-22T15:04:05Z",
    "date": "2026-11-22",
    "email": "carol@example.test",
    "uri": "https://example.test/",
}
# What reads better than the name of its type.
_BY_NAME: Mapping[str, object] = {
    "email": "carol@example.test",
    "password": "correct horse battery staple",
    "name": "Carol",
    "scopes": ["*"],
    "token": "hilo_3q2-7w",
    "text": "Good morning",
    "channel": "api",
    "next_cursor": "WyIyMDI2LTExLTIyIl0",
}
_MOST_DEPTH = 6


def example_of(schema: Json, schemas: Mapping[str, Json], name: str = "", depth: int = 0) -> Any:
    """Return a value the schema admits. name: of the property it stands under."""
    if "$ref" in schema:
        found = schemas[schema["$ref"].rpartition("/")[2]]
        return example_of(found, schemas, name, depth + 1)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        kinds = [each for each in schema["anyOf"] if each.get("type") != "null"]
        return None if depth > _MOST_DEPTH else example_of(kinds[0], schemas, name, depth)
    return _of_type(schema, schemas, name, depth)


def _of_type(schema: Json, schemas: Mapping[str, Json], name: str, depth: int) -> Any:
    match schema.get("type"):
        case "string":
            return _text(schema, name)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "array":
            return _list(schema, schemas, name, depth)
        case "object":
            return {
                key: example_of(each, schemas, key, depth + 1)
                for key, each in schema.get("properties", {}).items()
            }
        case _:
            return {}


def _list(schema: Json, schemas: Mapping[str, Json], name: str, depth: int) -> list[Any]:
    if isinstance(_BY_NAME.get(name), list):
        return [*_BY_NAME[name]]  # type: ignore[misc]
    items = schema.get("items", {})
    return [] if depth > _MOST_DEPTH else [example_of(items, schemas, name, depth + 1)]


def _text(schema: Json, name: str) -> str:
    found = _BY_FORMAT.get(schema.get("format", ""))
    if found is not None:
        return found
    named = _BY_NAME.get(name)
    return named if isinstance(named, str) else name or "text"
