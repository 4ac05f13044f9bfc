# ruff: noqa: RUF001 - prefixes of other languages are meant
"""An ordinary mail from a message: what mail programs expect, and nothing about us.

No ticket number, no portal: threading is done by Message-ID, References and the reply address.
Every value of a header is refused when it holds a line end.
"""

import re
from collections.abc import Iterable, Sequence
from email import policy
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from html import escape
from typing import Final

from hilo.connectors.email import sender, threads
from hilo.kit.errors import Rejected
from hilo.kit.text import clean, preview
from hilo.sdk.account import Account
from hilo.sdk.outbound import FileOut, MessageOut

_UTF8: Final = Charset("utf-8")
_UTF8.body_encoding = QP
_PREFIX: Final = re.compile(
    r"^\s*(?:re|aw|antw|antwort|sv|vs|odp|ref|rif|r|res|resp|rép|ynt|atb|bls|vá|ang|回复|回覆|答复|返信)"
    r"(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s*[:：]\s*",
    re.IGNORECASE,
)
_LINK: Final = re.compile(r"https?://[^\s<>\"'«»]{1,2000}[^\s<>\"'«».,;:!?)\]}]")
_MOST_REFERENCES: Final = 20
_WORD_CHARS: Final = 60  # of an encoded word on its line; 75 is the law
_SUBJECT_CHARS: Final = 250
_QUOTE_CHARS: Final = 50_000
_MOST_ATTACHED_BYTES: Final = 20_000_000  # most servers refuse 25 MB; base64 adds a third
# 998 is the law; shorter lines would fold a Message-ID, which some programs then read with a blank.
_METHOD: Final = re.compile(rb"^METHOD:([A-Z]{2,20})\r?$", re.MULTILINE)
_POLICY: Final = policy.compat32.clone(linesep="\r\n", mangle_from_=False, max_line_length=998)


def compose(message: MessageOut, account: Account) -> bytes:
    """Return the whole mail, the same bytes each time. Raises Rejected for unsafe headers."""
    attached, linked = _divided(message.files)
    body = _body(message, attached, linked, sender.signature(message, account))
    rest = [file for file in attached if not _is_inline(file, message)]
    if rest:
        mixed = MIMEMultipart("mixed", boundary=_boundary(message, "m"))
        mixed.attach(body)
        for file in rest:
            mixed.attach(_file(file, "attachment"))
        body = mixed
    for name, value in _headers(message, account):
        body[name] = value
    return body.as_bytes(policy=_POLICY)


def recipients(message: MessageOut, account: Account) -> Sequence[str]:
    """Return everybody the mail goes to, each once, ourselves left out. Raises Rejected."""
    ours = sender.ours(account)
    found: dict[str, str] = {}
    for each in map(bare, (message.to.value, *message.cc, *message.bcc)):
        if threads.plain_address(each) not in ours:
            found.setdefault(each.lower(), each)
    return list(found.values())


def bare(address: str) -> str:
    """Return the address of `Name <address>`. Raises Rejected when there is none."""
    match = re.search(r"<([^<>]+)>\s*$", _checked(address))
    found = (match[1] if match else address).strip()
    local, at, domain = found.rpartition("@")
    if not (local and at and domain) or re.search(r"[\s<>,;]", found):
        raise Rejected(f"not a mail address: {address[:200]!r}", reason="unreachable")
    try:
        return found if domain.isascii() else f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise Rejected(f"not a mail address: {address[:200]!r}", reason="unreachable") from error


def _divided(files: Sequence[FileOut]) -> tuple[list[FileOut], list[FileOut]]:
    # What does not fit, or whose content is not at hand, goes as a link.
    attached: list[FileOut] = []
    linked: list[FileOut] = []
    room = _MOST_ATTACHED_BYTES
    for file in files:
        fits = len(file.content) <= room and (file.content or not file.size_bytes)
        (attached if fits else linked).append(file)
        room -= len(file.content) if fits else 0
    return attached, linked


def _body(
    message: MessageOut,
    attached: Sequence[FileOut],
    linked: Sequence[FileOut],
    below: tuple[str, str],
) -> MIMEBase:
    links = "".join(f"\n\n{file.name}\n{file.url}" for file in linked)
    html_links = "".join(
        f'<p><a href="{escape(file.url)}">{escape(file.name)}</a></p>' for file in linked
    )
    quote, html_quote = _quote(message)
    plain = _text_part(f"{message.text}{links}{below[0]}{quote}\n", "plain")
    written = message.html or paragraphs(message.text)
    html: MIMEBase = _text_part(f"{written}{html_links}{below[1]}{html_quote}\n", "html")
    inline = [file for file in attached if _is_inline(file, message)]
    if inline:
        related = MIMEMultipart("related", boundary=_boundary(message, "r"))
        related.attach(html)
        for file in inline:
            related.attach(_file(file, "inline"))
        html = related
    both = MIMEMultipart("alternative", boundary=_boundary(message, "a"))
    both.attach(plain)
    both.attach(html)
    return both


def _text_part(text: str, kind: str) -> MIMEText:
    part = MIMEText("", kind)
    del part["content-transfer-encoding"]
    part.set_payload(text, _UTF8)
    return part


def _is_inline(file: FileOut, message: MessageOut) -> bool:
    return bool(
        file.inline and file.content_id and f"cid:{file.content_id}" in (message.html or "")
    )


