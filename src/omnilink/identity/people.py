"""People: what one decision knows and changes about personas, links and memberships.

Mutable by design and private to that decision; a store sees only what is read off it at the end. Ingest and the
links a person adds or revokes use the same code, so both keep the same rules.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import combinations

from omnilink.identity.components import partition
from omnilink.identity.resolve import RULE_EXACT, PersonaSeed, is_shared, plan_exact, seed_mailbox
from omnilink.model.participant import Participant
from omnilink.model.persona import (
    Attribution,
    Claim,
    Evidence,
    Link,
    Method,
    Persona,
    PersonaRef,
    Revocation,
    Verdict,
)


class People:
    """What a decision knows and changes about people.

    Args:
        personas: key → persona, as far as they exist.
        holders: match key → all personas that have it.
        members: contact id → all its personas, for every contact concerned.
        links: every link among those, revoked ones included.
        new_id: makes public ids.
        now: the time of automatic decisions.
    """

    def __init__(
        self,
        *,
        personas: Mapping[str, PersonaRef],
        holders: Mapping[str, Iterable[PersonaRef]],
        members: Mapping[str, Iterable[PersonaRef]],
        links: Iterable[Link],
        new_id: Callable[[], str],
        now: datetime,
    ) -> None:
        self._new_id, self._now = new_id, now
        self._refs = dict(personas)
        self._holders = {key: {ref.key: ref for ref in refs} for key, refs in holders.items()}
        self._members = {contact: tuple(refs) for contact, refs in members.items()}
        self._links = {link.id: link for link in links}
        self._by_basis: dict[tuple[Method, str], dict[tuple[str, str], Link]] = {}
        for link in self._links.values():
            self._by_basis.setdefault((link.method, link.basis), {})[link.key_a, link.key_b] = link
        self._moved: set[str] = set()  # persona keys whose links changed
        self._claimed: set[tuple[str, str, str, str]] = set()
        self._new_links: dict[str, None] = {}
        self._revoked: dict[str, Revocation] = {}
        self._memberships: dict[str, str] = {}
        self.personas: list[Persona] = []
        self.claims: list[tuple[str, Claim]] = []
        self.attributions: list[Attribution] = []

    # --- personas ---------------------------------------------------------------------------------------------

    def persona(self, seed: PersonaSeed, seen_at: datetime) -> PersonaRef:
        """The persona of a seed, made if it is new; a new one is compared with all holders of its keys."""
        if ref := self._refs.get(seed.key):
            return ref
        made = Persona(
            id=self._new_id(),
            key=seed.key,
            handle=seed.handle,
            match_keys=seed.match_keys,
            name=seed.name,
            born_at=seen_at,
        )
        ref = PersonaRef(made.id, made.key, made.id, made.match_keys, made.name)
        self.personas.append(made)
        self._refs[ref.key] = ref
        self._members[ref.id] = (ref,)
        self._memberships[ref.id] = ref.id
        for match_key in ref.match_keys:
            if is_shared(match_key):
                self._holders.setdefault(match_key, {})[ref.key] = ref
                self._apply_exact(match_key, ref)
            elif match_key != ref.key:
                self._link_exact(ref, self.persona(seed_mailbox(match_key), seen_at), match_key, "mailbox")
        return ref

    def attribute(
        self, interaction: str, ordinal: int, participant: Participant, seed: PersonaSeed, at: datetime, source: str
    ) -> PersonaRef:
        """Says that a participant is a persona, and keeps what was claimed of them."""
        ref = self.persona(seed, at)
        self.attributions.append(
            Attribution(
                interaction=interaction,
                ordinal=ordinal,
                role=participant.role,
                persona=ref.id,
                method=seed.method,
                evidence=(Evidence(kind=seed.reason),),
                asserted_by="rule:first-floor",
                at=self._now,
            )
        )
        self.claim(ref, participant, at, source)
        return ref

    def claim(self, ref: PersonaRef, participant: Participant, at: datetime, source: str) -> None:
        """Keeps what was claimed of a persona, each (field, value, source) once."""
        stated = [(claim.field, claim.value) for claim in participant.claims]
        if participant.handle is not None and participant.handle.display and not participant.stated("display_name"):
            stated.append(("display_name", participant.handle.display))
        for field, value in stated:
            mark = (ref.id, field, value, source)
            if value and mark not in self._claimed:
                self._claimed.add(mark)
                self.claims.append((ref.id, Claim(field=field, value=value, source=source, at=at)))

    # --- links ------------------------------------------------------------------------------------------------

    def link(
        self,
        a: PersonaRef,
        b: PersonaRef,
        *,
        method: Method,
        basis: str,
        by: str,
        verdict: Verdict = Verdict.SAME,
        evidence: tuple[Evidence, ...] = (),
        depends_on: tuple[str, ...] = (),
        at: datetime | None = None,
    ) -> Link | None:
        """Links two personas; the same pair, method and basis is one link for ever.

        Returns:
            The new link; None where it exists (in force or revoked) or the two are one persona.
        """
        if a.key == b.key:
            return None
        if a.key > b.key:
            a, b = b, a
        of_basis = self._by_basis.setdefault((method, basis), {})
        if (a.key, b.key) in of_basis:
            return None
        made = Link(
            id=self._new_id(),
            a=a.id,
            b=b.id,
            key_a=a.key,
            key_b=b.key,
            verdict=verdict,
            method=method,
            basis=basis,
            evidence=evidence,
            depends_on=depends_on,
            asserted_by=by,
            at=at or self._now,
        )
        self._links[made.id] = made
        of_basis[a.key, b.key] = made
        self._new_links[made.id] = None
        self._moved.update((a.key, b.key))
        return made

    def attest(self, refs: Iterable[PersonaRef], *, basis: str, by: str, at: datetime) -> None:
        """The platform itself says that these personas are one account's."""
        for a, b in combinations(sorted(refs, key=lambda r: r.key), 2):
            self.link(
                a, b, method=Method.PLATFORM_ATTESTED, basis=basis, by=by, at=at,
                evidence=(Evidence(kind="platform-attested", refs=(basis,)),),
            )  # fmt: skip

    def revoke(self, link: Link, *, by: str, reason: str) -> None:
        """Puts a link out of force."""
        # A link made and revoked within one batch is written as both: batch borders must not change the history.
        self._revoked[link.id] = Revocation(link.id, self._now, by, reason)
        self._replace(link, revoked_at=self._now, revoked_by=by, revoked_reason=reason)

    def _replace(self, link: Link, **fields: object) -> None:
        changed = link.model_copy(update=fields)
        self._links[link.id] = changed
        self._by_basis[link.method, link.basis][link.key_a, link.key_b] = changed
        self._moved.update((link.key_a, link.key_b))

    def _apply_exact(self, match_key: str, newcomer: PersonaRef) -> None:
        holders = self._holders[match_key]
        basis = f"key:{match_key}"
        made = self._by_basis.get((Method.EXACT_KEY, basis), {})
        plan = plan_exact(newcomer, holders, made.values())
        for key in plan.link_with:
            self._link_exact(newcomer, holders[key], match_key, plan.band)
        for link in plan.revoke:
            self.revoke(link, by=RULE_EXACT, reason=f"the key is shared: {plan.band}")

    def _link_exact(self, a: PersonaRef, b: PersonaRef, match_key: str, band: str) -> None:
        basis = f"key:{match_key}"
        self.link(
            a,
            b,
            method=Method.EXACT_KEY,
            basis=basis,
            by=RULE_EXACT,
            evidence=(Evidence(kind="exact-key", refs=(basis,)),),
            depends_on=(f"band:{match_key}={band}",),
        )

    # --- the result -------------------------------------------------------------------------------------------

    def memberships(self) -> dict[str, str]:
        """Persona id → contact id, for every persona whose contact is new or another one."""
        self._recompute()
        return self._memberships

    def _recompute(self) -> None:
        if not self._moved:
            return
        contact_of = {ref.key: contact for contact, refs in self._members.items() for ref in refs}
        same = [link for link in self._links.values() if link.in_force and link.verdict is Verdict.SAME]
        near: dict[str, set[str]] = {}
        for link in same:
            a, b = contact_of.get(link.key_a), contact_of.get(link.key_b)
            if a and b and a != b:
                near.setdefault(a, set()).add(b)
                near.setdefault(b, set()).add(a)
        todo = {contact_of[key] for key in self._moved if key in contact_of}
        reached: set[str] = set()
        while todo:
            contact = todo.pop()
            reached.add(contact)
            todo |= near.get(contact, set()) - reached
        refs = {ref.key: ref for contact in reached for ref in self._members[contact]}
        inside = [link for link in self._links.values() if link.key_a in refs and link.key_b in refs]
        for keys in partition(refs, inside).members().values():
            contact = min(refs[key].id for key in keys)
            for key in keys:
                if contact_of[key] != contact:
                    self._memberships[refs[key].id] = contact
        self._moved.clear()

    def links(self) -> list[Link]:
        """New links, as they were made (their revocations are told apart)."""
        return [
            self._links[id_].model_copy(update={"revoked_at": None, "revoked_by": None, "revoked_reason": None})
            for id_ in self._new_links
        ]

    def revocations(self) -> list[Revocation]:
        """Links put out of force."""
        return list(self._revoked.values())
