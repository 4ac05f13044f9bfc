"""Whatever comes twice, late or in another order, the three channels say the same in the end.

A small model of what the core keeps is fed with what the connectors read: messages by their id,
the highest state of each part, the last mark of each person. Deeds and sends are drawn at random
and played against each channel's own simulator; the vendor may throttle, break after it accepted,
or lose our token.
"""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, field

import shelf
from hilo.connectors import instagram, messenger, whatsapp
from hilo.connectors.instagram import testing as instagram_testing
from hilo.connectors.messenger import testing as messenger_testing
from hilo.connectors.whatsapp import testing as whatsapp_testing
from hilo.kit.errors import Throttled, UnknownOutcome
from hilo.sdk.account import Account
from hilo.sdk.inbound import (
    DeletedIn,
    EchoIn,
    EditedIn,
    Inbound,
    MessageIn,
    ReactionIn,
    SeenIn,
    StatusIn,
    Unknown,
)
from hilo.sdk.outbound import HttpCall, HttpReply, MessageOut, Recipient
from hilo.sdk.simulator import Deed, Simulator, Webhook
from shelf import AT

CHANNELS: dict[str, tuple[Any, Account]] = {
    "whatsapp": (whatsapp.CONNECTOR, whatsapp_testing.ACCOUNT),
    "dialog": (whatsapp.CONNECTOR, whatsapp_testing.DIALOG),
    "messenger": (messenger.CONNECTOR, messenger_testing.ACCOUNT),
    "instagram": (instagram.CONNECTOR, instagram_testing.ACCOUNT),
}
RANK = {"sent": 1, "delivered": 2, "read": 3}
FAULTS = ("", "", "", "throttled", "server_error", "after")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["text", "file", "location", "react", "edit", "delete", "read", "send"]),
        st.sampled_from("123"),
        st.integers(0, 9),
        st.sampled_from(FAULTS),
    ),
    max_size=25,
)


class Kept(Struct):
    """What is left when everything was heard."""

    messages: set[str] = field(default_factory=set)
    echoes: set[tuple[str, UUID | None]] = field(default_factory=set)
    states: dict[str, int] = field(default_factory=dict)
    parts: dict[tuple[UUID | None, int | None], int] = field(default_factory=dict)
    seen: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    marks: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    texts: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def hear(self, item: Inbound) -> None:
        """Keep one item, monotone as the core does."""
        match item:
            case MessageIn():
                self.messages.add(item.external_id)
            case EchoIn():
                self.echoes.add((item.external_id, item.message))
            case StatusIn(external_id=str(id_), state=state) if state in RANK:
                self.states[id_] = max(self.states.get(id_, 0), RANK[state])
                key = (item.message, item.part)
                self.parts[key] = max(self.parts.get(key, 0), RANK[state])
            case SeenIn(up_to=datetime() as up_to):
                who = item.sender.identities[0].value
                self.seen[who] = max(self.seen.get(who, (up_to, 0)), (up_to, RANK[item.state]))
            case ReactionIn(at=datetime() as at):
                known = self.marks.get(item.external_id, (at, item.emoji))
                self.marks[item.external_id] = max(known, (at, item.emoji))
            case EditedIn(at=datetime() as at):
                known = self.texts.get(item.external_id, (at, item.text))
                self.texts[item.external_id] = max(known, (at, item.text))
            case DeletedIn():
                self.gone.add(item.external_id)
            case Unknown():
                pytest.fail(f"not understood: {item}")
            case _:
                pass


def kept(items: Iterable[Inbound]) -> Kept:
    found = Kept()
    for item in items:
        found.hear(item)
    return found


