"""What the Telegram connector says of itself: manifest and capabilities."""

from omnilink.plugin import Capabilities, Level, Manifest, Setting
from omnilink.plugin.limits import read_limits

MANIFEST = Manifest(
    name="telegram",
    title="Telegram: messages to a bot, groups, channels, business accounts",
    channels=("telegram",),
    version="1",
    settings=(
        Setting(
            name="secret_token",
            summary="The secret_token given to setWebhook (1-256 letters, digits, _ and -); comes with every request",
            secret=True,
            required=True,
            example="env:TELEGRAM_SECRET_TOKEN",
            waived_by="polling",
        ),
        Setting(
            name="bot_token",
            summary="The bot's token from @BotFather: sends, and asks for updates",
            secret=True,
            example="env:TELEGRAM_BOT_TOKEN",
        ),
        Setting(
            name="polling",
            summary="true: ask for updates (getUpdates) instead of being sent them; no webhook may be set then",
        ),
        Setting(name="api_url", summary="Where the Bot API is, for a server of your own"),
        Setting(
            name="bot_id",
            summary="The bot's user id: the digits before the colon of its token; message ids count per bot",
            example="123456789",
        ),
    ),
    schemes=("telegram", "tel"),
    docs="telegram",
)

CAPABILITIES = Capabilities(
    receive={
        "text": Level.FULL,
        "media": Level.PARTIAL,  # named with file id, type and size; the bytes are not fetched
        "location": Level.FULL,
        "contact_card": Level.FULL,
        "choice": Level.FULL,
        "edit": Level.FULL,
        "delete": Level.PARTIAL,  # Telegram tells deletions of business chats only
        "reaction": Level.FULL,
    },
    send={
        "text": Level.FULL,
        "formatting": Level.FULL,
        "media": Level.FULL,
        "location": Level.PARTIAL,  # without the place's name
        "contact_card": Level.PARTIAL,  # one number
        "offer": Level.FULL,
        "reply": Level.FULL,
        "edit": Level.FULL,
        "delete": Level.FULL,
        "reaction": Level.FULL,
    },
    reaches=("telegram",),
    starts=False,  # a bot only answers: https://core.telegram.org/bots/features#what-features-do-bots-have
    limits=read_limits("omnilink_telegram"),
    redelivers=True,
    ordered=False,
    opt_out_keywords=True,  # blocking the bot
)
