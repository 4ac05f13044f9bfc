"""A macro as its table holds it, as everybody above knows it, and as it is given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from hilo.domain.automation.acts import Act

ACTS_MOST = 20
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"\S")]
Words = Annotated[str, Meta(max_length=20_000)]
Acts = Annotated[Sequence[Act], Meta(max_length=ACTS_MOST)]


class Macro(Struct, frozen=True, kw_only=True):
    """Words for the composer, and acts that are done together.

    is_shared: the whole workspace has it, else its agent alone. uses: by this agent, so far.
    """

    id: UUID
    name: str
    text: str
    acts: Sequence[Act]
    is_shared: bool
    uses: int
    created_at: datetime
    updated_at: datetime


class MacroGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new macro: words, acts or both. text: with variables such as {{contact.name|there}}."""

    name: Name
    text: Words = ""
    acts: Acts = ()
    is_shared: bool = False


class MacroPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may change about a macro."""

    name: Name | UnsetType = UNSET
    text: Words | UnsetType = UNSET
    acts: Acts | UnsetType = UNSET
    is_shared: bool | UnsetType = UNSET


class MacroRow(Struct, frozen=True):
    """One row, with how often this agent used it."""

    id: UUID
    agent_id: UUID | None
    name: str
    text: str
    acts: Sequence[object]
    uses: int
    created_at: datetime
    updated_at: datetime
