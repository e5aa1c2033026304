from datetime import timedelta

import pytest

from mailgate.intake.imap.faults import FaultKind, explain, kind_of

# What servers and token endpoints really say, the kind of fault, and a word of the cause.
TEXTS = [
    # Microsoft 365
    ("BAD User is authenticated but not connected.", "temporary", "gives no mailbox"),
    ("NO Server Unavailable. 15", "temporary", "behind Exchange"),
    ("BYE Connection closed. 14", "throttled", "ended the connection"),
    ("BYE Connection is closed. 13", "throttled", "ended the connection"),
    (
        "NO Request is throttled. Suggested Backoff Time: 299961 milliseconds",
        "throttled",
        "limits this account",
    ),
    ("BYE Session invalidated - AccessTokenExpired", "temporary", "token ended"),
    ("NO AUTHENTICATE failed.", "wrong-password", "refuses this login"),
    ("NO LOGIN failed.", "wrong-password", "refuses this login"),
    (
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        "wrong-password",
        "no passwords here",
    ),
    (
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
        "Tenant. Visit https://aka.ms/smtp_auth_disabled",
        "permanent",
        "switched off",
    ),
    ("535 5.7.3 Authentication unsuccessful", "wrong-password", "refuses this login"),
    (
        "554 5.2.252 SendAsDenied; help@example.com not allowed to send as x@example.com",
        "permanent",
        "may not send",
    ),
    ("432 4.3.2 Concurrent connections limit exceeded.", "throttled", "too many connections"),
    (
        "LOGIN failed. Account is blocked. Login to your account via a web browser to verify your "
        "identity.",
        "permanent",
        "blocked this account",
    ),
    # Google, Yahoo, Zoho
    (
        "[ALERT] Too many simultaneous connections. (Failure)",
        "throttled",
        "too many connections open",
    ),
    ("[AUTHENTICATIONFAILED] Invalid credentials (Failure)", "wrong-password", "refuses"),
    (
        "[ALERT] Application-specific password required: "
        "https://support.google.com/accounts/answer/185833 (Failure)",
        "wrong-password",
        "no account passwords",
    ),
    (
        "[ALERT] Please log in via your web browser: "
        "https://support.google.com/mail/accounts/answer/78754 (Failure)",
        "wrong-password",
        "suspicious",
    ),
    (
        "[ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page "
        "and enable your account for IMAP access. (Failure)",
        "permanent",
        "switched off",
    ),
    (
        "[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)",
        "throttled",
        "transfer of the day",
    ),
    (
        "535-5.7.8 Username and Password not accepted. For more information, go to",
        "wrong-password",
        "refuses user and password",
    ),
    ("[LIMIT] LOGIN Rate limit hit.", "throttled", "too many logins"),
    (
        "[ALERT] You are yet to enable IMAP for your account. Please contact your administrator",
        "permanent",
        "switched off",
    ),
    # Dovecot, Cyrus, Courier
    (
        "[UNAVAILABLE] Maximum number of connections from user+IP exceeded "
        "(mail_max_userip_connections=10)",
        "throttled",
        "no further connection",
    ),
    (
        "[UNAVAILABLE] Temporary authentication failure. [mail:2026-11-20 09:00:00]",
        "temporary",
        "look up logins",
    ),
    (
        "[PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) "
        "connections.",
        "permanent",
        "TLS alone",
    ),
    ("Server shutting down.", "temporary", "restarted"),
    ("BYE Disconnected for inactivity.", "temporary", "nothing happened"),
    ("BYE Autologout; idle for too long", "temporary", "nothing happened"),
    (
        "[SERVERBUG] Internal error occurred. Refer to server log for more information.",
        "temporary",
        "failed at something",
    ),
    # Response codes
    ("[TRYCREATE] Mailbox doesn't exist: Processed", "permanent", "moved to"),
    ("[NONEXISTENT] Unknown Mailbox: Suport (Failure)", "permanent", "no such folder"),
    ("[OVERQUOTA] Quota exceeded (mailbox for user is full)", "temporary", "is full"),
    ("[INUSE] Mailbox in use", "temporary", "another program"),
    ("[UNAVAILABLE] Backend is away", "temporary", "part of the server"),
    ("[AUTHORIZATIONFAILED] No such user to act for", "permanent", "may not use"),
    ("[EXPIRED] Password has lapsed", "wrong-password", "expired"),
    ("[NOPERM] Insufficient rights", "permanent", "may not do this"),
    ("[READ-ONLY] Mailbox is read-only", "permanent", "not changed"),
    ("[CONTACTADMIN] Call us", "permanent", "administrator"),
    ("[LIMIT] Too much", "throttled", "limits us"),
    # Microsoft's sign-in
    ("invalid_client: AADSTS7000215: Invalid client secret provided.", "wrong-password", "wrong"),
    (
        "invalid_client: AADSTS7000222: The provided client secret keys for app 'x' are expired.",
        "wrong-password",
        "has expired",
    ),
    (
        "unauthorized_client: AADSTS700016: Application with identifier 'x' was not found in the "
        "directory 'y'.",
        "permanent",
        "does not know this application",
    ),
    ("invalid_request: AADSTS90002: Tenant 'x' not found.", "permanent", "no such tenant"),
    (
        "invalid_client: AADSTS700027: Client assertion contains an invalid signature.",
        "wrong-password",
        "not the application's",
    ),
    (
        "invalid_client: AADSTS700024: Client assertion is not within its valid time range.",
        "temporary",
        "too old or too new",
    ),
    (
        "invalid_grant: AADSTS65001: The user or administrator has not consented",
        "permanent",
        "consented",
    ),
    (
        "interaction_required: AADSTS50076: Due to a configuration change made by your "
        "administrator",
        "permanent",
        "second factor",
    ),
    (
        "invalid_grant: AADSTS53003: Access has been blocked by Conditional Access policies.",
        "permanent",
        "conditional access",
    ),
    (
        "invalid_grant: AADSTS700082: The refresh token has expired due to inactivity.",
        "wrong-password",
        "revoked, or has lapsed",
    ),
    (
        "invalid_client: AADSTS7000218: The request body must contain: 'client_assertion'",
        "permanent",
        "wants a secret",
    ),
    ("invalid_scope: AADSTS70011: The provided value is not valid.", "permanent", "scope"),
    ("invalid_grant: AADSTS50034: The user account does not exist", "permanent", "not exist"),
    ("invalid_grant: AADSTS50126: Invalid username or password.", "wrong-password", "wrong"),
    ("invalid_grant: AADSTS50053: The account is locked", "wrong-password", "locked"),
    ("invalid_client: AADSTS7000112: Application is disabled.", "permanent", "disabled"),
    ("invalid_grant: AADSTS50196: client request loop", "throttled", "too often"),
    ("temporarily_unavailable: AADSTS90033: A transient error", "temporary", "in trouble"),
    # Google's sign-in, and anybody's
    (
        "invalid_grant: Token has been expired or revoked.",
        "wrong-password",
        "refresh token has expired",
    ),
    (
        "unauthorized_client: Client is unauthorized to retrieve access tokens using this method",
        "permanent",
        "may not act for users",
    ),
    ("invalid_grant: Invalid email or User ID", "permanent", "no such user"),
    (
        "invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes) and in a "
        "reasonable timeframe.",
        "temporary",
        "too old or too new",
    ),
    ("invalid_grant: Invalid JWT Signature.", "wrong-password", "not valid any more"),
    ("invalid_client: The OAuth client was not found.", "permanent", "deleted or disabled"),
    ("admin_policy_enforced: no", "permanent", "policy"),
    ("invalid_client: Unauthorized", "wrong-password", "client_id and client_secret"),
    ("invalid_grant: Bad Request", "wrong-password", "revoked, or has lapsed"),
    ("invalid_scope: no", "permanent", "scope"),
    ("access_denied: no", "permanent", "refused the application"),
    ("the sign-in service answers HTTP 503", "temporary", "in trouble"),
    ("the sign-in service answers HTTP 429", "throttled", "too many requests"),
    ("nobody has signed in yet: run it", "permanent", "nobody has signed in"),
    (
        "the tokens are mailgate's, and root would make them unreadable: sudo -u mailgate",
        "permanent",
        "run by root",
    ),
    # The wire
    (
        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate",
        "permanent",
        "nobody this machine trusts",
    ),
    (
        "certificate verify failed: certificate has expired (_ssl.c:1006)",
        "permanent",
        "certificate has expired",
    ),
    (
        "certificate verify failed: Hostname mismatch, certificate is not valid for 'a.example'.",
        "permanent",
        "another name",
    ),
    ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "permanent", "not speak TLS"),
    ("[SSL: UNSUPPORTED_PROTOCOL] unsupported protocol", "permanent", "no TLS from"),
    ("[Errno -2] Name or service not known", "permanent", "no such host"),
    ("[Errno -3] Temporary failure in name resolution", "temporary", "name service"),
    ("[Errno 111] Connection refused", "temporary", "nothing listens"),
    ("timed out", "temporary", "does not answer"),
    ("[Errno 104] Connection reset by peer", "temporary", "broke"),
]


