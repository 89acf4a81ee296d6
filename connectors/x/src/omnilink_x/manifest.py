"""What the X connector says of itself: manifest and capabilities."""

from omnilink.plugin import Capabilities, Level, Manifest, Setting
from omnilink.plugin.limits import read_limits

MANIFEST = Manifest(
    name="x",
    title="X: posts, replies, mentions, direct messages",
    channels=("x",),
    version="1",
    settings=(
        Setting(
            name="consumer_secret",
            summary="API key secret (consumer secret) of the app; signs every request and answers the CRC",
            secret=True,
            required=True,
            example="env:X_CONSUMER_SECRET",
            waived_by="polling",
        ),
        Setting(
            name="access_token",
            summary="OAuth 2.0 user access token with tweet.write and dm.write: sends",
            secret=True,
            example="env:X_ACCESS_TOKEN",
        ),
        Setting(name="polling", summary="true: ask for mentions with access_token instead of being told by a webhook"),
        Setting(name="poll_every_s", summary="Seconds between two questions; 60 if not given"),
        Setting(name="monthly_budget", summary="The most to be spent in a calendar month (USD); no limit if not given"),
        Setting(name="prices", summary="Your own prices (USD) where they differ from prices.toml, e.g. { post = 0.0 }"),
        Setting(name="api_url", summary="Where the API is; https://api.x.com if not given"),
    ),
    schemes=("x",),
    docs="x",
)

CAPABILITIES = Capabilities(
    receive={
        "text": Level.PARTIAL,  # XChat is end-to-end encrypted: that something was said is recorded, not what
        "media": Level.PARTIAL,  # named with type and address where X tells them; the bytes are not fetched
        "location": Level.FULL,
        "delete": Level.FULL,
        "reaction": Level.PARTIAL,  # likes; X does not tell of their removal
        "receipt": Level.PARTIAL,  # read receipts of unencrypted direct messages
    },
    send={
        "text": Level.FULL,
        "formatting": Level.PARTIAL,  # plain text with the addresses of links
        "reply": Level.PARTIAL,  # only to who mentioned or quoted us
        "delete": Level.PARTIAL,  # posts, not direct messages
    },
    reaches=("x",),
    limits=read_limits("omnilink_x"),
    redelivers=True,
    ordered=False,
)
