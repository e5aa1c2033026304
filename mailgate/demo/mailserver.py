"""The demo's mailbox at a provider: a private Dovecot on loopback, where there is one at hand.

It runs as an ordinary user, nobody where the demo is root, in a short folder of its own: the
paths of its sockets are limited to 107 octets, and the demo's folder is closed to others. It is
ended by its own process id, and its folder removed. Without Dovecot the demo is a step shorter.
"""

import grp
import imaplib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from datetime import datetime
from pathlib import Path
from socket import create_server

USER = "accounts"

_HOST = "127.0.0.1"
_LEFT_OUT = "Left out: a mailbox by IMAP"
_PATIENCE_SECONDS = 5.0
_STOP_SECONDS = 5.0
_POLL_SECONDS = 0.02
_USUAL_PLACES = f"{os.defpath}:/usr/sbin:/usr/local/sbin"

_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
first_valid_gid = 1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Processed {{
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
passdb {{
  driver = static
  args = password={password}
}}
"""


def find() -> str | None:
    """Return where Dovecot is, None where there is none."""
    return shutil.which("dovecot") or shutil.which("dovecot", path=_USUAL_PLACES)


class Mailserver:
    """Runs from start() to stop(), or says in why_not why it does not. port: 0 until it runs."""

    def __init__(self) -> None:
        self.port = 0
        self.password = secrets.token_hex(16)
        self.why_not = f"{_LEFT_OUT} (to see it: apt-get install dovecot-imapd)."
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start where there is a Dovecot, and wait until it answers. Raises nothing."""
        program = find()
        if program is None:
            return
        try:
            port = self._launch(program)
            self._wait(port)
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            self.why_not = f"{_LEFT_OUT}, since Dovecot does not start: {error}"
            self.stop()
        else:
            self.port = port

    def stop(self) -> None:
        """End Dovecot by its process id, and remove its folder."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def append(self, octets: bytes, at: datetime) -> None:
        """Put a mail into the inbox, as one that came at a time."""
        with self._client() as client:
            client.append("INBOX", "", at, octets)

    def mails(self, name: str) -> list[bytes]:
        """Return the mails in a folder; none where there is no such folder."""
        with self._client() as client:
            said, count = client.select(name, readonly=True)
            if said != "OK" or count == [b"0"]:
                return []
            found = client.fetch("1:*", "(BODY.PEEK[])")[1]
        return [part[1] for part in found if isinstance(part, tuple)]

    def _client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(_HOST, self.port, timeout=10)
        client.login(USER, self.password)
        return client

    def _launch(self, program: str) -> int:
        me = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self._folder = folder = Path(tempfile.mkdtemp(prefix="mailgate-imap-"))
        with create_server((_HOST, 0)) as probe:
            port = int(probe.getsockname()[1])
        configuration = folder / "dovecot.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            _CONFIGURATION.format(
                folder=folder,
                port=port,
                user=me.pw_name,
                group=grp.getgrgid(me.pw_gid).gr_name,
                uid=me.pw_uid,
                gid=me.pw_gid,
                password=self.password,
            )
        )
        changes = os.geteuid() == 0
        if changes:
            os.chown(configuration, me.pw_uid, me.pw_gid)
            os.chown(folder, me.pw_uid, me.pw_gid)
        self._process = subprocess.Popen(
            [program, "-F", "-c", str(configuration)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            user=me.pw_uid if changes else None,
            group=me.pw_gid if changes else None,
            extra_groups=[] if changes else None,
        )
        return port

    def _wait(self, port: int) -> None:
        end = time.monotonic() + _PATIENCE_SECONDS
        while True:
            if self._process is not None and self._process.poll() is not None:
                raise OSError(f"it ended with {self._process.returncode}")
            try:
                imaplib.IMAP4(_HOST, port, timeout=_PATIENCE_SECONDS).logout()
                return
            except (OSError, imaplib.IMAP4.error):
                if time.monotonic() > end:
                    raise OSError("it does not answer") from None
            time.sleep(_POLL_SECONDS)
