"""The wall between the sandbox and the world: no call crosses it, in either direction."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import structs

from cast import CAST
from hilo.connectors.api.testing import ACCOUNT
from hilo.domain import people
from hilo.domain.inboxes import ASIDE, Carrier, Sandbox, create_account
from hilo.kit.db import Database
from hilo.kit.errors import Invalid, Rejected, TemporaryFailure, UnknownOutcome
from hilo.kit.http import Guard, Http
from hilo.sdk.account import Account
from hilo.sdk.outbound import Accepted, HttpCall, HttpReply, Sending, SmtpCall, SmtpServer
from path import Receiver, receiving
from patience import PATIENCE_S
from vendor import vendor_on

INSIDE = structs.replace(ACCOUNT, is_sandbox=True)
CALL = HttpCall(method="GET", url="https://graph.vendor.test/v1/x?y=1", timeout_s=PATIENCE_S)


def asking(call: HttpCall) -> Sending:
    reply = yield call
    assert isinstance(reply, HttpReply)
    return Accepted(external_id=reply.body.decode())


def carrier(receiver: Receiver) -> Carrier:
    base = receiver.url.removesuffix("/replies")
    port = int(base.rpartition(":")[2])
    sandbox = Sandbox(Http(Guard(only=("127.0.0.1", port))), f"{base}/sandbox")
    return Carrier(Http(Guard()), sandbox)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving((200, {}, b"played")) as found:
        yield found


async def test_a_call_of_a_sandbox_account_goes_to_the_simulator(receiver: Receiver) -> None:
    accepted = await carrier(receiver).send(asking(CALL), INSIDE)
    assert accepted.external_id == "played"
    assert receiver.lines == [f"GET /sandbox/{INSIDE.id}/https/graph.vendor.test/v1/x?y=1 HTTP/1.1"]


async def test_the_simulator_alone_learns_what_nobody_said(receiver: Receiver) -> None:
    playing = carrier(receiver)
    await playing.aside(asking(CALL), INSIDE)
    await playing.attempt(asking(CALL), INSIDE)
    await playing.download(CALL.url, 100, INSIDE, aside=True)
    await playing.send(asking(CALL), INSIDE)
    await playing.download(CALL.url, 100, INSIDE)
    assert [each.headers.get(ASIDE) for each in receiver.posts] == ["1", "1", "1", None, None]
    async with receiving((200, {}, b"real")) as world:
        port = int(world.url.removesuffix("/replies").rpartition(":")[2])
        real = Carrier(Http(Guard(only=("127.0.0.1", port))))
        await real.aside(asking(structs.replace(CALL, url=world.url)), ACCOUNT)
        await real.download(world.url, 100, ACCOUNT, aside=True)
    assert [ASIDE in each.headers for each in world.posts] == [False, False]


async def test_its_redirects_and_downloads_stay_inside() -> None:
    away = {"Location": "https://files.vendor.test/a"}
    async with receiving((302, away, b""), (200, {}, b"file")) as receiver:
        content = await carrier(receiver).download("https://cdn.vendor.test/a", 100, INSIDE)
    assert content == b"file"
    assert receiver.lines[1] == (f"GET /sandbox/{INSIDE.id}/https/files.vendor.test/a HTTP/1.1")


@pytest.mark.parametrize(
    "path", ["../../../../metrics", "a/../../../../../metrics", "../../other/controls"]
)
async def test_dots_do_not_climb_out_of_the_account(receiver: Receiver, path: str) -> None:
    call = structs.replace(CALL, url=f"https://sms.vendor.test/{path}")
    await carrier(receiver).send(asking(call), INSIDE)
    (line,) = receiver.lines
    assert line.startswith(f"GET /sandbox/{INSIDE.id}/https/sms.vendor.test/"), line


@pytest.mark.parametrize("host", ["..", ".", "a:b@sms.vendor.test", ""])
async def test_a_host_that_is_none_is_refused(receiver: Receiver, host: str) -> None:
    call = structs.replace(CALL, url=f"https://{host}/metrics")
    with pytest.raises(Rejected):
        await carrier(receiver).send(asking(call), INSIDE)
    assert receiver.lines == []


async def test_without_a_sandbox_its_calls_go_nowhere() -> None:
    with pytest.raises(Rejected):
        await Carrier(Http(Guard())).send(asking(CALL), INSIDE)


@pytest.mark.parametrize("way", ["", "/x/.."])
async def test_other_accounts_never_reach_the_simulators(receiver: Receiver, way: str) -> None:
    url = receiver.url.replace("/replies", f"{way}/sandbox/1/https/x.test/")
    call = structs.replace(CALL, url=url)
    with pytest.raises(Rejected, match="own accounts"):
        await carrier(receiver).send(asking(call), ACCOUNT)
    assert receiver.lines == []


async def test_the_simulators_client_reaches_nothing_else(receiver: Receiver) -> None:
    http = Http(Guard(only=("127.0.0.1", 9)))
    lost = Carrier(Http(Guard()), Sandbox(http, receiver.url))
    with pytest.raises(Rejected):
        await lost.send(asking(CALL), INSIDE)
    assert receiver.lines == []


async def test_mail_of_a_sandbox_account_is_caught(receiver: Receiver) -> None:
    caught = []

    async def catch(call: SmtpCall) -> None:
        caught.append(call)

    def mailing() -> Sending:
        yield SmtpCall(
            server=SmtpServer(host="mail.test", port=25),
            mail_from="a@x.test",
            rcpt_to=["b@x.test"],
            message=b"",
        )
        return Accepted()

    await carrier(receiver).send(mailing(), INSIDE, catch)
    assert len(caught) == 1


@pytest.mark.parametrize(("harmless", "error"), [(True, TemporaryFailure), (False, UnknownOutcome)])
async def test_silence_after_a_harmless_question_is_only_temporary(
    harmless: bool,  # noqa: FBT001 - a case
    error: type[Exception],
) -> None:
    async with receiving(None) as silent:
        call = structs.replace(CALL, is_harmless=harmless)
        with pytest.raises(error):
            await carrier(silent).send(asking(call), INSIDE)


async def test_a_big_answer_is_cut_off_where_the_call_says(receiver: Receiver) -> None:
    call = structs.replace(CALL, body_bytes_max=3)
    with pytest.raises(Rejected):
        await carrier(receiver).send(asking(call), INSIDE)


async def test_a_channel_without_a_simulator_has_no_sandbox(db: Database, tmp_path: Path) -> None:
    place = await vendor_on(db, tmp_path, is_sandbox=True)
    assert place.account.is_sandbox
    assert place.state.channels.view(place.account).is_sandbox
    opened: Account = place.state.channels.opened(place.account)
    assert opened.is_sandbox
    async with db.transaction(CAST.workspace) as tx:
        with pytest.raises(Invalid, match="no simulator"):
            await create_account(
                tx,
                people.system(CAST.workspace),
                place.state.channels,
                CAST.inbox,
                ("api", "", {}),
                is_sandbox=True,
            )
