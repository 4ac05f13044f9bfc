"""The simulated vendor of this channel."""

from hilo.connectors.whatsapp.simulator.vendor import WhatsAppSimulator

__all__ = ["WhatsAppSimulator"]
