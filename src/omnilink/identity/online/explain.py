"""Explanations: why two observations are, or are not, in one contact, from what was stored when it was decided.

A waterfall in bits, hop by hop: kinds of evidence, their weights, and the keys they rest on; never a name, a home or a
birth date. As text, JSON, HTML and SVG.
"""

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from omnilink.identity.online.directory import Directory, Person
from omnilink.identity.online.evidence import Clue, forbidden, why_apart
from omnilink.identity.online.grouping import HUMAN_BITS
from omnilink.identity.online.persona import Persona, Place, Slot
from omnilink.identity.online.weights import Weights
from omnilink.model.persona import Evidence

PIXELS_PER_BIT = 8


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of the way from one observation to the other.

    Attributes:
        rule: `evidence`, `shows-the-same`, `human`, or who a nameless observation was taken to be (`holder` …).
        bits: sum of the clues; of a human's decision its rank.
        clues: the evidence, as stored.
        share: for a shared handle, how much of its use around then was this person's.
    """

    rule: str
    bits: float = 0.0
    clues: tuple[Clue, ...] = ()
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Why two observations are in one contact, or why not.

    Attributes:
        a, b: the observations.
        together: they are in one contact.
        why: in one word, where they are not: `nothing-in-common`, `below-the-line`, `one-claim`, `contradicts` …
        hops: the strongest way between them; where they are apart, the evidence that was not enough, if there is any.
        line: bits a link needs.
    """

    a: str
    b: str
    together: bool
    why: str
    hops: tuple[Hop, ...]
    line: float

    @property
    def bits(self) -> float:
        """The weakest hop: what the answer hangs on."""
        return min((hop.bits for hop in self.hops if hop.clues), default=0.0)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """As the model's records: kinds, keys and weights."""
        return tuple(
            Evidence(kind=clue.kind, refs=(f"key:{clue.ref}",) if clue.ref else (), weight_bits=clue.bits)
            for hop in self.hops
            for clue in hop.clues
        )

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The frequency band of every key it rests on (law 1)."""
        bands = {f"band:{clue.ref}={clue.band}" for hop in self.hops for clue in hop.clues if clue.band}
        return tuple(sorted(bands))

    def to_json(self) -> str:
        """As JSON; keys are left out, because they are addresses."""
        hops = [
            {
                "rule": hop.rule,
                "bits": round(hop.bits, 1),
                "share": round(hop.share, 2),
                "clues": [{"kind": c.kind, "bits": round(c.bits, 1), "band": c.band} for c in hop.clues],
            }
            for hop in self.hops
        ]
        fields = {"a": self.a, "b": self.b, "together": self.together, "why": self.why, "line": self.line, "hops": hops}
        return json.dumps(fields, indent=2)

    def to_text(self) -> str:
        """As lines for a terminal."""
        verdict = "one contact" if self.together else f"two contacts: {self.why}"
        lines = [f"{verdict} (a link needs {self.line:g} bits)"]
        for hop in self.hops:
            share = f", {hop.share:.0%} of the use around then" if hop.share < 1 else ""
            lines.append(f"  {hop.rule}{share}" + (f": {hop.bits:+.1f} bits" if hop.clues else ""))
            lines += [f"    {c.bits:+6.1f}  {c.kind}{f' ({c.band})' if c.band else ''}" for c in hop.clues]
        return "\n".join(lines)

    def to_svg(self) -> str:
        """As a drawing: one bar a clue, each beginning where the last one ended, and the line a link needs."""
        rows = [(clue, start) for hop in self.hops for clue, start in _stacked(hop.clues)]
        low = min((min(start, start + clue.bits) for clue, start in rows), default=0.0)
        high = max([self.line, *(max(start, start + clue.bits) for clue, start in rows)])
        left, height = 170 - low * PIXELS_PER_BIT, 20 * len(rows) + 30
        width = int(left + high * PIXELS_PER_BIT + 60)
        line_x = left + self.line * PIXELS_PER_BIT
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
            f'font-size="11" role="img"><title>{escape(self.to_text())}</title>',
            f'<line x1="{line_x:g}" x2="{line_x:g}" y1="0" y2="{height - 16}" stroke="#888" stroke-dasharray="3"/>',
            f'<text x="{line_x:g}" y="{height - 4}" text-anchor="middle">{self.line:g}</text>',
        ]
        for n, (clue, start) in enumerate(rows):
            x = left + min(start, start + clue.bits) * PIXELS_PER_BIT
            colour = "#2a7f62" if clue.bits >= 0 else "#b3423a"
            parts.append(
                f'<text x="4" y="{20 * n + 15}">{escape(clue.kind)}</text>'
                f'<rect x="{x:g}" y="{20 * n + 5}" width="{abs(clue.bits) * PIXELS_PER_BIT:g}" height="13" '
                f'fill="{colour}"/><text x="{x + abs(clue.bits) * PIXELS_PER_BIT + 4:g}" y="{20 * n + 15}">'
                f"{clue.bits:+.1f}</text>"
            )
        return "".join(parts) + "</svg>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.to_text())}</pre>{self.to_svg()}"


def explain(d: Directory, a: str, b: str, w: Weights) -> Waterfall:
    """Why two observations are, or are not, in one contact.

    Args:
        d: the directory that holds them.
        a, b: ids of observations in it.
        w: the weights it was decided with.
    """
    (here, first), (there, last) = (_end(d, id) for id in (a, b))
    around = [hop for hop in (first, last) if hop is not None]
    if a == b:
        return Waterfall(a, b, True, "", (Hop("the-same-observation"),), w.link)
    if here is None or there is None:
        # At least one is nobody's: together only as uses of one unknown holder.
        spoken = [d.spoke[id].contact if d.slots[id].place is Place.NAMELESS else "" for id in (a, b)]
        together = spoken[0] == spoken[1] != "" and here is there
        why = "" if together else next((hop.rule for hop in around), "nothing-in-common")
        return Waterfall(a, b, together, why, tuple(around), w.link)
    if d.person[here.number] is d.person[there.number]:
        return Waterfall(a, b, True, "", (*around[:1], *_way(d, here, there), *around[1:]), w.link)
    weighed = d.links[here.number].get(there.number)
    near = (Hop("evidence", weighed.bits, weighed.clues),) if weighed is not None else ()
    return Waterfall(a, b, False, _why_not(d, here, there, w), (*around[:1], *near, *around[1:]), w.link)


def _stacked(clues: tuple[Clue, ...]) -> Iterator[tuple[Clue, float]]:
    start = 0.0
    for clue in clues:
        yield clue, start
        start += clue.bits


def _end(d: Directory, id: str) -> tuple[Persona | None, Hop | None]:
    """The persona an observation stands with, and how it came to it if it shows a handle only."""
    slot: Slot = d.slots[id]
    if slot.place is Place.PERSONA:
        return d.personas[slot.key], None
    if slot.place is Place.ALONE:
        return None, Hop(d.observations[id].distrust.value or "shows-nothing")
    spoke = d.spoke[id]
    hop = Hop(spoke.why, share=spoke.share)
    holder = d.slots.get(spoke.contact)
    return (d.personas[holder.key], hop) if holder and holder.place is Place.PERSONA else (None, hop)


def _way(d: Directory, here: Persona, there: Persona) -> tuple[Hop, ...]:
    """The way whose weakest hop is strongest, within one person."""
    if here is there:
        return (Hop("shows-the-same"),)
    inside = {p.number for p in d.person[here.number].members}
    best: dict[int, tuple[float, int]] = {here.number: (float("inf"), 0)}
    queue = [(-float("inf"), here.number)]
    while queue:
        width, number = heapq.heappop(queue)
        if number == there.number:
            break
        ways = [(weighed.bits, other) for other, weighed in d.links[number].items()]
        ways += [(HUMAN_BITS + max(decisions), other) for other, decisions in d.same.get(number, {}).items()]
        for bits, other in ways:
            wide = min(-width, bits)
            if other in inside and wide > best.get(other, (-1.0, 0))[0]:
                best[other] = (wide, number)
                heapq.heappush(queue, (-wide, other))
    hops, number = [], there.number
    while number != here.number and number in best:
        before = best[number][1]
        if number in d.same.get(before, {}):
            hops.append(Hop("human", HUMAN_BITS))
        else:
            weighed = d.links[before][number]
            hops.append(Hop("evidence", weighed.bits, weighed.clues))
        number = before
    return tuple(reversed(hops))


def _why_not(d: Directory, here: Persona, there: Persona, w: Weights) -> str:
    one: Person = d.person[here.number]
    other: Person = d.person[there.number]
    tags = {tag for p in one.members for tag in d.sides.get(p.number, ())}
    if any((n, 1 - side) in tags for p in other.members for n, side in d.sides.get(p.number, ())):
        return "human"
    if reason := next((r for x in one.members for y in other.members if (r := forbidden(x, y))), ""):
        return reason
    between = [d.links[x.number][y.number] for x in one.members for y in other.members if y.number in d.links[x.number]]
    if not between:
        return "nothing-in-common"
    if here.number in d.ambiguous or there.number in d.ambiguous:
        return "ambiguous"
    return why_apart(max(between, key=lambda weighed: weighed.bits), w)
