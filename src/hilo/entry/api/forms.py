"""What handlers take: request bodies, usual parameters, and the options a route carries."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation
from msgspec import Struct

from hilo.domain.people import Actor
from hilo.entry.state import AppState
from hilo.kit.db import Tx


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all request bodies: unknown fields are refused."""


# The options of a route: `opt=PUBLIC`, `opt={**PUBLIC, "body_bytes": 1000}`.
# public: nobody need be signed in, and there is no workspace yet, so no transaction either.
PUBLIC = {"public": True, "transaction": False}
# The handler opens its own transactions (long work, streams).
NO_TRANSACTION = {"transaction": False}

# What the frame gives a handler: `actor: Acting, tx: Open, app_state: Shared`.
Acting = NamedDependency[SkipValidation[Actor]]
Open = NamedDependency[SkipValidation[Tx]]
Shared = NamedDependency[SkipValidation[AppState]]

# A path parameter: `{name:uuid}` in the path, `name: Id`.
Id = FromPath[UUID]

# Spaces alone are no name: whoever bears it could not be seen or pointed at.
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"\S")]
LongName = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
Email = Annotated[str, msgspec.Meta(min_length=3, max_length=320)]
Cursor = Annotated[
    str | None, QueryParameter(max_length=1000, description="`next_cursor` of the page before.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]
