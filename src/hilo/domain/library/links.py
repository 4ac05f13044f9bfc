"""Signed addresses of files: for one reader, for a quarter of an hour or what a vendor needs.

A link names its workspace, its reader and its end; the signature covers all of them with the file.
A door that serves an agent's link also asks who is signed in: a copied link is no key.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

from msgspec import Struct

from hilo.kit import clock
from hilo.kit.crypto import Vault
from hilo.kit.errors import Forbidden

LINK_S = 900
LASTING_S = 30 * 86_400  # for vendors whose phones open a file when somebody scrolls to it
_PURPOSE = "file"
_STEP_S = 300  # ends are rounded, so that a page asked twice can use the browser's copy
_INLINE = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/avif",
        "audio/mpeg",
        "audio/ogg",
        "audio/webm",
        "audio/wav",
        "audio/x-wav",
        "audio/mp4",
        "audio/m4a",
        "audio/aac",
        "video/mp4",
        "video/webm",
        "video/quicktime",
        "application/pdf",
    }
)
ReaderKind = Literal["agent", "visitor", "account"]


class Reader(Struct, frozen=True):
    """For whom a link is: an agent, a visitor (its contact or identity), or an account's vendor."""

    kind: ReaderKind
    id: UUID
    workspace: UUID


class FileLinks:
    """Makes and checks links."""

    def __init__(self, vault: Vault, public_url: str = "") -> None:
        """public_url: in front of links for readers outside; agents get a path."""
        self._vault = vault
        self._public_url = public_url.rstrip("/")

    def path(
        self,
        file_id: UUID,
        reader: Reader,
        now: datetime | None = None,
        *,
        life_s: int = LINK_S,
    ) -> str:
        """Return `/files/{id}?…`, good for so long, or five minutes less."""
        moment = int((now or clock.now()).timestamp())
        until = moment - moment % _STEP_S + life_s
        text = _text(file_id, reader, until)
        asked = {
            "w": reader.workspace.hex,
            "r": f"{_LETTERS[reader.kind]}{reader.id.hex}",
            "until": until,
            "sig": self._vault.sign(_PURPOSE, text),
        }
        return f"/files/{file_id}?{urlencode(asked)}"

    def opener(self, reader: Reader) -> Callable[[UUID], str]:
        """Return what gives this reader the path of any file."""
        return lambda file_id: self.path(file_id, reader)

    def url(self, file_id: UUID, reader: Reader, *, life_s: int = LINK_S) -> str:
        """Return the whole address."""
        return self._public_url + self.path(file_id, reader, life_s=life_s)

    def check(self, file_id: UUID, query: Mapping[str, str], now: datetime | None = None) -> Reader:
        """Return whose link it is. Raises: Forbidden when altered, foreign or over."""
        try:
            until = int(query["until"])
            kind = _KINDS[query["r"][:1]]
            reader = Reader(kind, UUID(query["r"][1:]), UUID(query["w"]))
            signature = query["sig"]
        except (KeyError, ValueError):
            raise Forbidden("not a file link", permission="file:read") from None
        if not self._vault.check(_PURPOSE, _text(file_id, reader, until), signature):
            raise Forbidden("the link was altered", permission="file:read")
        if (now or clock.now()).timestamp() > until:
            raise Forbidden("the link is over", permission="file:read")
        return reader


def shown_inline(media_type: str) -> bool:
    """Say whether a browser may show it in place; everything else is handed over as a download."""
    return media_type in _INLINE


_KINDS: Mapping[str, ReaderKind] = {"a": "agent", "v": "visitor", "x": "account"}
_LETTERS: Mapping[ReaderKind, str] = {"agent": "a", "visitor": "v", "account": "x"}


def _text(file_id: UUID, reader: Reader, until: int) -> str:
    return f"{file_id}:{reader.workspace}:{reader.kind}:{reader.id}:{until}"
