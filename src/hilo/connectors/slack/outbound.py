"""Parts and actions as calls of the Web API, and what its answers mean.

There is no key against doubles, but our tracker stands beside each message, and the channel's
history tells afterwards whether one arrived.
"""

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from hilo.connectors.slack import inbound, wire, words
from hilo.kit.errors import Rejected, TemporaryFailure, UnknownOutcome, Unsupported
from hilo.sdk import verdicts
from hilo.sdk.abilities import Fetched, Profile
from hilo.sdk.account import Account
from hilo.sdk.content import Choice, Choices, Voice
from hilo.sdk.forms import urlencoded
from hilo.sdk.outbound import (
    Accepted,
    ActionOut,
    Call,
    FileOut,
    HttpCall,
    HttpReply,
    MessageOut,
    Recipient,
    Reply,
    Sending,
)

API = "https://slack.com/api"
EVENT = "hilo_message"
_VERDICTS = verdicts.read(__package__)
_OK = 200
_GONE = {403, 404, 410}
_FILE_BYTES = 100_000_000
_SLACK = timedelta(minutes=2)  # between their clock and ours
_READ = "100"
T = TypeVar("T")
Body = Mapping[str, object]


def send(message: MessageOut, account: Account) -> Sending:
    """Send one part."""
    if message.files:
        return (yield from _send_file(message, message.files[0], account))
    body = {
        "channel": message.to.value,
        "text": words.masked(message.text),
        "metadata": {"event_type": EVENT, "event_payload": {"tracker": message.tracker}},
        "unfurl_links": False,
        **_thread(message),
        **_blocks(message),
    }
    posted = yield from ask(_post(account, "chat.postMessage", body), wire.Posted, message)
    return Accepted(external_id=inbound.name_of(posted.channel, posted.ts))


def resolve(message: MessageOut, account: Account) -> Generator[Call, Reply, Accepted | None]:
    """Look for the part in the channel, or its thread. None: it is not there.

    Raises UnknownOutcome where the list does not reach back so far, and for a file it does not
    show: those appear a while after they were handed over.
    """
    since = (message.at - _SLACK).timestamp()
    asked = {"channel": message.to.value, "oldest": f"{since:.6f}", "limit": _READ}
    asked["include_all_metadata"] = "true"
    thread = _thread(message).get("thread_ts")
    method = "conversations.replies" if thread else "conversations.history"
    query = {**asked, **({"ts": str(thread)} if thread else {})}
    history = yield from read(account, method, query, wire.History)
    for each in history.messages:
        if each.metadata and each.metadata.event_payload.tracker == message.tracker:
            return Accepted(external_id=inbound.name_of(message.to.value, each.ts))
        for file in each.files if each.bot_id and message.files else ():
            if (file.name, file.size) == (message.files[0].name, message.files[0].size_bytes):
                return Accepted(external_id=inbound.file_name(message.to.value, file.id))
    if history.has_more or message.files:
        raise UnknownOutcome("the list does not show everything since")
    return None


def act(action: ActionOut, account: Account) -> Sending:
    """React to, change or take back a message."""
    channel, _, ts = action.external_id.partition(":")
    match action.does:
        case "edit":
            body = {"channel": channel, "ts": ts, "text": words.masked(action.text)}
            yield from change(account, "chat.update", body)
        case "delete":
            yield from change(account, "chat.delete", {"channel": channel, "ts": ts})
        case "react":
            yield from _react(action, {"channel": channel, "timestamp": ts}, account)
    return Accepted()


def fetch(url: str, account: Account) -> Generator[Call, Reply, Fetched]:
    """Get a file. Our token goes to the vendor's own hosts only."""
    host = urlsplit(url).hostname or ""
    own = host == "slack.com" or host.endswith(".slack.com")
    reply = yield HttpCall(
        method="GET",
        url=url,
        headers=_authorised(account) if own else {},
        timeout_s=60,
        is_harmless=True,
        body_bytes_max=_FILE_BYTES,
    )
    status = reply.status if isinstance(reply, HttpReply) else 0
    if not isinstance(reply, HttpReply) or status != _OK:
        kind = Rejected if status in _GONE else TemporaryFailure
        raise kind("the file could not be fetched", vendor_code=str(status))
    media_type = reply.headers.get("content-type", "")
    if own and media_type.startswith("text/html") and not url.endswith((".html", ".htm")):
        raise Rejected("the application may not read files: a page to sign in came instead")
    return Fetched(content=reply.body, media_type=media_type)


