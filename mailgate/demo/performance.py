"""One performance of the demo: sets the stage, plays the story, and clears up.

Promises an end in good order whatever happens: the daemon is ended, and where something did not
come true, that, what was expected and the end of the daemon's log are told.
"""

import imaplib
import shlex
import smtplib
import subprocess
from pathlib import Path

from mailgate.demo.correspondent import NotTakenError
from mailgate.demo.mailserver import Mailserver
from mailgate.demo.scenes import UnmetError
from mailgate.demo.smarthost import Smarthost
from mailgate.demo.stage import Stage, StageError
from mailgate.demo.story import SATURDAY, Story
from mailgate.demo.telling import Telling

_FAULTS = (
    StageError,
    NotTakenError,
    OSError,
    ValueError,
    smtplib.SMTPException,
    imaplib.IMAP4.error,
    subprocess.SubprocessError,
)


def perform(folder: Path, telling: Telling) -> bool:
    """Play the demo in an empty folder; say whether everything was as it must be."""
    smarthost, mailserver = Smarthost(), Mailserver()
    stage = Stage(folder, smarthost, mailserver)
    try:
        smarthost.start()
        mailserver.start()
        _play(stage, telling)
    except UnmetError as unmet:
        compared = (("expected", repr(unmet.expected)), ("found", repr(unmet.found)))
        telling.failure(str(unmet), compared, stage.log_tail())
        return False
    except _FAULTS as fault:
        because = (("because", str(fault) or type(fault).__name__),)
        telling.failure("the demo cannot go on", because, stage.log_tail())
        return False
    finally:
        stage.stop_daemon()
        mailserver.stop()
        smarthost.stop()
    return True


def _play(stage: Stage, telling: Telling) -> None:
    stage.build(SATURDAY)
    port = stage.start_daemon()
    telling.title(
        "mailgate demo: the life of a ticket",
        (
            ("daemon", f"process {stage.pid}, takes mail by SMTP on 127.0.0.1:{port}"),
            ("smarthost", f"127.0.0.1:{stage.smarthost.port}, played by the demo; no mail leaves"),
            ("folder", f"{stage.folder}, with configuration, SQLite store and log"),
            ("desk", "DYNAMICS and Billing, Monday to Friday 9:00-17:00, Polish holidays"),
            ("clock", "a file that the demo sets, so that it can be Saturday at once"),
        ),
    )
    story = Story(stage, telling, port)
    story.play()
    status = stage.stop_daemon()
    if status != 0:
        raise UnmetError("the daemon ends in good order when told to", 0, status)
    telling.summary([*story.checked, "the daemon ends in good order when told to"])


def look_further(folder: Path, program: str, telling: Telling) -> None:
    """Write the commands with which one looks at what the demo left in its folder."""
    mailgate = f"{program} -c {shlex.quote(str(folder / 'mailgate.toml'))}"
    telling.further(
        f"Everything stays in {folder}; look further with",
        (
            (f"{mailgate} tickets list", "the tickets; `tickets show N` prints one"),
            (
                f"{mailgate} spool list",
                "mail taken in; with --held what waits for you",
            ),
            (f"{mailgate} explain 1", "why: which header, rule and setting decided"),
            (f"{mailgate} outbox list", "letters, and what the smarthost said"),
            (f"{mailgate} calendar show", "when the desk is open"),
        ),
    )
