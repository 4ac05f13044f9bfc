"""Values that are valid JSON and still cannot be kept."""

import httpx2

from cast import CAST

AWKWARD = (
    b"99999999999999999999999",
    b"-99999999999999999999999",
    b"1e400",
    b"-1e400",
    b"1e-400",
    b"0.1e1",
    b'"' + b"x" * 60_000 + b'"',
    b"[" * 300 + b"]" * 300,
    b"[" * 2_000 + b"]" * 2_000,
    b'{"a":' * 900 + b"1" + b"}" * 900,
    b'{"a\\u0000b": 1}',
    b'["a\\u0000b"]',
    b'{"": {"": ""}}',
    b'"\\ud83d"',
    b'{"\\ud83d": 1}',
    b'"\\ufffe\\uffff"',
)


async def test_free_facts_are_kept_or_refused_but_break_nothing(ada: httpx2.AsyncClient) -> None:
    for value in AWKWARD:
        for method, url, name in (
            ("PATCH", "/me", "preferences"),
            ("PATCH", "/workspace", "settings"),
            ("PATCH", f"/contacts/{CAST.carol}", "attributes"),
            ("PUT", "/contacts", "attributes"),
        ):
            body = b'{"%s": {"fact": %s}}' % (name.encode(), value)
            answer = await ada.request(method, url, content=body)
            assert answer.status_code < 500, (url, value[:80], answer.text)
        assert (await ada.get("/me")).status_code == 200, value[:80]
        assert (await ada.get("/workspace")).status_code == 200, value[:80]
        assert (await ada.get(f"/contacts/{CAST.carol}")).status_code == 200, value[:80]
