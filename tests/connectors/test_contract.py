"""One contract for every folder of connectors; see contract.py for what a folder brings.

conformance  test
G-01         test_what_is_not_signed_so_is_refused
G-02         tests/connectors/test_api.py::test_either_of_two_active_secrets_passes
G-03         test_an_account_without_secrets_accepts_nothing
G-08, G-09   test_a_recorded_input_means_what_its_golden_file_says
G-25         test_dropping_any_key_at_any_depth_is_malformed_or_valid
G-37         test_a_vendors_answer_means_what_was_recorded
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import get_args
from uuid import UUID

import msgspec
import pytest
from msgspec import structs

import contract
import shelf
from hilo.kit import errors
from hilo.kit.errors import BadSignature, MalformedPayload, Rejected, Unsupported
from hilo.kit.messages import LOCALES, find
from hilo.sdk.abilities import Fetching, Simulated
from hilo.sdk.channel import ChannelConnector
from hilo.sdk.content import Choice, Choices, People, Sticker
from hilo.sdk.inbound import Inbound, MessageIn, Unknown
from hilo.sdk.outbound import Recipient
from hilo.sdk.simulator import Deed, Does

KINDS_LEAST = 8
QUALITY = {
    "signature", "replay", "fixtures", "media", "edits", "status", "rate_limits", "reauth",
    "check", "docs", "live_tested",
}  # fmt: skip
CASES = [
    pytest.param(case, id=f"{c}-{case.kind}")
    for c in contract.CHANNELS
    for case in contract.cases(c)
]
PLAYS = [
    pytest.param(channel, path, id=f"{channel}-{path.name.partition('.')[0]}")
    for channel in contract.CHANNELS
    for path in sorted((contract.ROOT / channel / "fixtures").glob("*.reply.json"))
]
SIGNED = [
    channel
    for channel in contract.CHANNELS
    if contract.connector(channel).manifest.quality.get("signature", "").startswith("done")
]


@pytest.mark.parametrize("channel", contract.CHANNELS)
def test_the_manifest_is_whole(channel: str) -> None:
    connector = contract.connector(channel)
    assert isinstance(connector, ChannelConnector)
    manifest = connector.manifest
    assert manifest.id == channel
    assert set(manifest.quality) == QUALITY
    assert (contract.ROOT / channel / manifest.icon).is_file()
    names = [setting.name for setting in manifest.settings]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("channel", contract.CHANNELS)
def test_the_readme_has_its_headings(channel: str) -> None:
    readme = (contract.ROOT / channel / "README.md").read_text(encoding="utf-8")
    for heading in ("What you need", "Connect", "Limits", "Troubleshooting"):
        assert f"## {heading}" in readme


@pytest.mark.parametrize("channel", contract.CHANNELS)
def test_it_says_its_settings_in_every_language(channel: str) -> None:
    manifest = contract.connector(channel).manifest
    wanted = {"name", "about", *(f"setting.{each.name}" for each in manifest.settings)}
    said = {}
    for locale in LOCALES:
        common = msgspec.json.decode(
            (find() / f"{locale}.json").read_bytes(), type=dict[str, object]
        )
        beginning = f"channel.{channel}."
        said[locale] = {key.removeprefix(beginning) for key in common if key.startswith(beginning)}
        own = contract.ROOT / channel / "messages" / f"{locale}.json"
        if own.is_file():
            said[locale] |= set(msgspec.json.decode(own.read_bytes(), type=dict[str, str]))
        assert wanted <= said[locale]
    assert said["en"] == said["es"] == said["pt"]


@pytest.mark.parametrize("channel", contract.CHANNELS)
def test_it_brings_enough_recorded_kinds(channel: str) -> None:
    assert len(list(contract.cases(channel))) >= KINDS_LEAST


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_input_is_accepted_by_its_signature(case: contract.Case) -> None:
    connector, account = contract.connector(case.channel), contract.account(case.channel)
    first = connector.verify(contract.delivery(case), account)
    assert connector.verify(contract.delivery(case), account) == first


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_input_means_what_its_golden_file_says(case: contract.Case) -> None:
    assert contract.parsed(case) == case.golden.read_bytes()


@pytest.mark.parametrize("channel", SIGNED)
def test_what_is_not_signed_so_is_refused(channel: str) -> None:
    case = next(contract.cases(channel))
    good = contract.delivery(case)
    connector, account = contract.connector(channel), contract.account(channel)
    bad = [structs.replace(good, headers=case.headers)]
    if connector.manifest.quality["signature"] == "done":  # else a secret header, of no body
        bad.append(structs.replace(good, body=good.body + b" "))
    signed = [name for name in good.headers if name not in case.headers]
    assert signed
    for name in signed:
        mark = good.headers[name]
        missing = {key: value for key, value in good.headers.items() if key != name}
        altered = mark[:-3] + ("AAA" if mark[-3:] != "AAA" else "BBB")
        truncated = {**good.headers, name: mark[: len(mark) // 2]}
        bad.append(structs.replace(good, headers=missing))
        bad.append(structs.replace(good, headers={**good.headers, name: altered}))
        bad.append(structs.replace(good, headers=truncated))
    for delivery in bad:
        with pytest.raises(BadSignature):
            connector.verify(delivery, account)


@pytest.mark.parametrize("channel", SIGNED)
def test_an_account_without_secrets_accepts_nothing(channel: str) -> None:
    case = next(contract.cases(channel))
    bare = structs.replace(contract.account(channel), secrets={})
    with pytest.raises(BadSignature):
        contract.connector(channel).verify(contract.delivery(case), bare)


@pytest.mark.parametrize("channel", SIGNED)
def test_what_is_signed_for_another_account_is_refused(channel: str) -> None:
    case = next(contract.cases(channel))
    own = contract.account(channel)
    key = str(own.settings.get("public_key", ""))  # by which some are known: no secret
    other = structs.replace(
        own,
        secrets={name: f"{secret}0" for name, secret in own.secrets.items()},
        settings={**own.settings, "public_key": key[::-1]},
    )
    with pytest.raises(BadSignature):
        contract.connector(channel).verify(contract.delivery(case), other)


@pytest.mark.parametrize("case", CASES)
def test_a_body_cut_anywhere_is_malformed_or_valid(case: contract.Case) -> None:
    step = max(1, len(case.body) // 20)
    for end in range(0, len(case.body), step):
        with contextlib.suppress(MalformedPayload):
            contract.parsed(structs.replace(case, body=case.body[:end]))


@pytest.mark.parametrize("channel", SIGNED)
def test_what_was_signed_long_ago_is_refused(channel: str) -> None:
    if contract.connector(channel).manifest.quality["replay"] != "done":
        pytest.skip("this channel signs no time; its manifest says why")
    case = next(contract.cases(channel))
    late = contract.delivery(case, at=contract.NOW + timedelta(days=4000))
    with pytest.raises(BadSignature):
        contract.connector(channel).verify(late, contract.account(channel))


def _without_each_key(value: object) -> Iterator[object]:
    """Yield the value with one key dropped, for every key at any depth."""
    if isinstance(value, dict):
        for key in value:
            yield {k: v for k, v in value.items() if k != key}
            for smaller in _without_each_key(value[key]):
                yield {**value, key: smaller}
            others: tuple[object, ...] = (None, 7, "x", [], {})
            yield from ({**value, key: other} for other in others)
    if isinstance(value, list):
        for place, each in enumerate(value):
            for smaller in _without_each_key(each):
                yield [*value[:place], smaller, *value[place + 1 :]]


@pytest.mark.parametrize("case", CASES)
def test_dropping_any_key_at_any_depth_is_malformed_or_valid(case: contract.Case) -> None:
    try:
        whole = msgspec.json.decode(case.body)
    except msgspec.DecodeError:
        pytest.skip("not JSON: the channel's own tests cut it in its own way")
    for body in _without_each_key(whole):
        smaller = structs.replace(case, body=msgspec.json.encode(body))
        try:
            contract.parsed(smaller)
        except MalformedPayload:
            continue


@pytest.mark.parametrize(
    ("channel", "kind", "place"),
    [
        ("line", "batch", ("events",)),
        ("bandwidth", "batch_of_three", ()),
        ("whatsapp", "batch", ("entry", 0, "changes", 0, "value", "messages")),
        ("messenger", "batch", ("entry", 0, "messaging")),
        ("instagram", "batch", ("entry", 0, "messaging")),
    ],
)
def test_one_broken_item_of_a_batch_costs_none_of_its_neighbours(
    channel: str, kind: str, place: tuple[str | int, ...]
) -> None:
    case = next(each for each in contract.cases(channel) if each.kind == kind)
    whole = msgspec.json.decode(case.body)
    items = whole
    for step in place:
        items = items[step]
    items[0] = 7
    broken = structs.replace(case, body=msgspec.json.encode(whole))
    told = msgspec.json.decode(contract.parsed(broken))
    before = msgspec.json.decode(case.golden.read_bytes())
    assert [each for each in told if each["type"] == "unread"]
    assert [each for each in told if each["type"] != "unread"] == [
        each for each in before if each in told
    ]
    assert len(told) >= len(before) - 1 > 0


@pytest.mark.parametrize("channel", contract.CHANNELS)
@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"[", b"null", b"[]", b"7", b"{}", b"[" * 5000])
def test_rubbish_is_malformed_or_unknown(channel: str, body: bytes) -> None:
    case = structs.replace(next(contract.cases(channel)), body=body)
    with contextlib.suppress(MalformedPayload):
        contract.parsed(case)


@pytest.mark.parametrize(("channel", "path"), PLAYS)
def test_a_vendors_answer_means_what_was_recorded(channel: str, path: object) -> None:
    play = msgspec.json.decode(path.read_bytes(), type=contract.Play)  # type: ignore[attr-defined]
    message = contract.OUT if play.to is None else structs.replace(contract.OUT, to=play.to)
    sending = contract.connector(channel).send(message, contract.account(channel))
    replies = iter(play.replies)
    if play.raises is None:
        assert contract.drive(sending, replies).external_id == play.accepted
    else:
        with pytest.raises(getattr(errors, play.raises)) as caught:
            contract.drive(sending, replies)
        assert type(caught.value).__name__ == play.raises
        pause = getattr(caught.value, "retry_after_s", None)
        assert play.retry_after_s in (None, pause)
    assert next(replies, None) is None


@pytest.mark.parametrize("channel", contract.CHANNELS)
def test_importing_it_opens_no_socket_and_writes_no_file(channel: str) -> None:
    script = (
        "import sys\n"
        "def watch(event, args):\n"
        "    if event.startswith('socket.') or (event == 'open' and args[1] in ('w', 'a', 'x')):\n"
        "        raise SystemExit(f'{event} {args}')\n"
        "sys.dont_write_bytecode = True\n"
        "sys.addaudithook(watch)\n"
        f"import hilo.connectors.{channel}\n"
    )
    ran = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


PLAYED = [c for c in contract.CHANNELS if isinstance(contract.connector(c), Simulated)]


@pytest.mark.parametrize("channel", PLAYED)
def test_a_simulator_that_begins_again_names_nothing_as_before(channel: str) -> None:
    """It forgets what it named when it ends; a known name would be taken for a double."""
    connector, account = contract.connector(channel), contract.account(channel)
    assert isinstance(connector, Simulated)
    names: list[set[str]] = []
    for first in (1, 1_000_000):
        vendor = connector.simulator(account, first)
        hooks = [
            hook
            for n in range(3)
            for hook in vendor.deed(Deed(does="text", who="7", text=str(n)), shelf.AT)
        ]
        said = [
            item for item in shelf.read(connector, account, hooks) if isinstance(item, MessageIn)
        ]
        assert len(said) == 3
        names.append({each.external_id for each in said})
    assert not names[0] & names[1]


DOES: tuple[Does, ...] = get_args(Does)
DATA: dict[str, tuple[bytes, str]] = {
    "file": (b"jpeg", "image/jpeg"),
    "voice": (b"ogg", "audio/ogg"),
    "sticker": (b"webp", "image/webp"),
}


class Lived:
    """A phone on which a contact wrote and was asked to choose."""

    def __init__(self, channel: str) -> None:
        """channel: whose simulator plays."""
        self.connector, self.account = contract.connector(channel), contract.account(channel)
        assert isinstance(self.connector, Simulated)
        self.vendor = self.connector.simulator(self.account)
        (said,) = self.hears(Deed(does="text", who="7", text="hola"))
        assert isinstance(said, MessageIn)
        first = said.sender.identities[0]
        self.to = Recipient(kind=first.kind, value=first.value)
        self._answers = 0
        self.answer(Choices(choices=[Choice(id="y", title="Yes")]))

    def hears(self, deed: Deed) -> Sequence[Inbound]:
        """Let the contact do something; return what is understood of it."""
        webhooks = self.vendor.deed(deed, shelf.AT)
        return shelf.read(self.connector, self.account, webhooks)

    def answer(self, content: Choices | None = None) -> None:
        """Answer. Raises Rejected."""
        self._answers += 1
        more = {"id": UUID(int=self._answers), "content": content, "heard_at": shelf.AT}
        message = shelf.part(self.to, "Which?", **more)
        shelf.play(self.vendor, self.connector.send(message, self.account))

    def deed(self, does: Does) -> Deed:
        """Return a deed with all that it needs."""
        bubbles = shelf.phone(self.vendor).bubbles
        target = bubbles[-1] if does in {"choose", "react"} else bubbles[0]
        data, media_type = DATA.get(does, (b"", ""))
        return Deed(
            does=does,
            who="7",
            text="Gina",
            number="+12025550199",
            target=None if does in {"comment", "start"} else target.id,
            choice=next((id_ for id_, _ in bubbles[-1].choices), ""),
            emoji="👍",
            data=data,
            media_type=media_type,
        )


@pytest.mark.parametrize("does", DOES)
@pytest.mark.parametrize("channel", PLAYED)
def test_a_phone_does_what_its_simulator_offers_and_nothing_else(channel: str, does: Does) -> None:
    lived = Lived(channel)
    if does not in lived.vendor.deeds():
        with pytest.raises(Unsupported):
            lived.hears(lived.deed(does))
        return
    heard = lived.hears(lived.deed(does))
    assert not any(isinstance(each, Unknown) for each in heard)
    if not heard:  # nobody is told that a phone was blocked, and answers no longer arrive
        assert does == "stop"
        with pytest.raises(Rejected):
            lived.answer()


@pytest.mark.parametrize("channel", PLAYED)
def test_a_phone_offers_each_deed_once(channel: str) -> None:
    connector = contract.connector(channel)
    assert isinstance(connector, Simulated)
    offered = connector.simulator(contract.account(channel)).deeds()
    assert len(offered) == len(set(offered))
    assert set(offered) >= {"text", "start"}


@pytest.mark.parametrize("channel", PLAYED)
def test_a_card_that_is_shared_holds_a_name_and_a_number(channel: str) -> None:
    lived = Lived(channel)
    if "people" not in lived.vendor.deeds():
        pytest.skip("no cards here")
    (shared,) = lived.hears(lived.deed("people"))
    assert isinstance(shared, MessageIn)
    assert isinstance(shared.content, People)
    (person,) = shared.content.people
    assert (person.name, person.phones) == ("Gina", ["+12025550199"])
    assert person.phones[0] not in [each.value for each in shared.sender.identities]
    assert shelf.phone(lived.vendor).bubbles[-1].text == "Gina +12025550199"


@pytest.mark.parametrize("channel", PLAYED)
def test_a_sticker_is_seen_as_it_was_sent(channel: str) -> None:
    lived = Lived(channel)
    if "sticker" not in lived.vendor.deeds():
        pytest.skip("no stickers here")
    (stuck,) = lived.hears(lived.deed("sticker"))
    assert isinstance(stuck, MessageIn)
    assert isinstance(stuck.content, Sticker)
    bubble = shelf.phone(lived.vendor).bubbles[-1]
    if stuck.files:
        assert lived.vendor.file(bubble.file) == DATA["sticker"]
        asked = stuck.files[0].url or ""
        if isinstance(lived.connector, Fetching):
            fetched = lived.connector.fetch(asked, lived.account)
            assert shelf.play(lived.vendor, fetched).content == b"webp"
        else:
            assert shelf.picture(lived.vendor, asked) == b"webp"
