"""Seven ways in which machines send our mail back, each with a place for what they send back."""

_REPORT = (
    "From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
    "Message-ID: <{name}.1@mx.klient.example>\r\n{further}"
    'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain\r\n\r\n{words}\r\n"
    "--b\r\nContent-Type: message/{kind}\r\n\r\n{fields}\r\n"
    "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {of}\r\n\r\n--b--\r\n"
)
_FATE = (
    "Reporting-MTA: dns; mx.klient.example\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n"
    "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown\r\n"
)
_READ = "Final-Recipient: rfc822; {recipient}\r\nOriginal-Message-ID: {of}\r\n"


def shapes(of: str, recipient: str, to: str) -> dict[str, bytes]:
    """Return, by who sends so, what comes back for a mail of ours.

    of: its Message-ID. recipient: who did not get it, or read it. to: where it comes back.
    """
    known = {"of": of, "recipient": recipient, "to": to}
    fate = _FATE.format(**known)

    def report(name: str, sender: str, subject: str, fields: str = fate, **other: str) -> str:
        further = {"words": "It could not be delivered.", "kind": "delivery-status", "further": ""}
        told = known | further | other
        return _REPORT.format(name=name, sender=sender, subject=subject, fields=fields, **told)

    def plain(sender: str, subject: str, further: str, words: str) -> str:
        head = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n{further}\r\n"
        return f"{head}{words}\r\n\r\nMessage-ID: {of}\r\nSubject: x\r\n\r\ntext\r\n"

    given = {
        "Postfix": report(
            "p",
            "MAILER-DAEMON@mx.klient.example (Mail Delivery System)",
            "Undelivered Mail Returned to Sender",
            further="Auto-Submitted: auto-replied\r\n",
        ),
        "Exchange": report("e", "postmaster@klient.example", "Undeliverable: [#1]"),
        "Gmail": report(
            "g",
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "Delivery Status Notification (Failure)",
            further=f"X-Failed-Recipients: {recipient}\r\nAuto-Submitted: auto-replied\r\n",
        ),
        "Exim": plain(
            "Mail Delivery System <Mailer-Daemon@mx.klient.example>",
            "Mail delivery failed: returning message to sender",
            f"X-Failed-Recipients: {recipient}\r\nAuto-Submitted: auto-replied\r\n",
            "This message was created automatically by mail delivery software.\r\n\r\n"
            "A message that you sent could not be delivered to one or more of its recipients.\r\n"
            f"This is a permanent error. The following address(es) failed:\r\n\r\n  {recipient}\r\n"
            "    550 no such mailbox\r\n\r\n"
            "------ This is a copy of the message, including all the headers. ------",
        ),
        "qmail": plain(
            "MAILER-DAEMON@mx.klient.example",
            "failure notice",
            "",
            "Hi. This is the qmail-send program at mx.klient.example.\r\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\r\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n"
            f"<{recipient}>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
            "--- Below this line is a copy of the message.",
        ),
        "ARF": report(
            "a",
            "feedback@provider.example",
            "FW: spam",
            "Feedback-Type: abuse\r\nUser-Agent: Loop/1\r\nVersion: 1\r\n",
            kind="feedback-report",
        ),
        "MDN": report(
            "m",
            f"Anna <{recipient}>",
            "Read: hello",
            _READ.format(**known) + "Disposition: manual-action/MDN-sent-manually; displayed\r\n",
            kind="disposition-notification",
        ),
    }
    return {name: text.encode() for name, text in given.items()}
