"""ETag, If-None-Match and If-Match: no change is lost between two who have read the same."""

import asyncio
from collections import Counter

import httpx2
import pytest

from cast import CAST

CAROL = f"/contacts/{CAST.carol}"


async def test_a_change_is_refused_when_it_is_no_longer_what_was_read(
    ada: httpx2.AsyncClient, ben: httpx2.AsyncClient
) -> None:
    read = await ada.get(CAROL)
    mine = {"if-match": read.headers["etag"]}
    assert (await ben.patch(CAROL, json={"name": "Karol"}, headers=mine)).status_code == 200
    refused = await ada.patch(CAROL, json={"locale": "pt"}, headers=mine)
    assert refused.status_code == 412, refused.text
    problem = refused.json()
    assert problem["code"] == "version-mismatch"
    assert set(problem["params"]["changed"]) == {"name", "version", "updated_at"}
    now = await ada.get(CAROL)
    assert (now.json()["name"], now.json()["locale"]) == ("Karol", read.json()["locale"])
    again = await ada.patch(CAROL, json={"locale": "pt"}, headers={"if-match": now.headers["etag"]})
    assert again.json()["locale"] == "pt"
    assert again.headers["etag"] == (await ada.get(CAROL)).headers["etag"]


async def test_of_ten_at_once_one_wins(ada: httpx2.AsyncClient) -> None:
    mine = {"if-match": (await ada.get(CAROL)).headers["etag"]}
    answers = await asyncio.gather(
        *(ada.patch(CAROL, json={"name": f"Carol {n}"}, headers=mine) for n in range(10))
    )
    assert Counter(each.status_code for each in answers) == {200: 1, 412: 9}


async def test_what_one_has_already_is_not_sent_again(ada: httpx2.AsyncClient) -> None:
    read = await ada.get(CAROL)
    for tag in (read.headers["etag"], f'"x", W/{read.headers["etag"]}', "*"):
        same = await ada.get(CAROL, headers={"if-none-match": tag})
        assert (same.status_code, same.content) == (304, b""), tag
        assert same.headers["etag"] == read.headers["etag"]
    assert (await ada.get(CAROL, headers={"if-none-match": '"x"'})).status_code == 200


@pytest.mark.parametrize(
    "path", [f"/contacts/{CAST.carol}", f"/agents/{CAST.ben.id}", f"/inboxes/{CAST.inbox}"]
)
async def test_every_single_object_has_a_tag_that_a_change_may_name(
    ada: httpx2.AsyncClient, path: str
) -> None:
    tag = (await ada.get(path)).headers["etag"]
    assert (await ada.get(path)).headers["etag"] == tag
    name = {"name": "Another"}
    assert (await ada.patch(path, json=name, headers={"if-match": '"x"'})).status_code == 412
    assert (await ada.patch(path, json=name, headers={"if-match": "*"})).status_code == 200
    assert (await ada.get(path)).headers["etag"] != tag


async def test_lists_have_none_and_elsewhere_the_condition_is_refused(
    ada: httpx2.AsyncClient,
) -> None:
    assert "etag" not in (await ada.get("/contacts")).headers
    answer = await ada.post("/contacts", json={"name": "Dora"}, headers={"if-match": "*"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "If-Match")
    gone = await ada.patch(f"/contacts/{CAST.ben.id}", json={}, headers={"if-match": "*"})
    assert gone.status_code == 404
