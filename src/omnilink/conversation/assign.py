"""Which case a contact moment belongs to: a ladder of rules over values, the surest first. Nothing is read here.

R0 the same again · R1 the channel's own thread · R2 a signed token · R3 a provider's id for a mail of ours · R4 a case
number · R5 what mails show where headers do not (`mail_cases`) · R6 one person, one matter, two channels.

The first rung that decides wins; what later rungs know becomes alternatives. Joined at 0.85, suggested from 0.5, else a
new case. Each answer says why, and on what it depends: an unmerge of people takes the case's guess with it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from omnilink.conversation.case_facts import (
    Assignment,
    Decision,
    Incoming,
    KnownCase,
    Option,
    Rung,
    SetApart,
)
from omnilink.conversation.case_score import score_case
from omnilink.conversation.tables import read_table
from omnilink.conversation.tokens import Route
from omnilink.model.persona import Evidence

JOIN = 0.85
SUGGEST = 0.5

Rule = Callable[[Incoming, Sequence[KnownCase]], list[Option]]


def assign(incoming: Incoming, cases: Sequence[KnownCase]) -> Assignment:
    """Puts one contact moment under a case.

    Args:
        incoming: the moment and what is known about it.
        cases: those it may concern: its conversation's, its contact's, those of others on the same handle, and those
            a token or number names. Order makes no difference.

    Returns:
        The decision; `Decision.NEW` has no case.
    """
    ordered = sorted(cases, key=lambda case: case.id)
    reachable = [case for case in ordered if not incoming.forbids(case.id)]
    best: Option | None = None
    others: list[Option] = []
    for rule in LADDER:
        options = sorted(rule(incoming, reachable), key=lambda option: (-option.confidence, option.case))
        if best is None and options and options[0].confidence >= JOIN:
            best, options = options[0], options[1:]
        others.extend(options)
    alternatives = _strongest(others, without=best.case if best else None)
    apart = tuple(_set_apart(incoming, reachable, best, alternatives))
    if best is not None:
        return Assignment(Decision.JOIN, best, alternatives, apart)
    if alternatives and alternatives[0].confidence >= SUGGEST:
        return Assignment(Decision.SUGGEST, alternatives[0], alternatives[1:], apart)
    return Assignment(Decision.NEW, None, alternatives, apart)


def _duplicate(incoming: Incoming, cases: Sequence[KnownCase]) -> list[Option]:
    """R0: the same interaction was recorded before; it is where it is."""
    if incoming.duplicate_of is None:
        return []
    evidence = (Evidence(kind="duplicate", refs=(incoming.duplicate_of,)),)
    return [Option(c.id, Rung.DUPLICATE, 1.0, evidence) for c in cases if incoming.duplicate_of in c.interactions]


def _native(incoming: Incoming, cases: Sequence[KnownCase]) -> list[Option]:
    """R1: its conversation is under a case. Of a mass mail of ours only the same contact's answers go together."""
    found = [case for case in cases if incoming.conversation in case.conversations]
    if incoming.answers_mass_mail:
        found = [case for case in found if incoming.contact is not None and incoming.contact in case.contacts]
    evidence = (Evidence(kind="same_conversation", refs=(incoming.conversation,)),)
    # Several cases of one conversation were split by a person or a mass mail: then it takes more to choose.
    confidence = 1.0 if len(found) == 1 else 0.8
    chosen = found if len(found) == 1 else [c for c in found if incoming.contact in c.contacts] or found
    if len(chosen) == 1:
        confidence = 1.0
    return [Option(case.id, Rung.NATIVE, confidence, evidence) for case in chosen]


def _token(incoming: Incoming, cases: Sequence[KnownCase]) -> list[Option]:
    """R2: the address it was sent to carries a token of ours. It routes; it does not say who wrote."""
    token = incoming.token
    if token is None or token.conversation is None:
        return []
    names = _rung_table()
    options = []
    for case in cases:
        if token.conversation not in case.conversations:
            continue
        is_participant = incoming.contact is not None and incoming.contact in case.contacts
        if isinstance(token, Route):
            kind = "token_of_participant" if is_participant else "token_of_stranger"
        elif is_participant:
            kind = "expired_token_of_participant"
        else:
            continue
        evidence = (Evidence(kind=kind, refs=(token.conversation,)),)
        depends = incoming.identity_depends_on if is_participant else ()
        options.append(
            Option(case.id, Rung.TOKEN, names[kind], evidence, depends, needs_review=kind != "token_of_participant")
        )
    return options


