"""The log forgets: events about somebody who wishes to be forgotten.

Places in the log are compared, never looked up, so that a row that is gone holds up nobody. What
this transaction has published goes too, when it was flushed before.
"""

from collections.abc import Sequence
from uuid import UUID

from hilo.kit.db import Tx
from hilo.kit.sql import query

_ABOUT = query(
    "forget_about",
    """
    delete from event where workspace_id = :workspace and subject = any(:subjects) returning id
    """,
)
_NAMING = query(
    "forget_naming",
    """
    delete from event e
    where e.workspace_id = :workspace and e.subject = any(:subjects) and exists (
      select 1 from regexp_matches(
        e.data::text, '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'g') m
      where m[1]::uuid = any(:ids))
    returning e.id
    """,
)
_PARKED = query(
    "forget_parked",
    "delete from parked_event where workspace_id = :workspace and event_id = any(:events)",
)


async def forget_about(tx: Tx, subjects: Sequence[UUID]) -> None:
    """Drop every event of these subjects."""
    events = await tx.all(_ABOUT, int, workspace=tx.workspace, subjects=list(subjects))
    await _forget_parked(tx, events)


async def forget_naming(tx: Tx, subjects: Sequence[UUID], ids: Sequence[UUID]) -> None:
    """Of these subjects' events, drop those that name one of the ids anywhere."""
    events = await tx.all(
        _NAMING, int, workspace=tx.workspace, subjects=list(subjects), ids=list(ids)
    )
    await _forget_parked(tx, events)


async def _forget_parked(tx: Tx, events: Sequence[int]) -> None:
    if events:
        await tx.run(_PARKED, workspace=tx.workspace, events=list(events))
