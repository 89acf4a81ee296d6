"""Nameless observations: who used a handle that day, when the handle is all that was shown.

Asked of everybody known to hold the handle then. Where several may have, or the one who may was only ever seen on it
once, the observation stays with the household: nobody's in particular, until something names it.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from omnilink.identity.online.born import age_years
from omnilink.identity.online.forms import NameForm, compare_forms, names_mailbox
from omnilink.identity.online.keys import KeyClass, key_class
from omnilink.identity.online.weights import Weights
from omnilink.identity.person_name import NameLevel

REGULAR = 2
"""A silence of so many usual intervals is no change of holder."""
STEADY_USES = 3
"""Uses from which a handle is steadily somebody's."""
PROVEN_USES = 5
"""Uses from which a handle is so often somebody's that a call nobody vouches for is more likely theirs than forged:
forgers choose among people, honest calls come from those who call."""


class Holder(NamedTuple):
    """A person who was seen on a handle.

    Attributes:
        contact: names the person.
        times: when, sorted.
        elsewhere: the person is known by more than this handle.
        numbers: telephone numbers the person was seen on.
        born: birth date, or "".
        forms: the person's names.
        in_passing: the handle was only ever seen with a first name or a birth date, as in a chat or a call: whoever
            states a full name or an address may state somebody else's number.
    """

    contact: str
    times: Sequence[int]
    elsewhere: bool
    numbers: int
    born: str
    forms: Sequence[NameForm]
    in_passing: bool = False


class Bare(NamedTuple):
    """A nameless observation on a handle.

    Attributes:
        vouched: nothing distrusts it.
        form: the name it claims, or by which somebody else addressed it.
    """

    at: int
    id: str
    vouched: bool = True
    form: NameForm | None = None


class Spoke(NamedTuple):
    """Who a nameless observation is taken to be.

    Attributes:
        contact: the person; "" = nobody in particular.
        why: the rule.
        share: of the nearby uses, the person's.
    """

    contact: str
    why: str
    share: float = 0.0


def attribute(key: str, bare: Sequence[Bare], holders: Sequence[Holder], hot: bool, w: Weights) -> dict[str, Spoke]:
    """Says of nameless observations on one handle who spoke.

    Args:
        key: the handle's key.
        bare: all nameless observations on it, sorted; on a place's key any of them.
        holders: everybody known to hold it.
        hot: it is a place's key.
        w: weights.
    """
    if hot:
        return dict.fromkeys((o.id for o in bare), Spoke("", "place"))
    kind = key_class(key)
    if holders:
        return {o.id: _spoke(o, key, kind, _fitting(o, holders), w) for o in bare}
    # Nobody ever named: one unknown holder, while the uses follow each other.
    found: dict[str, Spoke] = {}
    run, last = "", None
    for o in bare:
        if not o.vouched:
            found[o.id] = Spoke("", "unvouched-call")
            continue
        if last is None or o.at - last > w.run_s:
            run = o.id
        last = o.at
        found[o.id] = Spoke(run, "unknown-holder", 1.0)
    return found


def _fitting(o: Bare, holders: Sequence[Holder]) -> Sequence[Holder]:
    """Those of the holders who have the name; an addressee is one of them, however somebody else calls them."""
    if o.form is None:
        return holders
    fitting = [holder for holder in holders if _is_meant(o, holder)]
    return fitting or (holders if o.vouched else [])


def _is_meant(o: Bare, holder: Holder) -> bool:
    """Whether the name fits a holder's.

    Who speaks of somebody tells a handle's holders apart by one word: Ana is whoever is Ana there. Who claims to be
    somebody on a line that nobody vouches for has to give the whole name.
    """
    alike = max if o.vouched else min
    likes = [compare_forms(o.form, form) for form in holder.forms] if o.form is not None else []
    return any(not like.clash and alike(like.given, like.family) > NameLevel.MISSING for like in likes)


def _spoke(o: Bare, key: str, kind: KeyClass, holders: Sequence[Holder], w: Weights) -> Spoke:
    if not holders:
        return Spoke("", "unvouched-call")
    if o.vouched and len(holders) == 1 and _is_meant(o, holders[0]):
        # Whom somebody else means by that name: however long ago they used the handle, and whatever it is called.
        return Spoke(holders[0].contact, "addressed", 1.0)
    best, share, at = holders[0], 1.0, o.at
    if len(holders) > 1:
        weights = [sum(1 / (1 + abs(at - t) / w.half_s) for t in holder.times) for holder in holders]
        top = max(range(len(holders)), key=lambda n: (weights[n], holders[n].contact))
        best, share = holders[top], weights[top] / sum(weights)
        if share < w.share:
            return Spoke("", "household", share)
    if best.born and age_years(best.born, at) < w.adult_years:
        return Spoke("", "child", share)
    place = bisect_left(best.times, at)
    before = at - best.times[place - 1] if place else None
    after = best.times[place] - at if place < len(best.times) else None
    rest = min(gap for gap in (before, after) if gap is not None)
    inside = before is not None and after is not None
    if not o.vouched and not (len(best.times) >= PROVEN_USES and len(holders) == 1 and (inside or rest <= w.run_s)):
        # Whoever forges a number knows neither whose telephone it is nor how it is used.
        return Spoke("", "unvouched-call", share)
    return (
        Spoke(best.contact, "holder", share)
        if _is_theirs(best, key, kind, at, rest, inside, w)
        else Spoke("", "rest", share)
    )


def _is_theirs(holder: Holder, key: str, kind: KeyClass, at: int, rest: int, inside: bool, w: Weights) -> bool:
    """Whether somebody seen on a handle is taken to be its nameless user at some distance in time."""
    uses = len(holder.times)
    if kind is KeyClass.DEVICE:
        return rest <= w.device_s
    if kind is KeyClass.MAIL:
        local = key[7:].partition("@")[0]
        fit = max((names_mailbox(local, form) for form in holder.forms), default=0)
        return fit > 0 or (fit == 0 and (uses > 1 or holder.elsewhere) and rest <= w.long_rest_s)
    if kind is KeyClass.LANDLINE and uses < STEADY_USES:
        return False
    if uses > 1:
        interval = (holder.times[-1] - holder.times[0]) / (uses - 1)
        # Before its first use the number may have been somebody else's; after the last it has not been given away yet.
        silence = w.still_s if at > holder.times[-1] else w.rest_s
        return inside or rest <= silence or rest <= min(w.long_rest_s, REGULAR * interval)
    if holder.elsewhere:
        return holder.numbers < 2 and rest <= w.long_rest_s
    return holder.in_passing and rest <= w.lone_rest_s
