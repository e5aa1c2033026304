"""What IMAP's own response codes mean, and what our side of a connection says when it fails.

The rows are as in `known`.
"""

Row = tuple[str, str, str, str, int]

IMAP: tuple[Row, ...] = (  # RFC 3501, 5530 and 9051
    (
        r"\[TRYCREATE\]",
        "permanent",
        "the folder that mail is moved to does not exist",
        "make that folder in the mailbox, or mend `after`",
        0,
    ),
    (
        r"\[NONEXISTENT\]|Mailbox doesn't exist|Unknown Mailbox|folder name is invalid",
        "permanent",
        "there is no such folder in the mailbox",
        "write one that `mailgate doctor` lists as `folder`",
        0,
    ),
    (
        r"\[OVERQUOTA\]|Quota exceeded|mailbox is full",
        "temporary",
        "the mailbox is full, or the account has used up what it may do",
        "make room in the mailbox",
        15,
    ),
    (r"\[LIMIT\]", "throttled", "the server limits us for now", "wait", 5),
    (
        r"\[INUSE\]",
        "temporary",
        "another program holds the mailbox",
        "close what else uses it, or wait",
        0,
    ),
    (
        r"\[UNAVAILABLE\]|Server Unavailable|Service (is )?(temporarily )?unavailable",
        "temporary",
        "a part of the server is away",
        "nothing, unless it lasts",
        0,
    ),
    (
        r"\[AUTHORIZATIONFAILED\]",
        "permanent",
        "the login is right, but may not use this mailbox",
        "give it the right to, or write another user",
        0,
    ),
    (
        r"\[EXPIRED\]|password (has )?expired",
        "wrong-password",
        "the password has expired",
        "set a new one at the provider, and write it here",
        0,
    ),
    (
        r"\[NOPERM\]|Permission denied|Insufficient",
        "permanent",
        "the user may not do this in that folder",
        "give him the right to, or choose another `after`",
        0,
    ),
    (
        r"\[READ-ONLY\]|read-?only",
        "permanent",
        "the folder can be read and not changed",
        'write after = "keep", or give the user more rights',
        0,
    ),
    (
        r"\[CONTACTADMIN\]",
        "permanent",
        "the server wants its administrator to be asked",
        "ask the provider, and name this user",
        30,
    ),
    (
        r"\[(SERVERBUG|CORRUPTION)\]|Internal error occurred",
        "temporary",
        "the server failed at something of its own",
        "tell its administrator, whose log has the reason",
        5,
    ),
)

# What is told of our own side of the connection: TLS, names, the network.
WIRE: tuple[Row, ...] = (
    (
        r"certificate has expired",
        "permanent",
        "the server's certificate has expired",
        "let whoever runs the server renew it; look at this machine's clock, too",
        0,
    ),
    (
        r"Hostname mismatch|doesn't match|not valid for '",
        "permanent",
        "the certificate is for another name",
        "write the name that stands in the certificate as host",
        0,
    ),
    (
        r"self-signed certificate|unable to get (local )?issuer|CERTIFICATE_VERIFY_FAILED",
        "permanent",
        "nobody this machine trusts has signed the server's certificate",
        "write ca_file = with the authority's certificate, PEM",
        0,
    ),
    (
        r"WRONG_VERSION_NUMBER|record layer failure|packet length too long",
        "permanent",
        "the port does not speak TLS from the first octet",
        'write port = 993, or tls = "starttls" for port 143',
        0,
    ),
    (
        r"UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|HANDSHAKE_FAILURE|no protocols available",
        "permanent",
        "the server speaks no TLS from version 1.2 on",
        "let whoever runs it renew it",
        0,
    ),
    (
        r"Name or service not known|No address associated|nodename nor servname|look up no names",
        "permanent",
        "there is no such host",
        "mend host, or this machine's name service",
        0,
    ),
    (
        r"Temporary failure in name resolution",
        "temporary",
        "this machine's name service does not answer",
        "look at its network",
        0,
    ),
    (
        r"Connection refused",
        "temporary",
        "nothing listens on that port",
        "mend host and port, start the server, or open the firewall",
        0,
    ),
    (
        r"timed out|No route to host|Network is unreachable|does not answer",
        "temporary",
        "the server does not answer",
        "look at host and port, and whether a firewall lets them through",
        0,
    ),
    (
        r"Connection reset|Broken pipe|\bEOF\b|connection (was )?closed|closed the connection",
        "temporary",
        "the connection broke",
        "nothing: we come back",
        0,
    ),
)
