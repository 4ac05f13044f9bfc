"""Bodies that are nearly right, moments in either unit, and pauses that grow."""

import contextlib
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilo.kit.errors import MalformedPayload, TemporaryFailure, Throttled
from hilo.sdk import payloads
from hilo.sdk.outbound import HttpReply
from hilo.sdk.verdicts import Verdict, Verdicts

AT = datetime(2026, 11, 22, 10, 0, 1, tzinfo=UTC)
ANY = msgspec.json.Decoder(dict[str, str])


@pytest.mark.parametrize(
    "stamp", [1795341601, "1795341601", 1795341601000, "1795341601000", 1795341601.0]
)
def test_a_moment_is_read_in_seconds_and_milliseconds(stamp: str | float) -> None:
    assert payloads.moment(stamp) == AT


@pytest.mark.parametrize("stamp", [None, "", "soon", 0, -5, float("nan"), float("inf"), 10**30])
def test_what_is_no_moment_is_none(stamp: str | float | None) -> None:
    assert payloads.moment(stamp) is None


def test_half_an_emoji_costs_that_character_only() -> None:
    assert payloads.decoded(b'{"a":"cut \\ud83d"}', ANY) == {"a": "cut ?"}


def test_null_is_nothing_and_a_wrong_kind_is_still_wrong() -> None:
    nested = msgspec.json.Decoder(dict[str, str | list[dict[str, str]]])
    body = b'{"a":"x","b":null,"c":[{"d":null,"e":"y"}]}'
    assert payloads.decoded(body, nested) == {"a": "x", "c": [{"e": "y"}]}
    with pytest.raises(MalformedPayload) as told:
        payloads.decoded(b'{"a":null,"b":7}', ANY)
    assert told.value.reason == "field-wrong"


@given(st.binary(max_size=60))
def test_rubbish_is_malformed_or_fits(body: bytes) -> None:
    with contextlib.suppress(MalformedPayload):
        assert isinstance(payloads.decoded(body, ANY), dict)


def test_a_wrong_type_names_its_place() -> None:
    with pytest.raises(MalformedPayload, match="a"):
        payloads.decoded(b'{"a":1}', ANY)


def test_a_pause_grows_with_each_attempt_up_to_an_hour() -> None:
    table = Verdicts([Verdict(codes=["131056"], does="slow_recipient", pause_s=4, grows=4)])
    pauses = []
    for attempt in (1, 2, 3, 20):
        error = table.error("131056", "slow", HttpReply(status=400), attempt=attempt)
        assert isinstance(error, Throttled)
        assert error.scope == "recipient"
        pauses.append(error.retry_after_s)
    assert pauses == [4, 16, 64, 3600]


def test_what_the_vendor_asks_for_goes_before_the_table() -> None:
    table = Verdicts(
        [Verdict(codes=["1"], does="retry"), Verdict(codes=["2"], does="slow_account")]
    )
    plain = table.error("1", "", HttpReply(status=500))
    assert type(plain) is TemporaryFailure
    asked = table.error("2", "", HttpReply(status=429, headers={"retry-after": "7"}))
    assert isinstance(asked, Throttled)
    assert asked.retry_after_s == 7
    assert table.knows("1")
    assert not table.knows("3")
