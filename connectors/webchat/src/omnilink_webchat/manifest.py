"""What the webchat connector says of itself: manifest and capabilities."""

from omnilink.plugin import Capabilities, Level, Manifest, Setting
from omnilink.plugin.limits import read_limits

_LIMITS = read_limits("omnilink_webchat")
TEXT_CHARS = int(_LIMITS["text_chars"])
"""Of one message, either way: a bubble of more than that is a document."""

MANIFEST = Manifest(
    name="webchat",
    title="Web chat: a widget on the agency's own site",
    channels=("webchat",),
    version="1",
    settings=(
        Setting(
            name="session_secret",
            summary="Signs the visitors' sessions and the addresses of files; 32 characters or more of a generator's",
            secret=True,
            required=True,
            example="env:WEBCHAT_SESSION_SECRET",
        ),
        Setting(
            name="identity_secret",
            summary="Shared with the agency's site, which signs who is logged in (JWT, HS256); without it all visitors "
            "are anonymous",
            secret=True,
        ),
        Setting(
            name="origins",
            summary="Sites whose pages may embed the chat, each as https://host; our own public URL always may",
            example="https://www.town.example",
        ),
        Setting(name="trusted_proxies", summary="Networks (CIDR) whose X-Forwarded-For names the visitor's address"),
        Setting(name="title", summary="What the chat is called, above it and for screen readers"),
        Setting(name="notice", summary="A text shown above every chat: opening hours, what not to write here"),
        Setting(name="max_file_mb", summary="Largest file a visitor may send, in MB; 0 takes none (10)"),
        Setting(name="file_types", summary="Media types taken, by what the bytes are: image/*, application/pdf ..."),
        Setting(name="session_days", summary="How long an anonymous visitor finds the chat again, in days (30)"),
        Setting(name="messages_per_minute", summary="Of one visitor; more has to wait (30)"),
    ),
    schemes=("webchat", "mailto", "tel"),
    docs="webchat",
)

CAPABILITIES = Capabilities(
    receive={
        "text": Level.FULL,
        "media": Level.FULL,
        "choice": Level.FULL,
        "receipt": Level.FULL,
    },
    send={
        "text": Level.FULL,
        "formatting": Level.FULL,
        "media": Level.FULL,
        "location": Level.FULL,
        "contact_card": Level.FULL,
        "offer": Level.FULL,
        "subject": Level.FULL,
        "reply": Level.FULL,
        "edit": Level.FULL,
        "delete": Level.FULL,
        "reaction": Level.FULL,
    },
    reaches=("webchat",),
    starts=False,  # only who has opened the chat has a place to fetch from
    limits=_LIMITS,
    redelivers=True,  # the widget repeats what was not acknowledged
    ordered=True,
)
