"""Every reply a listener gives: fixed texts with enhanced codes (RFC 5321 §4.2, RFC 2034).

Ours is 4xx, theirs is 5xx; the text tells the sender what to change. Nothing a client sent and
nothing of our insides is ever part of a reply; only the spool id is filled in.
"""

import errno

OK = b"250 2.0.0 OK\r\n"
SENDER_OK = b"250 2.1.0 Sender OK\r\n"
RECIPIENT_OK = b"250 2.1.5 Recipient OK\r\n"
CANNOT_VERIFY = b"252 2.5.2 Addresses are not verified; try to deliver\r\n"
HELP = b"214 2.0.0 This server takes mail for its own addresses only; see RFC 5321\r\n"
BYE = b"221 2.0.0 Goodbye\r\n"
SIGNED_IN = b"235 2.7.0 Signed in\r\n"
READY_FOR_TLS = b"220 2.0.0 Ready to start TLS\r\n"
GO_ON = b"334 \r\n"
ASK_NAME = b"334 VXNlcm5hbWU6\r\n"
ASK_PASSWORD = b"334 UGFzc3dvcmQ6\r\n"
GO_AHEAD = b"354 End data with <CR><LF>.<CR><LF>\r\n"

SHUTTING_DOWN = b"421 4.3.2 Service is shutting down, please try again later\r\n"
TIMED_OUT = b"421 4.4.2 Timed out, closing the connection\r\n"
TOO_SLOW = b"421 4.4.2 Data comes in too slowly, closing the connection\r\n"
TOO_MANY_CONNECTIONS = b"421 4.7.0 Too many connections, please try again later\r\n"
TOO_MANY_ERRORS = b"421 4.7.0 Too many errors, closing the connection\r\n"
TOO_MANY_UNKNOWN = b"421 4.7.0 Too many unknown recipients, closing the connection\r\n"
TOO_FAST = b"450 4.7.1 Too much mail in too short a time, please try again later\r\n"
TOO_MANY_LOGINS = b"421 4.7.0 Too many wrong passwords, closing the connection\r\n"
TRY_AGAIN = b"451 4.3.0 Please try again later\r\n"
NO_ROOM = b"452 4.3.1 Insufficient storage, please try again later\r\n"
NO_LOGIN_NOW = b"454 4.7.0 Too many wrong passwords, please try again later\r\n"
TOO_MANY_RECIPIENTS = b"452 4.5.3 Too many recipients, send the others in another transaction\r\n"

UNKNOWN_COMMAND = b"500 5.5.1 Command not recognized\r\n"
BAD_LINE = b"500 5.5.2 Command lines are ASCII text ended by CRLF\r\n"
LINE_TOO_LONG = b"500 5.5.2 Command line too long\r\n"
BAD_ARGUMENT = b"501 5.5.4 Arguments of this command are malformed\r\n"
BAD_AUTH = b"501 5.5.2 Cannot read that as an answer; sign in again\r\n"
BAD_MAIL = b"501 5.5.4 Syntax: MAIL FROM:<address> [SIZE=n] [BODY=8BITMIME] [SMTPUTF8]\r\n"
BAD_RCPT = b"501 5.5.4 Syntax: RCPT TO:<address>\r\n"
BAD_SENDER = b"501 5.1.7 Sender address is malformed\r\n"
BAD_RECIPIENT = b"501 5.1.3 Recipient address is malformed\r\n"
NOT_OFFERED = b"502 5.5.1 Command not offered here\r\n"
NOT_HTTP = b"502 5.5.1 This is a mail server, closing the connection\r\n"
HELLO_FIRST = b"503 5.5.1 Send EHLO first\r\n"
LHLO_FIRST = b"503 5.5.1 Send LHLO first\r\n"
MAIL_FIRST = b"503 5.5.1 Send MAIL first\r\n"
NESTED_MAIL = b"503 5.5.1 A sender is named already; RSET starts anew\r\n"
NO_RECIPIENT = b"503 5.5.1 No valid recipient; send RCPT first\r\n"
NO_AUTH_NOW = b"503 5.5.1 Signing in is done once, before the first mail\r\n"
TLS_ALREADY = b"503 5.5.1 TLS is active already\r\n"
UNKNOWN_MECHANISM = b"504 5.5.4 Sign in by PLAIN or LOGIN\r\n"
WRONG_LOGIN = b"535 5.7.8 Name or password is wrong\r\n"
NEEDS_TLS = b"538 5.7.11 Send STARTTLS first\r\n"
UNKNOWN_PARAMETER = b"555 5.5.4 Parameter not recognized\r\n"
UNKNOWN_RECIPIENT = b"550 5.1.1 No such recipient here\r\n"
NOT_A_RELAY = b"550 5.7.1 Mail is not passed on; name one of our addresses plainly\r\n"
SENDER_NEEDS_UTF8 = b"550 5.6.7 A sender outside ASCII needs the SMTPUTF8 parameter\r\n"
RECIPIENT_NEEDS_UTF8 = b"553 5.6.7 A recipient outside ASCII needs the SMTPUTF8 parameter\r\n"
TOO_LARGE = b"552 5.3.4 Message is larger than this server takes\r\n"
TOO_MANY_HOPS = b"554 5.4.6 Too many hops, this message is in a loop\r\n"

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def accepted(spool_id: int) -> bytes:
    """Return the reply that takes responsibility: the message is durable (RFC 5321 §6.1)."""
    return b"250 2.0.0 %d accepted\r\n" % spool_id


def for_fault(error: BaseException) -> bytes:
    """Return the temporary refusal for a fault of ours: no room, or anything else."""
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        return NO_ROOM
    return TRY_AGAIN
