"""A real mailbox for tests: Dovecot on free ports of loopback, with its own directory.

Absent, the tests that need it are skipped and say so. Ended by its own process, never by name.
"""

import asyncio
import getpass
import grp
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hilo.connectors.email import CONNECTOR
from hilo.sdk.account import Account
from patience import PATIENCE_S

USER = "help@desk.test"
PASSWORD = 'pass "word"\\'
MISSING = (
    "Dovecot is not installed (packages dovecot-imapd and dovecot-lmtpd): IDLE push, back-fill "
    "after an outage, renumbering and certificates of a real mailbox stay unproved here"
)
_CONFIG = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5
auth_username_format = %Lu
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {dir}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/mail/%u
}}
mail_location = maildir:~/Maildir
first_valid_uid = 1
first_valid_gid = 1
lda_mailbox_autocreate = yes
recipient_delimiter = +
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
{rootless}
"""
_ROOTLESS = """
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service anvil {{
  chroot =
}}
"""


def is_installed() -> bool:
    """Say whether the server is on this machine."""
    return all(shutil.which(name, path=_path()) for name in ("dovecot", "doveadm"))


def _path() -> str:
    return os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Dovecot:
    """One server. Ports stay the same over `stop` and `start`."""

    def __init__(self, folder: Path) -> None:
        """folder: short, because sockets live in it."""
        self.folder = folder
        self.imap, self.imaps, self.lmtp = free_port(), free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._write()

    def start(self) -> None:
        """Start and wait until it greets."""
        self._process = subprocess.Popen(  # noqa: S603 - our own configuration
            [self._program("dovecot"), "-F", "-c", str(self.folder / "conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.imap), 1) as line:
                if line.recv(4):
                    return
            if time.monotonic() > deadline or self._process.poll() is not None:
                said = (self.folder / "log").read_text() if (self.folder / "log").exists() else ""
                raise RuntimeError(f"Dovecot does not start: {said[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it and every session it holds."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def deliver(self, raw: bytes, user: str = USER, folder: str = "") -> None:
        """Deliver a mail by LMTP, into a folder when named."""
        with smtplib.LMTP("127.0.0.1", self.lmtp) as client:
            client.sendmail("carol@client.test", [user.replace("@", f"{folder}@", 1)], raw)

    def admin(self, *words: str) -> str:
        """Run doveadm and return what it says."""
        done = subprocess.run(  # noqa: S603 - fixed words of the tests
            [self._program("doveadm"), "-c", str(self.folder / "conf"), *words],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def renumber(self, user: str = USER) -> None:
        """Make the folder forget its numbers, as a rebuilt server does."""
        self.stop()
        inbox = self.folder / "mail" / user / "Maildir"
        for each in inbox.glob("dovecot*"):
            if each.is_file():
                each.unlink()
        (inbox / "dovecot-uidvalidity").write_text(str(int(time.time()) + 1000))
        self.start()

    def account(self, **settings: object) -> Account:
        """Return an account that reads this mailbox. settings: laid over the usual ones."""
        usual: Mapping[str, object] = {
            "address": USER,
            "imap_host": "127.0.0.1",
            "imap_port": self.imap,
            "imap_security": "none",
            "imap_username": USER,
            "imap_since_now": False,
            "imap_poll_s": 1,
        }
        return Account(
            id=UUID(int=1),
            workspace=UUID(int=2),
            inbox=UUID(int=3),
            channel="email",
            address=USER,
            settings={**usual, **settings},
            secrets={"imap_password": PASSWORD, "signing": "a secret of the tests"},
        )

    def fingerprint(self) -> str:
        """Return the certificate's SHA-256."""
        return fingerprint(self.folder)

    def _program(self, name: str) -> str:
        return shutil.which(name, path=_path()) or name

    def _write(self) -> None:
        is_root = os.geteuid() == 0
        owner = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.geteuid())
        names = {"user": getpass.getuser(), "group": grp.getgrgid(os.getegid()).gr_name}
        config = _CONFIG.format(
            dir=self.folder,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            imap=self.imap,
            imaps=self.imaps,
            lmtp=self.lmtp,
            rootless="" if is_root else _ROOTLESS.format(**names),
        )
        (self.folder / "conf").write_text(config)
        (self.folder / "users").write_text(f"{USER}:{PASSWORD}\nother@desk.test:{PASSWORD}\n")
        certify(self.folder)
        self.folder.chmod(0o755)
        (self.folder / "users").chmod(0o644)
        mail = self.folder / "mail"
        mail.mkdir()
        if is_root:
            os.chown(mail, owner.pw_uid, owner.pw_gid)


def fingerprint(folder: Path) -> str:
    """Return the SHA-256 of the certificate in a folder, as people copy it."""
    certificate = x509.load_pem_x509_certificate((folder / "cert.pem").read_bytes())
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def certify(folder: Path) -> None:
    """Write a self-made certificate and its key into a folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.desk.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@contextmanager
def running() -> Iterator[Dovecot]:
    """Run one for a while."""
    folder = Path(tempfile.mkdtemp(prefix="hd"))
    server = Dovecot(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def held(account: Account, shelf: "Shelf") -> AsyncIterator[asyncio.Task[None]]:
    """Read the mailbox while the block runs."""
    task = asyncio.create_task(CONNECTOR.hold(account, shelf.arrive, shelf))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Shelf:
    """Plays the domain for a mailbox reader: keeps cursors, and each delivery once by its key."""

    def __init__(self) -> None:
        """Begin empty."""
        self.kept: dict[str, Mapping[str, object]] = {}
        self.arrived: list[tuple[bytes, Mapping[str, str]]] = []
        self.keys: list[str] = []
        self._news = asyncio.Event()

    async def get(self, key: str) -> Mapping[str, object] | None:
        """Return a cursor."""
        return self.kept.get(key)

    async def put(self, key: str, value: Mapping[str, object]) -> None:
        """Keep a cursor."""
        self.kept[key] = value

    async def arrive(self, raw: bytes, headers: Mapping[str, str], key: str) -> None:
        """Store a delivery unless its key is known."""
        self.keys.append(key)
        if self.keys.count(key) == 1:
            self.arrived.append((raw, headers))
        self._news.set()

    async def until(self, count: int, seconds: float = PATIENCE_S) -> None:
        """Wait until so many deliveries were stored."""
        async with asyncio.timeout(seconds):
            while len(self.arrived) < count:
                self._news.clear()
                await self._news.wait()

    def subjects(self) -> list[str]:
        """Return the subjects of what was stored, in order."""
        found = []
        for raw, _ in self.arrived:
            head = raw.decode("latin-1")
            found.append(head.partition("Subject: ")[2].partition("\r\n")[0])
        return found
