"""A store in a few lines: observations by sign, signs by key."""

from __future__ import annotations

from collections.abc import Iterable

from omnilink.identity.online.footprint import keys_of, sign_of
from omnilink.identity.online.neighbourhood import Known, Neighbourhood, Wanted
from omnilink.identity.online.observation import Observation


class Shelves:
    """Answers `Wanted` as a store does."""

    def __init__(self) -> None:
        self._signs: dict[str, set[str]] = {}
        self._seen: dict[str, dict[str, Known]] = {}
        self._by_id: dict[str, Known] = {}
        self.read = 0

    def put(self, o: Observation, persona: str = "") -> None:
        known = Known(o, seed=persona, persona=persona)
        self._by_id[o.id] = known
        self._seen.setdefault(sign_of(o), {})[o.id] = known
        for key in keys_of(o):
            self._signs.setdefault(key, set()).add(sign_of(o))

    def answer(self, near: Neighbourhood, wanted: Wanted) -> Iterable[Known]:
        signs = set(wanted.signs)
        for key in wanted.keys:
            most = near.most_signs(key)
            found = sorted(self._signs.get(key, ()))
            if len(found) < most:
                signs.update(found)
            else:
                yield from (next(iter(self._seen[sign].values())) for sign in found[:most])
        for sign in signs:
            seen = list(self._seen.get(sign, {}).values())
            seen = seen[: near.most_seen] if sign.startswith("n") else seen
            self.read += len(seen)
            yield from seen
        yield from (self._by_id[id] for id in wanted.ids if id in self._by_id)

    def fill(self, near: Neighbourhood, wanted: Wanted) -> None:
        near.absorb(self.answer(near, wanted), wanted)
