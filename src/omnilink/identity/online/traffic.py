"""Traffic of a key: how many *people* were seen on it, and whether one of them leads.

Counted in people, not in records: a telephone one person calls from a hundred times is still one person's. Names that
can be one person's count once; a name unused for long is forgotten. A function of the set of personas on the key.
"""

from collections.abc import Iterable
from typing import NamedTuple

from omnilink.identity.online.born import compare_born
from omnilink.identity.online.forms import NameForm, compare_forms
from omnilink.identity.online.keys import is_place
from omnilink.identity.online.persona import Persona
from omnilink.identity.online.weights import Weights

Claimed = tuple[NameForm | None, str]
"""Who somebody on a key says they are: name and birth date."""


class Traffic(NamedTuple):
    """What decisions know of a key.

    Attributes:
        people: how many are told apart; at least `many_people` + 1 on a place's key.
        hot: a place's key: it supports and never links.
        group_of: claimed person → number of the people's group.
        steady: groups seen more than once on the key.
        leader: the group most uses are of, if it leads.
        unused_since: nobody who counts was seen last before that moment; `forgotten`: somebody who does not count was.
    """

    people: int
    hot: bool
    group_of: dict[Claimed, int]
    steady: frozenset[int]
    leader: int | None
    unused_since: int = 0
    forgotten: bool = False

    def band(self, w: Weights) -> str:
        """The frequency band a decision depends on (law 1): `one`, `few`, `many` or `place`."""
        if self.hot:
            return "place"
        return "one" if self.people <= 1 else "few" if self.people <= w.few_people else "many"


QUIET = Traffic(0, False, {}, frozenset(), None)


def read_traffic(key: str, personas: Iterable[Persona], count: int, w: Weights) -> Traffic:
    """The traffic of a handle's key.

    Args:
        key: the key.
        personas: everybody seen on it.
        count: how many they are.
        w: weights.
    """
    if count > w.most_personas or is_place(key):
        return _place(w)
    uses: dict[Claimed, int] = {}
    last: dict[Claimed, int] = {}
    newest = 0
    for persona in personas:
        claimed = persona.claimed
        at = persona.times[-1]
        newest = max(newest, at)
        if claimed != (None, ""):
            uses[claimed] = uses.get(claimed, 0) + len(persona.times)
            last[claimed] = max(last.get(claimed, 0), at)
    live = [c for c, at in last.items() if at >= newest - w.remembered_s]
    if len(live) > w.forms_compared:
        return _place(w)
    if len(live) == 1:
        steady = frozenset([0]) if uses[live[0]] > 1 else frozenset()
        return Traffic(1, False, {live[0]: 0}, steady, 0, last[live[0]], len(last) > 1)
    groups = tell_apart(live, w.many_people)
    people = max(groups.values(), default=-1) + 1
    if people > w.many_people:
        return _place(w)
    total: dict[int, int] = {}
    for claimed, group in groups.items():
        total[group] = total.get(group, 0) + uses[claimed]
    top = max(total, key=lambda g: (total[g], -g), default=None)
    leads = top is not None and total[top] >= w.leads * sum(total.values())
    steady = _steady(groups, uses)
    oldest = min((last[claimed] for claimed in live), default=0)
    return Traffic(people, False, groups, steady, top if leads else None, oldest, len(live) < len(last))


def _steady(groups: dict[Claimed, int], uses: dict[Claimed, int]) -> frozenset[int]:
    """Groups with a second use that is surely theirs: by name, or by one birth date."""
    named: dict[int, int] = {}
    found = set()
    for claimed, group in groups.items():
        if claimed[0] is not None:
            named[group] = named.get(group, 0) + uses[claimed]
        elif uses[claimed] > 1:
            found.add(group)
    return frozenset(found | {group for group, count in named.items() if count > 1})


def one_more(traffic: Traffic, claimed: Claimed, at: int, w: Weights) -> Traffic | None:
    """The traffic after one more use, where it is one steady person's and stays so.

    Returns:
        None where it has to be read anew.
    """
    group_of = traffic.group_of
    if traffic.people != 1 or traffic.hot or not traffic.steady or at - traffic.unused_since > w.remembered_s:
        return None
    if claimed in group_of or claimed == (None, ""):
        return traffic
    if traffic.forgotten or at < traffic.unused_since or len(group_of) >= w.forms_compared:
        return None
    if all(can_be_one(claimed, other) for other in group_of):
        return traffic._replace(group_of={**group_of, claimed: 0})
    return None


def _place(w: Weights) -> Traffic:
    return Traffic(w.many_people + 1, True, {}, frozenset(), None)


def tell_apart(claims: Iterable[Claimed], most: int | None = None) -> dict[Claimed, int]:
    """Which claims are one person's: fullest names first, each joins the first it can be.

    Args:
        claims: names with birth dates.
        most: where more people than this are found, it stops looking.

    Returns:
        Claim → number of the person, counted from 0.
    """
    ordered = sorted(
        claims, key=lambda c: (-(len(c[0].text) if c[0] else 0), not c[1], c[0].text if c[0] else "", c[1])
    )
    people: list[Claimed] = []
    found: dict[Claimed, int] = {}
    for claimed in ordered:
        for number, other in enumerate(people):
            if can_be_one(claimed, other):
                found[claimed] = number
                break
        else:
            found[claimed] = len(people)
            people.append(claimed)
            if most is not None and len(people) > most:
                break
    return found


def can_be_one(a: Claimed, b: Claimed) -> bool:
    """Whether two claimed people can be one: neither their names nor their birth dates contradict each other."""
    if a[0] is not None and b[0] is not None and a[0] is not b[0] and compare_forms(a[0], b[0]).clash:
        return False
    return compare_born(a[1], b[1]) != "differs"
