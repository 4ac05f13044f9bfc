"""What can stand in the way of a macro. The codes are part of the API."""

from hilo.kit.errors import Conflict


class MacroFailed(Conflict):
    """An act could not be done, so none was. params: act, number (from 1), because (a code)."""

    code = "macro-failed"
