"""Signs to contacts: shown where the channel can, seldom enough, and forgotten when they fail."""

from pathlib import Path
from uuid import UUID

import pytest

from cast import CAST
from hilo.entry.marks import Marker
from hilo.kit.db import Database
from hilo.sdk.account import Account
from hilo.sdk.outbound import MarkOut, Sending
from path import receiving, rows
from vendor import Place, Vendor, says, vendor_on


class Showing(Vendor):
    """A vendor that shows signs."""

    def mark(self, mark: MarkOut, account: Account) -> Sending:
        """Show it."""
        reply = yield self._call(account, f"{mark.does}/{mark.external_id}", {})
        return self.accepted(reply)


async def on(db: Database, folder: Path, connector: Vendor) -> tuple[Place, Marker, UUID]:
    place = await vendor_on(db, folder, connector)
    await place.hear(says("hello", "m-1"))
    await place.hear(says("again", "m-2"))
    ((conversation,),) = await rows(db, "select id from conversation")
    return place, place.state.marker, conversation


async def test_reading_and_typing_are_shown_once_in_a_while(db: Database, tmp_path: Path) -> None:
    place, marker, conversation = await on(db, tmp_path, Showing())
    async with receiving((200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        for _ in range(3):
            marker.read(CAST.workspace, conversation)
            marker.typing(CAST.workspace, conversation)
        await marker.idle()
    assert sorted(line.split()[1] for line in vendor.lines) == [
        "/replies/read/m-2",
        "/replies/typing_on/m-2",
    ]


@pytest.mark.parametrize("status", [500, 404])
async def test_a_sign_that_fails_is_forgotten(db: Database, tmp_path: Path, status: int) -> None:
    place, marker, conversation = await on(db, tmp_path, Showing())
    async with receiving((status, {}, b"no")) as vendor:
        await place.point(vendor.url)
        marker.read(CAST.workspace, conversation)
        await marker.idle()
    assert len(vendor.lines) == 1


async def test_a_channel_without_signs_is_not_called(db: Database, tmp_path: Path) -> None:
    place, marker, conversation = await on(db, tmp_path, Vendor())
    async with receiving((200, {}, b"{}")) as vendor:
        await place.point(vendor.url)
        marker.typing(CAST.workspace, conversation)
        await marker.idle()
    assert vendor.lines == []
