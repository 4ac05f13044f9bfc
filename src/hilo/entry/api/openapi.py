"""Describes the API: OpenAPI 3.1, read off the routes and the types that serve them.

Schemas come from msgspec, which also decodes and encodes: by hand there is only the sense.
"""

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, get_args, get_origin

import msgspec
from litestar import Litestar, Response
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition
from msgspec import Struct

from hilo import __version__
from hilo.entry.api import including, outside, reading, repeats, sparse
from hilo.entry.api.examples import example_of
from hilo.entry.api.including import Included, Relations
from hilo.entry.api.problems import MEDIA_TYPE, Problem, title_of
from hilo.entry.api.rates import Cost, Rates, cost_of

Json = dict[str, Any]
_REF = "#/components/schemas/{name}"
_INTRO = """\
The HTTP API of Hilo. Everything the agents' screen can do, the API can do with the same rights.

Sign in with `POST /session` (a cookie, and `X-CSRF-Token` on every change) or send an API token as
`Authorization: Bearer hilo_…`. Lists answer `{items, next_cursor}`; a cursor is opaque. A POST or
PATCH with an `Idempotency-Key` is done once and answered again for a day. Errors are problems of
RFC 9457 with a stable `code`. The live stream is the WebSocket `/api/v1/socket?after=<cursor>`.
"""
_LIMITS: Mapping[Cost, int] = {
    "read": Rates().read,
    "search": Rates().search,
    "write": Rates().write,
}
_ANSWER_HEADERS = {
    "X-Request-Id": ("string", "Names this request in the logs."),
    "RateLimit-Limit": ("integer", "Requests of this kind a minute."),
    "RateLimit-Remaining": ("integer", "How many are left."),
    "RateLimit-Reset": ("integer", "Seconds until the whole is granted anew."),
}
PROBLEMS: Mapping[int, tuple[str, str]] = {
    400: ("malformed-json", "The body is not JSON, or the cursor is not one of ours."),
    401: ("unauthenticated", "Nobody is signed in, or the credentials are wrong."),
    403: ("forbidden", "A permission is missing (`params.permission`), or the CSRF token."),
    404: ("not-found", "There is no such object in this workspace."),
    409: ("conflict", "The state has moved on; `params` say how."),
    410: ("gone", "It was there and cannot come back."),
    412: ("version-mismatch", "It is no longer as it was read; `params.changed` names fields."),
    413: ("too-large", "The body is beyond the limit."),
    415: ("unsupported-media-type", "The body is not of the type the route takes."),
    422: (
        "validation",
        "A field or parameter is not valid; `errors` name it. Nothing was written.",
    ),
    429: ("rate-limited", "Too many requests; wait `Retry-After` seconds."),
}


_PROBLEM_CONTENT: Json = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}}
# Times are named so throughout (STYLE), and always RFC 3339.
_TIME = re.compile(r"(.*_)?(at|until|since)")


class Operation(Struct, frozen=True, kw_only=True):
    """One method of one path, as the routes have it."""

    method: str
    path: str
    handler: HTTPRouteHandler
    queries: Sequence[FieldDefinition]
    places: Sequence[str]

    @property
    def is_public(self) -> bool:
        """Say whether nobody need be signed in."""
        return bool(self.handler.opt.get("public", False))

    @property
    def body(self) -> object | None:
        """Return the type of the body, None where there is none."""
        data = self.handler.parsed_fn_signature.parameters.get("data")
        return self.handler.opt.get("body_type") if data is None else data.annotation

    @property
    def answer(self) -> object | None:
        """Return the type of the answer, None where it is empty."""
        found = self.handler.parsed_fn_signature.return_type.annotation
        if get_origin(found) is Response:
            (found,) = get_args(found)
        return None if found in (None, type(None)) else found


class Shapes:
    """The schemas of all types, made together so that their names do not clash."""

    def __init__(self, types: Sequence[object]) -> None:
        """types: of bodies and answers."""
        wanted = list(dict.fromkeys([Problem, Included, *types]))
        schemas, self.components = msgspec.json.schema_components(
            wanted, ref_template=_REF, schema_hook=_anything
        )
        for each in self.components.values():
            _mark_times(each.get("properties", {}))
        self._of = dict(zip(wanted, schemas, strict=True))

    def content(self, kind: object) -> Json:
        """Return a type as the content of a body or an answer."""
        schema = {**self._of[kind]}
        example = example_of(schema, self.components)
        return {"application/json": {"schema": schema, "example": example}}


