"""Machines: what wrote a message, judged by the signs a connector handed over. Pure."""

from omnilink.conversation.automation import MailSigns, decide_automation
from omnilink.model.event import MessageReceived


def judge_machine(event: MessageReceived) -> MessageReceived:
    """The event with what wrote it, and by which signs; one without signs is as its connector says."""
    signs = event.signs
    if signs is None:
        return event
    found = decide_automation(
        MailSigns(
            fields=signs.fields,
            media_types=signs.media_types,
            report_type=signs.report_type,
            author=signs.author,
            envelope_sender=signs.envelope_sender,
            subject=event.subject or "",
        )
    )
    update = {
        "automated": found.kind.value if found.kind else None,
        "automated_by": found.signs,
        "silent": not found.may_answer,
        "signs": None,
    }
    return event.model_copy(update=update)
