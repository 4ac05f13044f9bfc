"""Why a body could not be read has a code that people read in their language."""

import json
from pathlib import Path

import msgspec
import pytest

from hilo.kit.errors import AuthExpired, MalformedPayload, Rejected, TemporaryFailure
from hilo.sdk.account import failed
from hilo.sdk.payloads import decoded

CATALOGUE = Path(__file__).parents[2] / "clients" / "shared" / "messages"


class _Body(msgspec.Struct):
    id: int


@pytest.mark.parametrize(
    ("body", "reason", "field"),
    [
        (b"{", "no-json", None),
        (b"", "no-json", None),
        (b'\xff{"id": 1}', "no-text", None),
        (b"{}", "field-missing", "id"),
        (b'{"id": "x"}', "field-wrong", "$.id"),
        (b"[]", "field-wrong", "$"),
        (b'{"a":' * 100_000, "too-deep", None),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, reason: str, field: str | None) -> None:
    with pytest.raises(MalformedPayload) as raised:
        decoded(body, msgspec.json.Decoder(_Body))
    assert (raised.value.reason, raised.value.params.get("field")) == (reason, field)
    for locale in ("en", "es", "pt"):
        assert f"parked.{reason}" in json.loads((CATALOGUE / f"{locale}.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (AuthExpired("token was revoked", reason="access"), "access", "token was revoked"),
        (Rejected("no such number"), "rejected", "no such number"),
        (TemporaryFailure(), "temporary-failure", ""),
    ],
)
def test_a_step_that_failed_says_why(error: Exception, reason: str, detail: str) -> None:
    line = failed("credentials", error)  # type: ignore[arg-type]
    assert (line.ok, line.reason, line.detail) == (False, reason, detail)
