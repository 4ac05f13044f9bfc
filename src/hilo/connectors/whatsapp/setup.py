"""Connecting an account: its settings, where the vendor shall call, and a check of each step."""

import secrets as chance
from collections.abc import Generator, Mapping, Sequence

import msgspec

from hilo.connectors._graph import connecting, door
from hilo.connectors._graph.calls import Answered
from hilo.connectors.whatsapp import ways
from hilo.connectors.whatsapp.ways import DIALOG, Way
from hilo.kit.errors import ConnectorError, FieldError, Invalid
from hilo.sdk import settings as form
from hilo.sdk.abilities import Connected
from hilo.sdk.account import Account, Check, SettingsRead, failed
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Call, HttpCall, Reply

SECRET_HEADER = "x-hilo-secret"  # noqa: S105 - a header's name
_WANTED = {
    ways.CLOUD: ("phone_number_id", "business_account_id", "access_token", "app_secret"),
    DIALOG: ("access_token",),
}
_NUMBER_FIELDS = "display_phone_number,verified_name,quality_rating,status,code_verification_status"
_WEBHOOK = "v1/configs/webhook"


def configure(
    manifest: Manifest, given: Mapping[str, object], old: SettingsRead | None
) -> SettingsRead:
    """Check the settings, which differ by the way. Raises Invalid naming `settings.<name>`."""
    read = form.read(manifest, given, old)
    settings, secrets = dict(read.settings), dict(read.secrets)
    for name in ("phone_number_id", "business_account_id", "number"):
        _keep_digits(settings, name)
    way = DIALOG if settings.get("by") == DIALOG else ways.CLOUD
    missing = [name for name in _WANTED[way] if not (settings.get(name) or secrets.get(name))]
    if missing:
        raise Invalid(
            *(FieldError(f"settings.{each}", "required", "a value is expected") for each in missing)
        )
    settings["verify_token"] = settings.get("verify_token") or door.new_token()
    if way == DIALOG:
        secrets["secret"] = secrets.get("secret") or chance.token_urlsafe(32)
    return msgspec.structs.replace(
        read,
        settings=settings,
        secrets=door.replaced(old.secrets if old else {}, secrets),
        address=str(settings.get("phone_number_id") or "") or None,
        name=read.name or str(settings.get("number") or ""),
    )


def _keep_digits(settings: dict[str, object], name: str) -> None:
    value = settings.get(name)
    if not isinstance(value, str):
        return
    digits = "".join(each for each in value if each not in "+ -().")
    if not (digits.isascii() and digits.isdigit()):
        raise Invalid(FieldError(f"settings.{name}", "invalid", "digits are expected"))
    settings[name] = digits


def connect(account: Account) -> Generator[Call, Reply, Connected]:
    """Subscribe the application to the account and point this number's webhook to us."""
    way = ways.of(account)
    graph = way.graph
    if way.by == DIALOG:
        headers = {SECRET_HEADER: account.secrets.get("secret", "")}
        hook = {"url": account.webhook_url, "headers": headers}
        yield from graph.ask(graph.post(_WEBHOOK, hook, is_harmless=True))
        return Connected(address=account.address)
    path = f"{way.business}/subscribed_apps"
    yield from graph.ask(graph.post(path, {}, is_harmless=True))
    verify = str(account.settings.get("verify_token") or "")
    hook = {"override_callback_uri": account.webhook_url, "verify_token": verify}
    call = graph.post(way.number, {"webhook_configuration": hook}, is_harmless=True)
    yield from graph.ask(call)
    about = yield from graph.ask(graph.get(way.number, fields=_NUMBER_FIELDS))
    shown = str(about.get("display_phone_number") or "")
    number = "".join(each for each in shown if each.isdigit())
    token = yield from graph.ask(_about_token(way, account))
    return Connected(
        address=way.number,
        name=str(about.get("verified_name") or shown),
        expires_at=connecting.ends(token),
        settings={"number": number} if number else {},
    )


def disconnect(account: Account) -> Generator[Call, Reply, None]:
    """Take this number's webhook back; the application stays for the account's other numbers."""
    way = ways.of(account)
    if way.by == DIALOG:
        return
    hook = {"webhook_configuration": {"override_callback_uri": ""}}
    yield from way.graph.ask(way.graph.post(way.number, hook, is_harmless=True))


def check(account: Account) -> Generator[Call, Reply, Sequence[Check]]:
    """Try the token, the number, the templates and the webhook, each by itself."""
    way = ways.of(account)
    graph = way.graph
    if way.by == DIALOG:
        line, told = yield from _tried("webhook", way, _WEBHOOK)
        templates, _ = yield from _tried("templates", way, "v1/configs/templates", limit="1")
        return [_points_here(line, told, account), templates]
    number, about = yield from _tried("credentials", way, way.number, fields=_NUMBER_FIELDS)
    lines = [number]
    if about:
        said = f"{about.get('verified_name', '')} {about.get('display_phone_number', '')}".strip()
        lines[0] = msgspec.structs.replace(number, detail=said)
        quality = str(about.get("quality_rating") or "UNKNOWN")
        fine = {"GREEN": True, "RED": False}.get(quality)
        lines.append(Check(key="quality", ok=fine, detail=quality.lower()))
    path = f"{way.business}/message_templates"
    lines.append((yield from _tried("templates", way, path, limit="1"))[0])
    path = f"{way.business}/subscribed_apps"
    webhook, apps = yield from _tried("webhook", way, path)
    if apps is not None and not apps.get("data"):
        webhook = Check(key="webhook", ok=False)
    elif apps is not None:
        _, hooks = yield from _tried("webhook", way, way.number, fields="webhook_configuration")
        webhook = _leads_here(webhook, hooks, account)
    lines.append(webhook)
    try:
        ends = connecting.ends((yield from graph.ask(_about_token(way, account))))
        lines.append(Check(key="expires", ok=True, detail=ends.date().isoformat() if ends else "∞"))
    except ConnectorError as error:
        lines.append(failed("expires", error, ok=None))
    return lines


def _tried(
    key: str, way: Way, path: str, **query: str
) -> Generator[Call, Reply, tuple[Check, Answered | None]]:
    try:
        answered = yield from way.graph.ask(way.graph.get(path, **query))
    except ConnectorError as error:
        return failed(key, error), None
    return Check(key=key, ok=True), answered


def _leads_here(line: Check, answered: Answered | None, account: Account) -> Check:
    """Return the line; false where this number's messages go to another address."""
    told = (answered or {}).get("webhook_configuration")
    hooks = told if isinstance(told, dict) else {}
    of_it = (hooks.get(each) for each in ("phone_number", "whatsapp_business_account"))
    url = next((each for each in of_it if isinstance(each, str) and each), account.webhook_url)
    return line if url == account.webhook_url else Check(key="webhook", ok=False, detail=url)


def _points_here(line: Check, answered: Answered | None, account: Account) -> Check:
    url = str((answered or {}).get("url") or "")
    if answered is not None and url != account.webhook_url:
        return Check(key="webhook", ok=False, detail=url)
    return line


def _about_token(way: Way, account: Account) -> HttpCall:
    return way.graph.get("debug_token", input_token=account.secrets.get("access_token", ""))
