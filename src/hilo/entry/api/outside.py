"""Describes the doors that stand outside the framework: the socket, the files and the hooks.

They have no handlers to be read off, so this is written by hand; its tests knock at each.
"""

from typing import Any

Json = dict[str, Any]
TAG = "doors"
_UUID: Json = {"type": "string", "format": "uuid"}
_TEXT: Json = {"type": "string"}
_ANY_OBJECT: Json = {"type": "object"}


def paths() -> Json:
    """Return their path items."""
    return {
        path: {method: {"tags": [TAG], **operation}}
        for path, method, operation in (
            ("/api/v1/socket", "get", _socket()),
            ("/files/{file_id}", "get", _file()),
        )
    } | {
        "/hooks/{channel}/{account_id}": {
            "get": {"tags": [TAG], **_handshake()},
            "post": {"tags": [TAG], **_hook()},
        }
    }


def _socket() -> Json:
    after = "A cursor of `GET /events` or of a frame: what came since is told first."
    token = "An API token, where headers cannot be set."  # noqa: S105 - a description
    return {
        "operationId": "open_socket",
        "summary": "Follow what happens, by WebSocket.",
        "description": (
            'The first frame is `{"type": "hello", "cursor"}`; then each event comes as an item of '
            '`GET /events`, with its cursor. `{"type": "resync"}` says that too much has happened: '
            'read the lists again. A client may say `{"type": "ping"}`, and `viewing`, `typing` or '
            "`left` with a `conversation_id`. It is closed with 4401 when nobody is signed in any "
            "more, 4403 without `event:read`, 4408 when it reads too slowly."
        ),
        "parameters": [_query("after", after), _query("token", token)],
        "responses": {
            "101": {"description": "The socket is open."},
            "426": {"description": "Asked without a WebSocket's upgrade: a problem."},
        },
        "security": [{"token": []}, {"session": []}],
    }


def _file() -> Json:
    signed = "Signature of the address; all of it comes with the file's `url`."
    return {
        "operationId": "get_file",
        "summary": "Return a file's bytes, by the signed `url` that came with it.",
        "description": "A link is good for a while and for whom it was made.",
        "parameters": [_place("file_id", _UUID), _query("sig", signed)],
        "responses": {
            "200": {
                "description": "The bytes.",
                "content": {"*/*": {"schema": {"contentMediaType": "application/octet-stream"}}},
            },
            **_problems(401, 403, 404),
        },
        "security": [{"token": []}, {"session": []}, {}],
    }


def _hook() -> Json:
    return {
        "operationId": "take_delivery",
        "summary": "Take what a channel delivers to an account.",
        "description": (
            "The account's `webhook_url`. Each channel signs in its own way; the channel `api` by "
            "the headers below, as Standard Webhooks has it. What is signed is stored and "
            "answered, then understood; what cannot be understood waits in the quarantine."
        ),
        "parameters": [
            _place("channel", _TEXT),
            _place("account_id", _UUID),
            _header("webhook-id", "Names the delivery; the same again is the same delivery."),
            _header("webhook-timestamp", "Unix seconds, at most five minutes off."),
            _header("webhook-signature", "`v1,` and the HMAC-SHA256 of `id.timestamp.body`."),
        ],
        "requestBody": {"content": {"application/json": {"schema": _ANY_OBJECT}}},
        "responses": {
            "200": {
                "description": "Stored.",
                "content": {"application/json": {"schema": _ANY_OBJECT}},
            },
            **_problems(401, 404, 413),
            "503": {"description": "Not just now; send it again."},
        },
        "security": [],
    }


def _handshake() -> Json:
    return {
        "operationId": "shake_hands",
        "summary": "Answer a vendor that proves the address before it delivers.",
        "description": "As the channel has it; what is wrong gets no proof.",
        "parameters": [_place("channel", _TEXT), _place("account_id", _UUID)],
        "responses": {
            "200": {"description": "The proof.", "content": {"*/*": {"schema": _TEXT}}},
            **_problems(401, 404),
            "405": {"description": "This channel shakes no hands."},
        },
        "security": [],
    }


def _place(name: str, schema: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(name: str, text: str) -> Json:
    return {"name": name, "in": "query", "required": False, "description": text, "schema": _TEXT}


def _header(name: str, text: str) -> Json:
    return {"name": name, "in": "header", "required": False, "description": text, "schema": _TEXT}


def _problems(*statuses: int) -> Json:
    return {str(each): {"$ref": f"#/components/responses/Problem{each}"} for each in statuses}
