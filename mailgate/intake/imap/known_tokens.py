"""What token endpoints say when they give no token: the codes of Microsoft, and Google's words.

The rows are as in `known`. Microsoft's numbers: https://aka.ms/AADSTSerrors.
"""

Row = tuple[str, str, str, str, int]


def _aadsts(*numbers: int) -> str:
    return rf"AADSTS0*({'|'.join(map(str, numbers))})\b"


_ENTRA = "in Entra's app registration"

MICROSOFT: tuple[Row, ...] = (
    (
        _aadsts(7000215),
        "wrong-password",
        "the client secret is wrong",
        f"copy the secret's value, not its id, {_ENTRA}, Certificates & secrets",
        0,
    ),
    (
        _aadsts(7000222),
        "wrong-password",
        "the client secret has expired",
        f"make a new one {_ENTRA}, Certificates & secrets",
        0,
    ),
    (
        _aadsts(700027),
        "wrong-password",
        "the certificate is not the application's",
        f"upload this very certificate {_ENTRA}, Certificates & secrets",
        0,
    ),
    (
        _aadsts(700024),
        "temporary",
        "Microsoft takes our signature for too old or too new",
        "set this machine's clock",
        0,
    ),
    (
        _aadsts(700016),
        "permanent",
        "the tenant does not know this application",
        f"mend client_id and tenant; both stand {_ENTRA}, Overview",
        0,
    ),
    (
        _aadsts(90002, 900023),
        "permanent",
        "there is no such tenant",
        f"write the directory (tenant) id {_ENTRA}, Overview, as tenant",
        0,
    ),
    (
        _aadsts(7000218),
        "permanent",
        "the application wants a secret for this way to sign in",
        f'set "Allow public client flows" to Yes {_ENTRA}, Authentication',
        0,
    ),
    (
        _aadsts(7000112, 7000113),
        "permanent",
        "the application is disabled in this tenant",
        "enable it in Entra's enterprise applications",
        0,
    ),
    (
        _aadsts(70011, 1002012, 500011, 650053),
        "permanent",
        "Microsoft does not give what scope asks for",
        "remove scope, so that https://outlook.office365.com/.default is used",
        0,
    ),
    (
        _aadsts(65001, 650056, 90094, 90008),
        "permanent",
        "nobody has consented to what the application asks for",
        f"give admin consent to IMAP.AccessAsApp {_ENTRA}, API permissions",
        0,
    ),
    (
        _aadsts(50076, 50079, 50158, 50072, 50074),
        "permanent",
        "this user must confirm his login by a second factor",
        "run `mailgate authorize` again, or use an application's secret or certificate",
        0,
    ),
    (
        _aadsts(53003, 53000, 53001, 530034, 50097, 50131),
        "permanent",
        "a conditional access policy of the tenant forbids this login",
        "let the administrator exempt the application, or this machine's address",
        0,
    ),
    (
        _aadsts(50034, 50057, 51004),
        "permanent",
        "the user does not exist in this tenant, or is disabled",
        "mend user and tenant, or enable the account",
        0,
    ),
    (
        _aadsts(50126, 50056),
        "wrong-password",
        "user or password are wrong",
        "write them anew",
        0,
    ),
    (
        _aadsts(50053, 50055, 50144),
        "wrong-password",
        "the account is locked, or its password has expired",
        "let its administrator unlock it and set a new password",
        30,
    ),
    (
        _aadsts(50173, 70000, 70008, 700082, 700084, 70043, 50078, 54005),
        "wrong-password",
        "what was once allowed has been revoked, or has lapsed",
        "run `mailgate authorize` for this mailbox again",
        0,
    ),
    (
        _aadsts(50196, 90055),
        "throttled",
        "Microsoft had the same request too often",
        "wait",
        30,
    ),
    (
        _aadsts(90033, 90006, 50000, 90036, 700005, 90100),
        "temporary",
        "Microsoft's sign-in service is in trouble",
        "nothing, unless it lasts",
        0,
    ),
)

GOOGLE: tuple[Row, ...] = (
    (
        r"Token has been expired or revoked|Token has been revoked",
        "wrong-password",
        "the refresh token has expired or was revoked (after 7 days while the consent screen is "
        "in testing, after a new password, after half a year unused)",
        "sign in anew, write the new refresh token, and publish the consent screen",
        0,
    ),
    (
        r"unauthorized_client",
        "permanent",
        "the service account may not act for users, or not with this scope",
        "add its client id with the scope https://mail.google.com/ in the Admin console, "
        "Security, API controls, domain-wide delegation",
        0,
    ),
    (
        r"Invalid email or User ID|Not a valid email or user ID|account not found",
        "permanent",
        "there is no such user, or no such service account",
        "mend user; a group or an alias is no user",
        0,
    ),
    (
        r"short-lived token|reasonable timeframe|Invalid JWT.*(iat|exp)",
        "temporary",
        "Google takes our signature for too old or too new",
        "set this machine's clock",
        0,
    ),
    (
        r"Invalid JWT Signature|Invalid JWT",
        "wrong-password",
        "the service account's key is not valid any more",
        "make a new key for it in the Cloud console, and write its file",
        0,
    ),
    (
        r"deleted_client|disabled_client|OAuth client was (not found|deleted|disabled)",
        "permanent",
        "the client_id was deleted or disabled at the provider",
        "make a new client there, sign in anew, and write all three values",
        0,
    ),
    (
        r"admin_policy_enforced|org_internal|app_not_verified",
        "permanent",
        "the organisation's policy does not let this application in",
        "let its administrator trust the client_id, API controls, app access control",
        0,
    ),
)

ANY: tuple[Row, ...] = (
    (
        r"invalid_client",
        "wrong-password",
        "the provider does not take client_id and client_secret",
        "write both anew",
        0,
    ),
    (
        r"nobody has signed in yet",
        "permanent",
        "the account was set up, and nobody has signed in for it yet",
        "run `mailgate authorize` for it, and follow what it says",
        0,
    ),
    (
        r"root would make them unreadable",
        "permanent",
        "the command was run by root, and the state directory is the daemon's",
        "run it as the daemon's user: sudo -u mailgate mailgate …",
        0,
    ),
    (
        r"invalid_grant|expired_token|interaction_required",
        "wrong-password",
        "what was once allowed has been revoked, or has lapsed",
        "sign in anew, and write the new refresh token",
        0,
    ),
    (
        r"invalid_scope",
        "permanent",
        "the provider does not give what scope asks for",
        "remove scope, or write what the provider's page on IMAP says",
        0,
    ),
    (
        r"access_denied|consent_required",
        "permanent",
        "somebody, or a policy, has refused the application",
        "give consent, and sign in anew",
        0,
    ),
    (
        r"slow_down|HTTP 429",
        "throttled",
        "the sign-in service had too many requests of ours",
        "wait",
        5,
    ),
    (
        r"temporarily_unavailable|server_error|internal_failure|answers HTTP 5",
        "temporary",
        "the sign-in service is in trouble",
        "nothing, unless it lasts",
        0,
    ),
)
