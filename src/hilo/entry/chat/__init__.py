"""The visitors' doors: the web chat over plain HTTP and one socket, outside the API's framework."""

from hilo.entry.chat.app import Parts, chat_app
from hilo.entry.chat.feed import Feed

__all__ = ["Feed", "Parts", "chat_app"]
