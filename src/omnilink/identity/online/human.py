"""Human decisions: these are one person, these are not. Stronger than any evidence, and revocable one by one.

A decision is about personas, so it goes on holding for whatever shows the same handles and claims. An observation that
a decision has to tell from others of its persona, or that has none, is pinned: it becomes a persona of its own for as
long as the decision stands.
"""

from omnilink.identity.online.directory import Directory, HumanDecision
from omnilink.identity.online.persona import Persona
from omnilink.identity.online.upkeep import Touched, Upkeep


class Humans:
    """Keeps the human decisions of a directory in force."""

    def __init__(self, directory: Directory, upkeep: Upkeep) -> None:
        self._d, self._upkeep = directory, upkeep

    def enforce(self, decision: HumanDecision, touched: Touched) -> None:
        """Puts a decision in force; its observations are pinned already."""
        d = self._d
        d.decisions[decision.number] = decision
        for side, signatures in enumerate(decision.sides):
            for signature in signatures:
                d.anchors.setdefault(signature, {})[decision.number] = side
                if p := d.personas.get(signature):
                    self.arrived(p, touched)

    def lift(self, decision: HumanDecision, touched: Touched) -> None:
        """Puts a decision out of force."""
        d = self._d
        for signatures in decision.sides:
            for signature in signatures:
                if p := d.personas.get(signature):
                    self._untag(p, decision.number, touched)
                del d.anchors[signature][decision.number]
                if not d.anchors[signature]:
                    del d.anchors[signature]
        del d.decisions[decision.number]

    def arrived(self, p: Persona, touched: Touched) -> None:
        """A persona is there that decisions may be about."""
        d = self._d
        for number, side in d.anchors.get(p.signature, {}).items():
            decision = d.decisions[number]
            if not decision.same:
                d.sides[p.number] = d.sides.get(p.number, frozenset()) | {(number, side)}
                self._upkeep.tear(p, touched)
                continue
            for signature in decision.sides[1 - side]:
                if (other := d.personas.get(signature)) and other is not p:
                    for here, there in ((p.number, other.number), (other.number, p.number)):
                        d.same.setdefault(here, {}).setdefault(there, set()).add(number)
                    self._upkeep.tie(p, other, touched)

    def left(self, p: Persona, touched: Touched) -> None:
        """A persona is about to go."""
        for number in list(self._d.anchors.get(p.signature, ())):
            self._untag(p, number, touched)

    def _untag(self, p: Persona, number: int, touched: Touched) -> None:
        d = self._d
        if tags := d.sides.pop(p.number, None):
            if rest := frozenset(tag for tag in tags if tag[0] != number):
                d.sides[p.number] = rest
            self._upkeep.tear(p, touched)
        for other in [n for n, decisions in d.same.get(p.number, {}).items() if number in decisions]:
            for here, there in ((p.number, other), (other, p.number)):
                d.same[here][there].discard(number)
                if not d.same[here][there]:
                    del d.same[here][there]
                if not d.same[here]:
                    del d.same[here]
            self._upkeep.tear(p, touched)