def paragraphs(text: str) -> str:
    """Return plain text as HTML: paragraphs, line ends, links."""
    out: list[str] = []
    last = 0
    for match in _LINK.finditer(text):
        address = escape(match[0])
        out += [escape(text[last : match.start()]), f'<a href="{address}">{address}</a>']
        last = match.end()
    html = "".join((*out, escape(text[last:])))
    parts = re.split(r"\n\s*\n", html.strip())
    return "".join(f"<p>{part}</p>".replace("\n", "<br>\n") for part in parts)


def _quote(message: MessageOut) -> tuple[str, str]:
    text = message.quote.strip()[:_QUOTE_CHARS]
    if not text:
        return "", ""
    intro = message.quote_from
    marked = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
    html = paragraphs(text)
    style = "margin:0 0 0 0.8ex;border-left:1px solid #ccc;padding-left:1ex"
    return (
        f"\n\n{intro}\n\n{marked}",
        (
            f"<br><div>{escape(intro)}</div>"
            f'<blockquote type="cite" style="{style}">{html}</blockquote>'
        ),
    )


def _calendar(content: bytes) -> str:
    match = _METHOD.search(content[:2_000]) if content.startswith(b"BEGIN:VCALENDAR") else None
    return match[1].decode() if match else ""


def _file(file: FileOut, disposition: str) -> MIMEBase:
    method = _calendar(file.content)
    family, _, kind = file.media_type.partition("/")
    part = MIMEBase(_checked(family) or "application", _checked(kind) or "octet-stream")
    if method:  # only so do mail programs hand it to the calendar
        part = MIMEBase("text", "calendar", method=method, charset="utf-8")
    part.set_payload(file.content)
    encode_base64(part)
    part.add_header("Content-Disposition", disposition, filename=("utf-8", "", _checked(file.name)))
    if file.content_id:
        part["Content-ID"] = f"<{_checked(file.content_id)}>"
    return part


def _headers(message: MessageOut, account: Account) -> Iterable[tuple[str, str]]:
    own = threads.message_id(message.id, message.part, account)
    ours, address = sender.ours(account), sender.address_for(message, account)
    yield "From", _mailbox(_sender_name(message, account), address)
    yield "To", _mailbox(message.to.name, message.to.value)
    copies = [each for each in map(bare, message.cc) if threads.plain_address(each) not in ours]
    if copies:
        yield "Cc", ", ".join(_mailbox("", each) for each in copies)
    chain = _references(message)
    yield "Subject", _text(subject(message, is_reply=bool(chain)))
    yield "Date", format_datetime(message.at)
    yield "Message-ID", own
    if chain:
        yield "In-Reply-To", chain[-1]
        yield "References", "\r\n ".join(chain)
    if account.settings.get("plus_address", True):
        answers = threads.reply_address(message.conversation, account)
        if answers is not None:
            yield "Reply-To", _mailbox(_sender_name(message, account), answers)
    if message.automatic:
        yield "Auto-Submitted", "auto-replied"
        yield "X-Auto-Response-Suppress", "All"
        yield "Precedence", "bulk"


def _sender_name(message: MessageOut, account: Account) -> str:
    shown = str(account.settings.get("display_name") or message.workspace_name)
    if not message.sender_name or message.automatic:
        return shown
    return f"{message.sender_name} · {shown}" if shown else message.sender_name


def _references(message: MessageOut) -> Sequence[str]:
    # Oldest first; the mail we answer is last. The root is kept when the chain is cut.
    ids = [_id_in(each) for each in (*message.references, message.reply_to or "")]
    chain = list(dict.fromkeys(reversed([each for each in ids if each])))[::-1]
    if len(chain) > _MOST_REFERENCES:
        chain = [chain[0], *chain[1 - _MOST_REFERENCES :]]
    return chain


def _id_in(reference: str) -> str:
    match = re.search(r"<[^<>\s]{3,250}>", reference)
    return _checked(match[0]) if match else ""


def subject(message: MessageOut, *, is_reply: bool) -> str:
    """Return the subject, on a reply with exactly one `Re:`; without one, the first words."""
    given = message.subject
    if "\n" in given or "\r" in given:
        raise Rejected("a subject with a line end is refused", reason="content")
    stem = " ".join(given.split())
    while match := _PREFIX.match(stem):
        stem = stem[match.end() :]
    stem = (stem or preview(clean(message.text), 60))[:_SUBJECT_CHARS]
    return f"Re: {stem}" if is_reply else stem


def _mailbox(name: str, address: str) -> str:
    shown, found = _checked(name), bare(address)
    if shown.isascii():
        return formataddr((shown, found))
    return f"{Header(shown, 'utf-8', maxlinelen=_WORD_CHARS).encode()} <{found}>"


def _text(value: str) -> str:
    value = _checked(value)
    if value.isascii():
        return value
    return Header(value, "utf-8", maxlinelen=_WORD_CHARS, header_name="Subject").encode()


def _checked(value: str) -> str:
    if "\r" in value or "\n" in value or "\0" in value:
        raise Rejected("a header value with a line end is refused", reason="content")
    return value


def _boundary(message: MessageOut, which: str) -> str:
    return f"=_{which}_{message.id.hex}_{message.part}"
