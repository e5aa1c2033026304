"""What other hosts send back about our mail."""

from datetime import datetime
from email.utils import format_datetime, make_msgid

from tests.world.smarthost import Letter

_REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mx.klient.example>
To: <{to}>
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: {message_id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=-report"

--=-report
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--=-report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.klient.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such mailbox

--=-report
Content-Type: message/rfc822

"""


def report_on(letter: Letter, now: datetime, action: str = "failed") -> bytes:
    """Return the report of a host that could not deliver a letter, with the letter in it."""
    address = str(letter.message["From"].addresses[0].addr_spec)
    head = _REPORT.format(
        to=address,
        date=format_datetime(now),
        message_id=make_msgid(domain="mx.klient.example"),
        recipient=letter.recipient,
        action=action,
    )
    return head.replace("\n", "\r\n").encode() + letter.octets + b"\r\n--=-report--\r\n"