def describe(app: Litestar, public_url: str, cookie: str) -> Json:
    """Return the whole document."""
    operations = sorted(operations_of(app), key=lambda each: (each.path, each.method))
    shapes = Shapes(
        [found for each in operations for found in (each.body, each.answer) if _described(found)]
    )
    paths: dict[str, Json] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hilo", "version": __version__, "description": _INTRO},
        "servers": [{"url": public_url}],
        "tags": [{"name": tag} for tag in dict.fromkeys([*map(_tag, operations), outside.TAG])],
        "paths": paths | outside.paths(),
        "components": {
            "schemas": shapes.components,
            "responses": {f"Problem{status}": _problem(status) for status in PROBLEMS}
            | {"Problem": {"description": "Any other problem.", "content": _PROBLEM_CONTENT}},
            "headers": {
                name: {"description": text, "schema": {"type": kind}}
                for name, (kind, text) in _ANSWER_HEADERS.items()
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": cookie},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
            },
        },
    }


def operations_of(app: Litestar) -> Iterator[Operation]:
    """Walk the operations of the framework's routes that are part of the description."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for method, (handler, kwargs_model) in route.route_handler_map.items():
            if method == "OPTIONS" or not handler.resolve_include_in_schema():
                continue
            names = sorted(each.field_name for each in kwargs_model.expected_query_params)
            parameters = handler.parsed_fn_signature.parameters
            yield Operation(
                method=method,
                path=route.path_format,
                handler=handler,
                queries=[parameters[name] for name in parameters if name in names],
                places=list(route.path_parameters),
            )


def _operation(it: Operation, shapes: Shapes) -> Json:
    text = inspect.getdoc(it.handler.fn) or ""
    summary, _, rest = text.partition("\n")
    cost = cost_of(it.method, it.path)
    paid = f"Draws on the allowance of {cost}s: {_LIMITS[cost]} a minute unless set otherwise."
    described: Json = {
        "operationId": it.handler.fn.__name__,
        "tags": [_tag(it)],
        "summary": summary.strip(),
        "description": f"{rest.strip()}\n\n{paid}".strip(),
        "parameters": list(_parameters(it)),
        "responses": {str(it.handler.status_code): _success(it, shapes)} | _refusals(it),
        "security": _security(it),
    }
    if it.body is not None:
        described["requestBody"] = {"required": True, "content": _content_in(it.body, shapes)}
    return described


def _parameters(it: Operation) -> Iterator[Json]:
    for name in it.places:
        schema = msgspec.json.schema(it.handler.parsed_fn_signature.parameters[name].annotation)
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for each in it.queries:
        yield _query(each)
    choices = sorted(sparse.choices_of(it.handler)) if it.method == "GET" else []
    if choices and not it.is_public:
        yield {
            "name": sparse.PARAMETER,
            "in": "query",
            "required": False,
            "description": "Only these fields of the object, or of each item; no others come.",
            "explode": False,
            "schema": {"type": "array", "items": {"enum": choices}, "minItems": 1},
        }
    if relations := sorted(_relations(it)):
        yield {
            "name": including.PARAMETER,
            "in": "query",
            "required": False,
            "description": "What the answer names, beside it in `included`, each once.",
            "explode": False,
            "schema": {"type": "array", "items": {"enum": relations}, "minItems": 1},
        }
    if it.method == "PATCH" and it.places:
        yield {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "The `ETag` one has read; when it has changed since, 412 names how.",
            "schema": {"type": "string"},
        }
    if it.method in {"POST", "PATCH"} and not it.is_public:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "Done once per key and caller, answered again for a day.",
            "schema": {"type": "string", "minLength": 1, "maxLength": repeats.KEY_CHARS_MAX},
        }


def _query(field: FieldDefinition) -> Json:
    kwarg = field.kwarg_definition
    rules = kwarg if isinstance(kwarg, ParameterKwarg) else None
    kept = {
        name: value
        for name in ("ge", "le", "gt", "lt", "min_length", "max_length", "pattern")
        if (value := getattr(rules, name, None)) is not None
    }
    schema = msgspec.json.schema(_without_none(field.annotation))
    if kept:
        kind = _without_none(field.annotation)
        schema = msgspec.json.schema(Annotated[kind, msgspec.Meta(**kept)])
    if field.has_default and field.default is not None:
        schema["default"] = field.default
    found: Json = {
        "name": reading.query_name(field),
        "in": "query",
        "required": field.is_required,
        "schema": schema,
    }
    if rules is not None and rules.description:
        found["description"] = rules.description
    return found


def _without_none(annotation: object) -> Any:
    kept = [each for each in get_args(annotation) if each is not type(None)]
    return kept[0] if type(None) in get_args(annotation) and len(kept) == 1 else annotation


def _content_in(body: object, shapes: Shapes) -> Json:
    if not _described(body):
        file = {"type": "string", "contentMediaType": "application/octet-stream"}
        schema = {"type": "object", "properties": {"file": file}, "required": ["file"]}
        return {"multipart/form-data": {"schema": schema}}
    return shapes.content(body)


def _success(it: Operation, shapes: Shapes) -> Json:
    headers: Json = {name: {"$ref": f"#/components/headers/{name}"} for name in _ANSWER_HEADERS}
    if it.answer is None:
        return {"description": "Done.", "headers": headers}
    if not _described(it.answer):
        raw = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
        media = str(it.handler.media_type or "application/octet-stream")
        return {"description": "The bytes.", "headers": headers, "content": {media: raw}}
    content = shapes.content(it.answer)
    if _relations(it):
        beside: Json = {sparse.BESIDE: {"$ref": _REF.format(name=Included.__name__)}}
        content["application/json"]["schema"] |= {"properties": beside}
    return {"description": "Done.", "headers": headers, "content": content}


def _relations(it: Operation) -> AbstractSet[str]:
    return Relations(it.handler if it.method == "GET" else None).choices


def _refusals(it: Operation) -> Json:
    wanted = {400, 422, 429}
    if not it.is_public or it.body is not None:
        wanted.add(401)
    if not it.is_public:
        wanted.add(403)
    if it.places:
        wanted |= {404, 410}
    if it.method == "PATCH" and it.places:
        wanted.add(412)
    if it.method not in {"GET", "HEAD"}:
        wanted |= {404, 409, 410, 413, 415}
    found: Json = {
        str(status): {"$ref": f"#/components/responses/Problem{status}"}
        for status in sorted(wanted)
    }
    return found | {"default": {"$ref": "#/components/responses/Problem"}}


def _security(it: Operation) -> list[Json]:
    if it.is_public:
        return []
    session: Json = {"session": []}
    return [{"token": []}, session if it.method == "GET" else session | {"csrf": []}]


def _problem(status: int) -> Json:
    code, text = PROBLEMS[status]
    example = {
        "type": f"/api/v1/docs#problem-{code}",
        "title": title_of(code),
        "status": status,
        "detail": text,
        "code": code,
        "request_id": "req_0190b4c2a7f07c3e8f00000000000000",
    }
    schema = {"$ref": _REF.format(name="Problem")}
    return {"description": text, "content": {MEDIA_TYPE: {"schema": schema, "example": example}}}


def _mark_times(properties: Mapping[str, Json]) -> None:
    for name, schema in properties.items():
        for kind in schema.get("anyOf", [schema]):
            if kind.get("type") == "string" and _TIME.fullmatch(name):
                kind["format"] = "date-time"


def _anything(kind: type) -> Json:
    """`object` is any JSON at all."""
    if kind is object:
        return {"description": "Any JSON."}
    raise NotImplementedError(f"no schema for {kind}")


def _described(kind: object) -> bool:
    """Say whether msgspec can describe it: everything but raw bytes and forms with files."""
    if kind is None or kind is bytes:
        return False
    hints = inspect.get_annotations(kind) if isinstance(kind, type) else {}
    return not any(UploadFile in (each, *get_args(each)) for each in hints.values())


def _tag(it: Operation) -> str:
    return next(iter(it.handler.tags or ["other"]))
