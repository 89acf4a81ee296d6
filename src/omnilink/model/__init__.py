"""The data model: frozen records, the same for every channel. Words as in docs/glossary.md."""

from omnilink.model.case import (
    Assignment,
    Case,
    CaseApart,
    CaseDecision,
    CaseOption,
    CaseState,
    Rung,
    Suggestion,
    SuggestionState,
)
from omnilink.model.consent import Consent
from omnilink.model.contact import Contact, ContactField
from omnilink.model.conversation import Conversation
from omnilink.model.envelope import Authenticity, Envelope, EnvelopeState, Received
from omnilink.model.event import (
    About,
    CallUpdated,
    ChoiceMade,
    ConversationKind,
    DeliveryUpdated,
    Direction,
    Event,
    HandleLearned,
    Ignored,
    InteractionKind,
    MachineSigns,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    NativeRefs,
    OptOutReceived,
    ReactionChanged,
    Spoken,
    Unparsed,
)
from omnilink.model.feed import FeedEntry, FeedNews
from omnilink.model.handle import Handle
from omnilink.model.interaction import Arrival, Interaction, Revision, RevisionAction
from omnilink.model.media import MediaItem, MediaState
from omnilink.model.outgoing import (
    Action,
    Draft,
    Loss,
    Offer,
    Option,
    OutboxItem,
    OutboxState,
    Outgoing,
    OutgoingPart,
    Quoted,
    ReplyTokens,
)
from omnilink.model.part import (
    Call,
    Choices,
    ContactCard,
    FormAnswers,
    Location,
    Media,
    Native,
    Part,
    Template,
    Text,
)
from omnilink.model.participant import Attestation, Participant, Role, StatedClaim
from omnilink.model.persona import Attribution, Claim, Decision, Evidence, Link, Method, Persona, Verdict
from omnilink.model.relationship import (
    Closing,
    Relation,
    RelationKind,
    RelationProposal,
    Relationship,
    RelationshipClosed,
)
from omnilink.model.view import Ledger, TimelineItem, TimelinePage, Why

__all__ = [
    "About", "Action", "Arrival", "Assignment", "Attestation", "Attribution", "Authenticity", "Call",
    "CallUpdated", "Case", "CaseApart", "CaseDecision", "CaseOption", "CaseState", "ChoiceMade", "Choices",
    "Claim", "Closing", "Consent", "Contact", "ContactCard", "ContactField", "Conversation", "ConversationKind",
    "Decision", "DeliveryUpdated", "Direction", "Draft", "Envelope", "EnvelopeState", "Event", "Evidence", "FeedEntry",
    "FeedNews", "FormAnswers", "Handle", "HandleLearned", "Ignored", "Interaction", "InteractionKind", "Ledger",
    "Link", "Location", "Loss", "MachineSigns", "Media", "MediaItem", "MediaState", "MessageDeleted",
    "MessageEdited", "MessageReceived", "Method", "Native", "NativeRefs", "Offer", "OptOutReceived", "Option",
    "OutboxItem", "OutboxState", "Outgoing", "OutgoingPart", "Part", "Participant", "Persona", "Quoted",
    "ReactionChanged", "Received", "Relation", "RelationKind", "RelationProposal", "Relationship",
    "RelationshipClosed", "ReplyTokens", "Revision", "RevisionAction", "Role", "Rung", "Spoken",
    "StatedClaim", "Suggestion", "SuggestionState", "Template", "Text", "TimelineItem", "TimelinePage",
    "Unparsed", "Verdict", "Why",
]  # fmt: skip
