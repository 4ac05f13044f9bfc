"""What the clients read is what the API answers: their shapes against the served description."""

import re
from pathlib import Path

import httpx2
import pytest

from hilo.entry.api.openapi import Json

_CLIENTS = Path(__file__).parents[3] / "clients"
_FILES = ("shared/types.ts", "agent/src/lib/model.ts")
# The clients' name, then the API's.
_SAME = {
    "ContactRef": "ContactRef",
    "LastMessage": "LastMessage",
    "Conversation": "ConversationView",
    "Attachment": "AttachmentView",
    "MessageError": "MessageError",
    "Author": "Author",
    "Message": "MessageView",
    "AgentSelf": "AgentMe",
    "Me": "Me",
    "Agent": "Agent",
    "Team": "Team",
    "Tag": "Tag",
    "Setting": "Setting",
    "Channel": "Channel",
    "Account": "AccountMade",
    "Inbox": "InboxView",
    "CheckLine": "Check",
    "Identity": "IdentityView",
    "Contact": "ContactView",
    "TimelineItem": "TimelineItem",
    "SearchItem": "Hit",
    "Counts": "Counts",
    "StoredFile": "FileView",
    "Parked": "Parked",
    "Invitation": "InvitationMade",
    "Token": "TokenShown",
    "Session": "Session",
    "PlayMail": "PlayMail",
}


def _interfaces() -> dict[str, set[str]]:
    found = {}
    for name in _FILES:
        text = (_CLIENTS / name).read_text()
        for interface in re.finditer(r"export interface (\w+)[^{]*\{", text):
            found[interface[1]] = _fields(text[interface.end() :])
    return found


def _fields(text: str) -> set[str]:
    """Return the names at the first level of an interface's body."""
    depth, flat = 1, ""
    for letter in text:
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0:
            break
        flat += letter if depth == 1 else ""
    flat = re.sub(r"/\*.*?\*/", "", flat, flags=re.DOTALL)
    return set(re.findall(r"(?:^|;)\s*(\w+)\??:", flat))


@pytest.mark.parametrize(("ours", "theirs"), sorted(_SAME.items()))
async def test_every_field_a_client_reads_is_answered(
    anonymous: httpx2.AsyncClient, ours: str, theirs: str
) -> None:
    """A field renamed in the API fails here, before it is missing on a screen."""
    schemas: Json = (await anonymous.get("/openapi.json")).json()["components"]["schemas"]
    answered = set(schemas[theirs]["properties"])
    assert _interfaces()[ours] <= answered, _interfaces()[ours] - answered
