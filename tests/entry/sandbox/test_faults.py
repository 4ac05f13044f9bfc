"""What goes wrong on purpose: each fault as often as was asked, and nothing is lost on the way."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilo.entry.sandbox.faults import BACK, BEFORE, Fault, Faults, Kind
from hilo.sdk.simulator import Webhook

SENT = [Webhook(body=b"1"), Webhook(body=b"2", after_s=1)]


def chance() -> float:
    """Return the middle."""
    return 0.5


@pytest.mark.parametrize("kind", BEFORE)
def test_a_trouble_before_the_call_is_used_up(kind: Kind) -> None:
    faults = Faults()
    faults.put([Fault(kind=kind, left=2)])
    assert [faults.before() for _ in range(3)] == [BEFORE[kind], BEFORE[kind], None]


def test_one_without_an_end_goes_on_until_it_is_taken_away() -> None:
    faults = Faults()
    faults.put([Fault(kind="cut", left=None)])
    assert [faults.after() for _ in range(5)] == ["cut"] * 5
    faults.put([])
    assert faults.after() is None


@pytest.mark.parametrize("kind", [*BEFORE, "silence", "cut"])
def test_one_that_is_counted_waits_for_what_somebody_says(kind: Kind) -> None:
    faults = Faults()
    faults.put([Fault(kind=kind, left=1)])
    assert (faults.before(aside=True), faults.after(aside=True)) == (None, None)
    assert [each.left for each in faults.all()] == [1]
    assert faults.before() or faults.after()
    faults.put([Fault(kind=kind, left=None)])
    assert faults.before(aside=True) or faults.after(aside=True)


def test_what_is_asked_for_no_times_never_happens() -> None:
    faults = Faults()
    faults.put([Fault(kind="duplicate", left=0)])
    assert faults.all() == []


@given(st.lists(st.sampled_from(BACK), unique=True))
def test_on_the_way_back_nothing_is_lost(kinds: list[Kind]) -> None:
    faults = Faults()
    faults.put([Fault(kind=each, seconds=4) for each in kinds])
    came = faults.back(SENT, chance)
    times = 2 if "duplicate" in kinds else 1
    assert Counter(each.body for each in came) == {b"1": times, b"2": times}
    later = 4 * ("delay" in kinds) + 0.75 * ("reorder" in kinds)
    assert {(each.body, each.after_s) for each in came} == {(b"1", later), (b"2", 1 + later)}
    assert faults.all() == []


def test_what_brings_no_webhook_uses_up_no_fault() -> None:
    faults = Faults()
    faults.put([Fault(kind="duplicate")])
    assert faults.back([], chance) == []
    assert len(faults.all()) == 1
