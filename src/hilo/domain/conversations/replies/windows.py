"""Until when a channel takes free replies, counted from what the contact last said."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from hilo.domain.conversations.models import AuthorKind
from hilo.kit.db import Tx
from hilo.kit.sql import Queries
from hilo.sdk.manifest import Manifest, Window
from hilo.sdk.simulator import Heard

SQL = Queries(__package__, "windows.sql")
_NONE = Window()


async def heard_at(tx: Tx, contact: UUID, account: UUID, identity: UUID) -> datetime | None:
    """Return when the contact last wrote by this account and identity."""
    return await tx.maybe(
        SQL.heard,
        datetime,
        workspace=tx.workspace,
        contact=contact,
        account=account,
        identity=identity,
    )


async def heard_lately(tx: Tx, account: UUID, most: int = 500) -> list[Heard]:
    """Return who wrote by this account and when last, the last first."""
    return await tx.all(SQL.heard_lately, Heard, workspace=tx.workspace, account=account, most=most)


def window_of(manifest: Manifest, settings: Mapping[str, object]) -> Window:
    """Return the window of an account with these settings; of nothing where it has none."""
    window = manifest.limits.window
    holds = all(settings.get(name) in values for name, values in window.when.items())
    return window if holds else _NONE


def has_end(window: Window) -> bool:
    """Say whether free replies are ever taken no more."""
    return window.free_s > 0


def open_until(
    window: Window, heard: datetime | None, author: AuthorKind = "agent"
) -> datetime | None:
    """Return when the window ends; None where nobody was heard, or there is no window."""
    if heard is None or not has_end(window):
        return None
    person_s = window.person_s if author == "agent" else 0
    return heard + timedelta(seconds=max(window.free_s, person_s))


def is_open(
    window: Window, heard: datetime | None, now: datetime, author: AuthorKind = "agent"
) -> bool:
    """Say whether a free reply may leave now."""
    until = open_until(window, heard, author)
    return not has_end(window) or (until is not None and now <= until)
