"""The carrier: makes the calls a connector asks for, by HTTP and SMTP; nobody else below the doors.

It tells apart what surely did not happen (TemporaryFailure) from what may have (UnknownOutcome).
Mail without a server goes to the catcher and never leaves the machine. Accounts of the sandbox
reach its simulators only, and nobody else reaches those.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TypeVar

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
)
from msgspec import structs

from hilo.domain.inboxes.sandbox import ASIDE, Sandbox
from hilo.kit import tls
from hilo.kit.errors import ConnectorError, Rejected, TemporaryFailure, UnknownOutcome
from hilo.kit.http import Http, Request
from hilo.kit.http import Reply as Answered
from hilo.sdk.account import Account
from hilo.sdk.outbound import (
    Call,
    HttpCall,
    HttpReply,
    Reply,
    SmtpCall,
    SmtpReply,
    SmtpServer,
)

Catch = Callable[[SmtpCall], Awaitable[None]]
Said = TypeVar("Said")
_QUIT_S = 2
_REPLY_CHARS = 500
_COME_AGAIN = {408, 425, 429}
_SYNTAX_CODES = {500, 501, 502, 504}


class Carrier:
    """One per process."""

    def __init__(self, http: Http, sandbox: Sandbox | None = None) -> None:
        """http: the guarded client, for the world."""
        self._http = http
        self._sandbox = sandbox

    async def send(
        self, steps: Generator[Call, Reply, Said], account: Account, catch: Catch | None = None
    ) -> Said:
        """Drive what a connector does (send, act, fetch, …) to its end; return what it returns.

        catch: keeps mail that has no server. Raises what the connector raises, and what a call
        itself can: TemporaryFailure, UnknownOutcome, Rejected.
        """
        return await self._drive(steps, account, catch)

    async def aside(self, steps: Generator[Call, Reply, Said], account: Account) -> Said:
        """Drive what nobody said and nobody waits for: a mark, a profile. Raises as `send` does.

        In the sandbox a fault that happens once waits for something that was said.
        """
        return await self._drive(steps, account, None, aside=True)

    async def _drive(
        self,
        steps: Generator[Call, Reply, Said],
        account: Account,
        catch: Catch | None,
        *,
        aside: bool = False,
    ) -> Said:
        try:
            call = next(steps)
            while True:
                call = _aside(call, account) if aside else call
                call = steps.send(await self._perform(call, account, catch))
        except StopIteration as end:
            said: Said = end.value
            return said
        finally:
            steps.close()

    async def attempt(self, steps: Generator[Call, Reply, Said], account: Account) -> Said:
        """Drive a check: a call that fails raises its error where it was asked for."""
        try:
            call = next(steps)
            while True:
                try:
                    reply = await self._perform(_aside(call, account), account, None)
                except ConnectorError as error:
                    call = steps.throw(error)
                else:
                    call = steps.send(reply)
        except StopIteration as end:
            said: Said = end.value
            return said
        finally:
            steps.close()

    async def download(
        self, url: str, most_bytes: int, account: Account, *, aside: bool = False
    ) -> bytes:
        """Return what is at an address, without credentials. aside: as `aside` does.

        Raises: Rejected for good; TemporaryFailure; what a call itself can raise.
        """
        headers = {ASIDE: "1"} if aside and account.is_sandbox else {}
        request = Request(
            method="GET", url=url, headers=headers, redirects=3, body_bytes_max=most_bytes
        )
        try:
            reply = await self._ask(request, account)
        except UnknownOutcome as error:  # asking twice does no harm
            raise TemporaryFailure(str(error)) from error
        if reply.status in _COME_AGAIN or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise TemporaryFailure(f"answered {reply.status}")
        if reply.status != HTTPStatus.OK:
            raise Rejected(f"answered {reply.status}")
        return reply.body

    async def _perform(self, call: Call, account: Account, catch: Catch | None) -> Reply:
        match call:
            case HttpCall():
                return await self._fetch(call, account)
            case SmtpCall() if catch is not None and (account.is_sandbox or call.server is None):
                await catch(call)
                return SmtpReply(text="caught")
            case SmtpCall(server=SmtpServer() as server) if not account.is_sandbox:
                return await _post(server, call)
            case _:
                raise TypeError(f"no way to make a {type(call).__name__}")

    async def _fetch(self, call: HttpCall, account: Account) -> Reply:
        request = Request(
            method=call.method,
            url=call.url,
            headers=call.headers,
            body=call.body,
            timeout_s=call.timeout_s,
            redirects=call.redirects,
            body_bytes_max=call.body_bytes_max,
        )
        try:
            reply = await self._ask(request, account)
        except UnknownOutcome as error:
            if call.is_harmless:
                raise TemporaryFailure(str(error)) from error
            raise
        return HttpReply(status=reply.status, headers=reply.headers, body=reply.body)

    async def _ask(self, request: Request, account: Account) -> Answered:
        """Make the call in the account's own world, never in the other."""
        if account.is_sandbox:
            if self._sandbox is None:
                raise Rejected("there is no sandbox here")
            return await self._sandbox.fetch(account.id, request)
        if self._sandbox is not None and self._sandbox.holds(request.url):
            raise Rejected("the sandbox is for its own accounts")
        return await self._http.fetch(request)


