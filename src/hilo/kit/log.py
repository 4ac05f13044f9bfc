"""Structured logs. No secret ever enters one: values of telling names are blotted out here.

`get(__name__)` gives a logger; a line is a fixed sentence and fields: `info("stored", account=…)`.
"""

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from types import ModuleType
from typing import TextIO, cast


@contextmanager
def _without(name: str) -> Iterator[None]:
    """Let what is imported meanwhile not find this module, unless it is there already."""
    is_loaded = name in sys.modules
    if not is_loaded:
        sys.modules[name] = cast("ModuleType", None)  # how Python spells "there is none"
    try:
        yield
    finally:
        if not is_loaded:
            del sys.modules[name]


# It loads `rich` where it finds it, to colour tracebacks: 3 MB, and a tenth of a second per start.
with _without("rich"):
    import structlog
    from structlog.typing import FilteringBoundLogger, WrappedLogger

_TELLING = re.compile(
    r"pass(word|wd)?$|secret|token|authorization|cookie|api_?key|signature|credential|dsn",
    re.IGNORECASE,
)
# The user part of an address: scheme://name:password@host
_IN_URL = re.compile(r"(\w+://[^:/@\s]*):[^@/\s]+@")
_BLOT = "•••"


def set_up(level: str = "info", *, out: TextIO | None = None) -> None:
    """Set logging up for this process: JSON lines, or a readable form on a terminal."""
    stream = out or sys.stderr
    shown: structlog.typing.Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if stream.isatty():
        shown = structlog.dev.ConsoleRenderer()
    least = getattr(logging, level.upper())
    known: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    written: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        redact,
        shown,
    ]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *known, *written],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    # Libraries speak through the standard module; only what is worth reading comes through.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)  # its retries are said by us
    theirs = logging.StreamHandler(stream)
    theirs.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_sourced, *known],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *written],
        )
    )
    logging.basicConfig(handlers=[theirs], level=max(least, logging.WARNING), force=True)


def _sourced(
    _logger: WrappedLogger, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Name the library that speaks, as our own lines name where they come from."""
    record = event["_record"]
    return {"source": getattr(record, "name", ""), **event}


def get(name: str) -> FilteringBoundLogger:
    """Return a logger whose lines name where they come from."""
    logger: FilteringBoundLogger = structlog.get_logger(source=name)
    return logger


def redact(
    _logger: WrappedLogger, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Blot out what must not be read, at any depth; also passwords inside addresses."""
    for name, value in event.items():
        event[name] = _blotted(name, value)
    return event


def _blotted(name: str, value: object) -> object:
    if _TELLING.search(name) and isinstance(value, (str, bytes)) and value:
        return _BLOT
    match value:
        case str():
            return _IN_URL.sub(rf"\1:{_BLOT}@", value)
        case Mapping():
            return {key: _blotted(str(key), each) for key, each in value.items()}
        case list() | tuple():
            return [_blotted(name, each) for each in value]
        case _:
            return value
