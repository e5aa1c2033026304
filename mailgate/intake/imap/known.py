"""The texts of servers and token endpoints that are known, the more exact before the general.

Each row: what the text holds (a regular expression, any case), the kind of fault, the cause, the
remedy, and how many minutes to wait at least (0 where the usual back-off does).
"""

from mailgate.intake.imap import known_codes, known_tokens

Row = tuple[str, str, str, str, int]

_EXCHANGE: tuple[Row, ...] = (
    (
        r"Request is throttled|Suggested Backoff Time",
        "throttled",
        "Microsoft 365 limits this account for now",
        "wait; if it stays, watch fewer folders, or poll less often",
        5,
    ),
    (
        r"User is authenticated but not connected",
        "temporary",
        "Microsoft 365 took the login but gives no mailbox: no permission on it, IMAP switched "
        "off for it, a login of the form user\\shared, or its own trouble",
        "give the application FullAccess to this mailbox (Add-MailboxPermission), see that "
        "ImapEnabled is true (Get-CASMailbox), and write the mailbox's own address as user",
        5,
    ),
    (
        r"Connection (is )?closed\. 1[34]",
        "throttled",
        "Microsoft 365 ended the connection: too many commands or logins that fail, or idleness",
        "wait; if it comes after each login, read the line before it",
        5,
    ),
    (
        r"Server Unavailable\. 15",
        "temporary",
        "a server behind Exchange failed; after a login it can also mean a disabled mailbox",
        "wait; if it lasts for hours, look whether the mailbox has a licence and is enabled",
        5,
    ),
    (
        r"AccessTokenExpired|Session invalidated",
        "temporary",
        "the access token ended during the session",
        "nothing: the next connection brings a fresh one",
        0,
    ),
    (
        r"SmtpClientAuthentication is disabled",
        "permanent",
        "sending with a login is switched off for this tenant or mailbox",
        "Set-CASMailbox -SmtpClientAuthenticationDisabled $false for this mailbox",
        0,
    ),
    (
        r"5\.7\.139|basic authentication is disabled|LogonDenied-BasicAuthBlocked|BasicAuthBlocked",
        "wrong-password",
        "Microsoft 365 takes no passwords here any more",
        'write provider = "microsoft365" and oauth2 = { … } instead of password',
        0,
    ),
    (
        r"SendAsDenied|5\.7\.60",
        "permanent",
        "the login may not send with this address as sender",
        "give it SendAs on that address, or write another null_sender_instead",
        0,
    ),
    (
        r"432 4\.3\.2|Concurrent connections limit exceeded",
        "throttled",
        "too many connections of this mailbox send at the same time",
        "wait; let nothing else send through this mailbox",
        5,
    ),
    (
        r"Account is blocked",
        "permanent",
        "the provider blocked this account",
        "sign in once in a browser, and do what it asks for",
        30,
    ),
)

_GOOGLE: tuple[Row, ...] = (
    (
        r"Too many simultaneous connections",
        "throttled",
        "the account has too many connections open (Gmail allows 15)",
        "close other mail programs of this account, or wait",
        5,
    ),
    (
        r"Application-specific password required",
        "wrong-password",
        "Google takes no account passwords from programs",
        "sign in with oauth2, or make an app password and write that",
        0,
    ),
    (
        r"log in via your web browser|Web login required|WEBALERT",
        "wrong-password",
        "Google took this login for suspicious",
        "sign in once in a browser as this user and confirm; better, use oauth2",
        30,
    ),
    (
        r"not enabled for IMAP|yet to enable IMAP|IMAP access is disabled|IMAP (is )?disabled",
        "permanent",
        "IMAP is switched off for this account",
        "switch IMAP on in its settings, or let the administrator do so",
        0,
    ),
    (
        r"Account exceeded command or bandwidth limits|exceeded .*bandwidth",
        "throttled",
        "the account has used up its transfer of the day",
        "wait; it passes within 24 hours",
        30,
    ),
    (
        r"Username and Password not accepted|535.5\.7\.8",
        "wrong-password",
        "the server refuses user and password",
        "write the password of this user anew, or use oauth2",
        0,
    ),
    (
        r"Rate limit hit|Too many login attempts|too many.*(attempts|connections)",
        "throttled",
        "the server had too many logins of ours",
        "wait",
        15,
    ),
)

_DOVECOT: tuple[Row, ...] = (
    (
        r"Maximum number of connections|mail_max_userip_connections",
        "throttled",
        "the server allows no further connection of this user from here",
        "raise mail_max_userip_connections, or close other programs of this user",
        1,
    ),
    (
        r"Temporary authentication failure",
        "temporary",
        "the server cannot look up logins at the moment",
        "if it lasts, read the server's log of authentication",
        0,
    ),
    (
        r"Plaintext authentication disallowed|PRIVACYREQUIRED|cleartext.*(disallowed|disabled)",
        "permanent",
        "the server takes passwords over TLS alone",
        'write tls = "implicit", or "starttls"',
        0,
    ),
    (
        r"Server shutting down|shutting down",
        "temporary",
        "the server is being restarted",
        "nothing: we come back",
        0,
    ),
    (
        r"Disconnected for inactivity|Autologout|idle for too long|Idle time",
        "temporary",
        "the server ended a connection on which nothing happened",
        "nothing: we come back",
        0,
    ),
)

_LOGIN: tuple[Row, ...] = (
    (
        r"\[AUTHENTICATIONFAILED\]|Invalid credentials|Authentication failed|LOGIN failed"
        r"|AUTHENTICATE failed|Login incorrect|5\.7\.3|535 ",
        "wrong-password",
        "the server refuses this login",
        "write user and password anew; with oauth2, see that the application or user may use "
        "this very mailbox by IMAP",
        0,
    ),
)

FAULTS: tuple[Row, ...] = (
    *known_tokens.MICROSOFT,
    *known_tokens.GOOGLE,
    *_EXCHANGE,
    *_GOOGLE,
    *_DOVECOT,
    *known_codes.IMAP,
    *known_codes.WIRE,
    *known_tokens.ANY,
    *_LOGIN,
)
