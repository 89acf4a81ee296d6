"""Further names of interactions, and echoes: what we sent, come back before its names were known."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from omnilink.errors import Conflict
from omnilink.store.memory.media import move_media
from omnilink.store.memory.state import State, append, remove


def shadow(state: State, pairs: Sequence[tuple[str, str]]) -> None:
    """Makes interactions the echoes of others, which get their names; see `base.Change`."""
    for echo, ours in pairs:
        _shadow(state, echo, ours)
    # Only now: two echoes in one change may have the same key.
    echoes = [state.interactions[echo] for echo, _ in pairs]
    add_message_keys(state, [(row.interaction.message_key, row.same_as or "") for row in echoes])


def add_message_keys(state: State, names: Iterable[tuple[str, str]]) -> None:
    """Gives interactions further names: (key, interaction id); one that it has already is no news."""
    for key, name in names:
        state.standing(name)
        owners = {row.interaction.id for row in state.named(key)}
        if owners - {name}:
            raise Conflict("another message has that key")
        if not owners:
            state.aliases[key] = (name, state.seq)


def _shadow(state: State, echo: str, ours: str) -> None:
    gone, kept = state.standing(echo), state.standing(ours)
    if echo == ours:
        raise Conflict("an interaction is no echo of itself")
    arrivals = (*kept.interaction.arrivals, *gone.interaction.arrivals)
    interaction = kept.interaction.model_copy(update={"arrivals": arrivals})
    state.interactions[ours] = replace(kept, interaction=interaction, seq=state.seq)
    without = gone.interaction.model_copy(update={"arrivals": ()})
    state.interactions[echo] = replace(gone, interaction=without, seq=state.seq, same_as=ours)
    move_media(state, echo, ours)
    for name, row in list(state.interactions.items()):
        if row.same_as == echo:
            state.interactions[name] = replace(row, same_as=ours)
    for revision in state.revisions.pop(echo, ()):
        append(state.revisions, ours, revision.model_copy(update={"interaction": ours}))
    for place, event in list(state.events.items()):
        if event.event.interaction == echo:
            state.events[place] = replace(event, event=replace(event.event, interaction=ours), seq=state.seq)
    for place, attribution in [(p, a) for p, a in state.attributions.items() if p[0] == echo]:
        del state.attributions[place]
        remove(state.attributed, attribution.persona, place)
        append(state.superseded, place, attribution)
    for name, item in list(state.outbox.items()):
        if item.interaction == echo:
            state.outbox[name] = item.model_copy(update={"interaction": ours})
    remove(state.messages, without.message_key, echo)
    for key in [key for key, (whose, _) in state.aliases.items() if whose == echo]:
        state.aliases[key] = (ours, state.seq)
    if state.aliases.get(interaction.message_key, ("", 0))[0] == ours:
        del state.aliases[interaction.message_key]
    _count_again(state, without.conversation)


def _count_again(state: State, conversation: str) -> None:
    root = state.root(conversation)
    times = [
        row.interaction.occurred_at
        for row in state.interactions.values()
        if row.same_as is None and state.root(row.interaction.conversation).root == root.root
    ]
    update = {"interactions": len(times), "first_at": min(times, default=None), "last_at": max(times, default=None)}
    state.conversations[root.root] = replace(root, conversation=root.conversation.model_copy(update=update))
