"""Opt-out: who says stop is not written to again, whether the provider tells us by a word or by an error."""

from omnilink.identity.normalise import normalise
from omnilink.model.event import OptOutReceived
from omnilink.plugin.sending import Declined, Sends
from omnilink.testing.trial import Trial

REASON = "opted-out"


def check(trial: Trial) -> None:
    """Stop words among the samples, error codes among the answers."""
    told = [e for events in trial.facts.events.values() for e in events if isinstance(e, OptOutReceived)]
    stops = [event for event in told if not event.opted_in]
    reaches = trial.suite.connector.capabilities.reaches
    for event in told:
        trial.check(normalise(event.handle).match_keys or event.handle.value, "a stop word is nobody's")
    if not trial.suite.connector.capabilities.opt_out_keywords:
        return
    trial.needs(stops, "sample of a stop word")
    if isinstance(trial.facts.connector, Sends):
        trial.check(
            any(event.handle.scheme in reaches for event in stops), "no stop word is about an address it writes to"
        )
        refusals = [
            row
            for row in trial.suite.answers()
            if row.expect == Declined(REASON, getattr(row.expect, "error_code", None))
        ]
        trial.needs(
            refusals, f"answer of the vendor that is Declined({REASON!r}): what it says when somebody opted out"
        )
