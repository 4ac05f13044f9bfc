"""The stage after a pause: a vendor that begins anew knows who wrote, and may be answered."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import cast

import msgspec

from cast import CAST
from hilo.domain import conversations, inboxes, people
from hilo.domain.inboxes.deliveries import PendingAccount
from hilo.entry.sandbox import Courier, Stage
from hilo.kit import clock
from hilo.kit.db import Database
from hilo.sdk.account import Account
from hilo.sdk.simulator import Deed, Request, Webhook
from path import heard, state_on


class Bag:
    """Takes what the vendor sends."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.webhooks: list[Webhook] = []

    def send(self, _account: Account, webhooks: Sequence[Webhook]) -> None:
        """Take it."""
        self.webhooks += webhooks


async def test_who_wrote_before_a_restart_is_known_after_it(db: Database, tmp_path: Path) -> None:
    state = state_on(db, tmp_path)
    async with db.transaction(CAST.workspace) as tx:
        row = await inboxes.create_account(
            tx,
            people.system(CAST.workspace),
            state.channels,
            CAST.inbox,
            ("messenger", "", {}),
            is_sandbox=True,
        )
    bag = Bag()
    courier = cast("Courier", bag)
    before = Stage(state.accounts, courier, db)
    await before.deed(row.id, Deed(does="text", who="7", name="Ana Prueba", text="¿Abren?"))
    (came,) = bag.webhooks
    place = PendingAccount(CAST.workspace, row.id)
    await heard(state, came.body, account=place)
    async with db.reading(CAST.workspace) as tx:
        (known,) = await conversations.heard_lately(tx, row.id)
        assert await conversations.heard_lately(tx, CAST.account) == []
    assert clock.now() - known.at < timedelta(minutes=5)

    after = Stage(state.accounts, courier, db)
    (phone,) = await after.phones(row.id)
    assert (phone.who, phone.address) == ("7", known.address)
    token = state.channels.opened(row).secrets["access_token"]
    said = {"recipient": {"id": known.address}, "message": {"text": "Sí"}}
    answer = await after.request(
        row.id,
        Request(
            method="POST",
            url=f"https://graph.facebook.com/v25.0/{row.address}/messages",
            headers={"authorization": f"Bearer {token}"},
            body=msgspec.json.encode(said),
        ),
    )
    assert answer.status == 200, answer.body
    (phone,) = await after.phones(row.id)
    assert [each.text for each in phone.bubbles] == ["Sí"]
