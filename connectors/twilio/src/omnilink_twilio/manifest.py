"""What the connector says of itself."""

from omnilink.plugin import Capabilities, Level, Manifest, Setting
from omnilink.plugin.limits import read_limits

AUTH_TOKEN = "auth_token"  # noqa: S105 - the name of a setting, not a secret

MANIFEST = Manifest(
    name="twilio",
    title="Twilio: SMS, MMS, WhatsApp, voice",
    channels=("sms", "whatsapp", "voice", "messenger", "chat"),
    version="1",
    settings=(
        Setting(AUTH_TOKEN, "Auth token of the (sub)account: signs every webhook. A list while it is rotated.",
                secret=True, required=True, example="env:TWILIO_AUTH_TOKEN"),
        Setting("account_sid", "Account SID (AC...): whose messages are sent. Without it the account only receives."),
        Setting("messaging_service_sid", "Messaging Service (MG...) to send SMS from, instead of a number of our own."),
        Setting("api_url", "Where Twilio's API is; https://api.twilio.com if not given."),
        Setting("language", "Language of the account's own words, BCP 47.", example="es-ES"),
        Setting("voices", "Table of language to voice for what callers hear.",
                example='{ ca-ES = "Google.ca-ES-Standard-A" }'),
        Setting("fallback_text", "What a caller hears when no answer is ready; else a sentence in `language`."),
        Setting("fallback_dial", "Telephone (+34...) such a caller is connected with afterwards."),
        Setting("claims_from", "Table of form field to claim: what a caller or writer stated to a flow of yours.",
                example='{ StatedName = "name" }'),
    ),
    # https://www.twilio.com/docs/api/errors/11205: Twilio gives up after 15 s, connecting included.
    reply="synchronous",
    reply_deadline_s=8.0,
    schemes=("tel", "wa", "wa_bsuid", "messenger", "ext"),
    docs="twilio",
)  # fmt: skip

CAPABILITIES = Capabilities(
    receive={
        "text": Level.FULL, "media": Level.FULL, "location": Level.FULL, "choice": Level.FULL,
        "receipt": Level.FULL, "call": Level.FULL,
        # Only in Conversations' webhooks; SMS knows neither.
        "edit": Level.PARTIAL, "delete": Level.PARTIAL,
    },
    send={
        "text": Level.FULL, "media": Level.PARTIAL, "template": Level.FULL, "formatting": Level.PARTIAL,
        "location": Level.PARTIAL, "contact_card": Level.PARTIAL, "offer": Level.PARTIAL,
    },
    reaches=("tel", "wa"),
    limits=read_limits("omnilink_twilio"),
    redelivers=False,
    ordered=False,
    opt_out_keywords=True,
)  # fmt: skip
