"""What we send to Bandwidth, and what its simulator posts, against its own description.

Every object it describes is closed in memory, so that a misspelt field is noticed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import msgspec
import yaml  # type: ignore[import-untyped]

from hilo.connectors import bandwidth
from hilo.connectors.bandwidth import testing
from hilo.kit.errors import Unsupported
from hilo.sdk.outbound import HttpCall, Recipient
from hilo.sdk.simulator import Deed, Request
from specs import samples
from specs.samples import AT
from specs.scoring import Line, scored

_TO = Recipient(kind="phone", value="+12025550107")
_LIST = "/users/{accountId}/messages"
_DEEDS: tuple[Literal["text", "start", "stop"], ...] = ("text", "start", "stop")


def scores(folder: Path) -> Iterator[Line]:
    """Yield every score. folder: where the description lies."""
    text = (folder / "bandwidth.yml").read_text(encoding="utf-8")
    moments = msgspec.json.encode(yaml.load(text, yaml.CSafeLoader))  # as text, as on the wire
    oracle = Oracle(msgspec.json.decode(moments))
    yield scored("a misspelt Bandwidth request is noticed", _bites(oracle))
    yield scored("Bandwidth requests", _requests(oracle))
    yield scored("Bandwidth simulator's webhooks", _webhooks(oracle))


class Oracle:
    """The description, its objects closed."""

    def __init__(self, document: dict[str, Any]) -> None:
        """document: as it was published."""
        self._components: dict[str, Any] = document["components"]
        for schema in self._components["schemas"].values():
            if schema.get("type") == "object" and "properties" in schema:
                schema.setdefault("additionalProperties", False)
        listed = document["paths"][_LIST]["get"]["parameters"]
        found = [self._components["parameters"][each["$ref"].rpartition("/")[2]] for each in listed]
        self._questions = {each["name"] for each in found if each["in"] == "query"}

    def wrong(self, name: str, value: object) -> str:
        """Return what a shape has against a value."""
        whole = {"$ref": f"#/components/schemas/{name}", "components": self._components}
        error = next(iter(jsonschema_rs.Draft202012Validator(whole).iter_errors(value)), None)
        return "" if error is None else f"{name} {list(error.instance_path)} {error.message}"[:300]

    def question(self, url: str) -> str:
        """Return what is wrong with a question for the list of messages."""
        asked = {name for name, _ in parse_qsl(urlsplit(url).query)}
        unknown = asked - self._questions
        return f"nobody knows {unknown}" if unknown or not asked else ""


def _bites(oracle: Oracle) -> Iterator[tuple[str, str]]:
    good = {"applicationId": "1", "to": ["+12025550107"], "from": "+12025550100", "text": "x"}
    for what, body in (
        ("a field nobody knows", {**good, "tags": "x"}),
        ("nobody to send to", {key: each for key, each in good.items() if key != "to"}),
        ("one number instead of a list", {**good, "to": "+12025550107"}),
        ("a text that is too long", {**good, "text": "x" * 2049}),
        ("the same number twice", {**good, "to": ["+12025550107"] * 2}),
    ):
        yield what, "" if oracle.wrong("messageRequest", body) else "was let through"
    yield "a question nobody knows", "" if oracle.question("https://x.test?a=1") else "let through"


def _requests(oracle: Oracle) -> Iterator[tuple[str, str]]:
    connector, account = bandwidth.CONNECTOR, testing.ACCOUNT
    for name, message in samples.messages(_TO):
        try:
            call = next(connector.send(message, account))
        except Unsupported:  # the manifest has no such feature: it goes as text
            continue
        yield name, oracle.wrong("messageRequest", _body(call))
    asking = next(connector.check(account))
    assert isinstance(asking, HttpCall)  # noqa: S101 - this connector speaks HTTP
    yield "credentials", oracle.question(asking.url)


def _body(call: object) -> Any:
    assert isinstance(call, HttpCall)  # noqa: S101 - this connector speaks HTTP
    return msgspec.json.decode(call.body)


def _webhooks(oracle: Oracle) -> Iterator[tuple[str, str]]:
    """Let a phone do everything it can, and let one answer be delivered."""
    vendor = bandwidth.CONNECTOR.simulator(testing.ACCOUNT)
    deeds = [Deed(does=each, who="7", text="hola") for each in _DEEDS]
    deeds += [
        Deed(does="file", who="7", data=b"x", media_type=each, text="a") for each in samples.FILES
    ]
    for deed in deeds:
        for hook in vendor.deed(deed, AT):
            for event in msgspec.json.decode(hook.body):
                yield deed.does, oracle.wrong("inboundCallback", event)
    (_, message) = next(samples.messages(_TO))
    call = next(bandwidth.CONNECTOR.send(message, testing.ACCOUNT))
    assert isinstance(call, HttpCall)  # noqa: S101 - this connector speaks HTTP
    asked = Request(method=call.method, url=call.url, headers=call.headers, body=call.body)
    for hook in vendor.request(asked, AT)[1]:
        for event in msgspec.json.decode(hook.body):
            yield str(event["type"]), oracle.wrong("statusCallback", event)
