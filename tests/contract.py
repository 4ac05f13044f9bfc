"""What the contract test reads of a connector's folder, and the writer of its golden files.

- `fixtures/<kind>.in.<ext>`: the raw body; `fixtures/<kind>.in.headers.json`: its headers
- `fixtures/<kind>.out.json`: what `parse` makes of it, without what is empty
- `fixtures/<case>.reply.json`: the vendor's answers to `send` and what they mean:
  `{"replies": [...], "accepted": id}` or `{"replies": [...], "raises": "Throttled"}`
- `testing.py`: `ACCOUNT`, and `sign(body, headers, account, at)` as the other side signs

`python tests/contract.py <channel>` writes the golden files anew; read the difference before you
keep it.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

import hilo.connectors
from hilo.sdk.account import Account, Delivery
from hilo.sdk.channel import ChannelConnector
from hilo.sdk.inbound import Inbound
from hilo.sdk.outbound import Accepted, HttpReply, MessageOut, Recipient, Reply, Sending, SmtpReply

NOW = datetime(2026, 11, 22, 10, 1, tzinfo=UTC)
ROOT = Path(hilo.connectors.__file__).parent
CHANNELS = sorted(each.parent.name for each in ROOT.glob("*/manifest.toml"))
OUT = MessageOut(
    id=UUID("01a203e2-b99f-73ed-842d-ddf325e20c4b"),
    conversation=UUID("01a203e2-0d10-7c39-9b7c-7c5a2f2a1a11"),
    number=7,
    part=1,
    to=Recipient(kind="external", value="u-7", name="Dora"),
    text="It arrives today. " * 50,
    sender_name="Ada",
    at=NOW,
)
Sign = Callable[[bytes, Mapping[str, str], Account, datetime], Mapping[str, str]]


class Case(Struct, frozen=True):
    """One recorded input."""

    channel: str
    kind: str
    body: bytes
    headers: Mapping[str, str]
    golden: Path


class Answer(Struct, frozen=True, kw_only=True):
    """What the vendor answered to one call: HTTP unless `code` says SMTP."""

    status: int = 200
    headers: Mapping[str, str] = {}
    body: str = ""
    code: int | None = None
    refused: Mapping[str, str] = {}

    def reply(self) -> Reply:
        """Return it as the carrier would."""
        if self.code is not None:
            return SmtpReply(code=self.code, text=self.body, refused=self.refused)
        return HttpReply(status=self.status, headers=self.headers, body=self.body.encode())


class Play(Struct, frozen=True, kw_only=True):
    """The vendor's answers, and what they mean together."""

    replies: list[Answer]
    accepted: str | None = None
    raises: str | None = None
    retry_after_s: float | None = None
    to: Recipient | None = None


def connector(channel: str) -> ChannelConnector:
    """Return a channel's connector."""
    found: ChannelConnector = import_module(f"hilo.connectors.{channel}").CONNECTOR
    return found


def account(channel: str) -> Account:
    """Return the account its tests use."""
    found: Account = import_module(f"hilo.connectors.{channel}.testing").ACCOUNT
    return found


def signer(channel: str) -> Sign:
    """Return how the other side signs."""
    found: Sign = import_module(f"hilo.connectors.{channel}.testing").sign
    return found


def cases(channel: str) -> Iterator[Case]:
    """Return the recorded inputs of a channel."""
    for path in sorted((ROOT / channel / "fixtures").glob("*.in.*")):
        kind, _, ending = path.name.partition(".in.")
        if ending == "headers.json":
            continue
        beside = path.with_name(f"{kind}.in.headers.json")
        headers = msgspec.json.decode(beside.read_bytes()) if beside.exists() else {}
        golden = path.with_name(f"{kind}.out.json")
        yield Case(channel, kind, path.read_bytes(), headers, golden)


def delivery(case: Case, *, at: datetime = NOW) -> Delivery:
    """Return the input as the door hands it over, signed at NOW."""
    who = account(case.channel)
    body = encode(case)
    headers = signer(case.channel)(body, case.headers, who, NOW)
    query = case.headers.get(":query", "")
    url = f"{who.public_url}/hooks/{case.channel}/{who.id}{query}"
    return Delivery(body=body, headers=headers, url=url, received_at=at, id=UUID(int=9))


def encode(case: Case) -> bytes:
    """Return the body as it travels: what a fixture holds as JSON may be a form there."""
    testing = import_module(f"hilo.connectors.{case.channel}.testing")
    change: Callable[[bytes], bytes] | None = getattr(testing, "encode", None)
    return case.body if change is None else change(case.body)


def encoded(items: list[Inbound]) -> bytes:
    """Return inbound items as the golden files hold them."""
    return (
        msgspec.json.format(msgspec.json.encode(_lean(msgspec.to_builtins(items))), indent=1)
        + b"\n"
    )


def _lean(value: object) -> object:
    """Drop what is empty, so that a new optional field changes no golden file."""
    if isinstance(value, dict):
        kept = {key: _lean(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in (None, "", [], {}, False)}
    return [_lean(each) for each in value] if isinstance(value, list) else value


def parsed(case: Case) -> bytes:
    """Return what the connector makes of the input, as golden files hold it."""
    items = connector(case.channel).parse(delivery(case), account(case.channel))
    return encoded(list(items))


def drive(sending: Sending, replies: Iterator[Answer]) -> Accepted:
    """Play the vendor: give each call the next answer. Raises what the connector raises."""
    try:
        next(sending)
        while True:
            sending.send(next(replies).reply())
    except StopIteration as end:
        accepted: Accepted = end.value
        return accepted


def main(channel: str) -> None:
    """Write the golden files of a channel."""
    for case in cases(channel):
        case.golden.write_bytes(parsed(case))


if __name__ == "__main__":
    main(sys.argv[1])
