"""The books of a store in memory: ledgers, digest, check."""

from collections import Counter
from itertools import chain

from omnilink.model.consent import Consent
from omnilink.model.envelope import Envelope, EnvelopeState
from omnilink.model.persona import Claim, Link, Verdict
from omnilink.model.scope import Scope
from omnilink.model.view import Ledger
from omnilink.store import digest as lines
from omnilink.store.base import EventState
from omnilink.store.memory.state import State, in_scope
from omnilink.store.partition import partition_problems


def read_ledger(state: State, scope: Scope, account: str | None) -> Ledger:
    """Both ledgers; see `base.LedgerStore`."""

    def counted(name: str) -> bool:
        return in_scope(scope, [name]) if account is None else name == account

    accounts = [row for name, row in state.accounts.items() if counted(name)]
    rows = [row for row in state.envelopes.values() if counted(row.envelope.account)]
    states = Counter(row.envelope.state for row in rows)
    events = Counter(row.event.state for row in state.events.values() if counted(row.event.account))
    refused: Counter[str] = Counter()
    for (name, reason), count in state.refused.items():
        if counted(name):
            refused[reason] += count
    return Ledger(
        received=sum(row.received for row in accounts),
        duplicate=sum(row.duplicate for row in accounts),
        pending=states[EnvelopeState.PENDING],
        processed=states[EnvelopeState.PROCESSED],
        quarantined=states[EnvelopeState.QUARANTINED],
        parsed=sum(row.parsed for row in rows),
        events={kind.value: events[kind] for kind in EventState},
        refused=dict(refused),
    )


def read_digest(state: State) -> str:
    """The canonical digest; see `base.LedgerStore`."""
    digest = lines.Digest()
    digest.add("envelopes", (_envelope_line(row.envelope) for row in state.envelopes.values()))
    events = (row.event for row in state.events.values())
    digest.add("events", ((e.account, e.event_key, e.type, e.state) for e in events))
    interactions = {name: row.interaction for name, row in state.interactions.items() if row.same_as is None}
    names = {name: (i.message_key, i.content_key) for name, i in interactions.items()}
    arrivals = {name: [(a.account, a.event_key) for a in i.arrivals] for name, i in interactions.items()}
    digest.add("interactions", (lines.interaction_line(i, arrivals[name]) for name, i in interactions.items()))
    revisions = (r for rows in state.revisions.values() for r in rows)
    later = (lines.revision_line(names[r.interaction], r) for r in revisions)
    first = (line for name, i in interactions.items() for line in lines.first_callback_lines(i, arrivals[name]))
    digest.add("revisions", chain(later, first))
    keys = {name: row.persona.key for name, row in state.personas.items()}
    # What a case or a human once told apart, and nobody is any more: it is kept only for whoever knows its id.
    left = {name for name, key in keys.items() if "!" in key and name not in state.attributed}
    personas = (row.persona for name, row in state.personas.items() if name not in left)
    digest.add("personas", (lines.persona_line(p.key, map(_claim, p.claims)) for p in personas))
    attributions = state.attributions.values()
    digest.add(
        "attributions", ((names[a.interaction], a.ordinal, a.role, keys[a.persona], a.method) for a in attributions)
    )
    links = [row.link for row in state.links.values() if not left & {row.link.a, row.link.b}]
    digest.add("links", (_link_line(x) for x in links if lines.holds(in_force=x.in_force, revoked_by=x.revoked_by)))
    digest.add("decisions", (lines.decision_line(row.decision) for row in state.decisions.values()))
    digest.add("relationships", map(lines.relationship_line, state.relationships.values()))
    contacts = (sorted(keys[p] for p in members if p not in left) for members in state.members.values())
    digest.add("contacts", filter(None, contacts))
    digest.add("conversations", _conversation_lines(state, names))
    splits = state.splits.values()
    digest.add("splits", (lines.split_line(split, [names[name] for name in split.messages]) for split in splits))
    digest.add("consents", (_consent_line(keys[c.persona], c) for c in state.consents.values()))
    digest.add("message keys", ((key, *names[name]) for key, (name, _) in state.aliases.items()))
    digest.add("outbox", (lines.outbox_line(names[item.interaction], item) for item in state.outbox.values()))
    digest.add("replies", (lines.reply_line(reply) for reply in state.replies.values()))
    digest.add("media", (lines.media_line(names[item.interaction], item) for item in state.media.values()))
    placed = [a for a in state.assignments.values() if a.by_person and a.in_force]
    digest.add("cases by people", ((*names[a.cause], int(a.interaction is not None), a.asserted_by) for a in placed))
    digest.add("case decisions", map(lines.case_decision_line, state.case_decisions.values()))
    digest.add("feeds", ((e.account, e.feed, e.n) for entries in state.feeds.values() for e in entries))
    return digest.hex()


