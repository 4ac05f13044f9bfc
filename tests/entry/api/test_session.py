"""Signing in and out."""

import httpx2

from cast import CAST, PASSWORD


async def test_who_signs_in_gets_one_cookie_and_a_csrf_token(
    anonymous: httpx2.AsyncClient,
) -> None:
    answer = await anonymous.post("/session", json={"email": "Ada@Hilo.test", "password": PASSWORD})
    assert answer.status_code == 200
    body = answer.json()
    assert body["agent"]["name"] == "Ada"
    assert body["workspace"]["id"] == str(CAST.workspace)
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("hilo_session=")
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    me = await anonymous.get("/me")
    assert me.status_code == 200
    assert me.json()["csrf_token"] == body["csrf_token"]
    assert me.headers["cache-control"] == "no-store"
