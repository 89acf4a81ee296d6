"""Echo: our own messages, told back to us, are ours; and whoever only claims to be us is not."""

from omnilink.identity.normalise import normalise
from omnilink.model.event import Direction, Spoken
from omnilink.model.participant import Attestation, Participant, Role
from omnilink.testing.trial import Trial

_SPEAKS = (Role.AUTHOR, Role.CALLER)
_DOUBTFUL = (Attestation.NONE, Attestation.FAILED)


def check(trial: Trial) -> None:
    """Echoes among the samples; and each writer the channel vouches for, were he a colleague."""
    echoes = [sample for sample in trial.facts.samples if sample.echo]
    for sample in echoes:
        spoken = [e for e in trial.facts.events[sample.name] if isinstance(e, Spoken)]
        trial.check(spoken, f"{sample.name} is an echo and gives no message")
        for event in spoken:
            trial.check(
                event.direction is not Direction.INBOUND, f"{sample.name} is our own message and read as inbound"
            )
            for seat in _speakers(event):
                trial.check(
                    seat.own or event.direction is Direction.ECHO, f"{sample.name} is our own message and a citizen's"
                )
    _check_inbound(trial)
    if trial.suite.colleagues:
        _check_colleagues(trial)
    if trial.suite.echoes:
        trial.needs(
            echoes, "sample with `echo=True`; where the platform never tells us our own messages, `echoes = False`"
        )


def _check_inbound(trial: Trial) -> None:
    for sample in trial.facts.samples:
        for event in trial.facts.events[sample.name]:
            if isinstance(event, Spoken) and event.direction is Direction.INBOUND:
                own = any(seat.own for seat in _speakers(event))
                trial.check(not own, f"{sample.name} is inbound and its writer is us")


def _check_colleagues(trial: Trial) -> None:
    """The same sample, once its writer's address is in our configuration."""
    for sample in trial.facts.samples:
        for event in trial.facts.events[sample.name]:
            if not isinstance(event, Spoken) or event.direction is not Direction.INBOUND:
                continue
            for seat in _speakers(event):
                if seat.handle is None or seat.attestation in _DOUBTFUL:
                    continue
                ours = trial.facts.make(own=[*trial.suite.own, normalise(seat.handle).key])
                again = trial.facts.parse(sample.body, sample.headers, by=ours)
                same = next((e for e in again if e.event_key == event.event_key), None)
                trial.check(
                    isinstance(same, Spoken) and (same.direction is not Direction.INBOUND or _all_own(same)),
                    f"{sample.name}: a vouched-for writer whose address is ours is read as a citizen",
                )


def _speakers(event: Spoken) -> list[Participant]:
    return [seat for seat in event.participants if seat.role in _SPEAKS]


def _all_own(event: Spoken) -> bool:
    return all(seat.own for seat in _speakers(event))
