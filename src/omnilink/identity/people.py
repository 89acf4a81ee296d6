"""People: what one decision knows and changes about personas, links and memberships.

Mutable by design and private to that decision; a store sees only what is read off it at the end. Ingest and the
links a person adds or revokes use the same code, so both keep the same rules.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import datetime

from omnilink.identity.components import partition
from omnilink.identity.online.spanning import DECISION, Tie
from omnilink.identity.resolve import PersonaSeed, only_contact
from omnilink.model.participant import Participant, Role
from omnilink.model.persona import (
    BY_OTHERS,
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

RULES = "rule:"
RULE = "rule:resolver"


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
        self._refs = {ref.key: ref for refs in members.values() for ref in refs} | dict(personas)
        self._holders = {key: {ref.key: ref for ref in refs} for key, refs in holders.items()}
        self._members = {contact: tuple(refs) for contact, refs in members.items()}
        self._links = {link.id: link for link in links}
        self._by_basis: dict[tuple[Method, str], dict[tuple[str, str], Link]] = {}
        for link in self._links.values():
            self._by_basis.setdefault((link.method, link.basis), {})[link.key_a, link.key_b] = link
        self._moved: set[str] = set()  # persona keys whose links changed
        self._claimed: dict[tuple[str, str, str, str], datetime] = {}
        self._new_links: dict[str, None] = {}
        self._revoked: dict[str, Revocation] = {}
        self._memberships: dict[str, str] = {}
        self.personas: list[Persona] = []
        self.attributions: list[Attribution] = []
        self.reinstated: list[str] = []

    # --- personas ---------------------------------------------------------------------------------------------

    def persona(self, seed: PersonaSeed, seen_at: datetime, *, key: str = "") -> PersonaRef:
        """The persona of a seed, made if it is new.

        Args:
            seed: what it shows.
            seen_at: when it was first seen.
            key: its key, where it is told from others that show the same.
        """
        key = key or seed.key
        if ref := self._refs.get(key):
            return ref
        # What is shown beside an address is somebody's word, the holder's own or another's: `claim` keeps their own.
        handle = seed.handle.model_copy(update={"display": None}) if seed.handle is not None else None
        made = Persona(
            id=self._new_id(),
            key=key,
            handle=handle,
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
            self._holders.setdefault(match_key, {})[ref.key] = ref
        return ref

    def adopt(self, ref: PersonaRef) -> None:
        """A persona just made, of a handle that only one contact holds, is that contact's."""
        for match_key in ref.match_keys:
            if (other := only_contact(ref, self._holders.get(match_key, {}))) is not None:
                evidence = (Evidence(kind="only-holder", refs=(f"key:{match_key}",)),)
                self.link(ref, other, method=Method.EXACT_KEY, basis="only-holder", by=RULE, evidence=evidence)

    def ref(self, key: str) -> PersonaRef | None:
        """A persona by its key, if it is known here."""
        return self._refs.get(key)

    @property
    def known(self) -> Iterable[PersonaRef]:
        """Every persona known here."""
        return [ref for refs in self._members.values() for ref in refs]

    @property
    def all_links(self) -> list[Link]:
        """Every link known here, new ones and revoked ones too."""
        return list(self._links.values())

    def holders(self, keys: Iterable[str]) -> dict[str, list[PersonaRef]]:
        """Handle's key → the personas that have it."""
        return {key: list(self._holders[key].values()) for key in keys if key in self._holders}

    def address(self, interaction: str, ordinal: int, participant: Participant, seed: PersonaSeed, source: str) -> None:
        """Says whom we write to ourselves."""
        ref = self._refs.get(seed.key)
        if ref is None:
            ref = self.persona(seed, self._now)
            self.adopt(ref)
            # Our own word for whom we have never heard of: what they call themselves is never measured against it.
            if name := participant.stated("name"):
                self._claim(ref, f"{BY_OTHERS}name", name, self._now, source)
        self.attribute(interaction, ordinal, participant.role, ref, "handle-and-stated-name" if seed.name else "handle")

    def attribute(
        self, interaction: str, ordinal: int, role: Role, ref: PersonaRef, kind: str, *, bits: float | None = None
    ) -> None:
        """Says that a participant is a persona.

        Args:
            kind: the rule.
            bits: how sure it is, where it is not certain.
        """
        self.attributions.append(
            Attribution(
                interaction=interaction,
                ordinal=ordinal,
                role=role,
                persona=ref.id,
                method=Method.EXACT_KEY if bits is None else Method.PROBABILISTIC,
                score=bits,
                evidence=(Evidence(kind=kind),),
                asserted_by=RULE,
                at=self._now,
            )
        )

    def claim(
        self, ref: PersonaRef, participant: Participant, at: datetime, source: str, *, by_others: bool = False
    ) -> None:
        """Keeps what was claimed of a persona, each (field, value, source) once, as first said.

        Args:
            by_others: it is somebody else's word, and kept as such.
        """
        stated = [(claim.field, claim.value) for claim in participant.claims]
        display = participant.handle.display if participant.handle is not None and not by_others else None
        if display and not participant.stated("display_name"):
            stated.append(("display_name", display))
        for field, value in stated:
            if value:
                self._claim(ref, f"{BY_OTHERS}{field}" if by_others else field, value, at, source)

    def _claim(self, ref: PersonaRef, field: str, value: str, at: datetime, source: str) -> None:
        mark = (ref.id, field, value, source)
        known = self._claimed.get(mark)
        if known is None or at < known:
            self._claimed[mark] = at

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
        score: float | None = None,
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
            score=score,
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

    def tie(self, concerned: Container[str], ties: Iterable[Tie]) -> None:
        """Brings the rules' links to what they should be.

        Args:
            concerned: keys of the personas whose links may have changed.
            ties: every link between these and others that should be in force.
        """
        wanted = {(t.a, t.b, t.verdict, t.method, t.basis): t for t in ties}
        for link in list(self._links.values()):
            name = (link.key_a, link.key_b, link.verdict, link.method, link.basis)
            ours = link.asserted_by.startswith(RULES) or link.basis.startswith(DECISION)
            if not ours or not (link.key_a in concerned or link.key_b in concerned):
                continue
            if link.in_force and name not in wanted:
                self.revoke(link, by=RULE, reason="decided again")
            elif not link.in_force and name in wanted and (link.revoked_by or "").startswith(RULES):
                self._reinstate(link)
            wanted.pop(name, None)
        for tie in wanted.values():
            self.link(
                self._refs[tie.a], self._refs[tie.b], method=tie.method, basis=tie.basis, by=tie.by or RULE,
                verdict=tie.verdict, evidence=tie.evidence, depends_on=tie.depends_on, score=tie.score,
            )  # fmt: skip

    def _reinstate(self, link: Link) -> None:
        if link.id in self._revoked:
            del self._revoked[link.id]
        else:
            self.reinstated.append(link.id)
        self._replace(link, revoked_at=None, revoked_by=None, revoked_reason=None)

    @property
    def claims(self) -> list[tuple[str, Claim]]:
        """What was claimed, by persona id."""
        return [
            (persona, Claim(field=field, value=value, source=source, at=at))
            for (persona, field, value, source), at in self._claimed.items()
        ]

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