class Life:
    """Plays steps against a simulator and remembers what must come of them."""

    def __init__(self, name: str) -> None:
        self.connector, self.account = CHANNELS[name]
        self.vendor: Simulator = self.connector.simulator(self.account)
        self.hooks: list[Webhook] = []
        self.written: set[str] = set()
        self.arrived = 0
        self.uncertain: list[MessageOut] = []
        self.at = AT

    def play(self, steps: Sequence[tuple[str, str, int, str]]) -> None:
        """Do all steps."""
        for who in "123":
            self._do(Deed(does="text", who=who, text="hello"))
        for does, who, number, fault in steps:
            self.at += timedelta(seconds=7)
            if does == "send":
                self._send(who, number, fault)
            else:
                self._deed(does, who, number)

    def _deed(self, does: str, who: str, number: int) -> None:
        phone = next(each for each in self.vendor.phones() if each.who == who)
        own = [each for each in phone.bubbles if each.mine and not each.is_deleted]
        some = own if does in {"edit", "delete"} else phone.bubbles
        target = some[number % len(some)].id if some else None
        if does in {"edit", "delete", "react"} and target is None:
            return
        emoji = ("👍", "🎉", "")[number % 3]
        file = {"data": b"x", "media_type": "image/jpeg"} if does == "file" else {}
        aimed = target if does in {"edit", "delete", "react"} else None
        deed = Deed(does=does, who=who, text=f"t{number}", target=aimed, emoji=emoji, **file)  # type: ignore[arg-type]
        self._do(deed)

    def _do(self, deed: Deed) -> None:
        self.hooks += self.vendor.deed(deed, self.at)
        if deed.does in {"text", "file", "location"}:
            phone = next(each for each in self.vendor.phones() if each.who == deed.who)
            self.written.add(phone.bubbles[-1].id)

    def _send(self, who: str, number: int, fault: str) -> None:
        phone = next(each for each in self.vendor.phones() if each.who == who)
        is_number = phone.address.startswith("+")
        to = Recipient(kind="phone" if is_number else "external", value=phone.address)
        message = shelf.part(to, f"answer {number}", now=self.at, id=UUID(int=self.arrived + 100))
        call = next(sending := self.connector.send(message, self.account))
        assert isinstance(call, HttpCall)
        reply = HttpReply(status=500)
        if fault in {"throttled", "server_error"}:
            reply = shelf.reply_of(self.vendor.trouble(fault))  # type: ignore[arg-type]
        else:
            response, hooks = self.vendor.request(shelf.request_of(call), self.at)
            self.hooks += hooks
            self.arrived += 1
            reply = reply if fault == "after" else shelf.reply_of(response)
        try:
            sending.send(reply)
        except StopIteration:
            assert fault == ""
        except UnknownOutcome:
            assert fault in {"after", "server_error"}
            self.uncertain += [message] if fault == "after" else []
        except Throttled:
            assert fault == "throttled"

    def read(self, hooks: Sequence[Webhook]) -> list[Inbound]:
        """Return what the connector makes of webhooks."""
        return list(shelf.read(self.connector, self.account, hooks))


@pytest.mark.parametrize("name", CHANNELS)
@settings(max_examples=25, deadline=None)
@given(steps=STEPS, seed=st.integers(0, 2**32))
def test_order_and_doubles_change_nothing_in_the_end(
    name: str, steps: list[tuple[str, str, int, str]], seed: int
) -> None:
    life = Life(name)
    life.play(steps)
    in_order = kept(life.read(life.hooks))
    mixed = [*life.hooks, *life.hooks[::2], *life.hooks[::3]]
    random.Random(seed).shuffle(mixed)  # noqa: S311 - no secret
    assert kept(life.read(mixed)) == in_order


@pytest.mark.parametrize("name", CHANNELS)
@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_nothing_that_was_written_is_lost_or_doubled(
    name: str, steps: list[tuple[str, str, int, str]]
) -> None:
    life = Life(name)
    life.play(steps)
    found = kept(life.read(life.hooks))
    assert found.messages == life.written
    ours = [each for phone in life.vendor.phones() for each in phone.bubbles if not each.mine]
    assert len(ours) == life.arrived


@pytest.mark.parametrize("name", ["whatsapp", "dialog", "messenger"])
@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_an_answer_that_was_lost_is_settled_by_our_tracker(
    name: str, steps: list[tuple[str, str, int, str]]
) -> None:
    life = Life(name)
    life.play([*steps, ("send", "1", 1, "after")])
    found = kept(life.read(life.hooks))
    proven = {message for message, _ in found.parts} | {message for _, message in found.echoes}
    assert life.uncertain
    assert {each.id for each in life.uncertain} <= proven