def _alias(incoming: Incoming, cases: Sequence[KnownCase]) -> list[Option]:
    """R3: it cites the id a provider gave a mail of ours."""
    return [
        Option(case.id, Rung.ALIAS, _rung_table()["alias"], (Evidence(kind="provider_id", refs=tuple(sorted(common))),))
        for case in cases
        if (common := incoming.aliased_conversations & case.conversations)
    ]


def _reference(incoming: Incoming, cases: Sequence[KnownCase]) -> list[Option]:
    """R4: it names a case's number. Only its own contact's number joins: numbers can be guessed."""
    options = []
    for case in cases:
        if not incoming.references & case.references:
            continue
        is_own = incoming.contact is not None and incoming.contact in case.contacts
        kind = "reference_of_contact" if is_own else "reference_of_stranger"
        confidence = _rung_table()[kind]
        if is_own:
            confidence *= incoming.identity_confidence
        evidence = (Evidence(kind=kind),)
        depends = incoming.identity_depends_on if is_own else ()
        options.append(Option(case.id, Rung.REFERENCE, confidence, evidence, depends, needs_review=not is_own))
    # Two numbers, two cases: the text is about both, and a person has to say which.
    certain = [option for option in options if option.confidence >= JOIN]
    return options if len(certain) < 2 else [replace(o, confidence=min(o.confidence, 0.8)) for o in options]


def _mail(incoming: Incoming, cases: Sequence[KnownCase]) -> list[Option]:
    """R5: what a mail shows of the mail it answers."""
    return [
        Option(case.id, Rung.MAIL, hint.confidence, hint.evidence, (f"conversation:{hint.conversation}",))
        for hint in incoming.mail_hints
        for case in cases
        if hint.conversation in case.conversations
    ]


def _same_matter(incoming: Incoming, cases: Sequence[KnownCase]) -> list[Option]:
    """R6: the same person about the same matter on another channel."""
    options = [option for case in cases if (option := score_case(incoming, case, cases)) is not None]
    certain = sorted((o.confidence for o in options), reverse=True)
    if len(certain) > 1 and certain[0] >= JOIN and certain[1] >= JOIN:
        return [replace(option, confidence=min(option.confidence, 0.8)) for option in options]
    return options


LADDER: tuple[Rule, ...] = (_duplicate, _native, _token, _alias, _reference, _mail, _same_matter)


def _strongest(options: Iterable[Option], *, without: str | None) -> tuple[Option, ...]:
    best: dict[str, Option] = {}
    for option in options:
        if option.case != without and (option.case not in best or option.confidence > best[option.case].confidence):
            best[option.case] = option
    return tuple(sorted(best.values(), key=lambda option: (-option.confidence, option.case)))


def _set_apart(
    incoming: Incoming, cases: Sequence[KnownCase], best: Option | None, options: Sequence[Option]
) -> Iterable[SetApart]:
    """Cases that look alike and are somebody else's: said, so that nobody wonders why they were not joined."""
    named = {best.case} if best else set()
    named |= {option.case for option in options}
    for case in cases:
        if case.id in named:
            continue
        if incoming.conversation in case.conversations and incoming.answers_mass_mail:
            is_letter = not case.contacts
            yield SetApart(case.id, "a_mail_of_ours_to_many" if is_letter else "another_recipient_of_our_mass_mail")
        elif incoming.contact is None:
            if incoming.handle_shared_by & case.contacts.keys():
                yield SetApart(case.id, "several_people_share_this_address")
        elif incoming.contact not in case.contacts and incoming.handle_shared_by & case.contacts.keys():
            yield SetApart(case.id, "another_person_on_the_same_address")
        elif incoming.contact not in case.contacts and case.contacts:
            yield SetApart(case.id, "another_person")


def _rung_table() -> dict[str, float]:
    table: dict[str, float] = read_table("assign")["rung"]
    return table
