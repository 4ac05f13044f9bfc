"""Inboxes and accounts: what an admin can do, and that secrets stay closed.

conformance  test
G-02         test_a_rotated_secret_leaves_the_former_one_valid_once
G-33         test_saving_ends_a_hold
X-09         tests/entry/api (refusal at save), tests/domain/conversations/test_carry.py (at send)
"""

from uuid import UUID, uuid4

import msgspec
import pytest

from cast import API_SECRET, CAST, SECRET_KEY, a_conversation
from hilo.domain import inboxes, people
from hilo.domain.inboxes import AccountChange, Channels, InboxChange, queries
from hilo.domain.people import Actor
from hilo.entry import registry
from hilo.kit.crypto import Vault
from hilo.kit.db import Tx
from hilo.kit.errors import AuthExpired, Conflict, Forbidden, Invalid, NotFound

ACTOR = people.system(CAST.workspace)
NOBODY = Actor(
    kind="agent",
    id=CAST.ben.id,
    name="Ben",
    role="agent",
    permissions=frozenset(),
    workspace=CAST.workspace,
)


@pytest.fixture(scope="module")
def channels() -> Channels:
    return Channels(registry.connectors(), Vault(SECRET_KEY), "https://desk.test/")


async def an_account(tx: Tx, channels: Channels, **settings: object) -> inboxes.AccountRow:
    return await inboxes.create_account(tx, ACTOR, channels, CAST.inbox, ("api", "", settings))


async def test_an_account_gets_its_secret_and_its_address(tx: Tx, channels: Channels) -> None:
    row = await an_account(tx, channels, callback_url="https://shop.test/replies")
    view = channels.view(row)
    assert view.webhook_url == f"https://desk.test/hooks/api/{row.id}"
    assert view.secrets_set == ["secret"]
    assert channels.secrets(row)["secret"].startswith("whsec_")
    assert channels.secrets(row)["secret"] not in msgspec.json.encode(view).decode()
    stored = await tx.connection.fetchval("select secrets from account where id = $1", row.id)
    assert b"whsec_" not in stored


async def test_secrets_open_for_their_own_account_only(tx: Tx, channels: Channels) -> None:
    row = await an_account(tx, channels)
    moved = msgspec.structs.replace(row, id=uuid4())
    assert channels.secrets(moved) == {}
    with pytest.raises(AuthExpired, match="HILO_SECRET_KEY"):
        channels.opened(moved)


