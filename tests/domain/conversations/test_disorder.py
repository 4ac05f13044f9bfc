"""Duplicated, reordered and late deliveries end in the same state as in-order ones.

conformance  test
G-13, G-14   test_disorder_changes_nothing_in_the_end
"""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from cast import CAST
from hilo.domain.conversations.models import Author
from hilo.domain.conversations.thread.writing import NewMessage, append
from hilo.entry.state import AppState
from hilo.kit.db import Database
from path import heard, receipt, rows, said, state_on

SENT = datetime(2026, 11, 1, tzinfo=UTC)
PEOPLE = 3
_NUMBERS = itertools.count()


class Script(Struct, frozen=True):
    """A story in order, and how the network tells it: which items when, some of them again."""

    story: list[tuple[str, int]]  # ("message", person) or ("receipt", step)
    told: list[int]
    cuts: list[int]


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    item = st.one_of(
        st.tuples(st.just("message"), st.integers(0, PEOPLE - 1)),
        st.tuples(st.just("receipt"), st.integers(0, 2)),
    )
    story = draw(st.lists(item, min_size=1, max_size=12))
    again = draw(st.lists(st.integers(0, len(story) - 1), max_size=6))
    told = draw(st.permutations([*range(len(story)), *again]))
    cuts = sorted(draw(st.sets(st.integers(1, len(told)), max_size=4)))
    return Script(story, told, cuts)


def body(run: str, story: list[tuple[str, int]], place: int) -> dict[str, object]:
    kind, which = story[place]
    if kind == "receipt":
        return receipt(f"{run}-reply", ("sent", "delivered", "read")[which])
    at = (SENT + timedelta(minutes=place)).isoformat()
    email = f"p{which}@{run}.test"
    name = f"Person {which}"
    who = f"{run}-{which}"
    return said(f"step {place}", id_=f"{run}-{place}", who=who, name=name, email=email, at=at)


async def a_reply_out_there(state: AppState, run: str) -> UUID:
    """Have a reply that was sent under a name of the other side's, for the receipts."""
    await heard(state, said("hello", who=f"{run}-writer", id_=f"{run}-hello"))
    async with state.db.transaction(CAST.workspace) as tx:
        row = await tx.connection.fetchrow(
            "select conversation_id, identity_id from message where external_id = $1",
            f"{run}-hello",
        )
        ((_, message),) = await append(
            tx,
            [
                NewMessage(
                    conversation_id=row[0],
                    kind="outgoing",
                    author=Author(kind="agent", id=CAST.ada.id, name="Ada"),
                    channel="api",
                    inbox_id=CAST.inbox,
                    account_id=CAST.account,
                    identity_id=row[1],
                    state="sent",
                    text="answer",
                )
            ],
        )
        await tx.connection.execute(
            "insert into part (workspace_id, message_id, number, account_id, conversation_id,"
            " state, external_id) values ($1, $2, 1, $3, $4, 'sent', $5)",
            *(CAST.workspace, message.id, CAST.account, row[0], f"{run}-reply"),
        )
    return message.id


async def outcome(state: AppState, run: str, reply: UUID) -> list[tuple[Any, ...]]:
    """Return what is there in the end, without the names of this run."""
    found = await rows(
        state.db,
        "select i.value, p.name, (select count(*) from conversation c where c.contact_id = p.id),"
        " c.status, c.unread, c.last_seq, c.last_message ->> 'preview',"
        " (select jsonb_agg(jsonb_build_array(m.text, m.at) order by m.at, m.text) from message m"
        "  where m.conversation_id = c.id and m.kind = 'incoming')"
        " from identity i join contact p on p.id = i.contact_id"
        " join conversation c on c.contact_id = p.id"
        " where i.kind = 'email' and i.value like '%@' || $1 || '.test' order by i.value",
        run,
    )
    state_ = await rows(state.db, "select state from message where id = $1", reply)
    return [*((str(row[0]).partition("@")[0], *row[1:]) for row in found), *state_]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(script=scripts())
async def test_disorder_changes_nothing_in_the_end(
    db: Database, tmp_path: Path, script: Script
) -> None:
    state = state_on(db, tmp_path)
    ends = []
    for told, cuts in (
        (list(range(len(script.story))), [len(script.story)]),
        (script.told, [*script.cuts, len(script.told)]),
    ):
        run = f"run{next(_NUMBERS)}"
        reply = await a_reply_out_there(state, run)
        bodies = [body(run, script.story, place) for place in told]
        for start, end in itertools.pairwise([0, *cuts]):
            await heard(state, *bodies[start:end])
        ends.append(await outcome(state, run, reply))
    assert ends[0] == ends[1]


async def test_a_hundred_first_contacts_told_by_fifty_senders_at_once(
    db: Database, tmp_path: Path
) -> None:
    state = state_on(db, tmp_path)
    bodies = [said(f"part {n}", id_=f"m-{n}", who="new") for n in range(100)]
    await asyncio.gather(*(heard(state, *bodies[n : n + 2]) for n in range(0, 100, 2)))
    await heard(state)
    assert await rows(
        state.db,
        "select (select count(*) from contact) - 1, (select count(*) from conversation),"
        " (select count(*) from message)",
    ) == [(1, 1, 100)]
