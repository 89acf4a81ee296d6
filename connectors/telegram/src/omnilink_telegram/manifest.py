"""What the Telegram connector says of itself: manifest and capabilities."""

from omnilink.plugin import Capabilities, Level, Manifest, Setting

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
        ),
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
    # https://core.telegram.org/bots/api : texts of 4096 characters, captions of 1024, downloads of 20 MB.
    limits={"text_chars": 4096, "caption_chars": 1024, "media_bytes": 20_000_000},
    redelivers=True,
    ordered=False,
    opt_out_keywords=True,  # blocking the bot
)
