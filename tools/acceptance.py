"""`python -m acceptance`: run every step of the twelve scenarios and keep the record.

Prints passed, failed and missing for each system and writes `acceptance.json` with every step.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))

from steps import MISSING, STEPS, every_step, step_of  # noqa: E402 - beside the tests

Verdict = Literal["passed", "failed", "missing"]


class Recorder:
    """A plugin of pytest that notes the verdict of each step."""

    def __init__(self) -> None:
        """Nothing has run: everything is missing."""
        self.verdicts: dict[str, Verdict] = dict.fromkeys(every_step(), "missing")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one phase of one test; a failure in any phase fails the step."""
        step = step_of(report.nodeid.rpartition("::")[2])
        if step is None:
            return
        if report.failed:
            self.verdicts[step] = "failed"
        elif report.when == "call" and report.passed and self.verdicts[step] != "failed":
            self.verdicts[step] = "passed"
        elif report.skipped and MISSING not in str(report.longrepr):
            self.verdicts[step] = "failed"


def summary(verdicts: Mapping[str, Verdict]) -> str:
    """Return a line for each system and one for all."""
    lines = []
    for system in [*STEPS, ""]:
        own = [v for step, v in verdicts.items() if not system or step.startswith(f"{system}-")]
        counts = ", ".join(f"{own.count(each)} {each}" for each in ("passed", "failed", "missing"))
        lines.append(f"{system or 'all':<4} {counts}")
    return "\n".join(lines)


def main() -> int:
    """Run, print, write; end with 1 when a step failed."""
    recorder = Recorder()
    folder = str(ROOT / "tests" / "acceptance")
    pytest.main([folder, "-q", "--no-header", "-p", "no:randomly", "-rf"], plugins=[recorder])
    record = json.dumps(recorder.verdicts, indent=1) + "\n"
    (ROOT / "acceptance.json").write_text(record, encoding="utf-8")
    print(summary(recorder.verdicts))
    return 1 if "failed" in recorder.verdicts.values() else 0


if __name__ == "__main__":
    sys.exit(main())
