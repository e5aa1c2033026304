"""A real, private Postfix for the tests: in front of mailgate by LMTP, behind it as smarthost.

It has its own configuration, queue and log in a temporary folder, listens on a loopback port of
its own, asks no DNS, and never touches the machine's Postfix. It starts only as root, as every
Postfix does.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import free_port, missing, wait_for

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = postfix.example.org
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_transport = error:nobody lives here
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
disable_dns_lookups = yes
smtp_host_lookup = native
lmtp_host_lookup = native
smtp_tls_security_level = none
lmtp_tls_security_level = none
message_size_limit = 60000000
mailbox_size_limit = 0
header_size_limit = 1024000
# What is deferred is tried again while the test still watches.
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
transport_retry_time = 1s
transport_maps = texthash:{folder}/transport
default_transport = {default_transport}
"""

MASTER_CF = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

# Postfix ends when its standard input does: closed by us, or by the death of the test process.
# The kernel's own signal at a parent's death would be lost, since Postfix changes its user.
SUPERVISE = '"$@" </dev/null & server=$!; read -r _; kill "$server"; wait "$server"'


class PostfixInstance:
    """A running Postfix; what it was told to send where is fixed at its start."""

    def __init__(
        self, folder: Path, lmtp_port: int | None, relay_to: int | None, domains: tuple[str, ...]
    ) -> None:
        """Write the configuration into an empty folder and start."""
        self.folder = folder
        self.port = free_port()
        for part in ("config", "queue", "data"):
            (folder / part).mkdir()
        shutil.chown(folder / "data", "postfix", "postfix")
        elsewhere = f"smtp:[127.0.0.1]:{relay_to}" if relay_to else "discard:"
        routes = [f"{domain} lmtp:inet:127.0.0.1:{lmtp_port}\n" for domain in domains]
        (folder / "transport").write_text("".join(routes) if lmtp_port else "")
        self._config("main.cf", MAIN_CF, daemons=_daemons(), default_transport=elsewhere)
        self._config("master.cf", MASTER_CF, port=self.port)
        self._process = self._start()

    def _config(self, name: str, text: str, **values: object) -> None:
        (self.folder / "config" / name).write_text(text.format(folder=self.folder, **values))

    def _start(self) -> subprocess.Popen[bytes]:
        config = self.folder / "config"
        check = ["postfix", "-c", str(config), "check"]  # which also makes the queue's folders
        done = subprocess.run(check, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + self.log()
        with (self.folder / "start").open("wb") as output:
            process = subprocess.Popen(
                ["/bin/sh", "-c", SUPERVISE, "sh", _daemons() / "master", "-d", "-c", config],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_for(lambda: self._is_up() or "fatal:" in self.log(), "Postfix answers")
        assert self._is_up(), (self.folder / "start").read_text() + self.log()
        return process

    def _is_up(self) -> bool:
        return "daemon started" in self.log()

    def log(self) -> str:
        """Return what Postfix has logged so far."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def queue(self) -> str:
        """Return the queue as `postqueue -p` prints it, empty if nothing waits."""
        command = ["postqueue", "-c", str(self.folder / "config"), "-p"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return "" if "Mail queue is empty" in done.stdout else done.stdout

    def stop(self) -> None:
        """End Postfix and all its processes; its folder is kept until the test is over."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)


def _daemons() -> Path:
    command = ["postconf", "-d", "-h", "daemon_directory"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


@pytest.fixture
def postfix() -> Iterator[Callable[..., PostfixInstance]]:
    """Give a function that starts a Postfix of the test's own.

    lmtp_port: where mail for `lmtp_domains` (example.com, if not said) is delivered by LMTP.
    relay_to: the port on loopback to which all other mail is relayed by SMTP; without it that
    mail is accepted and thrown away.
    """
    if shutil.which("postfix", path="/usr/sbin:/usr/bin") is None:
        missing("Postfix is not installed (package postfix)")
    if os.geteuid() != 0:
        missing("Postfix starts only as root", "run the tests as root")
    started: list[PostfixInstance] = []

    def start(
        lmtp_port: int | None = None,
        relay_to: int | None = None,
        lmtp_domains: tuple[str, ...] = ("example.com",),
    ) -> PostfixInstance:
        folder = Path(tempfile.mkdtemp(prefix="mailgate-postfix-"))
        folder.chmod(0o755)  # Postfix's own users walk through it
        instance = PostfixInstance(folder, lmtp_port, relay_to, lmtp_domains)
        started.append(instance)
        return instance

    yield start
    for instance in started:
        instance.stop()
        shutil.rmtree(instance.folder, ignore_errors=True)
