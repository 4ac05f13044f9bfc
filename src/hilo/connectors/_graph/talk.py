"""Messenger's and Instagram's dialogue, sent: parts, marks, reactions, and who somebody is.

Source: Meta, Messenger Platform "Send API", Instagram "Send messages" (read 2026-11).
"""

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from hilo.connectors._graph.calls import Answered, Graph
from hilo.kit.errors import Rejected, Unsupported
from hilo.sdk.content import Carousel, Choice, Choices, Slide
from hilo.sdk.forms import FormFile
from hilo.sdk.outbound import (
    Accepted,
    ActionOut,
    Call,
    FileOut,
    MarkOut,
    MessageOut,
    Recipient,
    Reply,
    Sending,
)

Body = dict[str, Any]
FREE = timedelta(hours=24)
PERSON = timedelta(days=7)
TITLE_CHARS = 20
_BUTTONS, _TAPS, _SLIDES = 3, 13, 10
_SLIDE_CHARS = 80
_MARKS = {"typing_on": "TYPING_ON", "typing_off": "TYPING_OFF", "read": "MARK_SEEN"}


class Way(Struct, frozen=True, kw_only=True):
    """How an account speaks. own: what stands before `messages`.

    gives_back: our tracker returns in the echo. stores: files are stored first, not fetched.
    """

    graph: Graph
    own: str
    gives_back: bool = False
    stores: bool = False


def send(message: MessageOut, way: Way, to: Body | None = None) -> Sending:
    """Send one part. to: whom, where it is not the recipient."""
    now = message.now or message.at
    said = yield from _said(message, way)
    if way.gives_back:
        said["metadata"] = message.tracker
    # A private answer to a comment has seven days of its own and wants no leave for people's.
    kind = _kind(message, now) if to is None else {"messaging_type": "RESPONSE"}
    body: Body = {"recipient": to or _whom(message.to), "message": said, **kind}
    if message.reply_to and to is None:
        body["reply_to"] = {"mid": message.reply_to}
    answered = yield from way.graph.ask(
        way.graph.post(f"{way.own}/messages", body), now=now, attempt=message.attempt
    )
    return Accepted(external_id=_id(answered))


def act(action: ActionOut, way: Way) -> Sending:
    """React. What was said can neither be edited nor deleted. Raises Unsupported for both."""
    if action.does != "react":
        raise Unsupported(f"cannot {action.does} a message that was sent")
    payload = {"message_id": action.external_id}
    if action.emoji:
        payload["reaction"] = action.emoji
    body = {
        "recipient": _whom(action.to),
        "sender_action": "REACT" if action.emoji else "UNREACT",
        "payload": payload,
    }
    call = way.graph.post(f"{way.own}/messages", body, is_harmless=True)
    yield from way.graph.ask(call, now=action.now)
    return Accepted()


def mark(mark_: MarkOut, way: Way) -> Sending:
    """Show typing or reading."""
    body = {"recipient": _whom(mark_.to), "sender_action": _MARKS[mark_.does]}
    call = way.graph.post(f"{way.own}/messages", body, is_harmless=True)
    yield from way.graph.ask(call, now=mark_.now)
    return Accepted()


def _whom(to: Recipient) -> Body:
    if to.kind != "external":
        raise Rejected("this person never wrote here", reason="no-chat")
    return {"id": to.value}


def _kind(message: MessageOut, now: datetime) -> Body:
    """Say under which rule it is sent: an answer, or a person's late one."""
    late = message.heard_at is not None and now - message.heard_at > FREE
    if late and not message.automatic:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return {"messaging_type": "RESPONSE"}


def _said(message: MessageOut, way: Way) -> Generator[Call, Reply, Body]:
    if message.files:
        return {"attachment": (yield from _attachment(message.files[0], way))}
    match message.content:
        case Carousel(slides=slides):
            return {"attachment": _template("generic", elements=[_slide(s) for s in slides])}
        case Choices() as choices:
            return _choices(message.text, choices)
        case _:
            return {"text": message.text}


def words(message: MessageOut) -> str | None:
    """Return what a part says in text alone; None: it leaves as an attachment."""
    if message.files or isinstance(message.content, Carousel):
        return None
    if isinstance(message.content, Choices):
        return _choices(message.text, message.content).get("text")
    return message.text


def _attachment(file: FileOut, way: Way) -> Generator[Call, Reply, Body]:
    family = file.media_type.partition("/")[0]
    kind = family if family in {"image", "video", "audio"} else "file"
    if not way.stores or not file.content:
        return {"type": kind, "payload": {"url": file.url}}
    about = f'{{"attachment":{{"type":"{kind}","payload":{{"is_reusable":true}}}}}}'
    form = FormFile(
        field="filedata",
        name=file.name,
        media_type=file.media_type or "application/octet-stream",
        content=file.content,
    )
    path = f"{way.own}/message_attachments"
    answered = yield from way.graph.ask(way.graph.upload(path, {"message": about}, [form]))
    return {"type": kind, "payload": {"attachment_id": str(answered.get("attachment_id") or "")}}


def _choices(text: str, given: Choices) -> Body:
    """Return taps below the text, or, where one opens a page, a card with buttons."""
    if any(each.url for each in given.choices):
        if len(given.choices) > _BUTTONS:
            raise Rejected("at most 3 buttons", reason="content")
        buttons = [_button(each) for each in given.choices]
        return {"attachment": _template("button", text=text, buttons=buttons)}
    if len(given.choices) > _TAPS:
        raise Rejected("at most 13 choices", reason="content")
    taps = [
        {"content_type": "text", "title": cut(each.title, TITLE_CHARS), "payload": each.id}
        for each in given.choices
    ]
    long = [f"• {each.title}" for each in given.choices if len(each.title) > TITLE_CHARS]
    return {"text": "\n".join([text, "", *long]) if long else text, "quick_replies": taps}


def _button(choice: Choice) -> Body:
    title = cut(choice.title, TITLE_CHARS)
    if choice.url:
        return {"type": "web_url", "title": title, "url": choice.url}
    return {"type": "postback", "title": title, "payload": choice.id}


def _slide(slide: Slide) -> Body:
    element: Body = {"title": cut(slide.title, _SLIDE_CHARS)}
    if slide.subtitle:
        element["subtitle"] = cut(slide.subtitle, _SLIDE_CHARS)
    if slide.image:
        element["image_url"] = slide.image
    if slide.choices:
        element["buttons"] = [_button(each) for each in slide.choices[:_BUTTONS]]
    return element


def _template(kind: str, **said: Any) -> Body:
    if len(said.get("elements", ())) > _SLIDES:
        raise Rejected("at most 10 cards", reason="content")
    return {"type": "template", "payload": {"template_type": kind, **said}}


def cut(text: str, most: int) -> str:
    """Return a title that fits, with a mark where it was cut."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _id(answered: Answered) -> str | None:
    id_ = answered.get("message_id")
    return id_ if isinstance(id_, str) and id_ else None
