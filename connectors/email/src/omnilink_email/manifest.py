"""What the email connector says of itself."""

from omnilink.plugin import Capabilities, Level, Manifest, Setting
from omnilink_email.limits import MAX_ADDRESSES, MAX_DEPTH, MAX_MAIL_BYTES, MAX_PARTS, MAX_TEXT_BYTES

MANIFEST = Manifest(
    name="email",
    title="Email: raw MIME, .eml, mbox, Maildir",
    channels=("email",),
    version="0.1.0",
    settings=(
        Setting(
            name="authserv_id",
            summary="authserv-id of your own mail server (a text or a list): its DMARC verdicts are believed",
            example="mx.town.example",
        ),
        Setting(
            name="trust_own_from",
            summary="believe that mails from our own addresses are ours although nothing proves it (an old archive)",
            example="false",
        ),
    ),
    schemes=("mailto",),
    docs="email",
)

CAPABILITIES = Capabilities(
    receive={"text": Level.FULL, "media": Level.FULL, "receipt": Level.PARTIAL},
    limits={
        "mail_bytes": MAX_MAIL_BYTES,
        "text_bytes": MAX_TEXT_BYTES,
        "parts": MAX_PARTS,
        "part_depth": MAX_DEPTH,
        "addresses": MAX_ADDRESSES,
    },
)
