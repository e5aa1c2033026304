import re
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from mailgate.outbox import session
from mailgate.outbox.outcome import Deferred, Delivered, Outcome, Refused, Unreachable
from mailgate.outbox.smarthost import Smarthost, SmarthostSettings, Timeouts
from tests.servers import free_port, wait_for
from tests.smarthost_stub import HANG_UP, SAY_NOTHING, SmarthostStub, smarthost_stub

ANNA = "anna@example.net"
MAIL = b"Subject: x\r\n\r\n.dot\r\nhello\r\n"
TIMEOUTS = [
    "connect", "greeting", "command", "data", "block", "final"
]  # fmt: skip

Pair = tuple[SmarthostStub, Smarthost]


@pytest.fixture
def pair() -> Iterator[Callable[..., Pair]]:
    """Give a function that makes a stub, by its arguments, and the smarthost that speaks to it."""
    with ExitStack() as stack:

        def make(given: dict[str, Any] | None = None, **kwargs: Any) -> Pair:
            stub = stack.enter_context(smarthost_stub(**kwargs))
            smarthost = Smarthost(SmarthostSettings(port=stub.port, **(given or {})))
            stack.callback(smarthost.close)
            return stub, smarthost

        yield make


def send(smarthost: Smarthost, content: bytes = MAIL, recipient: str = ANNA) -> Outcome:
    """Submit a mail of the null sender."""
    return smarthost.submit("", recipient, content)


def short(**seconds: float) -> Timeouts:
    """Return the usual time-outs, but for these."""
    return Timeouts(**{name: timedelta(seconds=value) for name, value in seconds.items()})


def test_a_mail_arrives_as_it_was_written(pair: Callable[..., Pair]) -> None:
    """The smarthost gets the very octets, and its reply is kept."""
    stub, smarthost = pair()
    assert smarthost.submit("desk@example.com", ANNA, MAIL) == Delivered("250 2.0.0 taken")
    (mail,) = stub.accepted
    assert (mail.mail_from, mail.recipient, mail.content) == ("desk@example.com", ANNA, MAIL)
    assert f"MAIL FROM:<desk@example.com> SIZE={len(MAIL)}" in stub.commands


def test_one_connection_serves_many_mails(pair: Callable[..., Pair]) -> None:
    """The connection is kept, without RSET between mails that were taken."""
    stub, smarthost = pair()
    assert [type(send(smarthost)) for _ in range(5)] == [Delivered] * 5
    assert stub.connections == 1
    assert "RSET" not in stub.commands


@pytest.mark.parametrize(
    ("answers", "kind", "reason"),
    [
        ({"CONNECT": "554 5.3.2 closed"}, Unreachable, "554 5.3.2 closed"),
        ({"CONNECT": "421 4.3.2 later"}, Unreachable, "421 4.3.2 later"),
        ({"CONNECT": HANG_UP}, Unreachable, "closed"),
        ({"CONNECT": "HTTP/1.1 400 Bad Request"}, Unreachable, "no SMTP reply"),
        ({"MAIL": "451 4.3.0 try later"}, Deferred, "451 4.3.0 try later"),
        ({"MAIL": "550 5.7.1 not you"}, Refused, "550 5.7.1 not you"),
        ({"MAIL": "530 5.7.0 authentication required"}, Unreachable, "530 5.7.0"),
        ({"RCPT": "450 4.2.0 greylisted"}, Deferred, "450 4.2.0 greylisted"),
        ({"RCPT": "452 4.2.2 full"}, Deferred, "452 4.2.2 full"),
        ({"RCPT": "550 5.1.1 unknown"}, Refused, "550 5.1.1 unknown"),
        ({"RCPT": "251 will forward"}, Delivered, ""),
        ({"RCPT": "550-5.1.1 no\r\n550 5.1.1 such user"}, Refused, "550 5.1.1 no 5.1.1 such user"),
        ({"DATA": "451 4.3.0 no room"}, Deferred, "451 4.3.0 no room"),
        ({"DATA": "554 5.5.1 no"}, Refused, "554 5.5.1 no"),
        ({"DATA": "250 what"}, Delivered, ""),
        ({"END": "452 4.3.1 disk full"}, Deferred, "452 4.3.1 disk full"),
        ({"END": "421 4.3.2 going down"}, Deferred, "421 4.3.2 going down"),
        ({"END": "554 5.6.0 spam"}, Refused, "554 5.6.0 spam"),
    ],
)
def test_what_each_answer_means(
    pair: Callable[..., Pair], answers: dict[str, str], kind: type, reason: str
) -> None:
    """4xx is tried again, 5xx never, and what is about the connection or us blames no mail."""
    _, smarthost = pair(**{verb: [said] for verb, said in answers.items()})
    outcome = send(smarthost)
    assert isinstance(outcome, kind)
    assert reason in getattr(outcome, "reason", "")


