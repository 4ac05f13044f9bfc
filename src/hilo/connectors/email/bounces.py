"""Delivery reports: which of our messages failed, why, and whether the address is dead.

The fields of RFC 3464 decide; plain-text bounces of servers that ignore it are read by pattern.
A report that does not name a message of ours is not acted on: anybody can write one.
"""

import re
from collections.abc import Iterator, Sequence
from email.message import Message
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from hilo.connectors.email import why
from hilo.connectors.email.headers import Headers, addresses_of
from hilo.connectors.email.mime import Mail, leaves, payload_text
from hilo.connectors.email.returned import recipient_of
from hilo.connectors.email.threads import our_message
from hilo.sdk.account import Account
from hilo.sdk.inbound import Inbound, StatusIn

Action = Literal["failed", "delayed", "delivered", "read", "complained"]


class Report(Struct, frozen=True, kw_only=True):
    """What a report says of one recipient. status: enhanced code, empty when unknown."""

    action: Action
    recipient: str = ""
    status: str = ""
    text: str = ""

    def is_hard(self) -> bool:
        """Say whether the address itself is dead, as opposed to full, slow or suspicious of us."""
        return self.action == "failed" and bool(_DEAD.match(self.status))


_DEAD: Final = re.compile(r"5\.(?:1\.[12369]|1\.10|2\.1|4\.4)\b")
_STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY: Final = re.compile(r"(?<![\d.-])([45]\d\d)[ -](?:#?[45]\.\d{1,3}\.\d{1,3})?")
_SENDER: Final = re.compile(
    r"mailer[-_. ]?daemon|postmaster|mail[ _-]?delivery|mail administrator|mailmaster|"
    r"delivery[ _-](?:subsystem|system|status|notification)|bounce|internet mail|"
    r"mdaemon|complaints@",
    re.IGNORECASE,
)
_SUBJECT: Final = re.compile(
    r"undeliver|not delivered|delivery[ -](?:failure|failed|status|problem|error|report)|"
    r"delivery[ -]notification|"
    r"delivery (?:has )?(?:failed|delayed|incomplete)|fail(?:ed|ure) (?:delivery|notice|mail)|"
    r"mail (?:failure|could not be)|returned (?:mail|to sender|message)|return(?:ed)? mail|"
    r"could not (?:be delivered|send)|unable to deliver|message (?:delayed|undeliverable|status)|"
    r"bounce|nondeliverable|non remis|unzustellbar|nicht zugestellt|zustellung|no se (?:ha )?pud|"
    r"não (?:foi )?(?:entregue|possível)|mancata consegna|non recapitabile|kunde inte levereras|"
    r"onbestelbaar|niet bezorgd|недостав|warning: (?:message|could not)|delayed|"
    r"配信|送信できません|退信|complaint about message from",
    re.IGNORECASE,
)
_BY_HAND: Final = re.compile(r"\s*[^\W\d]{1,6}\s*:")  # Re: Fwd: AW: …
_DELAYED: Final = re.compile(
    r"(?:will (?:be )?(?:re)?tr(?:y|ied)|still (?:being )?(?:try|queue|retr)|delayed|"
    r"has not (?:yet )?been delivered|warning only|do(?:es)? not need to resend|verzögert|"
    r"keep trying|not necessary to resend|continue to try)",
    re.IGNORECASE,
)
_GONE_FOR_GOOD: Final = re.compile(
    r"giving up|has been returned|fatal error|permanent|user unknown|no such", re.IGNORECASE
)
_UNKNOWN_ADDRESS: Final = re.compile(
    r"user (?:is )?unknown|unknown (?:user|recipient|address|local|mailbox)|no such (?:user|person|"
    r"mailbox|recipient|local|account|address)|(?:mailbox|user|recipient|account|address|alias) "
    r"(?:\S+ )?(?:not found|does ?n[o']t exist|unavailable|disabled|inactive|rejected|is invalid)|"
    r"(?:invalid|bad|illegal) (?:recipient|mailbox|destination|user|address)|does not exist|"
    r"account (?:has been )?(?:disabled|deactivated|closed)|no mailbox here|not a (?:valid|known) "
    r"(?:user|mailbox|address)|isn't (?:a known|in my)|undeliverable address|host (?:or domain )?"
    r"(?:name )?(?:lookup )?(?:not found|unknown)|unrouteable|unroutable|domain not found|"
    r"usuario (?:desconocido|inexistente)|empfänger (?:unbekannt|nicht gefunden)",
    re.IGNORECASE,
)
_REFUSED: Final = re.compile(
    r"(?:could|can|did|do|will|would|was|were)(?: ?not|n\W?t) (?:be |been )?(?:able to )?"
    r"(?:deliver|reach)|unable to deliver|non-delivery|permanent error|error \w* ?delivering|"
    r"pas (?:pu )?(?:être |etre )?(?:remis|livr|distribu)|konnte nicht zugestellt|"
    r"no (?:se )?(?:ha )?(?:podido|pudo) (?:ser )?(?:entreg|envia)|"
    r"não (?:pôde|foi) (?:ser )?entreg",
    re.IGNORECASE,
)
_COMPLAINT: Final = re.compile(r"\s*complaint about message from\b", re.IGNORECASE)
_OWN_LINE: Final = re.compile(r"^<([^<>\s]{1,64}@[^<>\s]{1,200})>:\s*$", re.MULTILINE)
_NAMED_FIELDS: Final = ("original-recipient", "final-recipient", "x-actual-recipient")
_FAILED_LINE: Final = re.compile(
    r"(?:^|[\s:<(\"'])<?([^\s<>()\[\]:;,\"']{1,64}@[a-z0-9.-]{1,200}\.[a-z]{2,24})>?", re.IGNORECASE
)
_MOST_TEXT: Final = 100_000
_SHORT_TEXT: Final = 300


