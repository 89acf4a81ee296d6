"""Why something is under a case, in words without personal data. Pure."""

from collections.abc import Iterator

from omnilink.model.case import Assignment, CaseOption, Rung, Suggestion
from omnilink.model.persona import Evidence

RUNGS = {
    Rung.DUPLICATE: "the same once more",
    Rung.NATIVE: "the channel's own thread",
    Rung.TOKEN: "a signed token in the address it was sent to",
    Rung.ALIAS: "the id a mail service gave to a mail of ours",
    Rung.REFERENCE: "it names the case's number",
    Rung.MAIL: "what the mails show of each other",
    Rung.SAME_MATTER: "the same person about the same matter on another channel",
}
APART = {
    "a_mail_of_ours_to_many": "a mail of ours to many, of whom each who answers has a matter of their own",
    "another_recipient_of_our_mass_mail": "another recipient of a mail of ours to many",
    "several_people_share_this_address": "several people share the address, and nobody said who it is",
    "another_person_on_the_same_address": "another person on the same address",
    "another_person": "another person",
}


def explain_assignment(assignment: Assignment) -> Iterator[str]:
    """Why, line by line: the rule, what speaks for it, what was looked at and left alone."""
    if assignment.decision == "person":
        reason = next((ref for e in assignment.evidence for ref in e.refs), "")
        yield f"{assignment.asserted_by} said so{f': {reason}' if reason else ''}"
    elif assignment.decision == "join" and assignment.rung is not None:
        yield _rule(assignment.rung, assignment.confidence, assignment.needs_review)
        yield from _facts(assignment.evidence)
    else:
        yield "a matter of its own: no case was likely enough"
        yield from _facts(assignment.evidence)
    if grounds := [key for key in assignment.depends_on if not key.startswith("attribution:")]:
        yield f"goes with: {', '.join(_ground(key) for key in grounds)}"
    for option in assignment.alternatives:
        yield f"also possible: case {option.case}, {_rule(option.rung, option.confidence, option.needs_review)}"
    for apart in assignment.apart:
        yield f"left apart: case {apart.case}, {APART.get(apart.reason, apart.reason.replace('_', ' '))}"
    if not assignment.in_force:
        yield f"no longer: {assignment.revoked_by}, {assignment.revoked_reason}"


def explain_suggestion(suggestion: Suggestion) -> Iterator[str]:
    """What is suggested, and why."""
    if suggestion.kind == "split":
        yield "likely a new matter in an old thread: it has a new subject, quotes nothing, and came after a month"
        return
    option: CaseOption = suggestion.option
    yield f"likely belongs to case {suggestion.case}: {_rule(option.rung, option.confidence, option.needs_review)}"
    yield from _facts(option.evidence)


def _ground(key: str) -> str:
    kind, colon, name = key.partition(":")
    return f"{kind} {name}" if colon else f"link {key}"


def _rule(rung: Rung, confidence: float | None, needs_review: bool) -> str:
    sure = "" if confidence is None else f", {confidence:.0%} sure"
    return f"{rung.value} {RUNGS[rung]}{sure}{', for a person to check' if needs_review else ''}"


def _facts(evidence: tuple[Evidence, ...]) -> Iterator[str]:
    weighed = [f"{e.kind.replace('_', ' ')} {e.weight_bits:+.1f}" for e in evidence if e.weight_bits]
    told = [e.kind.replace("_", " ") for e in evidence if not e.weight_bits and e.kind not in {"identity"}]
    if weighed:
        yield f"in bits: {', '.join(weighed)}"
    if told:
        yield ", ".join(told)
