"""Results: one line each, printed as a table and kept in `bench/results.json`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct


class Result(Struct, frozen=True, kw_only=True):
    """One figure. ratio: value against limit; target: what `met` judges, ratio before absolute."""

    row: int
    name: str
    value: float | None
    unit: str
    limit: float | None = None
    ratio: float | None = None
    target: str = ""
    met: bool | None = None
    note: str = ""


def judged(  # noqa: PLR0913 - a line of the table has this many columns
    row: int,
    name: str,
    value: float,
    unit: str,
    *,
    limit: float | None = None,
    sense: Literal["share", "times"] = "share",
    ratio: float | None = None,
    least: float | None = None,
    most: float | None = None,
    note: str = "",
) -> Result:
    """Judge a figure.

    limit with ratio: a share must reach it (rates), times must not pass it (durations and sizes).
    Without a ratio target, least or most judge the value itself.
    """
    share = None if not limit else value / limit
    if share is not None and ratio is not None:
        is_met = share >= ratio if sense == "share" else share <= ratio
        target = f">= {ratio:.0%} of limit" if sense == "share" else f"<= {ratio:g}x limit"
    elif least is not None:
        is_met, target = value >= least, f">= {least:g} {unit}"
    elif most is not None:
        is_met, target = value <= most, f"<= {most:g} {unit}"
    else:
        return Result(row=row, name=name, value=_short(value), unit=unit, limit=limit, note=note)
    return Result(
        row=row,
        name=name,
        value=_short(value),
        unit=unit,
        limit=None if limit is None else _short(limit),
        ratio=None if share is None else _short(share),
        target=target,
        met=is_met,
        note=note,
    )


def missing(row: int, name: str, why: str) -> Result:
    """Say that a row was not measured, and why."""
    return Result(row=row, name=name, value=None, unit="", met=False, note=why)


def table(results: Sequence[Result]) -> str:
    """Return the results as text."""
    lines = [f"{'row':>3}  {'what':<58} {'value':>12} {'limit':>12} {'ratio':>8}  target"]
    for each in results:
        value = "-" if each.value is None else f"{each.value:g} {each.unit}"
        limit = "" if each.limit is None else f"{each.limit:g}"
        ratio = "" if each.ratio is None else f"{each.ratio:g}"
        verdict = {True: "met", False: "NOT met", None: ""}[each.met]
        end = f"{each.target} {verdict}".strip()
        lines.append(f"{each.row:>3}  {each.name:<58} {value:>12} {limit:>12} {ratio:>8}  {end}")
        if each.note:
            lines.append(f"       {each.note}")
    return "\n".join(lines)


def write(results: Sequence[Result], folder: Path, facts: dict[str, object]) -> None:
    """Write the list, the machine beside it, and a line of history."""
    folder.mkdir(exist_ok=True)
    plain = msgspec.to_builtins(results)
    (folder / "results.json").write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    (folder / "machine.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def _short(value: float) -> float:
    """Four figures are more than a noisy machine can tell."""
    return float(f"{value:.4g}")
