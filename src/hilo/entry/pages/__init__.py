"""Everything a browser opens that is not the API: console, chat widget, demo shop."""

from hilo.entry.pages.app import pages_app

__all__ = ["pages_app"]
