"""The doors of a shop: turns are taken, followed live and given up, without signing in."""

from hilo.entry.walkin.app import walkin_app

__all__ = ["walkin_app"]
