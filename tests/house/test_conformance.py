"""The map from conformance cases to tests names tests that exist, or says why a case waits."""

import tomllib
from pathlib import Path

import pytest

import conformance

CHART = tomllib.loads(
    (Path(__file__).parents[1] / "conformance_map.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("line", CHART)
def test_a_line_has_tests_that_exist_or_a_reason(line: str) -> None:
    said = CHART[line]
    named = said.get("test", [])
    assert named or said["exempt"].strip()
    assert [node for node in named if not conformance.exists(node)] == []


def test_a_test_that_is_not_there_is_caught() -> None:
    assert not conformance.exists("tests/house/test_conformance.py::test_of_nothing")
    golden = (
        "tests/connectors/test_contract.py::test_a_recorded_input_means_what_its_golden_file_says"
    )
    assert not conformance.exists(f"{golden}[whatsapp-of_nothing]")
    assert conformance.exists(f"{golden}[whatsapp-text]")
    assert conformance.exists(
        "tests/house/test_conformance.py::test_a_test_that_is_not_there_is_caught"
    )
