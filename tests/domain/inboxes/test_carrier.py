"""The carrier's SMTP: what surely did not happen is told apart from what may have.

conformance  test
G-29         test_silence_after_the_mail_is_an_unknown_outcome
G-38, G-39   tests/domain/conversations/test_arriving.py
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from msgspec import structs

import mailserver
from hilo.connectors.api.testing import ACCOUNT
from hilo.domain.inboxes import Carrier
from hilo.kit.errors import AuthExpired, TemporaryFailure, UnknownOutcome
from hilo.kit.http import Guard, Http
from hilo.sdk.outbound import Accepted, Call, Reply, SmtpCall, SmtpReply, SmtpServer
from patience import PATIENCE_S

OK: Mapping[str, str] = {
    "EHLO": "250-mail.test\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 taken as 7",
    "QUIT": "221 bye",
    "AUTH": "235 welcome",
}
SILENCE = "…"


@asynccontextmanager
async def speaking(**said: str) -> AsyncIterator[tuple[int, list[str]]]:
    """Run a mail server that answers each command as told; silence closes the connection."""
    answers = {**OK, **{("." if name == "END" else name): each for name, each in said.items()}}
    heard: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer, is_data = answers.get("HELLO", "220 mail.test"), False
        while answer != SILENCE:
            if answer:
                writer.write(f"{answer}\r\n".encode())
            raw = await reader.readline()
            if not raw:
                break
            heard.append(line := raw.decode().rstrip("\r\n"))
            answer = "" if is_data and line != "." else _answer(answers, line)
            is_data = answer.startswith("354") or (is_data and line != ".")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()


def _answer(answers: Mapping[str, str], line: str) -> str:
    """Return the answer to whatever the line names, else to its command."""
    for name, answer in answers.items():
        if "@" in name and name in line:
            return answer
    return answers.get(re.split("[ :]", line, maxsplit=1)[0].upper(), "500 what?")


def call(port: int, *to: str, username: str = "") -> SmtpCall:
    return SmtpCall(
        server=SmtpServer(
            host="127.0.0.1", port=port, security="none", username=username, password="secret"
        ),
        mail_from="help@desk.test",
        rcpt_to=to or ("dora@x.test",),
        message=b"Subject: hi\r\n\r\nhello",
        timeout_s=PATIENCE_S,
    )


async def send(one: SmtpCall) -> SmtpReply:
    """Return what the carrier heard."""
    told: list[Reply] = []

    def sending() -> Generator[Call, Reply, Accepted]:
        told.append((yield one))
        return Accepted()

    async def catch(_: SmtpCall) -> None:
        raise AssertionError("this mail has a server")

    http = Http(Guard())
    try:
        await Carrier(http).send(sending(), ACCOUNT, catch)
    finally:
        await http.close()
    (reply,) = told
    assert isinstance(reply, SmtpReply)
    return reply


async def test_a_mail_is_handed_over() -> None:
    async with speaking() as (port, heard):
        reply = await send(call(port, "dora@x.test", "eve@x.test", username="help"))
    assert (reply.code, reply.text, reply.refused) == (250, "taken as 7", {})
    assert "RCPT TO:<eve@x.test>" in heard
    assert "hello" in heard


async def test_one_refused_recipient_does_not_stop_the_other() -> None:
    async with speaking(**{"eve@x.test": "550 no such user"}) as (port, _):
        reply = await send(call(port, "dora@x.test", "eve@x.test"))
    assert reply.code == 250
    assert list(reply.refused) == ["eve@x.test"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"MAIL": "550 not you"}, 550),
        ({"RCPT": "450 come back"}, 450),
        ({"DATA": "554 no"}, 554),
        ({"END": "552 too big"}, 552),
        ({"HELLO": "421 busy"}, 421),
    ],
)
async def test_a_refusal_is_a_reply(said: dict[str, str], code: int) -> None:
    async with speaking(**said) as (port, _):
        assert (await send(call(port))).code == code


async def test_a_wrong_password_is_a_reply() -> None:
    async with speaking(AUTH="535 wrong") as (port, _):
        assert (await send(call(port, username="help"))).code == 535


@pytest.mark.parametrize("when", ["HELLO", "MAIL", "RCPT"])
async def test_what_breaks_before_the_mail_did_not_happen(when: str) -> None:
    async with speaking(**{when: SILENCE}) as (port, _):
        with pytest.raises(TemporaryFailure):
            await send(call(port))


async def test_nobody_there_is_temporary() -> None:
    with pytest.raises(TemporaryFailure):
        await send(call(9))


async def test_silence_after_the_mail_is_an_unknown_outcome() -> None:
    async with speaking(END=SILENCE) as (port, _):
        with pytest.raises(UnknownOutcome):
            await send(call(port))


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_self_made_certificate_is_refused_unless_pinned(
    security: str, tmp_path: Path
) -> None:
    mailserver.certify(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    port = mailserver.free_port()
    controller = (
        Controller(Sink(), hostname="127.0.0.1", port=port, ssl_context=context)
        if security == "tls"
        else Controller(Sink(), hostname="127.0.0.1", port=port, tls_context=context)
    )
    controller.start()
    try:
        plain = SmtpServer(host="127.0.0.1", port=controller.port, security=security)  # type: ignore[arg-type]
        wrong = structs.replace(plain, certificate_sha256="00" * 32)
        pinned = structs.replace(plain, certificate_sha256=mailserver.fingerprint(tmp_path))
        for server in (plain, wrong):
            with pytest.raises(AuthExpired, match="certificate"):
                await send(structs.replace(call(0, "a@b.test"), server=server))
        reply = await send(structs.replace(call(0, "a@b.test"), server=pinned))
        assert reply.code == 250
    finally:
        controller.stop()


async def test_mail_without_a_server_is_caught() -> None:
    caught: list[SmtpCall] = []

    async def catch(one: SmtpCall) -> None:
        caught.append(one)

    def sending() -> Generator[Call, Reply, Accepted]:
        mail = SmtpCall(server=None, mail_from="a@x.test", rcpt_to=("b@x.test",), message=b"x")
        reply = yield mail
        assert isinstance(reply, SmtpReply)
        return Accepted(external_id=str(reply.code))

    http = Http(Guard())
    accepted = await Carrier(http).send(sending(), ACCOUNT, catch)
    await http.close()
    assert accepted.external_id == "250"
    assert [one.rcpt_to for one in caught] == [("b@x.test",)]
