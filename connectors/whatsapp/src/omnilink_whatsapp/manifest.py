"""What the connector says of itself."""

from omnilink.plugin import Capabilities, Level, Manifest, Setting
from omnilink.plugin.limits import read_limits

APP_SECRET = "app_secret"  # noqa: S105 - the name of a setting, not a secret
VERIFY_TOKEN = "verify_token"  # noqa: S105 - likewise
ACCESS_TOKEN = "access_token"  # noqa: S105 - likewise
API_URL = "https://graph.facebook.com/v23.0"

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
        Setting(ACCESS_TOKEN, "System user's token: sends messages. Without it the account only receives.",
                secret=True, example="env:WHATSAPP_ACCESS_TOKEN"),
        Setting("phone_number_id", "Send from, and take only what is for, this number (its id, not the number).",
                example="106540352242922"),
        Setting("waba_id", "Take only what is of this WhatsApp Business Account.", example="102290129340398"),
        Setting("portfolio_id", "Business portfolio the user ids are scoped to, if it has several accounts."),
        Setting("api_url", f"Where the Cloud API is; {API_URL} if not given."),
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
    send={
        "text": Level.FULL, "formatting": Level.PARTIAL, "media": Level.FULL, "location": Level.FULL,
        "contact_card": Level.FULL, "offer": Level.PARTIAL, "template": Level.FULL, "reply": Level.FULL,
        "reaction": Level.FULL,
    },
    reaches=("wa", "wa_bsuid"),
    # A template may be sent at any time, so the channel lets us write first.
    starts=True,
    # https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages#customer-service-windows
    service_window_s=24 * 3600,
    limits=read_limits("omnilink_whatsapp"),
    redelivers=True,
    ordered=False,
    opt_out_keywords=True,  # WhatsApp's own "stop" for marketing (user_preferences), and error 131050
)  # fmt: skip
