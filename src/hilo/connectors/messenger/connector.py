"""Messenger's translation. Each duty is one line here; the rooms it names do the work."""

from collections.abc import Generator, Mapping, Sequence
from uuid import UUID

from typing_extensions import override

from hilo.connectors._graph import connecting, remarks, seeking, sketch
from hilo.connectors._graph.channel import DialogueChannel
from hilo.connectors._graph.talk import Way
from hilo.connectors.messenger import inbound, setup
from hilo.connectors.messenger.simulator import MessengerSimulator
from hilo.sdk.abilities import Connected, Profile
from hilo.sdk.account import Account, Check, Delivery, SettingsRead
from hilo.sdk.content import Comment
from hilo.sdk.inbound import Inbound
from hilo.sdk.outbound import (
    Accepted,
    ActionOut,
    Call,
    MessageOut,
    Recipient,
    Reply,
    Sending,
)
from hilo.sdk.simulator import Simulator


class Messenger(DialogueChannel):
    """See the module."""

    kind = inbound.OBJECT

    def __init__(self) -> None:
        """Read the manifest."""
        super().__init__(__package__)

    @override
    def way(self, account: Account) -> Way:
        """Return how the page speaks."""
        return setup.way(account)

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means."""
        return inbound.read(delivery.body, account)

    @override
    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part: a direct message, or an answer to a comment."""
        if remarks.is_one(message):
            return remarks.answer(message, self.way(account), "comments")
        return super().send(message, account)

    def resolve(
        self, message: MessageOut, account: Account
    ) -> Generator[Call, Reply, Accepted | None]:
        """Look whether a part arrived after all, when no echo has told it."""
        way = self.way(account)
        if remarks.is_one(message) and isinstance(message.content, Comment):
            own = account.address or ""
            return seeking.comment(message, way, "comments", "id,created_time,from,message", own)
        return seeking.message(message, way, "messenger")

    @override
    def act(self, action: ActionOut, account: Account) -> Sending:
        """React to a message; delete a comment of ours."""
        if action.does == "delete" and action.external_id.startswith(remarks.PREFIX):
            return remarks.remove(action.external_id, self.way(account))
        return super().act(action, account)

    def profile(self, who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
        """Ask for a name and a picture; many people allow neither."""
        graph = setup.way(account).graph
        fields = "first_name,last_name,profile_pic,locale"
        told = yield from graph.ask(graph.get(who.value, fields=fields))
        names = (told.get("first_name"), told.get("last_name"))
        return Profile(
            name=" ".join(str(each) for each in names if each),
            avatar=str(told.get("profile_pic") or ""),
            locale=str(told.get("locale") or "").replace("_", "-"),
        )

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the settings; make the word for the handshake."""
        return connecting.configured(self._manifest, given, old, "page_id")

    def connect(self, account: Account) -> Generator[Call, Reply, Connected]:
        """Subscribe to the page."""
        return setup.connect(account)

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Try each step."""
        return setup.check(account)

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Return a vendor that knows this account only."""
        return MessengerSimulator(account, first=first)

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return settings of an account of the sandbox."""
        return {
            "page_id": sketch.number(seed, 15, "3"),
            "access_token": f"EAA{seed.hex}",
            "app_secret": seed.hex,
        }


CONNECTOR = Messenger()
