"""Brings the simulators' webhooks to our own door by real HTTP, and tries again as vendors do."""

import asyncio
from collections.abc import Sequence

from hilo.kit import log
from hilo.kit.errors import ConnectorError
from hilo.kit.http import Http, Request
from hilo.sdk.account import Account
from hilo.sdk.simulator import Webhook

_LOG = log.get(__name__)
# Vendors go on for hours; whoever plays with them waits for minutes at most.
_PAUSES_S = (0.5, 2.0, 8.0, *(10.0,) * 60)
_MOST_UNDER_WAY = 5_000
_OK = range(200, 300)


class Courier:
    """Keeps what is under way; forgets it when the process ends, as a network would."""

    def __init__(self, http: Http, own_url: str) -> None:
        """own_url: our own address, without a slash at its end."""
        self._http = http
        self._own_url = own_url.rstrip("/")
        self._under_way: set[asyncio.Task[None]] = set()

    def send(self, account: Account, webhooks: Sequence[Webhook]) -> None:
        """Have them delivered, each in its own time."""
        for each in webhooks:
            if len(self._under_way) >= _MOST_UNDER_WAY:
                _LOG.warning("sandbox.crowded", account=str(account.id))
                return
            task = asyncio.create_task(self._deliver(account, each))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def close(self) -> None:
        """Drop what is under way."""
        for each in list(self._under_way):
            each.cancel()
        await self.settled()

    async def _deliver(self, account: Account, webhook: Webhook) -> None:
        await asyncio.sleep(webhook.after_s)
        path = f"/hooks/{account.channel}/{account.id}"
        request = Request(
            method=webhook.method,
            url=f"{self._own_url}{path}{webhook.query}",
            headers=webhook.headers,
            body=webhook.body,
        )
        told = await self._once(request)
        for pause_s in _PAUSES_S:
            if told is None:
                return
            await asyncio.sleep(pause_s)
            told = await self._once(request)
        if told is not None:
            _LOG.warning("sandbox.not_delivered", account=str(account.id), told=told)

    async def _once(self, request: Request) -> str | None:
        """Return why it was not taken; None when it was."""
        try:
            reply = await self._http.fetch(request)
        except ConnectorError as error:
            return str(error)
        return None if reply.status in _OK else str(reply.status)
