"""Each reason a message did not get there is said in every language; each refusal names one."""

import json
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from hilo.sdk.reasons import Reason

ROOT = Path(__file__).parents[2]
TABLES = sorted((ROOT / "src" / "hilo" / "connectors").glob("*/errors.toml"))


@pytest.mark.parametrize("locale", ["en", "es", "pt"])
def test_every_reason_has_its_words(locale: str) -> None:
    texts = json.loads((ROOT / "clients" / "shared" / "messages" / f"{locale}.json").read_text())
    said = {key.removeprefix("why.") for key in texts if key.startswith("why.")}
    assert said == set(get_args(Reason)) - {""}


@pytest.mark.parametrize("table", TABLES, ids=[each.parent.name for each in TABLES])
def test_what_stops_a_message_tells_the_agent_why(table: Path) -> None:
    rows = tomllib.loads(table.read_text())["error"]
    silent = [row["codes"] for row in rows if row["does"] in {"stop", "off"} and not row.get("why")]
    assert silent == []
