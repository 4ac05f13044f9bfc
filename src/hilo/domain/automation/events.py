"""What can happen to macros. Those of one agent alone are told to nobody."""

from uuid import UUID

from hilo.domain.automation.models import Macro
from hilo.kit.events import Event


class MacroSaved(Event, frozen=True, kw_only=True, tag="macro.saved", tag_field="type"):
    """A macro of the workspace was made or changed."""

    macro: Macro


class MacroDeleted(Event, frozen=True, kw_only=True, tag="macro.deleted", tag_field="type"):
    """A macro of the workspace is gone, or is one agent's from now on."""

    macro_id: UUID
