"""How long a test waits for what must come: a guard against hanging, never a limit of speed.

The build machine may be many times slower than yours and have neighbours, and a reader of the
log waits for the oldest transaction of the whole server. A test that proves a bound takes a clock
of its own.
"""

import asyncio
import time
from collections.abc import AsyncIterator

PATIENCE_S = 60.0
PATIENCE_MS = 60_000


async def trying(every_s: float = 0.1) -> AsyncIterator[None]:
    """Come again and again, until patience is out: the loop breaks when it has seen enough."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        yield
        await asyncio.sleep(every_s)
