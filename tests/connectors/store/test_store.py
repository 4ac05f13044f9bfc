"""A shop's live check: what people in it would meet."""

from collections.abc import Sequence

import pytest
from msgspec import structs

from hilo.connectors.store import CONNECTOR
from hilo.connectors.store.testing import ACCOUNT
from hilo.kit.errors import ConnectorError, TemporaryFailure
from hilo.kit.http import PrivateAddress
from hilo.sdk.account import Account, Check
from hilo.sdk.outbound import HttpCall, HttpReply

PAGE = f'<script>{{"account":"{ACCOUNT.id}"}}</script>'.encode()


def tried(reply: HttpReply | ConnectorError, account: Account = ACCOUNT) -> Sequence[Check]:
    """Return the lines of a check that is answered so."""
    asking = CONNECTOR.check(account)
    call = next(asking)
    assert isinstance(call, HttpCall)
    assert call.url == f"{account.public_url}/s/{account.id}/kiosk"
    with pytest.raises(StopIteration) as end:
        asking.throw(reply) if isinstance(reply, ConnectorError) else asking.send(reply)
    lines: Sequence[Check] = end.value.value
    return lines


@pytest.mark.parametrize(
    ("reply", "ok"),
    [
        (HttpReply(status=200, body=PAGE), True),
        (HttpReply(status=200, body=b"<h1>Welcome to nginx</h1>"), False),
        (HttpReply(status=404, body=PAGE), False),
        (TemporaryFailure("no answer"), False),
        (PrivateAddress("not public"), None),
    ],
)
def test_the_kiosks_page_must_be_this_shops(
    reply: HttpReply | ConnectorError, *, ok: bool | None
) -> None:
    assert [(each.key, each.ok) for each in tried(reply)] == [("code", True), ("kiosk", ok)]


@pytest.mark.parametrize(
    "url",
    ["http://desk.test", "https://localhost:8443", "https://127.0.0.1", "https://[::1]", ""],
)
def test_a_code_must_lead_where_a_phone_can_go(url: str) -> None:
    line = tried(HttpReply(status=200, body=PAGE), structs.replace(ACCOUNT, public_url=url))[0]
    assert (line.key, line.ok) == ("code", False)
