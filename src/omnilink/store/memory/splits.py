"""Conversations that people took apart, in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from omnilink.conversation.apart import ThreadCut, ThreadFamily
from omnilink.conversation.causes import ThreadCause
from omnilink.conversation.parted_rows import plan_rows
from omnilink.errors import Conflict
from omnilink.model.conversation import Conversation, ConversationSplit, SplitUndone
from omnilink.store.base import Change
from omnilink.store.memory.state import ConversationRow, State, append, found


@dataclass(frozen=True, slots=True)
class Parted:
    """What became of a family.

    Attributes:
        rows: its conversations.
        roots: conversations that hold other interactions than before.
        changed: interactions that are in another conversation than before, merges followed.
    """

    rows: frozenset[str]
    roots: frozenset[str]
    changed: frozenset[str]


def add_causes(state: State, causes: Sequence[ThreadCause]) -> None:
    """Writes why messages are in their conversation."""
    for cause in causes:
        found(state.interactions, cause.interaction)
        append(state.causes, cause.interaction, cause)


def write_splits(state: State, change: Change) -> None:
    """Writes that conversations are taken apart, or no longer; what that means is worked out by `part_families`."""
    for split in change.splits:
        _add_split(state, split)
    for undone in change.splits_undone:
        _undo_split(state, undone)


def _add_split(state: State, split: ConversationSplit) -> None:
    root = state.root(split.conversation).root
    for message in split.messages:
        found(state.interactions, message)
    in_force = [set(each.messages) for each in state.splits.values() if each.undone is None]
    if set(split.messages) in in_force:
        raise Conflict("that conversation is taken apart there already")
    state.splits[split.id] = split.model_copy(update={"undone": None})
    for name, row in state.conversations.items():
        if row.root == root:
            state.families.setdefault(name, root)


def _undo_split(state: State, undone: SplitUndone) -> None:
    split = found(state.splits, undone.split)
    if split.undone is not None:
        raise Conflict("that split is in force no longer")
    state.splits[split.id] = split.model_copy(update={"undone": undone})


def join_families(state: State, gone: str, kept: str) -> bool:
    """Two conversations proved to be one. If people have taken either apart, their families are one from now on.

    Returns:
        Whether they were; what is together then is worked out by `part_families`.
    """
    families = {family for root in (gone, kept) if (family := state.families.get(root)) is not None}
    if not families:
        return False
    family = min(families)
    for name, row in state.conversations.items():
        if row.root in (gone, kept) or state.families.get(name) in families:
            state.families[name] = family
    return True


def part_families(state: State, change: Change) -> list[Parted]:
    """Works out anew what is together, wherever a change touched what people have taken apart."""
    touched = {i.conversation for i in change.interactions} | {c for pair in change.merges for c in pair}
    touched |= {split.conversation for split in change.splits} | set(change.conversation_keys.values())
    touched |= {found(state.splits, each.split).conversation for each in change.splits_undone}
    named = {name for pair in change.shadowed for name in pair} | set(change.message_keys.values())
    named |= {cause.interaction for cause in change.causes}
    touched |= {state.interactions[name].interaction.conversation for name in named}
    families = {state.families[name] for name in touched if name in state.families}
    return [_part(state, family) for family in sorted(families)]


def read_family_of(state: State, conversation: str) -> ThreadFamily:
    """All that would be one conversation with this one; see `splits.SplitStore`."""
    root = state.root(conversation).root
    family = state.families.get(root)
    if family is not None:
        return _read(state, _rows_of(state, family))
    return _read(state, [name for name, row in state.conversations.items() if row.root == root])


def read_splits(state: State, ids: Sequence[str], conversations: Sequence[str]) -> list[ConversationSplit]:
    """Splits by id or conversation; see `splits.SplitStore`."""
    families = {state.families[name] for name in conversations if name in state.families}
    return [s for s in state.splits.values() if s.id in ids or state.families[s.conversation] in families]


def _rows_of(state: State, family: str) -> list[str]:
    return [name for name, of in state.families.items() if of == family]


def _read(state: State, rows: Sequence[str]) -> ThreadFamily:
    held = set(rows)
    items = [row for row in state.interactions.values() if row.interaction.conversation in held]
    stands = {row.interaction.id: row.same_as or row.interaction.id for row in items}
    recorded = {name: state.moved.get(name, state.interactions[name].interaction.conversation) for name in stands}
    begun: dict[str, str | None] = dict.fromkeys(rows)
    for name in reversed(stands):
        begun[recorded[name]] = stands[name]
    causes: list[ThreadCause] = []
    for row in items:
        i, here = row.interaction, stands[row.interaction.id]
        told = state.causes.get(i.id, ())
        causes += [replace(cause, interaction=here) for cause in told]
        causes += [ThreadCause(here, (key,)) for key, (name, _) in state.aliases.items() if name == i.id]
        if not told:
            causes.append(ThreadCause(here, (i.message_key,), (), i.in_reply_to, is_whole=False))
    return ThreadFamily(
        rows=begun,
        messages={row.interaction.id: recorded[row.interaction.id] for row in items if row.same_as is None},
        keys={key: name for key, (name, _) in state.conversation_keys.items() if name in held},
        causes=causes,
        cuts=[
            ThreadCut(split.id, frozenset(stands[name] for name in split.messages if name in stands))
            for split in state.splits.values()
            if split.undone is None and split.conversation in held
        ],
    )


def _part(state: State, family: str) -> Parted:
    rows = _rows_of(state, family)
    read = _read(state, rows)
    places = {name: state.interactions[name].interaction.conversation for name in read.messages}
    roots = {name: state.root(place).root for name, place in places.items()}
    plan = plan_rows(read)
    for name, first in plan.made.items():
        state.conversations[name] = ConversationRow(_made(state, name, first), name, state.seq)
        state.families[name] = family
    for name, root in plan.roots.items():
        if state.conversations[name].root != root:
            state.conversations[name] = replace(state.conversations[name], root=root, seq=state.seq)
    moved = {name: row for name, row in plan.messages.items() if places[name] != row}
    for name, row in moved.items():
        if read.messages[name] == row:
            state.moved.pop(name, None)
        else:
            state.moved.setdefault(name, places[name])
        held = state.interactions[name]
        interaction = held.interaction.model_copy(update={"conversation": row})
        state.interactions[name] = replace(held, interaction=interaction, seq=state.seq)
    for key, name in plan.keys.items():
        if read.keys[key] != name:
            state.conversation_keys[key] = (name, state.seq)
    _count(state, set(plan.roots.values()))
    home = {name: state.root(row).root for name, row in plan.messages.items()}
    changed = frozenset(name for name, root in home.items() if roots[name] != root)
    lost = {state.root(roots[name]).root for name in changed}
    return Parted(frozenset({*rows, *plan.made}), frozenset({home[name] for name in changed} | lost), changed)


def _made(state: State, name: str, first: str) -> Conversation:
    i = state.interactions[first].interaction
    kind = state.root(i.conversation).conversation.kind
    return Conversation(id=name, account=i.account, channel=i.channel, kind=kind, subject=i.subject)


def _count(state: State, roots: Iterable[str]) -> None:
    times: dict[str, list[datetime]] = {root: [] for root in roots}
    for item in state.interactions.values():
        root = state.root(item.interaction.conversation).root
        if item.same_as is None and root in times:
            times[root].append(item.interaction.occurred_at)
    for root, of in times.items():
        update = {"interactions": len(of), "first_at": min(of, default=None), "last_at": max(of, default=None)}
        row = state.conversations[root]
        state.conversations[root] = replace(row, conversation=row.conversation.model_copy(update=update))
