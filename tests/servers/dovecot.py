"""A real Dovecot for the tests: IMAP with and without TLS, with users and mail of its own.

Its configuration, certificate, mail and log are in a temporary folder; it listens on loopback
ports of its own and never touches the machine's Dovecot. It starts only as root, since it changes
users for every connection. Further lines of configuration may be added by the test.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient

from mailgate.intake.imap.settings import Backoff, Bounds, MailboxSettings, Password, Tls
from tests.servers import as_child, free_port, missing, wait_for

PASSWORD = "secret-of-the-tests"

CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = {folder.name}
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
ssl_dh =
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
mail_max_userip_connections = 200
default_process_limit = 400
default_client_limit = 2000
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Junk {{
    special_use = \\Junk
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
# A wrong password of one test would slow down the logins of all others.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  client_limit = 2000
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%u
}}
{passdb}
{more}
"""

PASSDB = """\
passdb {{
  driver = static
  args = password={password}
}}
"""


class DovecotInstance:
    """A running Dovecot, whose users all have the same password."""

    def __init__(self, folder: Path, more: str = "", passdb: str | None = None) -> None:
        """Write the configuration into an empty folder and start."""
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.certificate = make_certificate(folder)
        (folder / "mail").mkdir()
        shutil.chown(folder / "mail", "mail", "mail")
        text = CONFIG.format(
            folder=folder,
            port=self.port,
            tls_port=self.tls_port,
            passdb=PASSDB.format(password=PASSWORD) if passdb is None else passdb,
            more=more,
        )
        (folder / "dovecot.conf").write_text(text)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                as_child("/usr/sbin/dovecot", "-F", "-c", self.folder / "dovecot.conf"),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_for(self._answers, "Dovecot answers")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "output").read_text() + self.log()
        try:
            with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=5):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        """End it and all its connections."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)
            self._process = None

    def log(self) -> str:
        """Return what it has logged so far."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def client(self, user: str) -> IMAPClient:
        """Return a connection of a user's own mail program."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=20)
        client.login(user, PASSWORD)
        return client

    def append(
        self,
        user: str,
        mails: Sequence[bytes],
        folder: str = "INBOX",
        at: datetime | None = None,
    ) -> None:
        """Put mails into a folder."""
        with self.client(user) as client:
            for mail in mails:
                client.append(folder, mail, msg_time=at)

    def uids(self, user: str, folder: str = "INBOX") -> list[int]:
        """Return the UIDs in a folder."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            return [int(uid) for uid in client.search("ALL")]

    def flags(self, user: str, folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        """Return the flags of every mail in a folder, those of the session left out."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            found = client.get_flags(client.search("ALL"))
        return {
            uid: tuple(flag for flag in flags if flag != b"\\Recent")
            for uid, flags in found.items()
        }

    def settings(self, user: str, **changes: object) -> MailboxSettings:
        """Return how mailgate watches a user's mailbox: by verified TLS, and impatiently."""
        values: dict[str, object] = {
            "name": user,
            "host": "127.0.0.1",
            "port": self.tls_port,
            "tls": Tls.IMPLICIT,
            "ca_file": str(self.certificate),
            "user": user,
            "auth": Password(PASSWORD),
            "poll": timedelta(seconds=20),
            "bounds": Bounds(command=timedelta(seconds=10), answer=timedelta(seconds=30)),
            "backoff": IMPATIENT,
        }
        return MailboxSettings(**{**values, **changes})  # type: ignore[arg-type]


IMPATIENT = Backoff(
    soon=timedelta(seconds=0.05), first=timedelta(seconds=0.2), most=timedelta(seconds=1)
)


def make_certificate(folder: Path) -> Path:
    """Make a certificate for localhost and 127.0.0.1, with its key beside it; return its path."""
    path = folder / "certificate.pem"
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", names]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def need_dovecot() -> None:
    """Skip or fail where Dovecot cannot run."""
    if shutil.which("dovecot", path="/usr/sbin:/usr/bin") is None:
        missing("Dovecot is not installed (package dovecot-imapd)")
    if os.geteuid() != 0:
        missing("Dovecot starts only as root", "run the tests as root")


@contextlib.contextmanager
def running() -> Iterator[DovecotInstance]:
    """Give a Dovecot in a folder of its own, and remove both."""
    instance = DovecotInstance(_folder())
    try:
        yield instance
    finally:
        _end(instance)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[DovecotInstance]:
    """Give a Dovecot that all tests of a process share; each takes users of its own."""
    need_dovecot()
    with running() as instance:
        yield instance


@pytest.fixture
def dovecots() -> Iterator[Callable[..., DovecotInstance]]:
    """Give a function that starts a Dovecot of the test's own: more lines, another passdb."""
    need_dovecot()
    started: list[DovecotInstance] = []

    def start(more: str = "", passdb: str | None = None) -> DovecotInstance:
        instance = DovecotInstance(_folder(), more, passdb)
        started.append(instance)
        return instance

    yield start
    for instance in started:
        _end(instance)


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mailgate-dovecot-"))
    folder.chmod(0o755)  # Dovecot's own users walk through it
    return folder


def _end(instance: DovecotInstance) -> None:
    instance.stop()
    shutil.rmtree(instance.folder, ignore_errors=True)
