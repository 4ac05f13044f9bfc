"""What the vendor says of templates and of the account itself."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from hilo.connectors._graph import batches
from hilo.connectors.whatsapp import wire
from hilo.sdk.inbound import AccountIn, Inbound, TemplateIn, Unknown

TemplateState = Literal["approved", "pending", "rejected", "paused", "disabled"]
STATES: dict[str, TemplateState] = {
    "APPROVED": "approved",
    "REINSTATED": "approved",
    "PENDING": "pending",
    "IN_APPEAL": "pending",
    "PENDING_REVIEW": "pending",
    "REJECTED": "rejected",
    "PAUSED": "paused",
    "FLAGGED": "paused",
    "LIMIT_EXCEEDED": "paused",
    "DISABLED": "disabled",
    "ARCHIVED": "disabled",
    "DELETED": "disabled",
    "PENDING_DELETION": "disabled",
}
# After these nothing leaves any more; replies wait until somebody has mended it.
_ENDS = {"ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED", "DISABLED_UPDATE", "PARTNER_REMOVED"}
_REINSTATED = "REINSTATE"
_ACCOUNT = {
    "account_update",
    "account_alerts",
    "account_review_update",
    "business_capability_update",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
}
_TEMPLATE = {
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
}
_DETAIL_CHARS = 300
_NOTICE = msgspec.json.Decoder(wire.Notice)


def read(change: batches.Change) -> Sequence[Inbound]:
    """Return what a change about the account or a template means."""
    field = change.field
    if field == "message_template_status_update":
        return batches.each(field, [change.value], _NOTICE, _template)
    if field in _TEMPLATE:
        return batches.each(field, [change.value], _NOTICE, lambda it: _about(field, it))
    if field in _ACCOUNT:
        return batches.each(field, [change.value], _NOTICE, lambda it: [_account(field, it)])
    return [Unknown(kind=field[:100])]


def _template(notice: wire.Notice) -> list[Inbound]:
    state = STATES.get((notice.event or "").upper())
    if state is None or not notice.name or not notice.language:
        return [Unknown(kind=f"template.{notice.event}"[:100])]
    told = (notice.rejection_info or {}).get("reason")
    reason = str(told or ("" if notice.reason in {None, "NONE"} else notice.reason))
    return [
        TemplateIn(
            name=notice.name,
            language=notice.language,
            status=state,
            category=(notice.category or "").lower(),
            reason=reason[:_DETAIL_CHARS],
        )
    ]


def _about(field: str, notice: wire.Notice) -> list[Inbound]:
    """Say what is new of a template; a category that is only foretold has no former one."""
    news = notice.correct_category or notice.new_category or notice.new_quality_score or ""
    told = AccountIn(kind=field, detail=f"{notice.name} ({notice.language}) {news}".strip())
    if not (notice.previous_category and notice.new_category and notice.name and notice.language):
        return [told]
    category = notice.new_category.lower()
    judged = TemplateIn(name=notice.name, language=notice.language, status="", category=category)
    return [judged, told]


def _account(field: str, notice: wire.Notice) -> AccountIn:
    event = notice.event or ""
    ban = str((notice.ban_info or {}).get("waba_ban_state", ""))
    details = [
        ban,
        *(str(each.get("restriction_type", "")) for each in notice.restriction_info or ()),
        str((notice.violation_info or {}).get("violation_type", "")),
        str((notice.disconnection_info or {}).get("reason", "")),
        notice.current_limit or "",
        notice.decision or "",
        notice.requested_verified_name or "",
        notice.rejection_reason or "",
        str((notice.alert_info or {}).get("alert_severity", "")),
        str((notice.alert_info or {}).get("alert_type", "")),
        str((notice.alert_info or {}).get("alert_description", "")),
        notice.reason or "",
    ]
    ends = event in _ENDS and ban != _REINSTATED
    return AccountIn(
        kind=f"{field}.{event}".strip("."),
        detail=" ".join(each for each in details if each)[:_DETAIL_CHARS],
        does="hold" if ends else "tell",
    )
