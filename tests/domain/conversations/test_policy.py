"""Which conversation a message joins: the rule alone, over tables and drawn cases.

conformance  test
G-43         test_the_joining_rule_as_a_table
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilo.domain.conversations.incoming.policy import Arrival, Candidate, Known, join, joining_key
from hilo.domain.conversations.models import Status

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DORA, OTHER, INBOX = UUID(int=1), UUID(int=2), UUID(int=3)
WINDOW_S = 100


def candidate(
    number: int,
    status: Status = "open",
    *,
    key: str | None = "k",
    ago_s: int = 0,
    contact: UUID = DORA,
    inbox: UUID = INBOX,
) -> Candidate:
    resolved = NOW - timedelta(seconds=ago_s) if status == "resolved" else None
    return Candidate(UUID(int=100 + number), number, contact, inbox, key, status, resolved)


def arrival(**more: object) -> Arrival:
    facts: dict[str, object] = {
        "contact_id": DORA,
        "inbox_id": INBOX,
        "key": "k",
        "reopen_window_s": WINDOW_S,
        "at": NOW,
    }
    return Arrival(**{**facts, **more})  # type: ignore[arg-type]


def named(*numbers: int) -> list[UUID]:
    return [UUID(int=100 + number) for number in numbers]


@pytest.mark.parametrize(
    ("given_", "candidates", "joined"),
    [
        # by key: open, resolved within the window, resolved too long ago, nothing
        (arrival(), [candidate(1)], 1),
        (arrival(), [candidate(1, "pending")], 1),
        (arrival(), [candidate(1, "snoozed")], 1),
        (arrival(), [candidate(1, "resolved", ago_s=WINDOW_S)], 1),
        (arrival(), [candidate(1, "resolved", ago_s=WINDOW_S + 1)], None),
        (arrival(), [candidate(1, "resolved", ago_s=9), candidate(2, "resolved", ago_s=5)], 2),
        (arrival(), [candidate(1, "resolved", ago_s=1), candidate(2)], 2),
        (arrival(reopen_window_s=0), [candidate(1, "resolved", ago_s=1)], None),
        (arrival(), [candidate(1, key="another")], None),
        # by reference: before the key, the newest first, too old ones passed over
        (arrival(named=named(2)), [candidate(1), candidate(2, key="m")], 2),
        (arrival(named=named(2, 3)), [candidate(2, key="m"), candidate(3, key="n")], 2),
        (
            arrival(named=named(2, 3)),
            [candidate(2, "resolved", key="m", ago_s=999), candidate(3, key="n")],
            3,
        ),
        (arrival(named=named(9)), [candidate(1)], 1),
        # the token of our own address: after references, before number and key
        (arrival(token=named(3)[0], named=named(2)), [candidate(2, key="m"), candidate(3)], 2),
        (
            arrival(token=named(3)[0], number=1),
            [candidate(1), candidate(3, key="n", inbox=OTHER)],
            3,
        ),
        # a mail to two inboxes: its thread here comes before what is elsewhere
        (
            arrival(named=named(2), by_thread=True),
            [candidate(1), candidate(2, key="m", inbox=OTHER)],
            1,
        ),
        (arrival(named=named(2)), [candidate(1), candidate(2, key="m", inbox=OTHER)], 2),
        (arrival(named=named(2)), [candidate(2, key="m", inbox=OTHER)], 2),
        (
            arrival(named=named(2, 3)),
            [candidate(2, key="m", inbox=OTHER), candidate(3, key="n")],
            3,
        ),
        # a resolved one whose key another has taken gives way to it
        (
            arrival(named=named(2)),
            [candidate(2, "resolved", key="m", ago_s=1), candidate(3, key="m")],
            3,
        ),
        (arrival(named=named(2)), [candidate(2, "resolved", key=None, ago_s=1)], 2),
        # by number: only when the conversation is the sender's own
        (arrival(number=2), [candidate(1), candidate(2, key="m")], 2),
        (arrival(number=2), [candidate(1), candidate(2, key="m", contact=OTHER)], 1),
        (arrival(number=2, key="x"), [candidate(2, key="m", contact=OTHER)], None),
    ],
)
def test_the_joining_rule_as_a_table(
    given_: Arrival, candidates: list[Candidate], joined: int | None
) -> None:
    found = join(given_, Known(candidates))
    assert (None if found is None else found.number) == joined


def test_keys_follow_the_inboxs_threading() -> None:
    assert joining_key("contact", DORA, INBOX, "r") == joining_key("contact", DORA, OTHER, None)
    mails = {joining_key("mail_thread", who, INBOX, "r") for who in (DORA, OTHER)}
    assert len(mails) == 1
    chats = {
        joining_key("contact_inbox", who, where, "r")
        for who in (DORA, OTHER)
        for where in (DORA, INBOX)
    }
    assert len(chats) == 4
    assert joining_key("mail_thread", DORA, INBOX, None) in chats


STATUSES = st.sampled_from(["open", "pending", "snoozed", "resolved"])
CANDIDATES = st.lists(
    st.builds(
        lambda number, status, key, ago_s: candidate(number, status, key=key, ago_s=ago_s),
        st.integers(1, 6),
        STATUSES,
        st.sampled_from(["k", "m", None]),
        st.integers(0, 200),
    ),
    max_size=6,
    unique_by=lambda each: each.number,
)


@given(CANDIDATES, st.lists(st.integers(1, 8), max_size=4))
def test_what_is_joined_may_always_be_joined(candidates: list[Candidate], refs: list[int]) -> None:
    open_keys = [each.joining_key for each in candidates if each.status != "resolved"]
    keyed = [key for key in open_keys if key is not None]
    if len(keyed) != len(set(keyed)):
        return  # the unique index does not let this be
    found = join(arrival(named=named(*refs)), Known(candidates))
    if found is None:
        assert "k" not in keyed
    elif found.status == "resolved":
        assert found.joining_key not in keyed
        assert found.resolved_at is not None
        assert found.resolved_at + timedelta(seconds=WINDOW_S) >= NOW


@given(CANDIDATES, st.permutations(range(6)))
def test_the_order_of_candidates_does_not_matter(
    candidates: list[Candidate], order: list[int]
) -> None:
    keyed = [e.joining_key for e in candidates if e.status != "resolved" and e.joining_key]
    if len(keyed) != len(set(keyed)):
        return
    shuffled = [candidates[n] for n in order if n < len(candidates)]
    assert join(arrival(), Known(candidates)) == join(arrival(), Known(shuffled))
