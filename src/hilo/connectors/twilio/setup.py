"""Setting an account up: its settings, the address the vendor calls, and a check of each step."""

import re
from collections.abc import Generator, Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from hilo.connectors.twilio import outbound, wire
from hilo.kit.errors import ConnectorError, FieldError, Invalid
from hilo.sdk import settings as form
from hilo.sdk.abilities import Connected
from hilo.sdk.account import Account, Check, SettingsRead, failed
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Call, Reply

_SID = re.compile(r"^AC[0-9a-fA-F]{32}$")
_SERVICE = re.compile(r"^MG[0-9a-fA-F]{32}$")
_NUMBER = re.compile(r"^\+[1-9]\d{6,14}$")
SERVICES = "https://messaging.twilio.com/v1/Services"


def configure(
    manifest: Manifest, given: Mapping[str, object], old: SettingsRead | None
) -> SettingsRead:
    """Check the settings. Raises Invalid naming `settings.<name>`."""
    read = form.read(manifest, given, old)
    settings = dict(read.settings)
    number = re.sub(r"[\s().-]", "", str(settings.get("number") or ""))
    service = str(settings.get("messaging_service_sid") or "")
    errors = []
    if not _SID.match(str(settings.get("account_sid") or "")):
        errors.append(_wrong("account_sid", "AC and 32 hexadecimal digits"))
    if service and not _SERVICE.match(service):
        errors.append(_wrong("messaging_service_sid", "MG and 32 hexadecimal digits"))
    if not (number or service):
        errors.append(_wrong("number", "a number like +12025550100, or a messaging service"))
    elif number and not _NUMBER.match(number):
        errors.append(_wrong("number", "a number like +12025550100"))
    if errors:
        raise Invalid(*errors)
    if number:
        settings["number"] = number
    address = f"{settings['by']}:{number or service}"
    return msgspec.structs.replace(
        read, settings=settings, address=address, name=read.name or number or service
    )


def connect(account: Account) -> Generator[Call, Reply, Connected]:
    """Point the number, or the service, to us. A WhatsApp sender is set in the vendor's console."""
    number, service = _own(account)
    if account.settings.get("by") == "whatsapp":
        return Connected(name=number)
    if service:
        hook = [("InboundRequestUrl", account.webhook_url), ("UseInboundWebhookOnNumber", "false")]
        yield from outbound.post(account, f"{SERVICES}/{service}", hook, dict[str, object])
        return Connected(name=number or service)
    found = yield from _numbers(account, number)
    for each in found.incoming_phone_numbers[:1]:
        url = f"{outbound.base(account)}/IncomingPhoneNumbers/{each.sid}.json"
        hook = [("SmsUrl", account.webhook_url), ("SmsMethod", "POST")]
        yield from outbound.post(account, url, hook, wire.Number)
    return Connected(name=number)


def check(account: Account) -> Generator[Call, Reply, Sequence[Check]]:
    """Return: the credentials, the number, the address it calls."""
    url = f"{outbound.base(account)}.json"
    try:
        who = yield from outbound.get(account, url, wire.Account)
    except ConnectorError as error:
        return [failed("credentials", error)]
    lines = [Check(key="credentials", ok=who.status == "active", detail=who.friendly_name)]
    number, service = _own(account)
    if account.settings.get("by") == "whatsapp" or service:
        return [*lines, Check(key="webhook", ok=None, detail=account.webhook_url)]
    try:
        found = yield from _numbers(account, number)
    except ConnectorError as error:
        return [*lines, failed("number", error)]
    own = next(iter(found.incoming_phone_numbers), None)
    lines.append(Check(key="number", ok=own is not None, detail=number))
    if own is not None:
        calls = own.sms_url or ""
        lines.append(Check(key="webhook", ok=calls == account.webhook_url, detail=calls))
    return lines


def _own(account: Account) -> tuple[str, str]:
    settings = account.settings
    return str(settings.get("number") or ""), str(settings.get("messaging_service_sid") or "")


def _numbers(account: Account, number: str) -> Generator[Call, Reply, wire.Numbers]:
    query = urlencode({"PhoneNumber": number})
    url = f"{outbound.base(account)}/IncomingPhoneNumbers.json?{query}"
    return (yield from outbound.get(account, url, wire.Numbers))


def _wrong(name: str, expected: str) -> FieldError:
    return FieldError(f"settings.{name}", "invalid", expected)
