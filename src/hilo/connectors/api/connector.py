"""The generic channel's translation: signed JSON in, signed JSON out to the callback address.

What the other side must do is in the README beside this file.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hilo.connectors.api import inbound, outbound, signing
from hilo.kit.errors import BadSignature, FieldError, Invalid, UnknownOutcome
from hilo.sdk import manifest
from hilo.sdk import settings as form
from hilo.sdk.abilities import Sample
from hilo.sdk.account import Account, Delivery, SettingsRead
from hilo.sdk.inbound import Inbound
from hilo.sdk.manifest import Manifest
from hilo.sdk.outbound import Accepted, HttpCall, HttpReply, MessageOut, Sending


class Api:
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        self._manifest = manifest.read(__package__)

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Check the signature; the key is the signed id together with the body it came with."""
        try:
            keys = signing.active(account.secrets)
        except ValueError as error:
            raise BadSignature("the account's secret is damaged") from error
        id_ = signing.check(keys, delivery.headers, delivery.body, delivery.received_at)
        # An id used for two bodies loses neither: intake knows doubles by the message's own id.
        return f"{id_}:{hashlib.sha256(delivery.body).hexdigest()[:16]}"

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what it means."""
        del account
        return [inbound.read(delivery.body)]

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Post the reply to the callback address; without one the other side reads our API."""
        address = account.settings.get("callback_url")
        if not isinstance(address, str) or not address:
            return Accepted()
        body = outbound.body_of(message)
        now = message.now or message.at
        reply = yield HttpCall(
            method="POST",
            url=address,
            headers={
                "content-type": "application/json",
                **signing.sign(signing.active(account.secrets), str(message.id), now, body),
            },
            body=body,
        )
        if not isinstance(reply, HttpReply):
            raise UnknownOutcome("no answer to an HTTP request")
        return outbound.outcome(reply, now)

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: the other side may name its own id in its answer."""
        del message, account
        return None

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the settings; make the secret where there is none."""
        read = form.read(self._manifest, given, old)
        secrets = dict(read.secrets)
        secrets.setdefault("secret", signing.new_secret())
        try:
            signing.key_of(secrets["secret"])
        except ValueError as error:
            raise Invalid(FieldError("settings.secret", "invalid", str(error))) from error
        return msgspec.structs.replace(read, secrets=secrets)

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as the other side would, signed by the account's secret."""
        sender = {"id": "hilo-test", "name": "Hilo"}
        body = msgspec.json.encode({"id": f"test-{id_}", "from": sender, "text": "Hilo · test"})
        headers = signing.sign(signing.active(account.secrets), f"msg_{id_.hex}", at, body)
        return Sample(
            entrance="hook", delivery=Delivery(body=body, headers=headers, received_at=at)
        )


CONNECTOR = Api()
