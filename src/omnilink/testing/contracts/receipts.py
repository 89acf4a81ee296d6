"""Receipts: whatever order they come in, and however often, they give one delivery status."""

from collections import defaultdict
from itertools import permutations

from omnilink.model.delivery import LADDER, WORDS, fold_delivery
from omnilink.model.event import DeliveryUpdated
from omnilink.model.interaction import Revision, RevisionAction
from omnilink.plugin.capabilities import Level
from omnilink.testing.trial import Trial

MOST = 6
"""Receipts of one message whose every order is tried: 720 of them."""


def check(trial: Trial) -> None:
    """Every receipt's word is known, and every order of every message's receipts folds alike."""
    told: dict[str, list[DeliveryUpdated]] = defaultdict(list)
    for name, events in trial.facts.events.items():
        for event in events:
            if isinstance(event, DeliveryUpdated):
                known = event.status.lower() in WORDS
                trial.check(known, f"{name}: the receipt {event.status} is no word on the ladder of delivery")
                if WORDS.get(event.status.lower()) == "failed" and not event.error_code:
                    trial.notes.append(f"{name} fails without a code of the vendor's")
                told[event.target_key].append(event)
    if trial.suite.connector.capabilities.receive.get("receipt", Level.NONE) >= Level.PARTIAL:
        trial.needs(told, "sample of a receipt")
    # All words the connector uses, as if they were told of one message.
    words = sorted({e.status for events in told.values() for e in events})
    for statuses in [*([e.status for e in events] for events in told.values()), words]:
        revisions = [_revision(i, status) for i, status in enumerate(statuses[:MOST])]
        expected = fold_delivery(revisions)
        trial.check(not revisions or expected in LADDER, "receipts fold to no status")
        for order in permutations(revisions):
            trial.check(fold_delivery(order) == expected, "receipts in another order give another status")
            trial.check(fold_delivery([*order, *order[:2]]) == expected, "a receipt told twice changes the status")


def _revision(n: int, status: str) -> Revision:
    from omnilink.testing.clock import START

    return Revision(
        id=f"r{n}", interaction="i1", action=RevisionAction.RECEIPT, account="town", event_key=f"k{n}", at=START,
        status=status,
    )  # fmt: skip
