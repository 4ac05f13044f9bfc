"""The webhooks of the simulated vendor, as bodies: messages, statuses, preferences."""

from datetime import datetime
from typing import Any

from hilo.connectors._graph.sketch import stamp
from hilo.connectors.whatsapp.simulator.rules import Late
from hilo.sdk.phones import Line

Body = dict[str, Any]
BSUID = "US.9"
_ERRORS = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


def bsuid(who: str) -> str:
    """Return a phone's business-scoped id."""
    return f"{BSUID}{who.zfill(18)}"


def batch(business: str, field: str, value: Body) -> Body:
    """Return a whole body with one change."""
    entry = {"id": business, "changes": [{"value": value, "field": field}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def value(number: str, shown: str, line: Line | None) -> Body:
    """Return how every change about people begins. line: None: nobody the vendor knows."""
    found: Body = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": shown, "phone_number_id": number},
    }
    if line is not None:
        person = {"wa_id": line.address.removeprefix("+"), "user_id": bsuid(line.who)}
        found["contacts"] = [{"profile": {"name": line.name}, **person}]
    return found


def message(line: Line, id_: str, at: datetime, **said: Any) -> Body:
    """Return one message of a person."""
    return {
        "from": line.address.removeprefix("+"),
        "from_user_id": bsuid(line.who),
        "id": id_,
        "timestamp": stamp(at),
        **said,
    }


def status(id_: str, state: str, line: Line, at: datetime, tracker: str) -> Body:
    """Return one status of a message of ours."""
    found: Body = {
        "id": id_,
        "status": state,
        "timestamp": stamp(at),
        "recipient_id": line.address.removeprefix("+"),
        "recipient_user_id": bsuid(line.who),
    }
    if tracker:
        found["biz_opaque_callback_data"] = tracker
    if state in {"sent", "delivered"}:
        found["conversation"] = {"id": f"c{line.who}", "origin": {"type": "service"}}
        found["pricing"] = {"billable": False, "pricing_model": "PMP", "category": "service"}
    return found


def failed(id_: str, address: str, late: Late, at: datetime, tracker: str) -> Body:
    """Return the status of a message that did not arrive."""
    error = {
        "code": late.code,
        "title": late.title,
        "message": late.title,
        "error_data": {"details": late.details},
        "href": _ERRORS,
    }
    found: Body = {
        "id": id_,
        "status": "failed",
        "timestamp": stamp(at),
        "recipient_id": address.removeprefix("+"),
        "errors": [error],
    }
    return found | ({"biz_opaque_callback_data": tracker} if tracker else {})
