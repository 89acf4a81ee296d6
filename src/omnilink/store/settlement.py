"""How the events of a replayed envelope meet those that are settled already. Pure; both stores use it.

The rule, which keeps `parsed = sum of the event states` true at every moment:

- Events of the envelope whose key is known (recorded, parked, ignored) are kept for ever; all its other event rows
  are replaced.
- A returned event that is settled as a duplicate (or parked once more) of a kept one *of the same envelope* is
  that one: nothing is written, the kept row takes the new ordinal.
- A kept event that the parser does not return any more moves behind the last ordinal and counts as parsed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from omnilink.store.base import EventState, SettledEvent

KNOWN = (EventState.RECORDED, EventState.PARKED, EventState.IGNORED)
"""States whose event key is known for ever: the same event again is a duplicate."""

FORGOTTEN = (EventState.UNPARSED, EventState.FAILED)
"""States a replay forgets."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class KeptEvent(Generic[Row]):
    """An event row that outlives the replay; `row` is whatever the store knows it by."""

    row: Row
    account: str
    event_key: str
    state: EventState


@dataclass(frozen=True, slots=True)
class Resettlement(Generic[Row]):
    """What to write for one envelope: new events, the kept rows' ordinals, the parsed count."""

    write: list[SettledEvent]
    ordinals: list[tuple[Row, int]]
    parsed: int


def plan_resettlement(kept: Iterable[KeptEvent[Row]], events: Sequence[SettledEvent], parsed: int) -> Resettlement[Row]:
    """Decides which of an envelope's events are new rows and which are rows that are there already.

    Args:
        kept: its events whose keys are known, in the order of their ordinals.
        events: what was decided of the events the parser has returned now.
        parsed: how many events the parser has returned now.
    """
    waiting = {(event.account, event.event_key): event for event in kept}
    write: list[SettledEvent] = []
    ordinals: list[tuple[Row, int]] = []
    for event in events:
        same = waiting.get((event.account, event.event_key))
        is_same = same is not None and (
            event.state is EventState.DUPLICATE or event.state is same.state is EventState.PARKED
        )
        if same is not None and is_same:
            del waiting[event.account, event.event_key]
            ordinals.append((same.row, event.ordinal))
        else:
            write.append(event)
    behind = max([parsed, *(event.ordinal + 1 for event in events)])
    ordinals += [(event.row, behind + n) for n, event in enumerate(waiting.values())]
    return Resettlement(write, ordinals, parsed + len(waiting))
