"""Threads: why messages are one conversation, and a person taking a conversation apart, which can be undone."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from omnilink.citizen.decisions import require_person
from omnilink.conversation.apart import MOST_PARTED, ThreadCut, ThreadFamily, part_family
from omnilink.conversation.thread_reasons import thread_reasons
from omnilink.errors import BadInput, Conflict, NotFound
from omnilink.model.case import Suggestion, SuggestionState
from omnilink.model.conversation import Conversation, ConversationSplit, SplitUndone
from omnilink.model.record import Record
from omnilink.model.scope import Scope
from omnilink.store.base import Change, DecisionStore, HistoryStore
from omnilink.store.cases import CaseStore
from omnilink.store.splits import SplitStore

TRIES = 20


class ThreadStore(DecisionStore, HistoryStore, CaseStore, SplitStore, Protocol):
    """What threads are read from and written to."""


class ThreadItem(Record):
    """A message of a conversation and why it is there.

    Attributes:
        interaction: its id.
        because: `begins` it, `answers` another, names the `same-thread` as another, or a `split` made it begin one.
        other: id of that message or split.
    """

    interaction: str
    occurred_at: datetime
    because: str
    other: str | None = None


class ThreadPage(Record):
    """A conversation, why everything is in it, and where people took it apart.

    Attributes:
        items: oldest first.
        splits: of all that would be one conversation with it, undone ones too, in the order made.
        apart: conversations that would be one with it without those splits.
        suggestions: what may be a matter of its own.
    """

    conversation: Conversation
    items: tuple[ThreadItem, ...]
    splits: tuple[ConversationSplit, ...] = ()
    apart: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()


class SplitDone(Record):
    """A split, and the conversation that its messages are in now."""

    split: ConversationSplit
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class ThreadDesk:
    """Shows why messages are together, and keeps what people take apart.

    Args:
        store, scope: where; taking apart needs a scope over all accounts.
        catch_up: puts under a case what is under none.
        new_id, clock: injected.
    """

    store: ThreadStore
    scope: Scope
    catch_up: Callable[[], Awaitable[object]]
    new_id: Callable[[], str]
    clock: Callable[[], datetime]

    async def show(self, conversation: str, *, limit: int = 1000) -> ThreadPage:
        """A conversation (any id ever issued) and why everything is in it; the oldest messages, at most `limit`.

        Raises:
            NotFound: no such conversation.
        """
        found = await self._conversation(conversation)
        items = await self.store.read_conversation_items(self.scope, found.id, limit=limit)
        family = await self.store.read_family(self.scope, found.id)
        reasons = thread_reasons(family, [item.id for item in items])
        splits = await self.store.read_splits(self.scope, conversations=[found.id])
        shown = []
        for item in items:
            why = reasons[item.id]
            shown.append(
                ThreadItem(interaction=item.id, occurred_at=item.occurred_at, because=why.kind, other=why.other)
            )
        others = dict.fromkeys(family.rows) if splits else {}
        held = await self.store.read_conversations(self.scope, ids=list(others))
        return ThreadPage(
            conversation=found,
            items=tuple(shown),
            splits=tuple(splits),
            apart=tuple(sorted({each.id for each in held} - {found.id})),
            suggestions=tuple(await self._suggestions(found.id)),
        )

    async def split(self, messages: Sequence[str], *, by: str, reason: str = "") -> SplitDone:
        """Makes messages begin a conversation of their own; whatever answers them goes along, now or later.

        The conversation's id stays with the message it began with. The new conversation is not put under the case
        of the old one by any rule; what else is decided anew.

        Args:
            messages: ids of interactions of one conversation.
            by: who says so; `reason` in their words.

        Raises:
            BadInput: they are in several conversations, or a conversation of their own already, or it is too long.
            NotFound: there is no such message.
        """
        self.scope.require_all()
        require_person(by)
        await self.catch_up()
        wanted = tuple(dict.fromkeys(messages))
        for _ in range(TRIES):
            where = await self._place(wanted)
            await self._require_split(where, wanted)
            made = ConversationSplit(
                id=self.new_id(), conversation=where.id, messages=wanted, by=by, at=self.clock(), reason=reason
            )
            try:
                await self.store.commit_change(self.scope, Change(splits=[made]))
            except Conflict:
                continue
            await self.catch_up()
            return SplitDone(split=made, conversation=await self._place(wanted))
        raise Conflict("the decision lost every race for the store", hint="try again")

    async def undo(self, split: str, *, by: str, reason: str = "") -> SplitDone:
        """Takes a split back: everything is together as if it had not been made.

        Raises:
            NotFound: there is none of that id.
            BadInput: it was undone already.
        """
        self.scope.require_all()
        require_person(by)
        await self.catch_up()
        for _ in range(TRIES):
            found = await self.store.read_splits(self.scope, ids=[split])
            if not found:
                raise NotFound("no such split", hint="`omnilink conversations show` tells their ids")
            if found[0].undone is not None:
                raise BadInput("that split was undone already")
            undone = SplitUndone(split=split, by=by, at=self.clock(), reason=reason)
            try:
                await self.store.commit_change(self.scope, Change(splits_undone=[undone]))
            except Conflict:
                continue
            await self.catch_up()
            (done,) = await self.store.read_splits(self.scope, ids=[split])
            return SplitDone(split=done, conversation=await self._conversation(done.conversation))
        raise Conflict("the decision lost every race for the store", hint="try again")

    # --- within -----------------------------------------------------------------------------------------------------

    async def _conversation(self, conversation: str) -> Conversation:
        found = await self.store.read_conversations(self.scope, ids=[conversation])
        if not found:
            raise NotFound("no such conversation", hint="`omnilink conversations` lists them")
        return found[0]

    async def _place(self, messages: Sequence[str]) -> Conversation:
        """The one conversation that messages are in."""
        if not messages:
            raise BadInput("no message is named", hint="`omnilink conversations show` tells their ids")
        items = await self.store.read_interactions(self.scope, messages)
        if len(items) < len(messages):
            raise NotFound("no such message", hint="`omnilink conversations show` tells their ids")
        held = await self.store.read_conversations(self.scope, ids=list({item.conversation for item in items}))
        if len(held) != 1:
            raise BadInput("these messages are in several conversations", hint="split one conversation at a time")
        return held[0]

    async def _require_split(self, where: Conversation, messages: Sequence[str]) -> None:
        family = await self.store.read_family(self.scope, where.id)
        if len(family.messages) > MOST_PARTED:
            raise BadInput(f"a conversation of more than {MOST_PARTED} messages cannot be taken apart")
        cuts = [*family.cuts, ThreadCut(self.new_id(), frozenset(messages))]
        if _partition(replace(family, cuts=cuts)) == _partition(family):
            raise BadInput(
                "that is a conversation of its own already", hint="name a message that is not the first of all"
            )

    async def _suggestions(self, conversation: str) -> list[Suggestion]:
        held = await self.store.read_assignments(self.scope, conversations=[conversation])
        cases = list(dict.fromkeys(each.case for each in held if each.in_force))
        if not cases:
            return []
        found = await self.store.read_suggestions(self.scope, cases=cases, state=SuggestionState.PENDING)
        items = await self.store.read_conversation_items(self.scope, conversation)
        here = {item.id for item in items}
        return [each for each in found if each.kind == "split" and each.interaction in here]


def _partition(family: ThreadFamily) -> set[frozenset[str]]:
    return {frozenset(part.messages) for part in part_family(family)}
