"""Vendors' own machine-readable descriptions, asked about what we send. One room for each vendor.

They are read where they lie beside the checkout and copied nowhere. Strict for what we send; what
arrives is never refused because of them.
"""

from collections.abc import Iterator
from pathlib import Path

from specs import bandwidth, discord, line, meta, telegram, twilio
from specs.scoring import Line

ROOMS = {
    "meta": meta.scores,
    "telegram": telegram.scores,
    "twilio": twilio.scores,
    "bandwidth": bandwidth.scores,
    "line": line.scores,
    "discord": discord.scores,
}


def scores(folder: Path) -> Iterator[Line]:
    """Yield a name, how many are right, how many there are, what is wrong; say what is absent."""
    for name, of in ROOMS.items():
        place = folder / name
        if place.is_dir():
            yield from of(place)
        else:
            print(
                f"! SKIPPED: no {name} at {place}: what we send there is unproved here", flush=True
            )
