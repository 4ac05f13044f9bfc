"""What this installation can speak: `/channels`."""

from collections.abc import Mapping, Sequence

from litestar import get
from msgspec import Struct

from hilo.entry.api.forms import Acting, Shared
from hilo.sdk.abilities import Connecting, Simulated
from hilo.sdk.manifest import Feature, Limits, Setting, Threading


class Channel(Struct, frozen=True, kw_only=True):
    """A channel as its manifest tells it. hue: of its bead, in degrees; icon_svg: one stroke.

    has_simulator: its accounts may be of the sandbox. connects: its accounts can be registered at
    the vendor by `POST /accounts/{id}/connect`. has_webhook: the outside calls the account's
    `webhook_url`; else that address is of no use to anybody.
    texts: by locale, then key: `name`, `about`, `setting.<name>`, `hint.<name>` and so on.
    """

    id: str
    name: str
    threading: Threading
    hue: int
    features: Sequence[Feature]
    limits: Limits
    settings: Sequence[Setting]
    quality: dict[str, str]
    icon_svg: str
    has_simulator: bool
    connects: bool
    has_webhook: bool
    texts: Mapping[str, Mapping[str, str]]


class ChannelList(Struct, frozen=True):
    """All channels, by their id."""

    items: Sequence[Channel]
    next_cursor: None = None


@get("/channels", tags=["inboxes"])
async def list_channels(actor: Acting, app_state: Shared) -> ChannelList:
    """List the channels with features, limits and the form of their settings."""
    actor.must("inbox:read")
    return ChannelList(
        [
            Channel(
                id=manifest.id,
                name=manifest.name,
                threading=manifest.threading,
                hue=manifest.hue,
                features=manifest.features,
                limits=manifest.limits,
                settings=manifest.settings,
                quality=manifest.quality,
                icon_svg=listed.icon_svg,
                has_simulator=isinstance(listed.connector, Simulated),
                connects=isinstance(listed.connector, Connecting),
                has_webhook=manifest.has_webhook,
                texts=listed.texts,
            )
            for listed in app_state.connectors.values()
            for manifest in (listed.connector.manifest,)
        ]
    )


ROUTES = [list_channels]
