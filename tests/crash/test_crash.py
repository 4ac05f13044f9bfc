"""Nothing acknowledged is lost, doubled or stuck when Hilo or PostgreSQL is killed under load."""

import pytest

from crash.__main__ import crash


@pytest.mark.crash
async def test_ten_rounds_of_kills_lose_double_and_hold_nothing() -> None:
    verdict = await crash(10, seconds=2.0)
    assert verdict.accepted > 300
    assert verdict.written > 30
    assert verdict.replies > 0
    assert (verdict.lost, verdict.doubled, verdict.stuck) == ([], [], [])