def test_after_a_refusal_the_next_mail_goes_through_the_same_connection(
    pair: Callable[..., Pair],
) -> None:
    """A refused recipient is forgotten by RSET before the next mail, and only then."""
    stub, smarthost = pair(RCPT=["550 5.1.1 unknown"])
    assert isinstance(send(smarthost), Refused)
    assert isinstance(send(smarthost, recipient="b@example.net"), Delivered)
    assert isinstance(send(smarthost), Delivered)
    assert stub.connections == 1
    assert stub.commands.count("RSET") == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("said", [HANG_UP, "421 4.3.2 idle too long", "gibberish"])
def test_a_kept_connection_that_died_is_replaced_once(
    pair: Callable[..., Pair], verb: str, said: str
) -> None:
    """Before the final dot the smarthost cannot have the mail, so it is sent anew at once."""
    stub, smarthost = pair()
    assert isinstance(send(smarthost), Delivered)
    stub.will_answer(verb, said)
    assert isinstance(send(smarthost), Delivered)
    assert (stub.connections, len(stub.accepted)) == (2, 2)


def test_a_connection_that_dies_again_defers_the_mail_alone(pair: Callable[..., Pair]) -> None:
    """Twice in the same mail it may be the mail: it waits by itself and the others go on."""
    stub, smarthost = pair(RCPT=[HANG_UP, HANG_UP])
    assert isinstance(send(smarthost), Deferred)
    assert stub.connections == 2
    assert isinstance(send(smarthost), Delivered)


@pytest.mark.parametrize("said", [HANG_UP, SAY_NOTHING])
def test_after_the_final_dot_nothing_is_sent_again(pair: Callable[..., Pair], said: str) -> None:
    """An answer that never comes makes the mail deferred; the smarthost has got it once."""
    stub, smarthost = pair({"timeouts": short(final=0.1)}, END=[said])
    outcome = send(smarthost)
    assert isinstance(outcome, Deferred)
    assert outcome.reason.startswith("no answer after the data")
    assert (len(stub.mails), stub.connections) == (1, 1)


@pytest.mark.parametrize(
    ("verb", "timeout", "kind"),
    [
        ("CONNECT", "greeting", Unreachable),
        ("EHLO", "command", Unreachable),
        ("MAIL", "command", Deferred),
        ("RCPT", "command", Deferred),
        ("DATA", "data", Deferred),
        ("END", "final", Deferred),
    ],
)
def test_every_silence_ends(pair: Callable[..., Pair], verb: str, timeout: str, kind: type) -> None:
    """Each command has its own time-out (RFC 5321 §4.5.3.2)."""
    _, smarthost = pair(
        {"timeouts": short(**{timeout: 0.05})}, **{verb: [SAY_NOTHING, SAY_NOTHING]}
    )
    assert isinstance(send(smarthost), kind)


def test_the_timeouts_are_those_of_the_standard() -> None:
    """RFC 5321 §4.5.3.2: greeting 5 minutes, MAIL and RCPT 5, DATA 2, block 3, final dot 10."""
    given = SmarthostSettings().timeouts
    minutes = [getattr(given, name).total_seconds() / 60 for name in TIMEOUTS]
    assert minutes == [0.5, 5, 5, 2, 3, 10]


