"""Turns: one decision after another over what is loaded of a store. The shell around the pure resolver.

What is loaded stays loaded: a later turn reads only what it lacks, and what others have stored meanwhile.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from omnilink.errors import Conflict
from omnilink.identity.online.findings import Findings
from omnilink.identity.online.footprint import PIN, sign_of_signature
from omnilink.identity.online.neighbourhood import Known, Neighbourhood, Wanted
from omnilink.identity.online.weights import Weights
from omnilink.model.persona import Decision
from omnilink.model.scope import Scope
from omnilink.resolution.seen import first_account, human, read_known
from omnilink.resolution.settled import Settled
from omnilink.store.base import DecisionStore, Lookup, ObservationLookup, Observations, ObservationStore
from omnilink.store.versions import DECISIONS, observation_version

if TYPE_CHECKING:
    import anyio

P = ParamSpec("P")
T = TypeVar("T")
MOST_LOADED = 300_000
"""Observations kept in memory at most, about 1 kB each; then a turn begins with nothing."""
ROUNDS = 200
"""Reads after which a neighbourhood is taken to have no end."""


class ResolvingStore(DecisionStore, ObservationStore, Protocol):
    """What resolving needs of a store."""


class Resolution:
    """Who is who in one tenant of a store, one turn at a time.

    Args:
        store, scope: where; needs a scope over all accounts.
        weights: the resolver's; the default set if not given.
    """

    def __init__(self, store: ResolvingStore, scope: Scope, weights: Weights | None = None) -> None:
        self._store, self._scope, self._weights = store, scope, weights
        self._near = Neighbourhood(weights)
        self._lock: anyio.Lock | None = None

    @asynccontextmanager
    async def turn(self, seq: int = 0) -> "AsyncIterator[Turn]":
        """One decision. What it entered is taken back unless it was kept.

        Args:
            seq: number of the store's last change, where the caller has just read it.
        """
        if self._lock is None:
            import anyio  # not loaded by who only reads a history

            self._lock = anyio.Lock()
        async with self._lock:
            if len(self._near.known) > MOST_LOADED:
                self._near = Neighbourhood(self._weights)
            turn = Turn(self._store, self._scope, self._near)
            try:
                await turn.catch_up(seq)
                yield turn
                self._near.undo()
            except BaseException as error:
                if isinstance(error, Conflict) and not turn.decided:
                    self._near.undo()
                else:  # whatever broke may have broken this as well
                    self._near = Neighbourhood(self._weights)
                raise


class Turn:
    """One decision over a neighbourhood. Made by `Resolution.turn`."""

    def __init__(self, store: ResolvingStore, scope: Scope, near: Neighbourhood) -> None:
        self._store, self._scope, self.near = store, scope, near
        self._region = near.begin()
        self.decided = False

    async def catch_up(self, seq: int) -> None:
        """Takes in what others have stored since the last turn."""
        near = self.near
        if near.seq and near.seq == seq:
            return
        since = near.seq or None
        answer = await self._store.read_observations(
            self._scope, ObservationLookup(since=since, decisions_since=near.seq)
        )
        known = [(read_known(stored), stored.sign) for stored in answer.found]
        near.absorb(each for each, sign in known if near.concerns(each.observation, sign))
        _enforce(near, answer.decisions)
        near.seq = answer.seq

    async def enter(self, known: Iterable[Known], handles: Iterable[str] = ()) -> None:
        """Takes in observations; what they need is read first.

        Args:
            known: what is new.
            handles: further keys whose holders have to be known: personas are made there that nobody showed.
        """
        near, new = self.near, list(known)
        self._region.keys.update(handles)
        again = [each.observation.id for each in new if each.rank]
        await self._load(near.needs([each.observation for each in new], again))
        await self._load(near.needs([near.known[id].observation for id in again if id in near.known]))
        await in_thread(_enter, near, new)

    async def load(self, ids: Iterable[str]) -> None:
        """Reads observations, and everything that decides who they are."""
        near, wanted = self.near, list(ids)
        await self._load(near.needs([], wanted))
        await self._load(near.needs([near.known[id].observation for id in wanted if id in near.known]))
        self._region.look_at(near.directory, wanted)
        await self._close()

    async def decide(self, decision: Decision, here: Iterable[str], there: Iterable[str]) -> Decision:
        """Puts a human decision in force.

        Args:
            decision: what is known of it; its number, sides and pins are still to be found.
            here, there: observations of either side.

        Returns:
            The decision, complete.
        """
        sides = (list(here), list(there))
        await self.load([*sides[0], *sides[1]])
        self.decided = True
        made = self.near.resolver.decide(
            same=decision.same, sides=sides, by=decision.by, at=int(decision.at.timestamp())
        )
        update = {"number": made.number, "sides": made.sides, "pinned": tuple(sorted(made.pinned))}
        return decision.model_copy(update=update)

    async def revoke(self, decision: Decision) -> None:
        """Takes a human decision back."""
        near = self.near
        signs = frozenset(sign_of_signature(each) for side in decision.sides for each in side)
        pins = frozenset(each.partition(PIN)[2] for side in decision.sides for each in side) - {""}
        await self._load(
            Wanted(
                signs=signs - near.signs, ids=frozenset(id for id in (*pins, *decision.pinned) if id not in near.known)
            )
        )
        there = (near.directory.personas.get(each) for side in decision.sides for each in side)
        await self.load(id for p in there if p is not None for id in p.seen)
        self.decided = True
        near.resolver.revoke(decision.number)

    async def settle(self, decisions: Sequence[Decision] = (), personas: Iterable[str] = ()) -> Settled:
        """Reads what is missing until everything that was re-decided is decided for certain.

        Args:
            decisions: of people, made or revoked in this turn.
            personas: keys of personas the caller needs as well.
        """
        near, region = self.near, self._region
        await self._close()
        findings = await in_thread(Findings, near, region)
        lookup = Lookup(personas=findings.personas | frozenset(personas), match_keys=findings.handles)
        context = await self._store.read_context(self._scope, lookup)
        versions = {**context.versions, DECISIONS: near.seq}
        versions.update((observation_version(key), near.seq) for key in findings.rests_on)
        entered = {id: (near.known[id], before) for id, before in near.entered.items()}
        return Settled(findings, context, versions, entered, near.known, decisions)

    def keep(self, seq: int, attributed: dict[str, tuple[str, str]]) -> None:
        """The turn's change is stored under this number."""
        self.near.keep(seq, attributed)

    async def _close(self) -> None:
        for _ in range(ROUNDS):
            wanted = await in_thread(self.near.missing, self._region)
            if not wanted:
                return
            await self._load(wanted)
        raise Conflict("a neighbourhood has no end", hint="report it: a key finds too many people")

    async def _load(self, wanted: Wanted) -> None:
        near = self.near
        if not wanted:
            return
        lookup = ObservationLookup(
            keys={key: near.most_signs(key) for key in wanted.keys},
            signs=wanted.signs,
            ids=wanted.ids,
            most_seen=near.most_seen,
        )
        answer = await self._store.read_observations(self._scope, lookup)
        await in_thread(_absorb, near, answer, wanted)


def _absorb(near: Neighbourhood, answer: Observations, wanted: Wanted) -> None:
    near.absorb(map(read_known, answer.found), wanted)


def _enter(near: Neighbourhood, new: Iterable[Known]) -> None:
    for each in new:
        before = near.known.get(each.observation.id)
        near.enter(first_account(before, each) if before is not None else each)


def _enforce(near: Neighbourhood, decisions: Iterable[Decision]) -> None:
    told = list(decisions)
    near.enforce((human(d) for d in told if d.in_force), (d.number for d in told if not d.in_force))


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Does the work of a turn beside the event loop, so that webhooks are answered meanwhile."""
    from anyio import to_thread  # not loaded by who only reads a history

    return await to_thread.run_sync(lambda: work(*args, **kwargs))
