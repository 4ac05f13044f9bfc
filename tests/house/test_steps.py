"""Every step of the acceptance scenarios has exactly one test, and the record lists them all."""

import ast
import json
from pathlib import Path

import pytest

from steps import every_step, step_of

ROOT = Path(__file__).parents[2]


def steps_told() -> list[str]:
    return [
        step
        for path in sorted((ROOT / "tests" / "acceptance").glob("test_*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        for step in [step_of(node.name)]
        if step is not None
    ]


def test_every_step_has_exactly_one_test() -> None:
    assert sorted(steps_told()) == sorted(every_step())


def test_the_record_lists_every_step() -> None:
    path = ROOT / "acceptance.json"
    if not path.exists():
        pytest.skip("acceptance.json is written by `make acceptance`")
    record = json.loads(path.read_text(encoding="utf-8"))
    assert list(record) == every_step()
    assert set(record.values()) <= {"passed", "failed", "missing"}
    assert record["HSc-2"] == "passed"


def test_a_name_says_its_step() -> None:
    assert step_of("test_hsc_2_mail_looks_ordinary") == "HSc-2"
    assert step_of("test_something_else") is None
