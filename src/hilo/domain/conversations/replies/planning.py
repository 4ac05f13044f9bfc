"""How a reply leaves: by which way, whether it may, and in which parts."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain import inboxes
from hilo.domain.conversations.errors import OptedOut, WindowClosed
from hilo.domain.conversations.models import PartView
from hilo.domain.conversations.replies import copies, splitting, windows
from hilo.domain.conversations.replies.given import Given, file_fields
from hilo.domain.conversations.replies.splitting import Attached
from hilo.domain.conversations.rows import ConversationRow
from hilo.domain.library import StoredFile
from hilo.kit.db import Tx
from hilo.kit.errors import invalid
from hilo.sdk import measuring
from hilo.sdk.content import Template, Voice
from hilo.sdk.manifest import Feature, Manifest

_PARTS = 30
_PART_CHARS = 140


class Way(Struct, frozen=True):
    """By which account, to which identity.

    value: the identity's. answered: facts of the message that is answered. ours: addresses of the
    workspace's accounts. is_stopped: the contact wants no more by it. sender: which of the
    account's addresses it leaves from; empty where there is none to choose. left_from: which our
    last reply by this way left from.
    """

    account_id: UUID
    inbox_id: UUID
    channel: str
    state: str
    identity_id: UUID
    subject: str
    value: str
    answered: Mapping[str, object]
    ours: Sequence[str]
    is_stopped: bool
    left_from: str | None = None
    sender: str = ""


def refuse_beyond(manifest: Manifest, given: Given, text: str, files: Sequence[StoredFile]) -> None:
    """Refuse what the channel cannot carry in any way. Raises: Invalid."""
    limits = manifest.limits
    if manifest.has("whole") and measuring.length(text, limits.text_unit) > limits.text_chars:
        raise invalid("text", "length", f"must have at most {limits.text_chars} characters here")
    if len(files) > limits.attachments:
        raise invalid("attachments", "too-many", f"must be at most {limits.attachments} here")
    for field, file in zip(file_fields(given), files, strict=True):
        _refuse_file(manifest, field, file)
    if isinstance(given.content, Voice) and not all(_family(file) == "audio" for file in files):
        raise invalid("attachments.0", "unsupported", "a voice note is a sound")
    if (given.cc or given.bcc) and not manifest.has("copies"):
        raise invalid("cc" if given.cc else "bcc", "unsupported", "this channel has no copies")
    if given.subject and not manifest.has("subject"):
        raise invalid("subject", "unsupported", "this channel has no subject")


def _refuse_file(manifest: Manifest, field: str, file: StoredFile) -> None:
    family = _family(file)
    needed: Feature = "image" if family == "image" else "audio" if family == "audio" else "file"
    if not manifest.has(needed) and not manifest.has("file"):
        raise invalid(field, "unsupported", f"this channel takes no {needed}")
    if file.size_bytes > manifest.limits.file_bytes:
        most = manifest.limits.file_bytes
        raise invalid(field, "too-large", f"must have at most {most} bytes")


def _family(file: StoredFile) -> str:
    return file.media_type.partition("/")[0]


def facts_of(given: Given, way: Way, manifest: Manifest, plan: splitting.Plan) -> dict[str, object]:
    """Return who gets a copy, from where it leaves, what is lost.

    Raises: Invalid naming the address of a copy.
    """
    cc, bcc = copies.named("cc", given.cc or ()), copies.named("bcc", given.bcc)
    if given.cc is None and manifest.has("copies"):
        cc = copies.kept(way.answered, way.value, [*way.ours, *bcc])
    facts = {"cc": cc, "bcc": bcc, "sender": way.sender, "degraded": plan.lost}
    return {name: found for name, found in facts.items() if found}


async def refuse_closed(
    tx: Tx, row: ConversationRow, way: Way, manifest: Manifest, given: Given
) -> None:
    """Refuse what the contact or the channel would not take now."""
    if way.is_stopped:
        raise OptedOut("the contact wants no more messages by this address")
    window = manifest.limits.window
    if window.when:
        account = await inboxes.find_account(tx, way.account_id)
        window = windows.window_of(manifest, account.settings)
    if not windows.has_end(window):
        return
    if isinstance(given.content, Template) and window.template:
        return
    heard = await windows.heard_at(tx, row.contact_id, way.account_id, way.identity_id)
    if not windows.is_open(window, heard, tx.now):
        raise WindowClosed(
            "the channel takes no free reply any more",
            since=None if heard is None else heard.isoformat(),
            window_s=max(window.free_s, window.person_s),
        )


async def with_template(tx: Tx, manifest: Manifest, way: Way, given: Given) -> Given:
    """Return what is given with the template's own words as its text."""
    if not isinstance(given.content, Template):
        return given
    if not manifest.has("templates"):
        raise invalid("content", "unsupported", "this channel has no templates")
    wanted = given.content
    found = await inboxes.find_template(tx, way.account_id, wanted.name, wanted.language)
    if found is None or found.status != "approved":
        raise invalid("content.name", "not-found", "is not an approved template of the account")
    missing = [name for name in found.variables if not wanted.variables.get(name, "").strip()]
    if missing:
        raise invalid(f"content.variables.{missing[0]}", "required", "a value is expected")
    if found.header in {"image", "video", "document"} and wanted.header is None:
        raise invalid("content.header", "required", "the template wants a file in its header")
    return msgspec.structs.replace(given, text=found.filled(wanted.variables), html=None)


async def planned(
    tx: Tx,
    way: Way,
    manifest: Manifest,
    given: Given,
    text: str,
    files: Sequence[StoredFile],
) -> splitting.Plan:
    """Return the parts. Raises: Invalid when they are too many."""
    settings: Mapping[str, object] = {}
    if files and manifest.limits.links_when:
        settings = (await inboxes.find_account(tx, way.account_id)).settings
    draft = splitting.Draft(
        text=text,
        has_html=given.html is not None,
        files=[Attached(file.id, _family(file)) for file in files],
        links_files=manifest.links_files(settings),
        content=given.content,
    )
    plan = splitting.plan(manifest, draft)
    if len(plan.slices) > _PARTS:
        raise invalid("text", "length", f"would leave in more than {_PARTS} parts here")
    return plan


def parts_of(plan: splitting.Plan) -> list[PartView]:
    """Return the parts as they are shown: only where there are several."""
    if len(plan.slices) == 1:
        return []
    return [
        PartView(number=n, state="queued", text=each.text[:_PART_CHARS], files=each.files)
        for n, each in enumerate(plan.slices, 1)
    ]


def slices_of(plan: splitting.Plan, given: Given, text: str) -> list[str | None]:
    """Return what each part carries; None for one that is the whole message."""
    if len(plan.slices) == 1:
        (only,) = plan.slices
        if only.text == text and only.content == given.content:
            return [None]
    return [msgspec.json.encode(each).decode() for each in plan.slices]
