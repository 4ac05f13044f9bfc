"""The words by which people end and renew their consent to text messages. Pure.

Source: the carriers' common words, and those in use in Spanish and Portuguese. A word counts alone
only: who writes "cancel" may mean an order, so it is left to vendors that tell it apart.
"""

_STOP = {"stop", "stopall", "unsubscribe", "baja", "alto", "parar", "sair"}
_START = {"start", "unstop", "alta", "voltar"}


def consent(text: str) -> bool | None:
    """Return what a message says of consent: given, taken away, or None for neither."""
    word = text.strip().lower()
    return True if word in _START else False if word in _STOP else None