@pytest.mark.parametrize(("text", "kind", "cause"), TEXTS, ids=lambda each: str(each)[:40])
def test_a_known_text_has_a_cause_and_one_thing_to_do(text, kind, cause):
    """What servers and token endpoints say is understood, each by its own entry."""
    known = explain(text)
    assert known is not None
    assert known.kind == kind
    assert cause in known.cause
    assert known.remedy
    assert known.text == f"{known.cause}; {known.remedy}"


def test_case_and_surroundings_do_not_matter():
    """Servers differ in case, and libraries put their own words around a text."""
    assert explain("b'A3 bad USER IS AUTHENTICATED BUT NOT CONNECTED.'") is not None


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("Request is throttled. Suggested Backoff Time: 299961 milliseconds", 299.961),
        ("Request is throttled. Suggested Backoff Time: 90 seconds", 90),
        ("Request is throttled. Suggested Backoff Time: 999999999 milliseconds", 3600),
        ("Request is throttled.", 300),
        ("BYE Connection closed. 14", 300),
    ],
)
def test_a_wait_that_a_server_asks_for_is_kept(said, wait):
    """Microsoft's suggested time is taken at its word, up to an hour."""
    known = explain(said)
    assert known is not None
    assert known.wait == timedelta(seconds=wait)


@pytest.mark.parametrize("text", ["", "NO", "[ALERT] Happy birthday", "AADSTS1", "\0" * 9])
def test_an_unknown_text_is_nobodys_fault(text):
    """What nobody knows has no explanation, and passes."""
    assert explain(text) is None
    assert kind_of(text) is FaultKind.TEMPORARY


def test_a_hostile_text_costs_little():
    """A text of a megabyte is looked at in its beginning alone."""
    assert explain("x" * 1_000_000 + "AUTHENTICATE failed") is None
