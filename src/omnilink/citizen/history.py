"""History: interactions and what happened to them since, as one person's timeline. Pure folds."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from omnilink.errors import BadInput
from omnilink.model.consent import KEYWORD, Consent
from omnilink.model.delivery import fold_call, fold_delivery
from omnilink.model.event import InteractionKind
from omnilink.model.ids import from_micros, to_micros
from omnilink.model.interaction import Interaction, Revision, RevisionAction
from omnilink.model.media import MediaItem
from omnilink.model.part import Call, Media, Part
from omnilink.model.participant import Attestation, Participant, Role
from omnilink.model.persona import Link
from omnilink.model.view import TimelineItem, Why
from omnilink.store.base import TimelineRow

_ROLE_WORDS = {
    Role.AUTHOR: "wrote it", Role.TO: "it was written to them", Role.CC: "they were copied in",
    Role.BCC: "they were copied in blind", Role.CALLER: "called", Role.CALLEE: "was called",
    Role.SUBJECT: "it is about them", Role.ON_BEHALF_OF: "it was done for them",
}  # fmt: skip
_ACTING = {Role.AUTHOR: "written by", Role.CALLER: "called by"}
_ACTED_FOR = {Role.SUBJECT: "about", Role.ON_BEHALF_OF: "on behalf of"}
_FOR_THEM = {Role.SUBJECT: "about them", Role.ON_BEHALF_OF: "on their behalf"}
_BASIS_WORDS = {
    "handle": "by this handle",
    "handle-and-stated-name": "by this handle and the name stated",
    "holder": "by this handle, whose holder they are taken to be",
    "unknown-holder": "by this handle, whose holder never said a name",
    "household": "by this handle, which several people use; nobody said who it was",
    "place": "by this handle, which is a place's or many people's",
    "rest": "by this handle, after it had not been used for long; nobody said who it was",
    "child": "by this handle, on a child's behalf; nobody said who it was",
    "unvouched-call": "by this number, for which no carrier vouches",
    "failed-authentication": "the sender's check failed, so the handle proves nothing",
    "no-handle": "no handle was seen",
    "withheld": "the number was withheld",
}


UUID_CHARS = 36


def render_cursor(row: TimelineRow) -> str:
    """The cursor that continues after this row."""
    return f"{to_micros(row.interaction.occurred_at)}.{row.interaction.id}"


def parse_cursor(text: str) -> tuple[datetime, str]:
    """Reads a cursor made by `render_cursor`.

    Raises:
        BadInput: it is none.
    """
    micros, _, id_ = text.partition(".")
    try:
        if len(id_) != UUID_CHARS:
            raise ValueError
        return from_micros(int(micros)), id_
    except (ValueError, OverflowError):
        raise BadInput("not a cursor of a timeline", hint="use next_cursor of the page before") from None


def explain_row(row: TimelineRow, path: Sequence[Link]) -> Why:
    """Why an interaction is in this history."""
    attribution = row.attribution
    kind = attribution.evidence[0].kind if attribution.evidence else ""
    text = f"{_ROLE_WORDS[attribution.role]}; {_BASIS_WORDS.get(kind, attribution.method.value)}"
    author = next((p for p in row.interaction.participants if p.role in (Role.AUTHOR, Role.CALLER)), None)
    if author is not None and author.attestation is Attestation.FAILED and attribution.role is not author.role:
        text += "; whoever wrote it failed the sender's check"
    if path:
        text += "; one person by " + ", ".join(link.method.value.replace("_", " ") for link in path)
    return Why(
        persona=attribution.persona,
        role=attribution.role,
        method=attribution.method.value,
        links=tuple(link.id for link in path),
        text=text,
    )


def acted_words(row: TimelineRow) -> str | None:
    """Who wrote and whom it is about, where somebody acted for another: said in both histories."""
    role, people = row.attribution.role, row.interaction.participants
    if role in _ACTED_FOR:
        others = [f"{_ACTING[p.role]} {_called(p)}" for p in people if p.role in _ACTING]
        return ", ".join([_FOR_THEM[role], *others])
    others = [f"{_ACTED_FOR[p.role]} {_called(p)}" for p in people if p.role in _ACTED_FOR]
    return ", ".join(others) if role in _ACTING and others else None


def _called(participant: Participant) -> str:
    """What a participant is called in the interaction itself."""
    if participant.own:
        return "us"
    handle = participant.handle
    failed = " (sender check failed)" if participant.attestation is Attestation.FAILED else ""
    return (participant.called or (handle.key if handle else "somebody")) + failed


def fold_item(
    row: TimelineRow, revisions: Sequence[Revision], path: Sequence[Link], media: Iterable[MediaItem] = (),
    consents: Iterable[Consent] = (),
) -> TimelineItem:  # fmt: skip
    """One timeline item: what was said, with everything that happened to it since."""
    interaction = row.interaction
    parts, subject, edited = fold_edits(interaction, revisions)
    state = "edited" if edited else None
    if interaction.kind is InteractionKind.CALL:
        parts = fold_call_parts(interaction, revisions)
        interaction = name_callers(interaction, revisions)
        state = next((part.status for part in parts if isinstance(part, Call)), state)
    state = fold_delivery(revisions) or state
    if any(r.action is RevisionAction.DELETE for r in revisions):
        state = "deleted"
    return TimelineItem(
        interaction=interaction,
        conversation=row.conversation,
        role=row.attribution.role,
        acted=acted_words(row),
        why=explain_row(row, path),
        revisions=tuple(revisions),
        current_parts=parts,
        current_subject=subject,
        state=state,
        reactions=fold_reactions(revisions),
        media=tuple(media),
        consents=tuple(consents),
    )


def fold_edits(interaction: Interaction, revisions: Iterable[Revision]) -> tuple[tuple[Part, ...], str | None, bool]:
    """The content after the last edit (by time, then event key), and whether there was one."""
    edits = [r for r in revisions if r.action is RevisionAction.EDIT]
    if not edits:
        return interaction.parts, interaction.subject, False
    last = max(edits, key=lambda r: (r.at, r.event_key))
    return last.parts or interaction.parts, last.subject or interaction.subject, True


def fold_call_parts(interaction: Interaction, revisions: Iterable[Revision]) -> tuple[Part, ...]:
    """A call as all its callbacks tell it, with everything that was chosen and recorded in it.

    A recording that several callbacks name is one.
    """
    revisions = [r for r in revisions if r.action is RevisionAction.CALL]
    said = [*interaction.parts, *(part for r in revisions for part in r.parts)]
    calls = [part for part in said if isinstance(part, Call)]
    others: dict[str | int, Part] = {}
    for n, part in enumerate(said):
        if not isinstance(part, Call):
            others.setdefault((part.ref if isinstance(part, Media) else None) or n, part)
    return (*((fold_call(calls[0], revisions),) if calls else ()), *others.values())


def name_callers(interaction: Interaction, revisions: Iterable[Revision]) -> Interaction:
    """The call with who was on the line, where the callback that came first (of a recording) named nobody."""
    told = (r for r in revisions if r.action is RevisionAction.CALL and r.actor)
    if interaction.participants or (first := min(told, key=lambda r: (r.at, r.event_key), default=None)) is None:
        return interaction
    return interaction.model_copy(update={"participants": (first.actor,)})


def fold_reactions(revisions: Iterable[Revision]) -> dict[str, int]:
    """Reaction → how many people have it now."""
    of_actor: dict[str, set[str]] = {}
    changes = [r for r in revisions if r.action is RevisionAction.REACT]
    for r in sorted(changes, key=lambda r: (r.at, r.event_key)):
        handle = r.actor.handle if r.actor else None
        mine = of_actor.setdefault(handle.key if handle else r.event_key, set())
        if not r.added and not r.removed:
            mine.clear()
        mine -= set(r.removed)
        mine |= set(r.added)
    counts: dict[str, int] = {}
    for reactions in of_actor.values():
        for reaction in reactions:
            counts[reaction] = counts.get(reaction, 0) + 1
    return counts


def fold_page(
    rows: Iterable[TimelineRow],
    revisions: Mapping[str, Sequence[Revision]],
    paths: Mapping[str, Sequence[Link]],
    media: Iterable[MediaItem] = (),
    consents: Iterable[Consent] = (),
) -> list[TimelineItem]:
    """A page of rows as items. `paths` is persona id → the links that join it to the person asked for."""
    said: dict[str, list[Consent]] = {}
    for consent in consents:
        said.setdefault(consent.evidence.removeprefix(KEYWORD), []).append(consent)
    files: dict[str, list[MediaItem]] = {}
    for file in media:
        files.setdefault(file.interaction, []).append(file)
    return [
        fold_item(
            row,
            revisions.get(row.interaction.id, ()),
            paths.get(row.attribution.persona, ()),
            files.get(row.interaction.id, ()),
            [consent for arrival in row.interaction.arrivals for consent in said.get(arrival.event_key, ())],
        )
        for row in rows
    ]
