"""Facts in words: `{{contact.name|there}}` becomes the name, or what stands behind the bar.

Pure. What is named must be known when the words are saved; a fact that is missing when they are
used, and has nothing behind the bar, is left out.
"""

import re
from collections.abc import Mapping

from hilo.kit.errors import invalid

KNOWN = frozenset(
    {
        "contact.name",
        "contact.first_name",
        "contact.email",
        "contact.phone",
        "agent.name",
        "agent.first_name",
        "conversation.number",
        "conversation.subject",
        "workspace.name",
    }
)
ATTRIBUTE = "contact.attributes."  # and the name of one of the workspace's own facts
_VARIABLE = re.compile(r"\{\{([^{}|]*)(?:\|([^{}]*))?\}\}")


def filled(text: str, facts: Mapping[str, str]) -> str:
    """Return the words with the facts in their places."""

    def put(found: re.Match[str]) -> str:
        fact = facts.get(found[1].strip(), "")
        return fact if fact.strip() else (found[2] or "").strip()

    return _VARIABLE.sub(put, text)


def check(text: str, field: str) -> None:
    """Refuse what names nothing we know. Raises: Invalid."""
    for found in _VARIABLE.finditer(text):
        name = found[1].strip()
        if name not in KNOWN and not (name.startswith(ATTRIBUTE) and name != ATTRIBUTE):
            raise invalid(field, "unknown-variable", f"{{{{{name}}}}} is no variable")


def first(name: str) -> str:
    """Return how one calls a person of this name."""
    return name.split(maxsplit=1)[0] if name.strip() else ""
