"""What the connector says of itself."""

from omnilink.plugin import Capabilities, Level, Manifest, Setting

APP_SECRET = "app_secret"  # noqa: S105 - the name of a setting, not a secret
VERIFY_TOKEN = "verify_token"  # noqa: S105 - likewise

MANIFEST = Manifest(
    name="whatsapp",
    title="WhatsApp Cloud API",
    channels=("whatsapp",),
    version="1",
    settings=(
        Setting(APP_SECRET, "App secret of the Meta app: signs every webhook.", secret=True, required=True,
                example="env:WHATSAPP_APP_SECRET"),
        Setting(VERIFY_TOKEN, "The word typed into Meta's webhook form: proves the set-up request.", secret=True,
                required=True, example="env:WHATSAPP_VERIFY_TOKEN"),
        Setting("phone_number_id", "Take only what is for this number (its id, not the number itself).",
                example="106540352242922"),
        Setting("waba_id", "Take only what is of this WhatsApp Business Account.", example="102290129340398"),
        Setting("portfolio_id", "Business portfolio the user ids are scoped to, if it has several accounts."),
    ),
    schemes=("wa", "wa_bsuid"),
    docs="whatsapp",
)  # fmt: skip

CAPABILITIES = Capabilities(
    receive={
        "text": Level.FULL, "media": Level.FULL, "location": Level.FULL, "contact_card": Level.FULL,
        "choice": Level.FULL, "edit": Level.FULL, "delete": Level.FULL, "reaction": Level.FULL,
        "receipt": Level.FULL, "call": Level.PARTIAL,
    },
    # https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages and .../guides/set-up-webhooks
    limits={"text_chars": 4096, "caption_chars": 1024},
    redelivers=True,
    ordered=False,
    opt_out_keywords=False,
)  # fmt: skip
