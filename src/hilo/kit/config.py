"""What the operator decides: read once from the environment, then passed down."""

import ipaddress
import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_LEVELS = ("debug", "info", "warning", "error")
_PORT_MAX = 65_535
_DAY_H = 24
_YEAR_H = 8_760
_TIME_OF_DAY = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_BUCKET = re.compile(
    r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/?([A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*)?/?"
)


class BadSetting(Exception):
    """A variable of the environment cannot be used; the text names it and says what is expected."""


class BucketConfig(Struct, frozen=True, kw_only=True):
    """A bucket of an S3-compatible store. endpoint None: the first such store's own.

    Without keys those of the machine are used (its environment, or its role).
    """

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: str | None = None

    @property
    def url(self) -> str:
        """Its name as the operator wrote it."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


class Config(Struct, frozen=True, kw_only=True):
    """The settings. database_url None: the private PostgreSQL. secret_key None: made and kept.

    data: files, the private database and the secret key live here. bucket: files live there.
    smtp_cert: PEM with the certificate the mail door shows, None = it has no TLS. smtp_key: PEM
    with its key, None = in the same file.
    sandbox_url: where the simulators are, `hilo serve` itself by default.
    backups: the folder of scheduled backups, None = none are made. backups_at: their time of day
    on this machine, None = any; then backups_every_h is whole days.
    allow_private: networks that callbacks may reach although they are private, plain http included.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    sandbox_url: str = "http://127.0.0.1:8000/sandbox"
    data: Path = Path(".hilo")
    smtp_port: int = 2525
    smtp_cert: Path | None = None
    smtp_key: Path | None = None
    admin_email: str | None = None
    admin_password: str | None = None
    database_url: str | None = None
    valkey_url: str | None = None
    secret_key: str | None = None
    allow_private: tuple[Network, ...] = ()
    log_level: str = "info"
    outgoing_proxy: str | None = None
    rate_limits: tuple[int, int, int] = (1_200, 300, 600)  # reads, searches, writes a minute
    allow_unsafe_database: bool = False
    pool_size: int = 12
    backups: Path | None = None
    backups_every_h: int = 24
    backups_at: time | None = None
    backups_keep: int = 7
    bucket: BucketConfig | None = None

    @property
    def own_url(self) -> str:
        """Where this process is reached from its own machine."""
        return _own_url(self.host, self.port)


def read(environ: Mapping[str, str]) -> Config:
    """Read the settings; an empty variable counts as absent.

    Raises: BadSetting naming the variable.
    """
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    both = ("HILO_ADMIN_EMAIL", "HILO_ADMIN_PASSWORD")
    for name, other in (both, both[::-1]):
        if name in given and other not in given:
            raise BadSetting(f"{name} is set without {other}; set both, or neither")
    if "HILO_SMTP_KEY" in given and "HILO_SMTP_CERT" not in given:
        raise BadSetting("HILO_SMTP_KEY is set without HILO_SMTP_CERT; set both, or neither")
    host = given.get("HILO_HOST", "127.0.0.1")
    port = _port(given, "HILO_PORT", 8000)
    return Config(
        host=host,
        port=port,
        public_url=_public_url(given, host, port),
        sandbox_url=_url(given, "HILO_SANDBOX_URL", ("http", "https"))
        or f"{_own_url(host, port)}/sandbox",
        data=_path(given, "HILO_DATA") or Path(".hilo").absolute(),
        smtp_port=_port(given, "HILO_SMTP_PORT", 2525),
        smtp_cert=_path(given, "HILO_SMTP_CERT"),
        smtp_key=_path(given, "HILO_SMTP_KEY"),
        admin_email=_email(given, "HILO_ADMIN_EMAIL"),
        admin_password=given.get("HILO_ADMIN_PASSWORD"),
        database_url=_url(given, "DATABASE_URL", ("postgres", "postgresql")),
        valkey_url=_url(given, "VALKEY_URL", ("valkey", "redis", "valkeys", "rediss", "unix")),
        secret_key=_secret(given, "HILO_SECRET_KEY"),
        allow_private=_networks(given, "HILO_ALLOW_PRIVATE_URLS"),
        log_level=_level(given, "HILO_LOG_LEVEL"),
        outgoing_proxy=_url(given, "HILO_OUTGOING_PROXY", ("http", "https")),
        rate_limits=_rate_limits(given, "HILO_RATE_LIMITS"),
        allow_unsafe_database=given.get("HILO_ALLOW_UNSAFE_DATABASE", "") in ("1", "yes", "true"),
        pool_size=_count(given, "HILO_POOL_SIZE", 12),
        backups=_path(given, "HILO_BACKUPS"),
        backups_every_h=_count(given, "HILO_BACKUPS_EVERY_H", 24, most=_YEAR_H),
        backups_at=_backups_at(given),
        backups_keep=_count(given, "HILO_BACKUPS_KEEP", 7),
        bucket=_bucket(given),
    )


def _bucket(given: Mapping[str, str]) -> BucketConfig | None:
    text = given.get("HILO_FILES")
    if text is None:
        return None
    match = _BUCKET.fullmatch(text)
    if match is None:
        raise BadSetting(f"HILO_FILES must be s3://bucket or s3://bucket/folder, not {text!r}")
    keys = ("HILO_S3_ACCESS_KEY", "HILO_S3_SECRET_KEY")
    for name, other in (keys, keys[::-1]):
        if name in given and other not in given:
            raise BadSetting(f"{name} is set without {other}; set both, or neither")
    endpoint = _url(given, "HILO_S3_ENDPOINT", ("https", "http"))
    return BucketConfig(
        bucket=match[1],
        prefix=match[2] or "",
        endpoint=None if endpoint is None else endpoint.rstrip("/"),
        region=given.get("HILO_S3_REGION", "us-east-1"),
        access_key=given.get(keys[0]),
        secret_key=given.get(keys[1]),
    )


def _port(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) > _PORT_MAX:
        raise BadSetting(f"{name} must be a port from 0 to {_PORT_MAX}, not {text!r}")
    return int(text)


def _count(given: Mapping[str, str], name: str, default: int, most: int | None = None) -> int:
    text = given.get(name, str(default))
    if not text.isdecimal() or int(text) == 0:
        raise BadSetting(f"{name} must be a number from 1, not {text!r}")
    if most is not None and int(text) > most:
        raise BadSetting(f"{name} must be a number from 1 to {most}, not {text!r}")
    return int(text)


def _backups_at(given: Mapping[str, str]) -> time | None:
    text = given.get("HILO_BACKUPS_AT")
    if text is None:
        return None
    if not _TIME_OF_DAY.fullmatch(text):
        raise BadSetting(f"HILO_BACKUPS_AT must be a time of day such as 03:30, not {text!r}")
    if _count(given, "HILO_BACKUPS_EVERY_H", _DAY_H) % _DAY_H:
        raise BadSetting("HILO_BACKUPS_AT needs whole days: let HILO_BACKUPS_EVERY_H be 24, 48 …")
    return time.fromisoformat(text)


def _path(given: Mapping[str, str], name: str) -> Path | None:
    text = given.get(name)
    return None if text is None else Path(text).expanduser().absolute()


def _public_url(given: Mapping[str, str], host: str, port: int) -> str:
    text = _url(given, "HILO_PUBLIC_URL", ("http", "https"))
    if text is not None:
        return text.rstrip("/")
    return _own_url(host, port)


def _own_url(host: str, port: int) -> str:
    # A listener on every address is reached by name from this machine.
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _url(given: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    text = given.get(name)
    if text is None:
        return None
    if not _is_address(text, schemes):
        begins = " or ".join(f"{each}://" for each in schemes)
        raise BadSetting(f"{name} must be an address that begins with {begins}")
    return text


def _is_address(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        scheme = urlsplit(text).scheme
    except ValueError:  # half a bracket
        return False
    return scheme in schemes and "://" in text and not text.endswith("://")


def _email(given: Mapping[str, str], name: str) -> str | None:
    text = given.get(name)
    if text is None:
        return None
    local, at, domain = text.rpartition("@")
    if not (local and at and domain) or " " in text:
        raise BadSetting(f"{name} must be an e-mail address, not {text!r}")
    return text.lower()


def _secret(given: Mapping[str, str], name: str) -> str | None:
    text = given.get(name)
    least = 32
    if text is not None and len(text) < least:
        raise BadSetting(f"{name} must have at least {least} characters")
    return text


def _networks(given: Mapping[str, str], name: str) -> tuple[Network, ...]:
    pieces = given.get(name, "").replace(",", " ").split()
    try:
        return tuple(ipaddress.ip_network(piece, strict=False) for piece in pieces)
    except ValueError as error:
        raise BadSetting(f"{name} must list networks such as 127.0.0.0/8: {error}") from None


def _rate_limits(given: Mapping[str, str], name: str) -> tuple[int, int, int]:
    match given.get(name, "1200,300,600").replace(" ", "").split(","):
        case [read, search, write] if all(
            each.isdecimal() and int(each) > 0 for each in (read, search, write)
        ):
            return int(read), int(search), int(write)
        case _:
            raise BadSetting(f"{name} must be three numbers above 0: reads, searches, writes")


def _level(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "info").lower()
    if text not in _LEVELS:
        raise BadSetting(f"{name} must be one of {', '.join(_LEVELS)}, not {text!r}")
    return text
