"""Requests drawn from the description, valid and not: never a 5xx, and every answer as described.

`HILO_GENERATED` sets how many of each kind an operation gets; the draw is the same each time.
"""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

import asyncpg
import httpx2
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import Case
from schemathesis.generation import GenerationMode

from cast import CAST
from estate import Estate, furnish
from hilo.entry.api.openapi import Json

AnyCase = Case[Any]
EXAMPLES = int(os.environ.get("HILO_GENERATED", "6"))
# Needs the mail listener beside it; its own tests have one.
ELSEWHERE = {
    *("open_socket", "get_file", "take_delivery", "shake_hands"),  # outside the framework
    "send_mail",
}
TEXTS = ("a\0b", "\u202e\U0001f600", "' or 1=1 --", "x" * 5_000, "%", "\\", "")


@pytest.fixture
async def document(anonymous: httpx2.AsyncClient) -> Json:
    """Return the served document."""
    found: Json = (await anonymous.get("/openapi.json")).json()
    return found


@pytest.fixture
async def estate(owner: asyncpg.Connection) -> Estate:
    """Furnish the workspace, so that paths lead somewhere."""
    ben = CAST.ben
    return await furnish(owner, CAST.workspace, ben.id, ben.login_id, "zebra7731")


@pytest.fixture
async def caller(ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """Give Ada with all her rights, by a token."""
    made = await ada.post("/tokens", json={"name": "x", "scopes": ["*"]})
    anonymous.headers["authorization"] = f"Bearer {made.json()['token']}"
    return anonymous


async def test_no_generated_request_breaks_the_api(
    document: Json, caller: httpx2.AsyncClient, estate: Estate
) -> None:
    validators = _validators(document)
    count, wrong = 0, []
    for case in _cases(document):
        for asked in _requests(case, estate):
            try:
                answer = await caller.request(**asked)
            except httpx2.InvalidURL:
                continue  # longer than the client sends
            count += 1
            fault = _fault(document, validators, case, answer)
            if fault:
                wrong.append((case.operation.label, fault, asked, answer.text[:500]))
    assert wrong == []
    assert count > 100


def _fault(
    document: Json, validators: Mapping[str, Any], case: AnyCase, answer: httpx2.Response
) -> str:
    if answer.status_code >= 500:
        return "broke"
    media, _, _ = answer.headers.get("content-type", "").partition(";")
    if answer.status_code >= 400:
        is_whole = validators["Problem"].is_valid(answer.json())
        return "" if media == "application/problem+json" and is_whole else "no problem"
    responses = document["paths"][case.path][case.method.lower()]["responses"]
    described = responses.get(str(answer.status_code))
    if described is None:
        return f"{answer.status_code} is not described"
    for wanted, content in described.get("content", {}).items():
        if media != wanted:
            return f"{media} is not described"
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        is_whole = "fields" not in answer.url.params
        if name and is_whole and not validators[name].is_valid(answer.json()):
            return f"no {name}"
    return ""


def _cases(document: Json) -> Iterator[AnyCase]:
    schema = schemathesis.openapi.from_dict(document)
    for result in schema.get_all_operations():
        operation = result.ok()  # type: ignore[union-attr]
        if operation.definition.raw["operationId"] in ELSEWHERE:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            yield from _drawn(operation.as_strategy(generation_mode=mode))


def _drawn(cases: SearchStrategy[AnyCase]) -> list[AnyCase]:
    drawn: list[AnyCase] = []

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def draw(case: AnyCase) -> None:
        drawn.append(case)

    draw()
    return drawn


def _requests(case: AnyCase, estate: Estate) -> Iterator[dict[str, Any]]:
    """Yield the case as drawn, and again where its path leads to something."""
    asked = case.as_transport_kwargs(base_url="http://hilo.test")
    drawn = {name: asked[name] for name in ("method", "url", "params") if asked.get(name)}
    headers = {k: v for k, v in (case.headers or {}).items() if k == "Idempotency-Key"}
    drawn["headers"] = {k: v for k, v in headers.items() if v.isascii() and v.isprintable()}
    if asked.get("files"):
        # A form of anything at all; a file must have bytes to be sent.
        drawn["files"] = [(name, _part(value)) for name, value in asked["files"]]
    elif asked.get("data") is not None:
        drawn["content"] = asked["data"]
    elif "json" in asked:
        drawn["json"] = asked["json"]
    yield _written(drawn)
    if case.path_parameters:
        text = TEXTS[len(case.formatted_path) % len(TEXTS)]
        known = {name: str(estate.ids.get(name, "note")) for name in case.path_parameters}
        url = "http://hilo.test" + case.path.format(**known)
        yield _written(drawn | {"url": url} | _retold(drawn.get("json"), estate, text))


def _part(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_part(each) for each in value)
    return value if value is None or isinstance(value, (str, bytes)) else str(value)


def _written(asked: dict[str, Any]) -> dict[str, Any]:
    """Write JSON out here: the client's own writer refuses what a foul client would send."""
    if "json" not in asked:
        return asked
    written = {name: value for name, value in asked.items() if name != "json"}
    written["content"] = json.dumps(asked["json"]).encode()
    written["headers"] = asked["headers"] | {"content-type": "application/json"}
    return written


def _retold(body: object, estate: Estate, text: str) -> dict[str, Any]:
    """Put an awkward text, and ids that exist, into a body."""
    if not isinstance(body, dict):
        return {}
    told: dict[str, Any] = {}
    for name, value in body.items():
        known = estate.ids.get(name)
        told[name] = str(known) if known else text if isinstance(value, str) else value
    return {"json": told}


def _validators(document: Json) -> Mapping[str, Any]:
    shared = {"components": document["components"]}
    return {
        name: jsonschema_rs.Draft202012Validator({"$ref": f"#/components/schemas/{name}"} | shared)
        for name in document["components"]["schemas"]
    }
