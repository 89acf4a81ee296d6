"""What the email connector says of itself."""

from omnilink.plugin import Capabilities, Level, Manifest, Setting
from omnilink_email.limits import TOLD

SMTP_PASSWORD = "smtp_password"  # noqa: S105 - the name of a setting, not a secret
IMAP_PASSWORD = "imap_password"  # noqa: S105 - likewise

MANIFEST = Manifest(
    name="email",
    title="Email: SMTP, IMAP, raw MIME, .eml, mbox, Maildir",
    channels=("email",),
    version="0.2.0",
    settings=(
        Setting(
            name="authserv_id",
            summary="authserv-id of your own mail server (a text or a list): its DMARC verdicts are believed",
            example="mx.town.example",
        ),
        Setting(
            name="mailbox_at",
            summary="gmail or microsoft365, where that keeps the mailbox and takes its mail straight from outside: its "
            "verdicts are believed",
            example="gmail",
        ),
        Setting(
            name="trust_own_from",
            summary="believe that mails from our own addresses are ours although nothing proves it (an old archive)",
            example="false",
        ),
        Setting("smtp_host", "mail leaves there; without it the account only receives", example="smtp.town.example"),
        Setting("smtp_port", "465 for tls, 587 for starttls, 25 for none if not given"),
        Setting("smtp_tls", "starttls (if not given), tls, or none (with a password only to this machine)"),
        Setting("smtp_username", "the login there, if it wants one", example="help@town.example"),
        Setting(SMTP_PASSWORD, "its password", secret=True, example="env:SMTP_PASSWORD"),
        Setting("imap_host", "mail is fetched there; without it from files only", example="imap.town.example"),
        Setting("imap_port", "993 for tls, 143 otherwise if not given"),
        Setting("imap_tls", "tls (if not given), starttls, or none (only to this machine)"),
        Setting("imap_username", "the login there", example="help@town.example"),
        Setting(IMAP_PASSWORD, "its password", secret=True, example="env:IMAP_PASSWORD"),
        Setting(
            "oauth_token_url",
            "logins with OAuth 2.0: the provider's token end point",
            example="https://oauth2.googleapis.com/token",
        ),
        Setting("oauth_client_id", "your application's id there"),
        Setting("oauth_client_secret", "its secret", secret=True, example="env:OAUTH_CLIENT_SECRET"),
        Setting(
            "oauth_refresh_token",
            "a user's consent; without it the application itself logs in",
            secret=True,
            example="env:OAUTH_REFRESH_TOKEN",
        ),
        Setting(
            "oauth_token_file",
            "a file of its own for the newest refresh token, where the provider gives a new one each time",
            example="/var/lib/omnilink/help.refresh",
        ),
        Setting("oauth_scope", "what the token is for, if the provider asks"),
        Setting("imap_folder", "the folder that is fetched; INBOX if not given", example="INBOX"),
        Setting("imap_idle_s", "seconds without news after which the line is checked; 60 if not given"),
        Setting("from_name", "the name shown beside the sender's address", example="Town Hall"),
        Setting("reply_to", "where answers go, if not to the sender", example="help@town.example"),
        Setting(
            "reply_address",
            "a mailbox that takes help+anything@: answers carry a signed token there that tells where they belong",
            example="help@town.example",
        ),
        Setting("reply_keys", "keys that sign the tokens, newest first", secret=True, example="env:REPLY_KEY"),
        Setting("list_id", "List-Id of a mailing list (RFC 2919), without brackets"),
        Setting("list_unsubscribe", "List-Unsubscribe (RFC 2369): an https: or mailto: address"),
    ),
    schemes=("mailto",),
    # Reading files and mailboxes works on trio as well; the SMTP library is asyncio's.
    backends=frozenset({"asyncio"}),
    docs="email",
)

CAPABILITIES = Capabilities(
    receive={"text": Level.FULL, "media": Level.FULL, "receipt": Level.PARTIAL},
    send={
        "text": Level.FULL, "formatting": Level.FULL, "media": Level.FULL, "subject": Level.FULL, "reply": Level.FULL,
        "contact_card": Level.FULL, "location": Level.PARTIAL, "offer": Level.PARTIAL,
    },
    reaches=("mailto",),
    limits=TOLD,
)  # fmt: skip