def looks_like(headers: Headers, sender: str) -> bool:
    """Say whether a mail may be a report at all: cheap, and right to err towards yes."""
    kind = headers.text("content-type").lower()
    if kind.startswith("multipart/report"):
        return True
    if headers.has("x-failed-recipients"):
        return True
    named = bool(_SENDER.search(f"{headers.text('from')} {sender}"))
    spoken = bool(_SUBJECT.search(headers.text("subject")))
    null = any(value.replace(" ", "") == "<>" for value in headers.raw("return-path"))
    return (named and (spoken or null)) or (spoken and null) or ((named or null) and not sender)


def returns_ours(mail: Mail, raw: bytes, account: Account) -> bool:
    """Say whether a mail speaks of a failed delivery and holds a mail of ours, whoever sent it."""
    subject = mail.headers.text("subject")
    by_hand = _BY_HAND.match(subject) or mail.headers.has("in-reply-to")
    if by_hand or not _SUBJECT.search(subject):
        return False
    return bool(named_messages(mail, raw, account))


def read(mail: Mail) -> Sequence[Report]:
    """Return what a report says, one entry per recipient; empty when it says nothing certain."""
    found: list[Report] = []
    for part in leaves(mail.root):
        kind = part.get_content_type()
        if kind in {"message/delivery-status", "message/global-delivery-status"}:
            found += list(_from_fields(part))
        elif kind == "message/disposition-notification":
            found += list(_from_disposition(part))
        elif kind == "message/feedback-report":
            found += list(_from_complaint(part, mail))
    if not found and _COMPLAINT.match(mail.headers.text("subject")):
        found.append(Report(action="complained", recipient=recipient_of(mail.root)))
    return found or list(_from_words(mail))


