"""Cases: what was recorded is put under a case. A thin shell: read the backlog, read what it needs, decide, commit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from omnilink.conversation.case_book import CaseBook, Token
from omnilink.conversation.case_context import CaseBacklog, CaseContext, CaseLookup, Moment
from omnilink.conversation.case_facts import MailHint
from omnilink.conversation.case_people import CasePeople
from omnilink.conversation.fan_out import MOST_ANSWERS_READ, conversations_to_count, repliers
from omnilink.conversation.mail_hints import (
    MOST_CONVERSATIONS,
    MOST_MAILS,
    answers_unknown,
    conversations_to_compare,
    find_hints,
)
from omnilink.conversation.moment_text import moment_references
from omnilink.conversation.recent import Recent
from omnilink.conversation.references import ReferencePicture
from omnilink.errors import Conflict
from omnilink.model.event import ConversationKind
from omnilink.model.interaction import Interaction
from omnilink.model.scope import Scope
from omnilink.store.cases import CaseStore

BATCH = 250
TRIES = 50
MOST_KEPT = 500
"""Interactions kept between being recorded and being put under a case, twice at most."""
MOST_RECHECK_ROUNDS = 20
"""Of what is learned again: an endless one must not hold up what is new."""


@dataclass(frozen=True, slots=True)
class CaseKeeper:
    """Keeps cases up with the history.

    Args:
        store, scope: where; needs a scope over all accounts.
        token_of: what the reply token in a moment's addresses says, if there is one.
        pictures: what numbers of cases look like.
        new_id, clock: injected.
    """

    store: CaseStore
    scope: Scope
    new_id: Callable[[], str]
    clock: Callable[[], datetime]
    pictures: Sequence[ReferencePicture] = ()
    token_of: Callable[[Moment], Token | None] = lambda moment: None
    _recorded: Recent[str, Interaction] = field(default_factory=lambda: Recent(MOST_KEPT), repr=False)

    def saw(self, interactions: Sequence[Interaction]) -> None:
        """Takes note of what was just recorded here, so that it need not be read again at once."""
        for interaction in interactions:
            self._recorded.put(interaction.id, interaction)

    async def catch_up(self, limit: int = BATCH) -> int:
        """Decides about everything that has not been decided about.

        Returns:
            How many interactions were decided about.

        Raises:
            Conflict: other processes kept being quicker.
            StoreBusy: the store could not write; the rest waits.
        """
        done, rounds = 0, 0
        while rounds < MOST_RECHECK_ROUNDS:
            count, is_all = await self._batch(limit)
            done += count
            if is_all:
                break
            rounds += count == 0
        self._recorded.clear()
        return done

    async def _batch(self, limit: int) -> tuple[int, bool]:
        for _ in range(TRIES):
            backlog = await self.store.read_case_backlog(self.scope, limit=limit, known=self._recorded.all())
            if not backlog.moments and not backlog.rechecks:
                return 0, True
            try:
                await self._decide(backlog)
            except Conflict:
                continue
            return len(backlog.moments), False
        raise Conflict("cases lost every race for the store", hint="fewer processes should ingest at once")

    async def _decide(self, backlog: CaseBacklog) -> None:
        moments = [*backlog.moments, *(moment for recheck in backlog.rechecks for moment in recheck.moments)]
        tokens = {m.interaction.id: token for m in moments if (token := self.token_of(m)) is not None}
        context = await self.store.read_case_context(self.scope, lookup_of(moments, tokens, self.pictures))
        hints = await self._hints(backlog.moments, context)
        answered = await self._answered(backlog.moments, context)
        book = CaseBook(
            context, new_id=self.new_id, now=self.clock(), tokens=tokens, hints=hints, pictures=self.pictures,
            answered=answered,
        )  # fmt: skip
        for recheck in backlog.rechecks:
            book.look_again(recheck)
        for moment in backlog.moments:
            book.take(moment)
        checked = [recheck.cause for recheck in backlog.rechecks]
        await self.store.commit_cases(self.scope, book.change(backlog.seq, backlog.upto, checked))

    async def _answered(self, moments: Sequence[Moment], context: CaseContext) -> dict[str, set[str]]:
        """Who answered before, in conversations that may turn out to be a mass mail of ours."""
        if not (named := conversations_to_count(moments, context)):
            return {}
        return repliers(
            await self.store.read_moments(self.scope, conversations=named, limit=MOST_ANSWERS_READ, newest=True)
        )

    async def _hints(self, moments: Sequence[Moment], context: CaseContext) -> dict[str, tuple[MailHint, ...]]:
        """What mails whose headers lead nowhere show of the mails they answer, in the store and in this batch."""
        people, begun, wanted = CasePeople(context), set[str](), dict[str, list[str]]()
        for moment in moments:
            is_new = moment.conversation not in begun and moment.conversation not in context.placed
            if is_new and answers_unknown(moment):
                wanted[moment.interaction.id] = conversations_to_compare(moment, context, people)
            begun.add(moment.conversation)
        if not wanted:
            return {}
        named = list(dict.fromkeys(conversation for found in wanted.values() for conversation in found))
        read: dict[str, list[Moment]] = {}
        for moment in await self.store.read_moments(self.scope, conversations=named, limit=MOST_MAILS, newest=True):
            read.setdefault(moment.conversation, []).append(moment)
        hints, before = dict[str, tuple[MailHint, ...]](), list[Moment]()
        for moment in moments:
            if (names := wanted.get(moment.interaction.id)) is not None:
                mine = {people.contact(seat.persona) for seat in moment.seats}
                here = [m for m in before if any(people.contact(seat.persona) in mine for seat in m.seats)]
                others = [m for name in names for m in read.get(name, ())]
                hints[moment.interaction.id] = find_hints(moment, [*others, *here[-MOST_CONVERSATIONS * MOST_MAILS :]])
            if moment.kind is ConversationKind.MAIL:
                before.append(moment)
        return hints


def lookup_of(
    moments: Iterable[Moment], tokens: Mapping[str, Token], pictures: Sequence[ReferencePicture] = ()
) -> CaseLookup:
    """Everything that deciding about these will ask for. Pure."""
    conversations, personas, answered, references = set[str](), set[str](), set[str](), set[str]()
    for moment in moments:
        conversations.add(moment.conversation)
        if moment.interaction.in_reply_to:
            answered.add(moment.interaction.in_reply_to)
        personas.update(seat.persona for seat in moment.seats)
        references |= moment_references(moment.interaction, pictures, moment.later)
    conversations.update(token.conversation for token in tokens.values() if token.conversation)
    return CaseLookup(
        frozenset(conversations), frozenset(personas), answered=frozenset(answered), references=frozenset(references)
    )