def _aside(call: Call, account: Account) -> Call:
    """Let the sandbox know that nobody said this; the world is told nothing."""
    if not account.is_sandbox or not isinstance(call, HttpCall):
        return call
    return structs.replace(call, headers={**call.headers, ASIDE: "1"})


async def _post(server: SmtpServer, call: SmtpCall) -> Reply:
    """Hand one mail over. Refusals are replies: what they mean is the connector's to say."""
    try:
        async with _connected(server, call.timeout_s) as client:
            return await _deliver(client, call)
    except SMTPResponseException as refused:
        return SmtpReply(code=refused.code, text=refused.message[:_REPLY_CHARS])
    except (SMTPException, OSError) as error:
        certificate = tls.refused(error)
        if certificate is not None:
            raise certificate from error
        raise TemporaryFailure(f"{server.host}: {error}") from error


async def _deliver(client: SMTP, call: SmtpCall) -> Reply:
    options = ["SMTPUTF8"] if _is_wide(call) and client.supports_extension("smtputf8") else None
    encoding = "utf-8" if options else "ascii"
    await client.mail(call.mail_from, options=options, encoding=encoding)
    refused: dict[str, str] = {}
    first: SMTPResponseException | None = None
    for address in call.rcpt_to:
        try:
            await client.rcpt(address, encoding=encoding)
        except SMTPResponseException as error:
            refused[address] = f"{error.code} {error.message}"[:_REPLY_CHARS]
            first = first or error
    if first is not None and len(refused) == len(call.rcpt_to):
        return SmtpReply(code=first.code, text=first.message[:_REPLY_CHARS], refused=refused)
    try:
        answer = await client.data(call.message)
    except SMTPResponseException:
        raise
    except (SMTPException, OSError) as error:
        # The mail was on its way and nobody said what became of it.
        raise UnknownOutcome(f"no answer after the mail was sent: {error}") from error
    return SmtpReply(code=answer.code, text=answer.message[:_REPLY_CHARS], refused=refused)


@asynccontextmanager
async def _connected(server: SmtpServer, timeout_s: float) -> AsyncIterator[SMTP]:
    client = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        tls_context=tls.context(server.certificate_sha256),
        timeout=timeout_s,
    )
    await client.connect()
    try:
        tls.check(server.certificate_sha256, client.get_transport_info("ssl_object"))
        if server.username:
            try:
                if server.token:
                    await client.auth_xoauth2(server.username, server.token)
                else:
                    await client.login(server.username, server.password)
            except SMTPAuthenticationError as error:
                # A server that does not know the command has not judged the password.
                if error.code in _SYNTAX_CODES:
                    raise TemporaryFailure(f"{server.host} offers no sign-in") from error
                raise
        yield client
    finally:
        try:
            await asyncio.wait_for(client.quit(), _QUIT_S)
        except (SMTPException, OSError):
            client.close()


def _is_wide(call: SmtpCall) -> bool:
    return not all(each.isascii() for each in (call.mail_from, *call.rcpt_to))
