"""Instagram's translation. Each duty is one line here; the rooms it names do the work."""

from collections.abc import Generator, Mapping, Sequence
from uuid import UUID

from typing_extensions import override

from hilo.connectors._graph import remarks, seeking, sketch
from hilo.connectors._graph.channel import DialogueChannel
from hilo.connectors._graph.talk import Way
from hilo.connectors.instagram import inbound, setup
from hilo.connectors.instagram.simulator import InstagramSimulator
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

_PROFILE = (
    "name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,"
    "is_verified_user"
)
_KEPT = ("username", "follower_count", "is_user_follow_business", "is_verified_user")


class Instagram(DialogueChannel):
    """See the module."""

    kind = inbound.OBJECT

    def __init__(self) -> None:
        """Read the manifest."""
        super().__init__(__package__)

    @override
    def way(self, account: Account) -> Way:
        """Return how the account speaks."""
        return setup.way(account)

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means."""
        return inbound.read(delivery.body, account)

    @override
    def send(self, message: MessageOut, account: Account) -> Sending:
        """Send one part: a direct message, or an answer to a comment."""
        if remarks.is_one(message):
            return remarks.answer(message, self.way(account), "replies")
        return super().send(message, account)

    def resolve(
        self, message: MessageOut, account: Account
    ) -> Generator[Call, Reply, Accepted | None]:
        """Look whether a part arrived after all, when no echo has told it."""
        way = self.way(account)
        if remarks.is_one(message) and isinstance(message.content, Comment):
            own = account.address or ""
            return seeking.comment(message, way, "replies", "id,timestamp,from,text", own)
        return seeking.message(message, way, "instagram")

    @override
    def act(self, action: ActionOut, account: Account) -> Sending:
        """React to a message; delete a comment of ours."""
        if action.does == "delete" and action.external_id.startswith(remarks.PREFIX):
            return remarks.remove(action.external_id, self.way(account))
        return super().act(action, account)

    def profile(self, who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
        """Ask for name and picture; who has not consented stays unnamed."""
        graph = setup.way(account).graph
        told = yield from graph.ask(graph.get(who.value, fields=_PROFILE))
        return Profile(
            name=str(told.get("name") or told.get("username") or ""),
            avatar=str(told.get("profile_pic") or ""),
            attributes={name: told[name] for name in _KEPT if name in told},
        )

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the settings; make the word for the handshake."""
        return setup.configure(self._manifest, given, old)

    def connect(self, account: Account) -> Generator[Call, Reply, Connected]:
        """Subscribe to the account; renew its token."""
        return setup.connect(account)

    def refresh(self, account: Account) -> Generator[Call, Reply, Connected]:
        """Renew the token, so that its 60 days never end."""
        return setup.refresh(account)

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Try each step."""
        return setup.check(account)

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Return a vendor that knows this account only."""
        return InstagramSimulator(account, first=first)

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return settings of an account of the sandbox."""
        return {
            "login": "instagram",
            "account_id": sketch.number(seed, 15, "4"),
            "access_token": f"IGAA{seed.hex}",
            "app_secret": seed.hex,
            "username": "casafaro",
        }


CONNECTOR = Instagram()