def test_a_slow_last_answer_is_waited_for(
    pair: Callable[..., Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the smarthost keeps us waiting, whoever asked for it is told that we still wait."""
    monkeypatch.setattr(session, "_SLICE_SECONDS", 0.01)
    stub, smarthost = pair({"timeouts": short(final=0.3)}, END=[SAY_NOTHING])
    waits: list[None] = []
    smarthost.submit("", ANNA, MAIL, lambda: waits.append(None))
    assert waits
    assert len(stub.mails) == 1


def test_a_smarthost_that_does_not_exist_is_unreachable() -> None:
    """A closed port says nothing about the mail."""
    outcome = send(Smarthost(SmarthostSettings(port=free_port())))
    assert isinstance(outcome, Unreachable)
    assert "refused" in outcome.reason


@pytest.mark.attack("A32")
def test_an_address_unfit_for_smtp_opens_no_connection(pair: Callable[..., Pair]) -> None:
    """CR, LF and their like in an address are refused before anything is sent (CWE-93)."""
    stub, smarthost = pair()
    assert isinstance(send(smarthost, recipient="a@b\r\nRCPT TO:<v@z>"), Refused)
    assert stub.connections == 0


@pytest.mark.parametrize(
    ("extensions", "content", "recipient", "word"),
    [
        (("8BITMIME",), MAIL, "żółw@example.net", "SMTPUTF8"),
        (("8BITMIME",), "Subject: ż\r\n\r\n".encode(), ANNA, "SMTPUTF8"),
        ((), MAIL + "ż\r\n".encode(), ANNA, "8BITMIME"),
        (("SIZE 10",), MAIL, ANNA, "takes 10"),
    ],
)
def test_what_the_smarthost_cannot_take_is_not_mangled(
    pair: Callable[..., Pair],
    extensions: tuple[str, ...],
    content: bytes,
    recipient: str,
    word: str,
) -> None:
    """Without the extension it needs, a mail is refused with a reason that names it."""
    stub, smarthost = pair(extensions=extensions)
    outcome = send(smarthost, content, recipient)
    assert isinstance(outcome, Refused)
    assert word in outcome.reason
    assert not stub.mails


def test_utf8_goes_out_where_it_is_offered(pair: Callable[..., Pair]) -> None:
    """An address in UTF-8 is sent with SMTPUTF8 and arrives as written."""
    stub, smarthost = pair()
    content = "Subject: żółw\r\n\r\nż\r\n".encode()
    assert isinstance(send(smarthost, content, "żółw@example.net"), Delivered)
    assert (stub.accepted[0].recipient, stub.accepted[0].content) == ("żółw@example.net", content)
    assert stub.commands[1].endswith(" BODY=8BITMIME SMTPUTF8")


def test_a_plain_old_server_is_enough_for_plain_mail(pair: Callable[..., Pair]) -> None:
    """Where EHLO is unknown, HELO is used, without any parameter."""
    stub, smarthost = pair(EHLO=["502 5.5.1 what"], HELO=["250 hello"])
    assert isinstance(send(smarthost), Delivered)
    assert "MAIL FROM:<>" in stub.commands


def test_answers_that_nobody_asked_for_end_the_connection(pair: Callable[..., Pair]) -> None:
    """A reply too many is never taken for the answer to the next command."""
    stub, smarthost = pair(MAIL=["250 ok\r\n250 and once more"], END=["250 taken\r\n250 again"])
    assert isinstance(send(smarthost), Delivered)
    assert stub.connections == 2
    assert isinstance(send(smarthost), Delivered)
    assert stub.connections == 3
    stub.interrupt("250 by the way")
    kept = smarthost._session
    wait_for(lambda: kept and not kept.is_quiet(), "the interruption came")
    assert isinstance(send(smarthost), Delivered)
    assert stub.connections == 4


def test_a_reply_without_end_is_not_read_to_the_end(pair: Callable[..., Pair]) -> None:
    """Endless lines and endless replies end the connection, in bounded memory."""
    endless = ["250 " + "x" * 100_000, "\r\n".join(["250-x"] * 1000)]
    stub, smarthost = pair(MAIL=endless)
    assert isinstance(send(smarthost), Deferred)
    assert stub.connections == 2


def test_the_reason_is_one_printable_line(pair: Callable[..., Pair]) -> None:
    """What the smarthost says cannot draw on an operator's terminal."""
    _, smarthost = pair(RCPT=["550 \x1b[2Jno\x07 user\x00 " + "x" * 2000])
    outcome = send(smarthost)
    assert isinstance(outcome, Refused)
    assert outcome.reason.startswith("550 [2Jno user xxx")
    assert outcome.reason.isprintable()
    assert len(outcome.reason) < 600


def test_a_large_mail_arrives_whole(pair: Callable[..., Pair]) -> None:
    """Several blocks, with dots at the start of lines, come out as they went in."""
    stub, smarthost = pair()
    content = b"Subject: large\r\n\r\n" + b".line\r\n" * 500_000
    assert isinstance(send(smarthost, content), Delivered)
    assert stub.accepted[0].content == content


def test_the_connection_is_given_up_after_its_share_of_mails(pair: Callable[..., Pair]) -> None:
    """After keep_mails mails a new connection is opened, and the old one took its leave."""
    stub, smarthost = pair({"keep_mails": 2})
    for _ in range(4):
        assert isinstance(send(smarthost), Delivered)
    assert (stub.connections, stub.commands.count("QUIT")) == (2, 1)


def test_an_idle_connection_is_closed(pair: Callable[..., Pair]) -> None:
    """tidy() leaves a connection in use alone and closes one that was idle too long."""
    stub, smarthost = pair({"keep_for": timedelta(hours=1)})
    send(smarthost)
    smarthost.tidy()
    assert "QUIT" not in stub.commands
    stub, smarthost = pair({"keep_for": timedelta(seconds=-1)})
    send(smarthost)
    smarthost.tidy()
    assert stub.commands[-1] == "QUIT"


def test_the_null_sender_can_be_replaced(pair: Callable[..., Pair]) -> None:
    """For a smarthost that refuses it, automatic mail leaves under a configured address."""
    stub, smarthost = pair({"null_sender_ok": False, "null_sender_instead": "auto@example.com"})
    send(smarthost)
    smarthost.submit("desk@example.com", ANNA, MAIL)
    assert [mail.mail_from for mail in stub.accepted] == ["auto@example.com", "desk@example.com"]


@pytest.mark.attack("A30")
def test_the_smuggled_mail_does_not_arrive_at_a_lax_server(pair: Callable[..., Pair]) -> None:
    """A server that takes LF dot LF for the end of the data still gets one mail."""
    stub, smarthost = pair(end=re.compile(rb"\r?\n\.\r?\n"))
    body = b"a\n.\nMAIL FROM:<evil@example.org>\nRCPT TO:<v@example.org>\nDATA\nx\n.\n"
    assert isinstance(send(smarthost, b"Subject: x\n\n" + body), Delivered)
    assert [mail.recipient for mail in stub.mails] == [ANNA]
    assert sum(command.startswith("MAIL") for command in stub.commands) == 1


def test_an_honest_server_takes_it() -> None:
    """aiosmtpd, which we did not write, gets the same octets."""
    got: list[Any] = []

    class Sink:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
            got.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
            return "250 OK"

    sink = Controller(Sink(), hostname="127.0.0.1", port=free_port(), server_hostname="sink")
    sink.start()
    try:
        smarthost = Smarthost(SmarthostSettings(port=sink.port))
        assert [type(send(smarthost)) for _ in range(3)] == [Delivered] * 3
        smarthost.close()
    finally:
        sink.stop()
    assert got == [("<>", [ANNA], MAIL)] * 3


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with the key and certificate of 127.0.0.1."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", path, "-out", f"{path}.crt", "-days", "2", "-subj", "/CN=stub",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    """Return what the stub needs for TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_the_password_goes_over_tls_only(
    pair: Callable[..., Pair], certificate: Path, tls: str
) -> None:
    """With starttls or tls, login and mails go encrypted, to a host whose certificate fits."""
    given = {"tls": tls, "user": "gate", "password": "secret"}
    stub, smarthost = pair(
        given | {"ca_file": f"{certificate}.crt"},
        extensions=("8BITMIME", "STARTTLS", "AUTH PLAIN"),
        tls=server_context(certificate),
        tls_at_once=tls == "tls",
    )
    assert [type(send(smarthost)) for _ in range(2)] == [Delivered] * 2
    assert stub.connections == 1
    login = next(n for n, each in enumerate(stub.commands) if each.startswith("AUTH"))
    assert ("STARTTLS" in stub.commands[:login]) is (tls == "starttls")


@pytest.mark.parametrize(
    ("given", "stub_says", "reason"),
    [
        ({"tls": "starttls"}, {}, "certificate"),
        ({"tls": "tls"}, {"tls_at_once": True}, "certificate"),
        ({"tls": "starttls"}, {"extensions": ()}, "STARTTLS"),
        ({"tls": "starttls"}, {"STARTTLS": ["454 4.7.0 not now"]}, "454 4.7.0 not now"),
        ({"user": "gate", "password": "x"}, {}, "AUTH"),
        (
            {"user": "gate", "password": "x"},
            {"extensions": ("AUTH PLAIN",), "AUTH": ["535 5.7.8 wrong"]},
            "535 5.7.8 wrong",
        ),
        ({"user": "gate", "password": "ą"}, {"extensions": ("AUTH PLAIN",)}, "ascii"),
    ],
)
def test_without_safe_way_in_nothing_is_sent(
    pair: Callable[..., Pair],
    certificate: Path,
    given: dict[str, Any],
    stub_says: dict[str, Any],
    reason: str,
) -> None:
    """No trusted certificate, no STARTTLS, a wrong password: unreachable, never in the clear."""
    extensions = stub_says.pop("extensions", ("STARTTLS",))
    stub, smarthost = pair(
        given, tls=server_context(certificate), extensions=extensions, **stub_says
    )
    outcome = send(smarthost)
    assert isinstance(outcome, Unreachable)
    assert reason in outcome.reason
    assert not [each for each in stub.commands if each.startswith("MAIL")]


def test_what_was_slipped_in_before_tls_is_not_believed(
    pair: Callable[..., Pair], certificate: Path
) -> None:
    """Plain text behind the reply to STARTTLS ends the session (RFC 3207 §4.2)."""
    _, smarthost = pair(
        {"tls": "starttls", "ca_file": f"{certificate}.crt"},
        tls=server_context(certificate),
        extensions=("STARTTLS",),
        STARTTLS=["220 go\r\n250-stub\r\n250 AUTH PLAIN"],
    )
    outcome = send(smarthost)
    assert isinstance(outcome, Unreachable)
    assert "out of turn" in outcome.reason


def test_the_password_is_not_shown() -> None:
    """Neither repr nor a log of the settings tells the password."""
    assert "hunter2" not in repr(SmarthostSettings(password="hunter2"))
