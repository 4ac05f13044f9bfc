"""What a role may do: named rights `noun:verb`, by role, and what a token's scopes make of them."""

from collections.abc import Collection

from hilo.domain.people.models import Role

AGENT: frozenset[str] = frozenset(
    {
        "conversation:read",
        "conversation:reply",
        "conversation:note",
        "conversation:assign",
        "conversation:resolve",
        "conversation:snooze",
        "conversation:tag",
        "conversation:prioritize",
        "macro:use",  # and keep one's own
        "visit:serve",
        "contact:read",
        "contact:write",
        "contact:merge",
        "file:write",
        "search:read",
        "event:read",
        "inbox:read",
        "agent:read",
        "token:write",  # one's own tokens
    }
)
ADMIN: frozenset[str] = AGENT | {
    "inbox:write",
    "account:write",
    "tag:write",
    "macro:write",  # the workspace's
    "agent:write",
    "team:write",
    "workspace:write",
    "quarantine:read",
    "quarantine:write",
}
OWNER: frozenset[str] = ADMIN | {"owner:write"}  # make, change and remove owners

ALL: frozenset[str] = OWNER
OF_ROLE: dict[Role, frozenset[str]] = {"agent": AGENT, "admin": ADMIN, "owner": OWNER}
EVERYTHING = "*"  # as a scope: whatever the owner of the token may do


def of_token(role: Role, scopes: Collection[str]) -> frozenset[str]:
    """Return what a token may do: its scopes, and never more than its owner."""
    held = OF_ROLE[role]
    return held if EVERYTHING in scopes else held.intersection(scopes)


def of_role(role: str) -> frozenset[str]:
    """Return what a role may do; nothing for what is no role of an agent."""
    return next((held for name, held in OF_ROLE.items() if name == role), frozenset())
