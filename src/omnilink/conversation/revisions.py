"""Revisions: what an event about an earlier interaction adds to it. Pure."""

from datetime import datetime

from omnilink.model.event import About, DeliveryUpdated, MessageDeleted, MessageEdited, ReactionChanged
from omnilink.model.interaction import Revision, RevisionAction
from omnilink.model.participant import Participant

_ACTION = {
    MessageEdited: RevisionAction.EDIT,
    MessageDeleted: RevisionAction.DELETE,
    ReactionChanged: RevisionAction.REACT,
    DeliveryUpdated: RevisionAction.RECEIPT,
}


def make_revision(
    event: About, *, id_: str, interaction: str, account: str, actor: Participant | None, at: datetime
) -> Revision:
    """The revision an event is.

    Args:
        interaction: id of the interaction it is about.
        actor: who did it, normalised.
        at: when, if the event itself does not say.
    """
    details: dict[str, object] = {}
    if isinstance(event, MessageEdited):
        details = {"parts": event.parts, "subject": event.subject}
    elif isinstance(event, ReactionChanged):
        details = {"added": event.added, "removed": event.removed}
    elif isinstance(event, DeliveryUpdated):
        details = {"status": event.status, "error_code": event.error_code}
    return Revision(
        id=id_,
        interaction=interaction,
        action=_ACTION[type(event)],
        account=account,
        event_key=event.event_key,
        at=event.occurred_at or at,
        actor=actor,
        **details,  # type: ignore[arg-type]
    )
