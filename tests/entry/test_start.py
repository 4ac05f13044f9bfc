"""What a start brings into memory: libraries that few need come with their first use."""

import subprocess
import sys

_LATER = ("babel", "joserfc", "pgqueuer", "pygments", "rich")
_ASK = f"""
import sys
import hilo.entry.cli
print(*(name for name in {_LATER!r} if name in sys.modules))
"""


def test_the_start_brings_nothing_that_few_need() -> None:
    """Each of them costs every installation memory, and every start time."""
    command = [sys.executable, "-c", _ASK]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert said.stdout.split() == []