def profile(who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
    """Return the name of a channel, or name and picture of the one person in it."""
    asked = {"channel": who.value}
    found = yield from read(account, "conversations.info", asked, wire.ChannelInfo)
    if not found.channel.is_im:
        return Profile(name=f"#{found.channel.name}")
    them = {"user": found.channel.user, "include_locale": "true"}
    person = (yield from read(account, "users.info", them, wire.MemberInfo)).user
    face = person.profile
    return Profile(
        name=face.display_name or face.real_name or person.name,
        avatar=face.image_192,
        locale=person.locale,
        attributes={"time_zone": person.tz} if person.tz else {},
    )


def read(
    account: Account, method: str, query: Mapping[str, str], shape: type[T]
) -> Generator[Call, Reply, T]:
    """Ask for something; these methods take no JSON."""
    content_type, body = urlencoded(list(query.items()))
    call = HttpCall(
        method="POST",
        url=f"{API}/{method}",
        headers={**_authorised(account), "content-type": content_type},
        body=body,
        is_harmless=True,
    )
    return (yield from ask(call, shape, None))


def change(account: Account, method: str, body: Body) -> Generator[Call, Reply, object]:
    """Do what is the same when it is done again."""
    call = msgspec.structs.replace(_post(account, method, body), is_harmless=True)
    return (yield from ask(call, wire.Answer, None))


def ask(call: HttpCall, shape: type[T], message: MessageOut | None) -> Generator[Call, Reply, T]:
    """Make a call and return the answer. Raises what a refusal means."""
    reply = yield call
    if not isinstance(reply, HttpReply):
        raise UnknownOutcome("no answer to an HTTP request")
    now: datetime | None = message.now if message else None
    attempt = message.attempt if message else 1
    try:
        told = msgspec.json.decode(reply.body, type=wire.Answer)
        if told.ok:
            return msgspec.json.decode(reply.body, type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        if reply.status == _OK:
            raise UnknownOutcome("an answer that cannot be read") from None
        said = "not an answer of the API"
        raise _VERDICTS.error(str(reply.status), said, reply, now, attempt) from None
    said = f"{told.error} {told.needed}".strip()
    raise _VERDICTS.error(told.error or str(reply.status), said, reply, now, attempt)


def _send_file(message: MessageOut, file: FileOut, account: Account) -> Sending:
    """Ask where it goes, bring it there, show it. Nobody sees anything before the last call."""
    about = {"filename": file.name, "length": str(len(file.content))}
    place = yield from read(account, "files.getUploadURLExternal", about, wire.Upload)
    brought = yield HttpCall(
        method="POST",
        url=place.upload_url,
        headers={"content-type": "application/octet-stream"},
        body=file.content,
        timeout_s=120,
        is_harmless=True,
    )
    if not isinstance(brought, HttpReply) or brought.status != _OK:
        raise TemporaryFailure("the file could not be brought to the vendor")
    body: dict[str, object] = {
        "files": [{"id": place.file_id, "title": file.name}],
        "channel_id": message.to.value,
        **_thread(message),
    }
    if message.text and not isinstance(message.content, Voice):
        body["initial_comment"] = words.masked(message.text)
    yield from ask(_post(account, "files.completeUploadExternal", body), wire.Answer, message)
    return Accepted(external_id=inbound.file_name(message.to.value, place.file_id))


def _thread(message: MessageOut) -> dict[str, object]:
    """Answer below a message where one is quoted; a file of ours has no place for answers."""
    _, _, ts = (message.reply_to or "").partition(":")
    return {"thread_ts": ts} if ts and ":" not in ts else {}


def _blocks(message: MessageOut) -> dict[str, object]:
    match message.content:
        case None | Voice():
            return {}
        case Choices(choices=choices):
            said = {"type": "mrkdwn", "text": words.masked(message.text)}
            keys = [_button(each, number) for number, each in enumerate(choices)]
            section = {"type": "section", "text": said}
            return {"blocks": [section, {"type": "actions", "elements": keys}]}
        case other:
            raise Unsupported(f"no way to send a {type(other).__name__}")


def _button(choice: Choice, number: int) -> Body:
    button = {
        "type": "button",
        "action_id": f"choice-{number}",
        "text": {"type": "plain_text", "text": choice.title, "emoji": True},
        "value": choice.id,
    }
    return {**button, "url": choice.url} if choice.url else button


def _react(
    action: ActionOut, where: Mapping[str, str], account: Account
) -> Generator[Call, Reply, None]:
    """Take our other marks away, for there is one of each contact's; then make the new one."""
    wanted = words.name_of(action.emoji) if action.emoji else ""
    found = yield from read(account, "reactions.get", where, wire.MarkedInfo)
    own = str(account.settings.get("bot_id") or "")
    ours = {each.name for each in found.message.reactions if own in each.users}
    for name in sorted(ours - {wanted}):
        yield from change(account, "reactions.remove", {**where, "name": name})
    if wanted and wanted not in ours:
        yield from change(account, "reactions.add", {**where, "name": wanted})


def _post(account: Account, method: str, body: Body) -> HttpCall:
    return HttpCall(
        method="POST",
        url=f"{API}/{method}",
        headers={**_authorised(account), "content-type": "application/json; charset=utf-8"},
        body=msgspec.json.encode(body),
    )


def _authorised(account: Account) -> dict[str, str]:
    return {"authorization": f"Bearer {account.secrets.get('bot_token', '')}"}