def _envelope_line(e: Envelope) -> lines.Line:
    return (e.account, e.sha256, e.delivery_key, e.state, e.reason)


def _claim(c: Claim) -> tuple[str, str, str, bool]:
    return (c.field, c.value, c.source, c.retracted_at is not None)


def _link_line(link: Link) -> lines.Line:
    named = (link.key_a, link.key_b, link.verdict, link.method, link.basis)
    return lines.link_line(*named, in_force=link.in_force, revoked_by=link.revoked_by)


def _consent_line(key: str, c: Consent) -> lines.Line:
    return (key, c.purpose, c.sender, c.state, c.evidence)


def _conversation_lines(state: State, names: dict[str, tuple[str, str | None]]) -> list[lines.Line]:
    found: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
        name: ([], []) for name, row in state.conversations.items() if row.root == name
    }
    for key, (name, _) in state.conversation_keys.items():
        found[state.conversations[name].root][0].append(key)
    for name, (message_key, content_key) in names.items():
        row = state.interactions[name]
        found[state.conversations[row.interaction.conversation].root][1].append((message_key, content_key or ""))
    return [(sorted(keys), sorted(items)) for keys, items in found.values()]


def check(state: State) -> list[str]:
    """Problems found in one tenant; see `base.LedgerStore`."""
    names = {*state.accounts, *(row.envelope.account for row in state.envelopes.values())}
    unbalanced = [name for name in sorted(names) if not read_ledger(state, Scope(""), name).balanced]
    problems = [f"the ledgers of account {name} do not balance" for name in unbalanced]
    contacts = {name: row.contact for name, row in state.personas.items()}
    links = [row.link for row in state.links.values() if row.link.in_force]
    same = [(link.a, link.b) for link in links if link.verdict is Verdict.SAME]
    different = [(link.a, link.b) for link in links if link.verdict is Verdict.DIFFERENT]
    return problems + partition_problems(contacts, same, different) + _case_problems(state)


def _case_problems(state: State) -> list[str]:
    in_force = [a for a in state.assignments.values() if a.in_force]
    held = {(a.case, state.root(a.conversation).root) for a in in_force}
    known = {(case, state.root(c).root) for case, threads in state.case_threads.items() for c in threads}
    revoked = {row.link.id for row in state.links.values() if not row.link.in_force}
    stale = sum(not a.by_person and bool(revoked.intersection(a.depends_on)) for a in in_force)
    placed = {root for _, root in held}
    decided = [row for row in state.interactions.values() if row.number < state.case_upto and row.same_as is None]
    waiting = {state.root(state.interactions[name].interaction.conversation).root for name in state.rechecks}
    roots = [state.root(row.interaction.conversation).root for row in decided]
    found = {
        "assignments of which their case knows nothing": len(held - known),
        "conversations that a case knows of and does not hold": len(known - held),
        "assignments in force that rest on a revoked link": stale,
        "interactions that were decided about and are under no case": sum(
            root not in placed and root not in waiting for root in roots
        ),
    }
    return [f"{number} {name}" for name, number in found.items() if number]
