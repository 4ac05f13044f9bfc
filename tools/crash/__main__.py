"""`python -m crash [rounds]`: run crash rounds and say what was counted."""

import asyncio
import sys
import tempfile
from pathlib import Path

from crash.phones import Phones
from crash.rounds import Rounds, Verdict
from crash.sink import Sink
from rig import Rig, end_on_signals, free_port

SEED = 20_261


async def crash(rounds: int, seed: int = SEED, seconds: float = 3.0) -> Verdict:
    """Run rounds on a Hilo of their own; it is gone afterwards."""
    sink = Sink()
    await sink.start()
    with tempfile.TemporaryDirectory(prefix="hilo-crash-") as folder:
        port = free_port()
        rig = Rig(Path(folder), HILO_SANDBOX_URL=f"http://127.0.0.1:{port}/sandbox")
        phones: Phones | None = None
        try:
            await asyncio.to_thread(rig.start)
            phones = await asyncio.to_thread(Phones, rig, port)
            runner = await asyncio.to_thread(Rounds, rig, sink, phones, seed)
            return await runner.run(rounds, seconds)
        finally:
            if phones is not None:
                await asyncio.to_thread(phones.stop)
            rig.__exit__(None, None, None)
            await sink.stop()


def main() -> int:
    """Run and print."""
    end_on_signals()
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    verdict = asyncio.run(crash(rounds))
    print(
        f"{rounds} rounds, {verdict.kills} kills, {verdict.accepted} messages accepted, "
        f"{verdict.written} on phones, {verdict.replies} replies; "
        f"back within {verdict.slowest_return_s:.1f} s"
    )
    for name in ("lost", "doubled", "stuck"):
        found = getattr(verdict, name)
        print(f"{name}: {len(found)}", *found[:10])
    print(f"uncertain, shown to the agent: {verdict.uncertain}")
    return 0 if verdict.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
