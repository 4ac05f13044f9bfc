"""The description of the API is served, whole and exact."""

import re
from pathlib import Path

import httpx2
import msgspec
import pytest

from cast import PASSWORD
from hilo.entry.api.openapi import Json


@pytest.fixture
async def document(anonymous: httpx2.AsyncClient) -> Json:
    """Return the served document."""
    answer = await anonymous.get("/openapi.json")
    assert answer.status_code == 200
    found: Json = answer.json()
    return found


async def test_every_operation_is_described_whole(document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    seen = set()
    for path, methods in document["paths"].items():
        for method, it in methods.items():
            where = f"{method} {path}"
            assert it["operationId"] not in seen, where
            seen.add(it["operationId"])
            assert it["summary"].endswith("."), where
            if "doors" in it["tags"]:
                continue
            assert "allowance" in it["description"], where
            assert {"422", "429", "default"} <= set(it["responses"]), where
            placed = {each["name"] for each in it["parameters"] if each["in"] == "path"}
            assert all(f"{{{name}}}" in path for name in placed), where
            for content in it.get("requestBody", {}).get("content", {}).values():
                assert "example" in content or "file" in content["schema"]["properties"], where
    assert {"open_socket", "get_file", "take_delivery", "shake_hands"} <= seen
    assert "/api/v1/session" in document["paths"]
    assert "/api/v1/openapi.json" not in document["paths"]


async def test_parameters_have_the_names_that_are_read(document: Json) -> None:
    named = {each["name"] for each in document["paths"]["/api/v1/search"]["get"]["parameters"]}
    assert {"q", "type", "from", "to"} <= named


async def test_unknown_fields_are_said_to_be_refused(document: Json) -> None:
    schemas = document["components"]["schemas"]
    for methods in document["paths"].values():
        for it in methods.values():
            for content in it.get("requestBody", {}).get("content", {}).values():
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                assert not name or schemas[name]["additionalProperties"] is False, name


async def test_the_examples_of_people_run(
    document: Json, ada: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    for path, status in (("teams", 201), ("tokens", 201), ("invitations", 201)):
        body = document["paths"][f"/api/v1/{path}"]["post"]["requestBody"]
        example = body["content"]["application/json"]["example"]
        if "agent_ids" in example:
            example["agent_ids"] = []
        assert (await ada.post(f"/{path}", json=example)).status_code == status, path
    given = document["paths"]["/api/v1/session"]["post"]["requestBody"]
    example = given["content"]["application/json"]["example"]
    assert example["password"] == PASSWORD
    signed_in = await anonymous.post("/session", json={**example, "email": "ada@hilo.test"})
    assert signed_in.status_code == 200


async def test_the_page_reads_offline_in_three_languages(anonymous: httpx2.AsyncClient) -> None:
    for language, title in (("es-MX", "API de Hilo"), ("pt", "API do Hilo"), ("fr", "API of Hilo")):
        answer = await anonymous.get("/docs", headers={"accept-language": language})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert f"<h1>{title}</h1>" in answer.text
        assert "http" not in answer.text.replace("http://hilo.test", ""), "nothing from outside"
        assert "<script" not in answer.text
        assert 'id="problem-validation"' in answer.text
        assert "script" not in answer.headers["content-security-policy"]
    assert (await anonymous.get("/docs.css")).headers["content-type"].startswith("text/css")


async def test_the_page_tells_every_problem_by_its_address(anonymous: httpx2.AsyncClient) -> None:
    page = (await anonymous.get("/docs")).text
    reference = Path(__file__).parents[3] / "docs" / "reference" / "errors.md"
    codes = re.findall(r"^### `([a-z-]+)`$", reference.read_text(), re.MULTILINE)
    assert {"stale-reply", "cursor-invalid", "method-not-allowed"} <= set(codes)
    for code in codes:
        assert re.search(rf'<tr id="problem-{code}">.*?</td><td>\w', page), code
    met = (await anonymous.put("/agents", json={})).json()["type"]
    assert f'id="{met.partition("#")[2]}"' in page


async def test_it_is_json(anonymous: httpx2.AsyncClient) -> None:
    answer = await anonymous.get("/openapi.json")
    assert msgspec.json.decode(answer.content)["info"]["title"] == "Hilo"
