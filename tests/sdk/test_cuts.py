"""The console counts and cuts texts as the server does: both are held to the same examples."""

import json

import pytest

from hilo.domain.conversations.replies.splitting import pieces
from hilo.sdk import measuring
from rig import ROOT

EXAMPLES = json.loads((ROOT / "clients" / "shared" / "cuts.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("each", EXAMPLES["lengths"])
def test_a_length_is_what_the_examples_say(each: dict[str, object]) -> None:
    assert measuring.length(str(each["text"]), each["unit"]) == each["length"]  # type: ignore[arg-type]


@pytest.mark.parametrize("each", EXAMPLES["cuts"], ids=lambda each: each["name"])
def test_a_cut_is_where_the_examples_say(each: dict[str, object]) -> None:
    found = pieces(str(each["text"]), int(str(each["most"])), each["unit"])  # type: ignore[arg-type]
    assert found == each["pieces"]
    assert "".join(found) == each["text"]
