"""What of this channel opens sockets: the Gateway. Nothing else does."""

from hilo.connectors.discord.live.gateway import Gateway

__all__ = ["Gateway"]
