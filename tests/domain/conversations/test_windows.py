"""Until when a free reply may leave: the edge itself, and who may write beyond it."""

from datetime import UTC, datetime, timedelta

import pytest

from hilo.domain.conversations.replies import windows
from hilo.entry import registry

HEARD = datetime(2026, 11, 22, 12, tzinfo=UTC)
JUST = timedelta(microseconds=1)


@pytest.mark.parametrize("channel", ["whatsapp", "messenger", "instagram"])
def test_a_window_is_open_to_its_very_end_and_no_longer(channel: str) -> None:
    manifest = registry.connectors()[channel].manifest
    ends = HEARD + timedelta(seconds=manifest.limits.window.free_s)
    assert ends > HEARD
    assert windows.is_open(manifest, HEARD, ends, "system")
    assert not windows.is_open(manifest, HEARD, ends + JUST, "system")


def test_people_may_write_longer_than_machines_where_the_vendor_says_so() -> None:
    manifest = registry.connectors()["messenger"].manifest
    week = HEARD + timedelta(days=7)
    assert windows.is_open(manifest, HEARD, week, "agent")
    assert not windows.is_open(manifest, HEARD, week + JUST, "agent")
    assert not windows.is_open(manifest, HEARD, week, "system")


def test_nobody_heard_is_a_closed_window_and_no_window_is_never_closed() -> None:
    channels = registry.connectors()
    assert not windows.is_open(channels["whatsapp"].manifest, None, HEARD)
    assert windows.is_open(channels["telegram"].manifest, None, HEARD)
