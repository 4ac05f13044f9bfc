"""What the doors of a web process share: made by bootstrap, given to handlers as `app_state`."""

from dataclasses import dataclass, field

from hilo.entry.doorman import Doorman
from hilo.entry.post import NoPost, Post
from hilo.kit.config import Config
from hilo.kit.crypto import Vault
from hilo.kit.db import Database


@dataclass(kw_only=True)
class AppState:
    """The shared parts. Further doors add their own fields, each with a default."""

    config: Config
    db: Database
    vault: Vault
    post: Post = field(default_factory=NoPost)
    doorman: Doorman = field(init=False)

    def __post_init__(self) -> None:
        """Place the doorman: one, so that forgetting reaches every door."""
        self.doorman = Doorman(self.db, secure=self.config.public_url.startswith("https://"))