def _blocks(part: Message) -> Iterator[Headers]:
    content = part.get_payload()
    if isinstance(content, list):
        yield from (Headers.of(each) for each in content if isinstance(each, Message))
        return
    for block in re.split(r"\n\s*\n", payload_text(part).replace("\r\n", "\n")):
        items: dict[str, list[str]] = {}
        for line in re.sub(r"\n[ \t]+", " ", block).split("\n"):
            name, colon, value = line.partition(":")
            if colon:
                items.setdefault(name.strip().lower(), []).append(value.strip())
        yield Headers(items)


def _from_fields(part: Message) -> Iterator[Report]:
    for fields in _blocks(part):
        action = fields.text("action").lower().strip(" .()").split(" ")[0]
        status = _enhanced(fields.text("status")) or _enhanced(fields.text("diagnostic-code"))
        if not action and not status:
            continue
        recipient = next(filter(None, (_recipient(fields.text(n)) for n in _NAMED_FIELDS)), "")
        diagnosis = fields.text("diagnostic-code").partition(";")[2].strip()
        text = diagnosis or fields.text("diagnostic-code") or fields.text("status")
        named = _action(action, status)
        if named is not None:
            yield Report(action=named, recipient=recipient, status=status, text=_short(text))


def _action(action: str, status: str) -> Action | None:
    match action:
        case "failed" | "failure" | "error" | "expired":
            return "failed"
        case "delayed" | "deferred":
            return "delayed"
        case "delivered":
            return "delivered"
        case "relayed" | "expanded" | "success":
            return None
        case _:
            return {"5": "failed", "4": "delayed", "2": "delivered"}.get(status[:1])  # type: ignore[return-value]


def _from_disposition(part: Message) -> Iterator[Report]:
    for fields in _blocks(part):
        if "displayed" in fields.text("disposition").lower():
            yield Report(action="read", recipient=_recipient(fields.text("final-recipient")))
            return


def _from_complaint(part: Message, mail: Mail) -> Iterator[Report]:
    # RFC 5965: somebody marked a mail of ours as unwanted, or a server could not believe it.
    for fields in _blocks(part):
        kind = fields.token("feedback-type")
        if kind:
            named = _recipient(fields.text("original-rcpt-to"))
            recipient = named or recipient_of(mail.root)
            yield Report(action="complained", recipient=recipient, text=_short(kind))
            return


def _from_words(mail: Mail) -> Iterator[Report]:
    text = "\n".join(filter(None, (each.text or each.html for each in mail.segments)))[:_MOST_TEXT]
    own, _, _returned = _without_returned(text)
    status, reply = _enhanced(own), _REPLY.search(own)
    unknown = _UNKNOWN_ADDRESS.search(own)
    if _DELAYED.search(own) and not _GONE_FOR_GOOD.search(own) and not status.startswith("5"):
        action: Action = "delayed"
    elif status.startswith("5") or unknown or (reply and reply[1][0] == "5") or _said(mail, own):
        action = "failed"
    elif status.startswith("4"):
        action = "delayed"
    else:
        return
    if unknown and action == "failed" and not _DEAD.match(status):
        status = "5.1.1"
    named = addresses_of(mail.headers.text("x-failed-recipients"))
    recipient = named[0].value if named else _first_other(own, mail) or recipient_of(mail.root)
    yield Report(action=action, recipient=recipient, status=status, text=_line(own, unknown, reply))


def _said(mail: Mail, own: str) -> bool:
    headers = mail.headers
    if headers.has("x-failed-recipients") or _SUBJECT.search(headers.text("subject")):
        return True
    robot = _SENDER.search(f"{headers.text('from')} {headers.text('subject')}") or (
        headers.token("content-type") == "multipart/report"
    )
    return bool((robot or "non-delivery" in own[:_SHORT_TEXT].lower()) and _REFUSED.search(own))


