"""Web chat: Hilo's own widget as a channel. The visitor reads the conversation itself."""

from hilo.connectors._chat.visitor import Visitor, identify, issue, read, seal
from hilo.connectors.webchat.connector import CONNECTOR
from hilo.connectors.webchat.hours import hours_of
from hilo.connectors.webchat.questions import (
    Answers,
    Posed,
    Question,
    answered,
    posed,
    questions_of,
)

__all__ = [
    "CONNECTOR",
    "Answers",
    "Posed",
    "Question",
    "Visitor",
    "answered",
    "hours_of",
    "identify",
    "issue",
    "posed",
    "questions_of",
    "read",
    "seal",
]
