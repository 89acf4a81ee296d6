"""Cases of a batch: every moment goes through the ladder, in the order in which it was recorded.

Mutable by design and private to one decision; a store sees only what is read off it at the end. A batch decides over
its own changes, so that where batches begin and end makes no difference to the ladder.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from omnilink.conversation.assign import SUGGEST, assign
from omnilink.conversation.case_context import CaseChange, CaseContext, Moment, Placed, Recheck
from omnilink.conversation.case_facts import Assignment as Found
from omnilink.conversation.case_facts import Decision, Incoming, KnownCase, MailHint, Option
from omnilink.conversation.case_pages import CasePages
from omnilink.conversation.case_people import CasePeople, Speaker
from omnilink.conversation.case_score import MASS_MAIL_RECIPIENTS, MASS_MAIL_REPLIERS
from omnilink.conversation.fan_out import replier
from omnilink.conversation.moment_text import moment_references, moment_topic
from omnilink.conversation.recycled import is_recycled
from omnilink.conversation.references import ReferencePicture
from omnilink.conversation.tokens import RefusedToken, Route
from omnilink.model.case import RULE_CASES, Assignment, CaseApart, CaseOption, Rung
from omnilink.model.event import ConversationKind, Direction
from omnilink.model.participant import Role
from omnilink.model.persona import Evidence

Token = Route | RefusedToken
MOST_SUGGESTED = 3
_CERTAIN = 1.0


class CaseBook:
    """Decides moments one by one.

    Args:
        context: what was read for them.
        tokens: interaction → what the reply token in its addresses says.
        hints: interaction → what mails show of the mail they answer (R5).
        pictures: what numbers of cases look like.
        answered: conversation → personas that answered in it so far, where there may be many (`fan_out`).
        new_id, now: injected.
    """

    def __init__(
        self,
        context: CaseContext,
        *,
        new_id: Callable[[], str],
        now: datetime,
        tokens: Mapping[str, Token] | None = None,
        hints: Mapping[str, Sequence[MailHint]] | None = None,
        pictures: Sequence[ReferencePicture] = (),
        answered: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self._people, self._pages = CasePeople(context), CasePages(context, new_id, now)
        self._tokens, self._hints, self._pictures = tokens or {}, hints or {}, pictures
        self._answered = {conversation: set(personas) for conversation, personas in (answered or {}).items()}
        self._roots, self._refused = context.roots, context.refused
        self._new_id, self._now = new_id, now

    def take(self, moment: Moment) -> None:
        """Puts a moment that was just recorded under a case."""
        placed = self._pages.settle(moment.conversation)
        speaker = self._people.speaker(moment)
        apart = self._pages.own_case(moment)
        if placed is not None and apart is not None and apart != placed.case:
            self._follow(moment, apart)
            return
        if placed is not None and not self._is_guarded(moment, speaker, placed):
            self._continue(moment, placed)
            return
        found, topic, references = self._look(moment, speaker, frozenset())
        self._put(moment, [moment], found, topic, references, is_own=placed is not None)

    def look_again(self, recheck: Recheck) -> None:
        """Decides again what was decided from something that has changed. A person's word stays."""
        moments = {moment.interaction.id: moment for moment in recheck.moments}
        cause = moments.get(recheck.cause)
        if cause is None or recheck.has_own:
            return
        conversation = cause.conversation
        placed = self._pages.settle(conversation)
        is_own = recheck.is_own or self._pages.is_mass(conversation)
        unit = [cause] if is_own else list(recheck.moments)
        if placed is None or is_own:
            found, topic, references = self._look(cause, self._people.speaker(cause), frozenset())
            self._put(cause, unit, found, topic, references, is_own=is_own and placed is not None)
            return
        if placed.by_person or not self._pages.is_alone(placed.case, conversation):
            return
        # Its case is of this conversation only: it may turn out to belong to an older one.
        # Of three that are one matter, each fits the two others alike: the younger ones join the oldest, one by one.
        speaker = self._people.speaker(cause)
        for without in (self._pages.since(placed.case), frozenset({placed.case})):
            found, topic, references = self._look(cause, speaker, without)
            if found.decision is Decision.JOIN:
                break
        self._pages.touch(placed.case, cause, topic=topic, references=references, people=self._people)
        if found.decision is Decision.JOIN:
            self._pages.revoke(placed, conversation, "more was learned about it")
            self._put(cause, unit, found, topic, references, is_own=False)
        else:
            self._suggest(cause, found)

    def change(self, seq: int, upto: int | None, checked: Iterable[str] = ()) -> CaseChange:
        """Everything that was decided."""
        return self._pages.change(seq, upto, tuple(checked))

    # --- rules ------------------------------------------------------------------------------------------------------

    def _is_guarded(self, moment: Moment, speaker: Speaker, placed: Placed) -> bool:
        """Whether the channel's own thread is not one person's matter: a mass mail, or a shared telephone's chat."""
        if placed.by_person or moment.interaction.direction is not Direction.INBOUND or speaker.persona is None:
            return False
        if self._pages.is_mass(moment.conversation):
            return True
        is_chat = moment.kind is ConversationKind.DM
        return is_chat and len(speaker.sharers) > 1 and not self._is_theirs(placed.case, speaker)

    def _is_theirs(self, case: str, speaker: Speaker) -> bool:
        return speaker.persona is not None and (
            self._people.identity(speaker.persona, self._pages.personas(case)) is not None
        )

    def _continue(self, moment: Moment, placed: Placed) -> None:
        """R1: the channel's own thread says where it belongs."""
        interaction = moment.interaction
        topic = None
        if moment.kind is not ConversationKind.MAIL and self._pages.has_room(placed.case, moment.conversation):
            topic = moment_topic(interaction, moment.later)
        references = moment_references(interaction, self._pictures, moment.later) if self._pictures else None
        before = self._pages.thread(placed.case, moment.conversation)
        if is_recycled(moment, before, self._pages.subject(placed.case)):
            why = Evidence(kind="new_subject_in_old_thread")
            option = CaseOption(case=placed.case, rung=Rung.NATIVE, confidence=SUGGEST, evidence=(why,))
            self._pages.suggest(moment, option, kind="split")
        self._pages.touch(placed.case, moment, topic=topic, references=references, people=self._people)
        if interaction.direction is Direction.INBOUND and not is_machine(moment):
            self._pages.reopen(placed.case)
        self._watch_fan_out(moment, placed)

    def _follow(self, moment: Moment, case: str) -> None:
        """R1: what it answers was parted from its conversation, and it goes along."""
        answered = moment.interaction.in_reply_to or ""
        self._pages.place(
            Assignment(
                id=self._new_id(), conversation=moment.conversation, interaction=moment.interaction.id,
                cause=moment.interaction.id, case=case, decision="join", rung=Rung.NATIVE, confidence=_CERTAIN,
                evidence=(Evidence(kind="answers", refs=(answered,)),), asserted_by=RULE_CASES, at=self._now,
            )
        )  # fmt: skip
        self._pages.keep_own(moment, case)
        self._pages.touch(case, moment, topic=None, references=None, people=self._people)
        if moment.interaction.direction is Direction.INBOUND and not is_machine(moment):
            self._pages.reopen(case)

    def _watch_fan_out(self, moment: Moment, placed: Placed) -> None:
        """A mail of ours that more people answer than have one matter went to many."""
        persona = replier(moment)
        if persona is None or placed.by_person or not self._pages.is_ours(moment.conversation):
            return
        answered = self._answered.setdefault(moment.conversation, set())
        answered.add(persona)
        if len({self._people.contact(one) for one in answered}) > MASS_MAIL_REPLIERS:
            self._pages.mark_mass(moment.conversation, placed.case)

    def _look(
        self, moment: Moment, speaker: Speaker, without: frozenset[str]
    ) -> tuple[Found, frozenset[str], frozenset[str]]:
        interaction = moment.interaction
        topic = moment_topic(interaction, moment.later)
        references = moment_references(interaction, self._pictures, moment.later)
        token = self._tokens.get(interaction.id)
        is_person = not is_machine(moment)
        incoming = Incoming(
            interaction=interaction.id,
            conversation=moment.conversation,
            channel=interaction.channel,
            at=interaction.occurred_at,
            contact=speaker.contact if is_person else None,
            identity_confidence=speaker.confidence,
            identity_depends_on=(f"attribution:{interaction.id}",) if speaker.persona else (),
            handle_shared_by=speaker.sharers if is_person else frozenset(),
            topic=topic,
            references=references if is_person else frozenset(),
            token=token,
            mail_hints=tuple(self._hints.get(interaction.id, ())),
            answers_mass_mail=self._pages.is_mass(moment.conversation),
            refused_cases=self._refused.get(moment.conversation, frozenset()) | without,
        )
        numbers = references if is_person else frozenset()
        return assign(incoming, self._known(moment, speaker, numbers, token)), topic, references

    def _known(
        self, moment: Moment, speaker: Speaker, references: frozenset[str], token: Token | None
    ) -> list[KnownCase]:
        named = dict.fromkeys(self._under(moment.conversation, speaker))
        if (placed := self._pages.settle(moment.conversation)) is not None:
            named[placed.case] = None
        routed = self._roots.get(token.conversation) if token is not None and token.conversation else None
        if routed is not None:
            named.update(dict.fromkeys(self._under(routed, speaker)))
        hinted = [hint.conversation for hint in self._hints.get(moment.interaction.id, ())]
        for conversation in hinted:
            named.update(dict.fromkeys(self._under(conversation, speaker)))
        named.update(dict.fromkeys(case for number in references for case in self._pages.numbered(number)))
        contacts = speaker.sharers | {speaker.holder} if speaker.holder else speaker.sharers
        for contact in sorted(contacts):
            named.update(dict.fromkeys(self._pages.recent(self._people.members(contact))))
        conversations = {moment.conversation: moment.conversation, **dict(zip(hinted, hinted, strict=True))}
        if token is not None and token.conversation and routed:
            conversations[token.conversation] = routed
        return [self._as_known(case, speaker, moment, conversations) for case in named]

    def _under(self, conversation: str, speaker: Speaker) -> Iterable[str]:
        """The cases that hold something of a conversation; of a mass mail, the speaker's own."""
        if not self._pages.is_mass(conversation):
            return self._pages.under(conversation)
        return self._pages.held(conversation, self._people.members(speaker.holder) if speaker.holder else ())

    def _as_known(self, case: str, speaker: Speaker, moment: Moment, conversations: Mapping[str, str]) -> KnownCase:
        personas = self._pages.personas(case)
        contacts = dict.fromkeys((self._people.contact(persona) for persona in personas), _CERTAIN)
        depends: tuple[str, ...] = ()
        if speaker.persona is not None and speaker.contact is not None:
            identity = self._people.identity(speaker.persona, personas)
            if identity is not None:
                contacts[speaker.contact] = identity.confidence
                depends = identity.links
        under = {name for name, root in conversations.items() if self._pages.holds(case, root)}
        if len(speaker.sharers) > 1 and not self._is_theirs(case, speaker):
            under.discard(moment.conversation)  # a shared telephone's chat is not one person's thread
        return self._pages.known(case, contacts, depends, frozenset(under))

    # --- what becomes of it -----------------------------------------------------------------------------------------

    def _put(
        self, cause: Moment, unit: Sequence[Moment], found: Found, topic: frozenset[str], references: frozenset[str],
        *, is_own: bool,
    ) -> None:  # fmt: skip
        chosen = found.chosen if found.decision is Decision.JOIN else None
        is_ours = cause.interaction.direction is not Direction.INBOUND
        case = chosen.case if chosen else self._pages.begin(cause, is_closed=not is_ours and is_machine(cause))
        if chosen is not None and not is_ours and not is_machine(cause):
            self._pages.reopen(case)
        self._pages.place(
            Assignment(
                id=self._new_id(),
                conversation=cause.conversation,
                interaction=cause.interaction.id if is_own else None,
                cause=cause.interaction.id,
                case=case,
                decision="join" if chosen else "new",
                rung=chosen.rung if chosen else None,
                confidence=chosen.confidence if chosen else None,
                evidence=chosen.evidence if chosen else self._refused_token(cause),
                depends_on=chosen.depends_on if chosen else (),
                needs_review=chosen.needs_review if chosen else False,
                alternatives=tuple(_as_option(option) for option in _others(found)),
                apart=tuple(CaseApart(case=apart.case, reason=apart.reason) for apart in found.set_apart),
                asserted_by=RULE_CASES,
                at=self._now,
            )
        )
        if is_own:
            self._pages.keep_own(cause, case)
        recipients = [p for p in cause.interaction.participants if p.role in (Role.TO, Role.CC, Role.BCC)]
        if is_ours and len(recipients) >= MASS_MAIL_RECIPIENTS:
            self._pages.mark_mass(cause.conversation, case)
        for moment in unit:
            is_cause = moment is cause
            self._pages.touch(
                case, moment, topic=topic if is_cause else None, references=references if is_cause else None,
                people=self._people,
            )  # fmt: skip
        if chosen is None:
            self._suggest(cause, found)

    def _refused_token(self, moment: Moment) -> tuple[Evidence, ...]:
        """Why a token was not believed, for whoever wonders."""
        token = self._tokens.get(moment.interaction.id)
        return (Evidence(kind=f"token_{token.reason}"),) if isinstance(token, RefusedToken) else ()

    def _suggest(self, moment: Moment, found: Found) -> None:
        if found.decision is Decision.NEW:
            return
        likely = [option for option in _others(found) if option.confidence >= SUGGEST]
        for option in likely[:MOST_SUGGESTED]:
            self._pages.suggest(moment, _as_option(option), kind="join")


def is_machine(moment: Moment) -> bool:
    """No person's word: it is threaded and marked, and opens nothing again. What a person wrote to a list is theirs."""
    return moment.interaction.automated not in (None, "list")


def _others(found: Found) -> list[Option]:
    """The options that were not taken, likeliest first."""
    suggested = [found.chosen] if found.chosen is not None and found.decision is Decision.SUGGEST else []
    return [*suggested, *found.alternatives]


def _as_option(option: Option) -> CaseOption:
    return CaseOption(
        case=option.case, rung=option.rung, confidence=option.confidence, evidence=option.evidence,
        depends_on=option.depends_on, needs_review=option.needs_review,
    )  # fmt: skip