def _without_returned(text: str) -> tuple[str, str, str]:
    # The mail that came back is quoted below; its words are not the server's.
    marks = (
        r"^[-=+ ]{3,}.{0,40}(?:copy of|original message|returned message|unsent message|message "
        r"(?:header|text)|begin message|message follows).*$"
        r"|^(?:received|return-path): .*$"
        r"|^.{0,60}(?:original message|headers? of the).{0,20}follows?:?.*$"
    )
    match = re.search(marks, text, re.IGNORECASE | re.MULTILINE)
    return (text[: match.start()], match[0], text[match.end() :]) if match else (text, "", "")


def _first_other(text: str, mail: Mail) -> str:
    alone = _OWN_LINE.search(text)
    if alone is not None:  # told apart from all talk, so it may be anybody's, ours too
        return alone[1].lower()
    ours = {each.value for name in ("to", "from") for each in mail.headers.addresses(name)}
    named = [match[1].lower().strip(".") for match in _FAILED_LINE.finditer(text)]
    others = [each for each in named if each not in ours]
    people = [each for each in others if not _SENDER.search(each)]
    return next(iter([*people, *others]), "")


def _line(text: str, *matches: re.Match[str] | None) -> str:
    for match in matches:
        if match is not None:
            start, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
            return _short(text[start : end if end >= 0 else len(text)])
    return _short(next((line for line in text.split("\n") if line.strip()), ""))


def _recipient(field: str) -> str:
    found = addresses_of(field.partition(";")[2] or field)
    return found[0].value if found else ""


def _enhanced(text: str) -> str:
    match = _STATUS.search(text)
    return ".".join(match.groups()) if match else ""


def _short(text: str) -> str:
    return " ".join(text.split())[:_SHORT_TEXT]


def named_messages(mail: Mail, raw: bytes, account: Account) -> Sequence[UUID]:
    """Return the messages of ours the mail names, in its headers or in what it returns."""
    found: dict[UUID, None] = {}
    candidates = [*mail.headers.ids("in-reply-to"), *mail.headers.ids("references")]
    candidates += [each.decode() for each in _IN_RAW.findall(raw)]
    for part in leaves(mail.root):
        if str(part.get("content-transfer-encoding", "")).strip().lower() in _PACKED:
            candidates += _IN_TEXT.findall(payload_text(part))
    for each in candidates:
        message = our_message(each, account)
        if message is not None:
            found[message] = None
    return list(found)


_PACKED: Final = frozenset({"base64", "quoted-printable"})
_IN_RAW: Final = re.compile(rb"<[0-9a-fA-F]{32}\.\d{1,4}\.[0-9a-fA-F]{16}@[A-Za-z0-9.-]{1,250}>")
_IN_TEXT: Final = re.compile(r"<[0-9a-fA-F]{32}\.\d{1,4}\.[0-9a-fA-F]{16}@[A-Za-z0-9.-]{1,250}>")


def statuses(reports: Sequence[Report], messages: Sequence[UUID], mail: Mail) -> Sequence[Inbound]:
    """Return what the reports mean for our messages; the worst news of each message counts."""
    order: list[Action] = ["failed", "complained", "delayed", "read", "delivered"]
    worst = min(reports, key=lambda each: order.index(each.action))
    said = " ".join(filter(None, (worst.status, worst.text, _about(worst))))
    suppress = next((each.recipient for each in reports if each.is_hard()), "")
    at = mail.headers.moment("date")
    match worst.action:
        case "complained":
            said = " ".join(filter(None, ("complaint", worst.text, _about(worst))))
            return [StatusIn(state="sent", message=each, at=at, notice=said) for each in messages]
        case "delayed":
            return [StatusIn(state="sent", message=each, at=at, notice=said) for each in messages]
        case state:
            error = said if state == "failed" else ""
            return [
                StatusIn(
                    state=state,
                    message=each,
                    at=at,
                    error=error,
                    reason=why.reason(error),
                    suppress=suppress or None,
                )
                for each in messages
            ]


def _about(report: Report) -> str:
    return f"({report.recipient})" if report.recipient else ""
