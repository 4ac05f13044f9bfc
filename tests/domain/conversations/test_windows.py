"""Until when a free reply may leave: the edge itself, and who may write beyond it."""

from datetime import UTC, datetime, timedelta

import pytest

from hilo.domain.conversations.replies import windows
from hilo.entry import registry

HEARD = datetime(2026, 11, 22, 12, tzinfo=UTC)
JUST = timedelta(microseconds=1)


@pytest.mark.parametrize("channel", ["whatsapp", "messenger", "instagram"])
def test_a_window_is_open_to_its_very_end_and_no_longer(channel: str) -> None:
    window = registry.connectors()[channel].manifest.limits.window
    ends = HEARD + timedelta(seconds=window.free_s)
    assert ends > HEARD
    assert windows.is_open(window, HEARD, ends, "system")
    assert not windows.is_open(window, HEARD, ends + JUST, "system")


def test_people_may_write_longer_than_machines_where_the_vendor_says_so() -> None:
    window = registry.connectors()["messenger"].manifest.limits.window
    week = HEARD + timedelta(days=7)
    assert windows.is_open(window, HEARD, week, "agent")
    assert not windows.is_open(window, HEARD, week + JUST, "agent")
    assert not windows.is_open(window, HEARD, week, "system")


def test_nobody_heard_is_a_closed_window_and_no_window_is_never_closed() -> None:
    channels = registry.connectors()
    assert not windows.is_open(channels["whatsapp"].manifest.limits.window, None, HEARD)
    assert windows.is_open(channels["telegram"].manifest.limits.window, None, HEARD)


def test_a_window_may_be_of_some_accounts_only() -> None:
    manifest = registry.connectors()["twilio"].manifest
    late = HEARD + timedelta(days=2)
    for by, is_open in (("sms", True), ("whatsapp", False)):
        window = windows.window_of(manifest, {"by": by})
        assert windows.is_open(window, HEARD, HEARD + timedelta(hours=1))
        assert windows.is_open(window, HEARD, late) is is_open
