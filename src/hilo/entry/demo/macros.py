"""The shop's macros, from `macros.toml`."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any
from uuid import UUID

import msgspec

from hilo.domain import automation
from hilo.domain.automation import MacroGiven
from hilo.domain.people import system
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict

_TEXTS = resources.files(__package__) / "macros.toml"


async def add_macros(tx: Tx, tags: Mapping[str, UUID]) -> list[UUID]:
    """Make them for the workspace; one that people have kept by its name stays theirs."""
    made = []
    for told in tomllib.loads(_TEXTS.read_text(encoding="utf-8"))["macro"]:
        acts = [_act(each, tags) for each in told["acts"]]
        given = msgspec.convert({**told, "acts": acts, "is_shared": True}, MacroGiven)
        try:
            made.append((await automation.create_macro(tx, system(tx.workspace), given)).id)
        except Conflict:
            continue
    return made


def _act(told: Mapping[str, Any], tags: Mapping[str, UUID]) -> dict[str, Any]:
    act = dict(told)
    if "tag" in act:
        act["tag_id"] = str(tags[act.pop("tag")])
    return act
