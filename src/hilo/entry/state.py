"""What the doors of a web process share: made by bootstrap, given to handlers as `app_state`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit
from uuid import UUID

from hilo.domain.inboxes import Carrier, Channels, Sandbox
from hilo.domain.library import FileLinks
from hilo.entry import registry
from hilo.entry.accounts import Accounts
from hilo.entry.door import Door
from hilo.entry.doorman import Doorman
from hilo.entry.hub import Hub
from hilo.entry.marks import Marker
from hilo.entry.post import AccountPost, Post
from hilo.entry.sandbox.controls import Controls
from hilo.kit import messages, webpush
from hilo.kit.buckets import Bucket, files_of
from hilo.kit.bus import Bus, Local
from hilo.kit.config import Config
from hilo.kit.crypto import Vault
from hilo.kit.db import Database
from hilo.kit.files import Files
from hilo.kit.http import Guard, Http
from hilo.kit.messages import Catalogue


@dataclass(kw_only=True)
class AppState:
    """The shared parts; one of each. Costly ones are made when first used."""

    config: Config
    db: Database
    vault: Vault
    bus: Bus = field(default_factory=Local)
    keys_running: set[tuple[UUID, str]] = field(default_factory=set)  # of repeatable requests
    post: Post = field(init=False)

    def __post_init__(self) -> None:
        """Give the house its post."""
        self.post = AccountPost(self.vault)

    @cached_property
    def doorman(self) -> Doorman:
        """Who is who; one, so that forgetting reaches every door. Bootstrap runs it."""
        return Doorman(self.db, self.bus, secure=self.config.public_url.startswith("https://"))

    @cached_property
    def files(self) -> Files | Bucket:
        """The file store."""
        return files_of(self.config)

    @cached_property
    def http(self) -> Http:
        """The only way out by HTTP; bootstrap closes it."""
        return Http(Guard(self.config.allow_private), proxy=self.config.outgoing_proxy)

    @cached_property
    def sandbox(self) -> Sandbox:
        """The way to the simulators; bootstrap closes it."""
        url = urlsplit(self.config.sandbox_url)
        port = url.port or (443 if url.scheme == "https" else 80)
        return Sandbox(Http(Guard(only=(url.hostname or "", port))), self.config.sandbox_url)

    @cached_property
    def controls(self) -> Controls:
        """How our API works the simulators."""
        return Controls(self.sandbox.http, self.vault, self.config.sandbox_url)

    @cached_property
    def connectors(self) -> Mapping[str, registry.Listed]:
        """The connectors by channel."""
        return registry.load()

    @cached_property
    def channels(self) -> Channels:
        """The connectors with what they need of this installation."""
        spoken = {channel: listed.connector for channel, listed in self.connectors.items()}
        return Channels(spoken, self.vault, self.config.public_url)

    @cached_property
    def door(self) -> Door:
        """Where everything that arrives is stored; bootstrap runs it."""
        return Door(self.db, self.bus)

    @cached_property
    def accounts(self) -> Accounts:
        """The accounts as the doors know them; bootstrap runs it."""
        return Accounts(self.db, self.channels, self.bus)

    @cached_property
    def file_links(self) -> FileLinks:
        """Makes and checks the signed addresses of files."""
        return FileLinks(self.vault, self.config.public_url)

    @cached_property
    def push(self) -> webpush.Sender:
        """Who we are to push services; the key follows HILO_SECRET_KEY."""
        is_public = self.config.public_url.startswith("https://")
        contact = self.config.public_url if is_public else "mailto:hilo@localhost"
        return webpush.Sender(self.vault.key("web push"), contact)

    @cached_property
    def hub(self) -> Hub:
        """Tells the sockets of this process what the log says; bootstrap runs it."""
        hub = Hub(self.db, self.bus, self.doorman, self.file_links)
        hub.on_typing = self.marker.typing
        return hub

    @cached_property
    def marker(self) -> Marker:
        """Shows contacts what agents do; bootstrap closes it."""
        return Marker(self.db, self.channels, Carrier(self.http, self.sandbox))

    @cached_property
    def catalogue(self) -> Catalogue:
        """The texts for people."""
        return messages.load(messages.find())
