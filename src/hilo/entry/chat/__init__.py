"""The visitors' doors: the web chat over plain HTTP and one socket, outside the API's framework."""

from hilo.entry.chat.app import chat_app

__all__ = ["chat_app"]
