"""A mailbox and an outgoing server that take tokens instead of passwords, for real."""

from collections.abc import AsyncIterator, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from msgspec import structs

import mailserver as box
import provider as played
from hilo.connectors.email import CONNECTOR, oauth
from hilo.connectors.email.testing import ACCOUNT
from hilo.domain.inboxes import Carrier
from hilo.kit.errors import AuthExpired, TemporaryFailure
from hilo.kit.http import Guard, Http
from hilo.sdk.account import Account
from hilo.sdk.outbound import Call, Reply, SmtpCall, SmtpReply, SmtpServer
from letters import letter

_PASSDB = """
auth_mechanisms = plain xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {dir}/oauth2
}}
"""
_INTROSPECTION = """
introspection_mode = post
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""


@pytest.fixture
async def vendor() -> AsyncIterator[played.Provider]:
    """Play a provider."""
    async with played.provider() as one:
        yield one


def by_token(account: Account, token: str, lasts: timedelta = timedelta(hours=1)) -> Account:
    """Return the account with a token instead of its password."""
    until = (datetime.now(UTC) + lasts).isoformat()
    secrets = {oauth.ACCESS: token, "oauth_access_until": until, "oauth_refresh_token": "r"}
    return structs.replace(
        account, settings={**account.settings, "sign_in": "other"}, secrets=secrets
    )


@pytest.mark.dovecot
@pytest.mark.skipif(not box.is_installed(), reason=box.MISSING)
async def test_a_mailbox_is_read_with_a_token(vendor: played.Provider) -> None:
    shelf = box.Shelf()
    with box.running() as server:
        server.stop()
        folder: Path = server.folder
        config = (folder / "conf").read_text().replace("auth_mechanisms = plain login cram-md5", "")
        (folder / "conf").write_text(config + _PASSDB.format(dir=folder))
        (folder / "oauth2").write_text(_INTROSPECTION.format(url=vendor.url("/introspect")))
        server.start()
        vendor.access.add("good")
        server.deliver(letter("Hi"))
        async with box.held(by_token(server.account(), "good"), shelf):
            await shelf.until(1)
        with pytest.raises(AuthExpired):
            await CONNECTOR.hold(by_token(server.account(), "taken back"), shelf.arrive, shelf)
        late = by_token(server.account(), "good", timedelta(seconds=-1))
        with pytest.raises(TemporaryFailure, match="renewed"):
            await CONNECTOR.hold(late, shelf.arrive, shelf)


class Post:
    """An SMTP server that takes one token."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.said: list[str] = []
        self.mails: list[bytes] = []

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """Judge the token, as the protocol writes it."""
        del server
        self.said.append(args[1])
        good = args[1] == oauth.xoauth2("help@desk.test", "good")
        return AuthResult(success=good, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail of who signed in."""
        del server
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        self.mails.append(envelope.original_content or b"")
        return "250 stored"


@pytest.mark.parametrize(("token", "code"), [("good", 250), ("bad", 535)])
async def test_a_mail_leaves_with_a_token(token: str, code: int) -> None:
    post = Post()
    controller = Controller(
        post, hostname="127.0.0.1", port=box.free_port(), auth_require_tls=False
    )
    controller.start()
    server = SmtpServer(
        host="127.0.0.1", port=controller.port, security="none", username="help@desk.test",
        token=token,
    )  # fmt: skip
    call = SmtpCall(
        server=server, mail_from="help@desk.test", rcpt_to=["c@d.test"], message=letter("Hi")
    )

    def steps() -> Generator[Call, Reply, Reply]:
        return (yield call)

    try:
        reply = await Carrier(Http(Guard())).send(steps(), ACCOUNT)
    finally:
        controller.stop()
    assert isinstance(reply, SmtpReply)
    assert reply.code == code
    assert len(post.mails) == (code == 250)
