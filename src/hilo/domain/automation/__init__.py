"""What agents do again and again, by one key: macros."""

from hilo.domain.automation.acts import Act
from hilo.domain.automation.errors import MacroFailed
from hilo.domain.automation.events import MacroDeleted, MacroSaved
from hilo.domain.automation.macros import (
    apply_macro,
    create_macro,
    delete_macro,
    list_macros,
    offer_macros,
    update_macro,
)
from hilo.domain.automation.models import Macro, MacroGiven, MacroPatch

__all__ = [
    "Act",
    "Macro",
    "MacroDeleted",
    "MacroFailed",
    "MacroGiven",
    "MacroPatch",
    "MacroSaved",
    "apply_macro",
    "create_macro",
    "delete_macro",
    "list_macros",
    "offer_macros",
    "update_macro",
]
