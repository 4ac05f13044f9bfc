"""Why a mail was refused, from the words of its server."""

import pytest

from hilo.connectors.email import why


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("552 5.2.2 The recipient's mailbox is full", "full"),
        ("550 5.1.1 <ana@example.test>: user unknown", "unreachable"),
        ("550 5.7.1 Message rejected due to content restrictions", "policy"),
        ("5.2.3 Message length exceeds administrative limit", "too-large"),
        ("552 5.3.4 message too big", "too-large"),
        ("553 sorry, no mailbox here by that name", "unreachable"),
        ("554 Transaction failed", "policy"),
        ("501 5.5.4 Invalid arguments", ""),
        ("the server at 10.5.1.1 said no", ""),
        ("", ""),
    ],
)
def test_a_refusal_is_understood_by_its_code(said: str, reason: str) -> None:
    assert why.reason(said) == reason
