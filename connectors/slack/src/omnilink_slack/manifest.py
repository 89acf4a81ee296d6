"""What the Slack connector says of itself: manifest and capabilities."""

from omnilink.plugin import Capabilities, Level, Manifest, Setting
from omnilink.plugin.limits import read_limits

MANIFEST = Manifest(
    name="slack",
    title="Slack: messages, interactivity, slash commands",
    channels=("slack",),
    version="1",
    settings=(
        Setting(
            name="signing_secret",
            summary="Signing Secret of the app (Basic Information → App Credentials); signs every request",
            secret=True,
            required=True,
            example="env:SLACK_SIGNING_SECRET",
            waived_by="socket_mode",
        ),
        Setting(
            name="bot_token",
            summary="Bot User OAuth Token (xoxb-...) with chat:write, files:write, reactions:write, im:write: sends",
            secret=True,
            example="env:SLACK_BOT_TOKEN",
        ),
        Setting(
            name="socket_mode",
            summary="true: open a WebSocket to Slack instead of being called; no public URL is needed then",
        ),
        Setting(
            name="app_token",
            summary="App-level token (xapp-...) with connections:write: opens the line of Socket Mode",
            secret=True,
            example="env:SLACK_APP_TOKEN",
        ),
        Setting(name="connections", summary="Socket Mode lines to hold at once, 1 to 10; 1 if not given"),
        Setting(name="api_url", summary="Where the Web API is; https://slack.com/api if not given"),
    ),
    schemes=("slack",),
    docs="slack",
)

CAPABILITIES = Capabilities(
    receive={
        "text": Level.FULL,
        "media": Level.PARTIAL,  # named with type, size and address; the bytes are not fetched
        "edit": Level.FULL,
        "delete": Level.FULL,
        "reaction": Level.FULL,
        "choice": Level.FULL,
    },
    send={
        "text": Level.FULL,
        "formatting": Level.FULL,
        "media": Level.PARTIAL,  # uploaded; an address is sent as a link
        "location": Level.PARTIAL,  # in words
        "contact_card": Level.PARTIAL,  # in words
        "offer": Level.FULL,
        "reply": Level.FULL,
        "edit": Level.FULL,
        "delete": Level.FULL,
        "reaction": Level.PARTIAL,  # the ones whose Slack name is known
    },
    reaches=("slack",),
    limits=read_limits("omnilink_slack"),
    redelivers=True,
    ordered=False,
)
