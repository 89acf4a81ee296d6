"""All a connector may import, together with `omnilink.model` and `omnilink.errors`."""

from omnilink.plugin.answering import AnswersInline, Directive, Turn
from omnilink.plugin.capabilities import Capabilities, Level
from omnilink.plugin.connector import Connector, ConnectorSettings, Parses, Polls, ReadsFiles, ReceivesWebhooks
from omnilink.plugin.fetch_policy import Credential
from omnilink.plugin.hookspecs import hookimpl
from omnilink.plugin.manifest import Manifest, Setting
from omnilink.plugin.media import FetchesMedia, HoldsMedia, MediaStep
from omnilink.plugin.metering import Metered, Tariff, read_tariff
from omnilink.plugin.outcomes import read_outcome, retry_after_s
from omnilink.plugin.sending import (
    Accepted,
    Answer,
    CallsHttp,
    Declined,
    HttpAnswer,
    HttpRequest,
    Keep,
    MediaFile,
    NotDispatched,
    Outcome,
    RenderPlan,
    SendContext,
    Sends,
    Step,
    Throttled,
    Transmits,
    TransportFailed,
    Unknown,
    digest_of,
)
from omnilink.plugin.session import Handed, HoldsSession, Session
from omnilink.plugin.settings import Secret
from omnilink.plugin.visitors import (
    Admitted,
    Heard,
    ServesVisitors,
    StoredFile,
    TakesFiles,
    Visitor,
    VisitorSite,
)
from omnilink.plugin.webhook import (
    Keys,
    NeedsKeys,
    RawRequest,
    Rejected,
    Secrets,
    Verified,
    WebhookResponse,
)

__all__ = [
    "Accepted", "Admitted", "Answer", "AnswersInline", "CallsHttp", "Capabilities", "Connector", "ConnectorSettings",
    "Credential", "Declined", "Directive", "FetchesMedia", "Handed", "Heard", "HoldsMedia", "HoldsSession",
    "HttpAnswer", "HttpRequest", "Keep", "Keys", "Level", "Manifest", "MediaFile", "MediaStep", "Metered",
    "NeedsKeys", "NotDispatched", "Outcome", "Parses", "Polls", "RawRequest", "ReadsFiles", "ReceivesWebhooks",
    "Rejected", "RenderPlan", "Secret", "Secrets", "SendContext", "Sends", "ServesVisitors", "Session", "Setting",
    "Step", "StoredFile", "TakesFiles", "Tariff", "Throttled", "Transmits", "TransportFailed", "Turn", "Unknown",
    "Verified", "Visitor", "VisitorSite", "WebhookResponse", "digest_of", "hookimpl", "read_outcome", "read_tariff",
    "retry_after_s",
]  # fmt: skip
