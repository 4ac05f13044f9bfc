"""Office hours: what a line means, and when somebody is back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hilo.connectors.webchat import CONNECTOR, hours_of
from hilo.connectors.webchat.hours import read
from hilo.kit.errors import Invalid

MADRID = ZoneInfo("Europe/Madrid")
SHOP = ["mon-fri 09:00-13:00, 15:00-19:00", "sat 10:00-14:00"]


def at(text: str) -> datetime:
    """Return a moment as the clock in Madrid shows it, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=MADRID).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "back"),
    [
        ("2026-11-23T09:00", None),  # a Monday
        ("2026-11-23T08:59", "2026-11-23T09:00"),
        ("2026-11-23T13:00", "2026-11-23T15:00"),
        ("2026-11-23T18:59", None),
        ("2026-11-23T19:00", "2026-11-24T09:00"),
        ("2026-11-28T14:00", "2026-11-30T09:00"),  # Saturday noon: back on Monday
        ("2026-03-28T14:00", "2026-03-30T09:00"),  # the clocks go forward between them
    ],
)
def test_the_office_opens_when_its_hours_say(now: str, back: str | None) -> None:
    found = read(SHOP, "Europe/Madrid").back_at(at(now))
    assert found == (None if back is None else at(back))


def test_a_night_shift_ends_on_the_next_day() -> None:
    night = read(["fri 22:00-02:00"], "Europe/Madrid")
    assert night.back_at(at("2026-11-28T01:59")) is None
    assert night.back_at(at("2026-11-28T02:00")) == at("2026-12-04T22:00")


def test_days_may_be_named_one_by_one_or_over_the_weekend() -> None:
    spans = read(["sat-mon,wed 00:00-24:00"], "UTC").spans
    assert sorted(span.day for span in spans) == [0, 2, 5, 6]
    assert {span.minutes for span in spans} == {24 * 60}


def test_without_hours_nobody_is_ever_back() -> None:
    assert hours_of({}).back_at(datetime.now(UTC)) is None
    assert hours_of({"hours": ["nonsense"]}).back_at(datetime.now(UTC)) is None


def test_whatever_the_moment_the_office_is_open_or_opens_within_a_week() -> None:
    hours = read(SHOP, "America/Sao_Paulo")
    now = at("2026-01-01T00:00")
    for _ in range(2_000):
        back = hours.back_at(now)
        assert back is None or timedelta() < back - now < timedelta(days=7)
        assert back is None or hours.back_at(back) is None
        now += timedelta(minutes=97)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"hours": ["mon-fri 9-18"], "time_zone": "Europe/Madrid"}, "settings.hours"),
        ({"hours": ["someday 09:00-18:00"], "time_zone": "Europe/Madrid"}, "settings.hours"),
        ({"hours": ["mon 09:00-25:00"], "time_zone": "Europe/Madrid"}, "settings.hours"),
        ({"hours": ["mon 09:00-18:00"]}, "settings.time_zone"),
        ({"hours": ["mon 09:00-18:00"], "time_zone": "Atlantis"}, "settings.time_zone"),
        ({"time_zone": "../etc/passwd"}, "settings.time_zone"),
        ({"keep_days": -1}, "settings.keep_days"),
        ({"keep_days": True}, "settings.keep_days"),
        ({"logo": "javascript:alert(1)"}, "settings.logo"),
        ({"logo": "https://x.example/a.png; script-src *"}, "settings.logo"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_by_name(
    settings: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        CONNECTOR.configure(settings, None)
    assert [each.field for each in refused.value.errors] == [field]