@pytest.mark.parametrize(
    ("channel", "settings", "field"),
    [
        ("pigeon", {}, "channel"),
        ("api", {"callback_url": "shop.test"}, "settings.callback_url"),
        ("api", {"callback_url": 7}, "settings.callback_url"),
        ("api", {"colour": "red"}, "settings.colour"),
        ("api", {"secret": "whsec_short"}, "settings.secret"),
    ],
)
async def test_wrong_settings_are_named(
    tx: Tx, channels: Channels, channel: str, settings: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await inboxes.create_account(tx, ACTOR, channels, CAST.inbox, (channel, "", settings))
    assert [each.field for each in caught.value.errors] == [field]


async def test_a_change_keeps_what_it_does_not_name(tx: Tx, channels: Channels) -> None:
    row = await an_account(tx, channels, callback_url="https://shop.test/replies")
    change = AccountChange(name="Shop", settings={"secret": ""})
    after = await inboxes.change_account(tx, ACTOR, channels, row.id, change)
    assert after.settings == row.settings
    assert channels.secrets(after) == channels.secrets(row)
    cleared = AccountChange(settings={"callback_url": None})
    after = await inboxes.change_account(tx, ACTOR, channels, row.id, cleared)
    assert (after.name, after.settings) == ("Shop", {})


async def test_a_rotated_secret_leaves_the_former_one_valid_once(
    tx: Tx, channels: Channels
) -> None:
    row, first = await inboxes.rotate_secret(tx, ACTOR, channels, CAST.account)
    assert channels.secrets(row) == {"secret": first, "previous_secret": API_SECRET}
    row, second = await inboxes.rotate_secret(tx, ACTOR, channels, CAST.account)
    assert channels.secrets(row) == {"secret": second, "previous_secret": first}


async def test_saving_ends_a_hold(tx: Tx, channels: Channels) -> None:
    problem = {"code": "auth-expired", "detail": "401"}
    await inboxes.hold_account(tx, channels, CAST.account, problem)
    await inboxes.hold_account(tx, channels, CAST.account, problem)
    held = await inboxes.get_account(tx, ACTOR, CAST.account)
    assert (held.state, held.problem) == ("held", problem)
    assert len(tx.published) == 1  # told once
    after = await inboxes.change_account(tx, ACTOR, channels, CAST.account, AccountChange())
    assert (after.state, after.problem) == ("active", None)


async def test_an_address_belongs_to_one_account(tx: Tx, channels: Channels) -> None:
    given = ("email", "", {"address": "Help@Desk.test"})
    row = await inboxes.create_account(tx, ACTOR, channels, CAST.inbox, given)
    assert row.address == "help@desk.test"
    with pytest.raises(Invalid, match="connected already"):
        await inboxes.create_account(tx, ACTOR, channels, CAST.inbox, given)


async def test_an_inbox_with_conversations_stays(tx: Tx) -> None:
    row = await inboxes.create_inbox(tx, ACTOR, InboxChange(name=" Shop "))
    assert (row.name, row.threading, row.reopen_window_s) == ("Shop", None, 604_800)
    changed = await inboxes.change_inbox(tx, ACTOR, row.id, InboxChange(threading="contact"))
    assert (changed.name, changed.threading) == ("Shop", "contact")
    await inboxes.delete_inbox(tx, ACTOR, row.id)
    with pytest.raises(NotFound):
        await inboxes.delete_inbox(tx, ACTOR, row.id)
    await a_conversation(tx)
    with pytest.raises(Conflict):
        await inboxes.delete_inbox(tx, ACTOR, CAST.inbox)


@pytest.mark.parametrize(
    "change", [InboxChange(name=""), InboxChange(name="x" * 101), InboxChange(name="a\x00b"),
               InboxChange(name="ok", reopen_window_s=-1)]
)  # fmt: skip
async def test_a_wrong_inbox_is_refused(tx: Tx, change: InboxChange) -> None:
    with pytest.raises(Invalid):
        await inboxes.create_inbox(tx, ACTOR, change)


async def test_rights_are_asked_for(tx: Tx, channels: Channels) -> None:
    account = CAST.account
    for verb in (
        inboxes.list_inboxes(tx, NOBODY, channels),
        inboxes.create_inbox(tx, NOBODY, InboxChange(name="x")),
        inboxes.delete_inbox(tx, NOBODY, CAST.inbox),
        inboxes.create_account(tx, NOBODY, channels, CAST.inbox, ("api", "", {})),
        inboxes.change_account(tx, NOBODY, channels, account, AccountChange()),
        inboxes.rotate_secret(tx, NOBODY, channels, account),
        inboxes.delete_account(tx, NOBODY, account),
        inboxes.deliveries.list_parked(tx, NOBODY),
        inboxes.deliveries.replay(tx, NOBODY, account),
        inboxes.deliveries.discard(tx, NOBODY, account),
    ):
        with pytest.raises(Forbidden):
            await verb


async def a_mailbox(tx: Tx, channels: Channels, address: str, *more: str) -> inboxes.AccountRow:
    given = ("email", "", {"address": address, "aliases": list(more)})
    return await inboxes.create_account(tx, ACTOR, channels, CAST.inbox, given)


async def whose(tx: Tx, *addresses: str) -> dict[str, UUID]:
    return {row.address: row.id for row in await queries.accounts_by_address(tx, addresses)}


async def test_an_address_more_is_the_accounts_until_it_is_taken_away(
    tx: Tx, channels: Channels
) -> None:
    row = await a_mailbox(tx, channels, "help@desk.test", "Sales@Desk.test", "help@desk.test")
    both = ("help@desk.test", "sales@desk.test")
    assert await whose(tx, *both) == dict.fromkeys(both, row.id)
    for change in (AccountChange(name="Desk"), AccountChange(settings={"display_name": "Desk"})):
        await inboxes.change_account(tx, ACTOR, channels, row.id, change)
        assert await whose(tx, *both) == dict.fromkeys(both, row.id)
    swapped = {"address": "sales@desk.test", "aliases": ["help@desk.test"]}
    await inboxes.change_account(tx, ACTOR, channels, row.id, AccountChange(settings=swapped))
    assert await whose(tx, *both) == dict.fromkeys(both, row.id)
    gone = AccountChange(settings={"aliases": []})
    await inboxes.change_account(tx, ACTOR, channels, row.id, gone)
    assert await whose(tx, *both) == {"sales@desk.test": row.id}
    await inboxes.delete_account(tx, ACTOR, row.id)
    assert await whose(tx, *both) == {}


@pytest.mark.parametrize(
    ("own", "more", "field"),
    [
        ("help@desk.test", [], "settings.address"),
        ("sales@desk.test", [], "settings.address"),
        ("new@desk.test", ["help@desk.test"], "settings.aliases"),
        ("new@desk.test", ["sales@desk.test"], "settings.aliases"),
    ],
)
async def test_an_address_is_not_anothers_own_nor_one_of_its_more(
    tx: Tx, channels: Channels, own: str, more: list[str], field: str
) -> None:
    await a_mailbox(tx, channels, "help@desk.test", "sales@desk.test")
    with pytest.raises(Invalid) as caught:
        async with tx.attempt():
            await a_mailbox(tx, channels, own, *more)
    assert [(each.field, each.code) for each in caught.value.errors] == [(field, "taken")]
    other = await a_mailbox(tx, channels, "other@desk.test")
    change = AccountChange(settings={"address": own, "aliases": more})
    with pytest.raises(Invalid) as caught:
        await inboxes.change_account(tx, ACTOR, channels, other.id, change)
    assert [(each.field, each.code) for each in caught.value.errors] == [(field, "taken")]
