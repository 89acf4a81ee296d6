"""The context of a decision: everything the lookup names, absent things as version 0."""

import pytest
from tests.store.town import about, say

from omnilink.errors import ScopeDenied
from omnilink.model import Verdict
from omnilink.model.persona import Revocation
from omnilink.model.scope import Scope
from omnilink.store.base import Change, Context, Lookup, Parked

pytestmark = pytest.mark.anyio


async def read(store, town, **names) -> Context:
    return await store.read_context(town.scope, Lookup(**{name: frozenset(keys) for name, keys in names.items()}))


async def test_what_is_absent_has_version_0(store, town):
    context = await read(
        store, town, events=[("sms", "e")], messages=["m"], personas=["p"], match_keys=["k"], conversation_keys=["c"],
        contacts=["nobody"],
    )  # fmt: skip
    assert len(context.versions) == 6
    assert set(context.versions.values()) == {0}
    empty = Context(versions=context.versions)
    assert context == empty


async def test_known_events_are_those_recorded_parked_or_ignored(store, town):
    await town.deliver(store, say("1"), about("2", "1"), about("3", "later"), {"ignore": "4"}, {"bad": "5"}, say("1"))
    await town.settle(store)
    context = await read(store, town, events=[("sms", key) for key in "12345"] + [("mail", "1")], messages=["1"])
    interaction = context.messages["1"][0].id
    known = {("sms", "1"): interaction, ("sms", "2"): interaction, ("sms", "3"): "", ("sms", "4"): ""}
    assert context.events == known


async def test_messages_come_oldest_first_with_their_attributions(store, town):
    conversation, people = town.conversation(), [town.persona(f"tel:+3460000000{n}") for n in range(2)]
    messages = [town.interaction("m", conversation.id, content=content) for content in ("b", "a")]
    attributions = [town.attribution(messages[0].id, people[n].id, n) for n in (1, 0)]
    await store.commit_change(
        town.scope,
        Change(conversations=[conversation], interactions=messages, personas=people, attributions=attributions),
    )
    context = await read(store, town, messages=["m", "n"])
    assert [(ref.id, ref.content_key, ref.account, ref.kind) for ref in context.messages["m"]] == [
        (messages[0].id, "b", "sms", "message"),
        (messages[1].id, "a", "sms", "message"),
    ]
    assert context.messages["m"][0].attributed == ((0, people[0].key), (1, people[1].key))
    assert set(context.members) == {p.id for p in people}
    assert "n" not in context.messages


async def test_parked_events_wait_under_their_target(store, town):
    await town.deliver(store, about("1", "m"), about("2", "m"), about("3", "other"))
    await town.settle(store)
    (envelope,) = await store.read_envelopes(town.scope)
    parked = (await read(store, town, messages=["m", "x"])).parked
    bodies = ['{"about": "1", "target": "m"}', '{"about": "2", "target": "m"}']
    assert parked == {"m": tuple(Parked(envelope.id, n, "sms", body) for n, body in enumerate(bodies))}
    await town.deliver(store, say("m"))
    await town.settle(store)
    assert (await read(store, town, messages=["m"])).parked == {}
    ledger = await store.read_ledger(town.scope)
    assert ledger.balanced
    assert (ledger.events["parked"], ledger.events["recorded"]) == (1, 3)


async def people_of(store, town, count):
    people = [town.persona(f"tel:+3460000000{n}") for n in range(count)]
    await store.commit_change(town.scope, Change(personas=people, memberships={p.id: p.id for p in people}))
    return people


async def test_holders_are_all_personas_with_a_match_key(store, town):
    named = [town.persona(name=name) for name in ("ana", "eva")]
    other = town.persona("tel:+34699999999")
    await store.commit_change(town.scope, Change(personas=[*named, other]))
    context = await read(store, town, match_keys=["tel:+34600000001", "tel:none"], personas=[other.key])
    assert [ref.id for ref in context.holders["tel:+34600000001"]] == [p.id for p in named]
    assert [(ref.key, ref.name, ref.match_keys) for ref in context.holders["tel:+34600000001"]] == [
        (p.key, p.name, p.match_keys) for p in named
    ]
    assert context.personas[other.key].contact == other.id
    assert set(context.members) == {p.id for p in (*named, other)}


async def test_members_are_whole_contacts_and_all_that_same_links_reach(store, town):
    a, b, c, d, e, f = people = await people_of(store, town, 6)
    links = {
        "within": town.link(a, b),
        "blocked": town.link(b, c),
        "beyond": town.link(c, d),
        "different": town.link(a, c, Verdict.DIFFERENT),
        "border": town.link(d, e, Verdict.DIFFERENT),
        "revoked": town.link(a, f),
        "revoked within": town.link(a, b, basis="human:2"),
        "elsewhere": town.link(e, f),
    }
    revoked = [Revocation(links[name].id, town.now(), "eva", "wrong") for name in ("revoked", "revoked within")]
    await store.commit_change(
        town.scope, Change(links=list(links.values()), revoked=revoked, memberships={b.id: a.id, f.id: e.id})
    )
    context = await read(store, town, contacts=[b.id])
    assert {contact: [ref.id for ref in refs] for contact, refs in context.members.items()} == {
        a.id: [a.id, b.id],
        c.id: [c.id],
        d.id: [d.id],
    }
    assert {ref.contact for ref in context.members[a.id]} == {a.id}
    names = {link.id: name for name, link in links.items()}
    found = [names[link.id] for link in context.links]
    assert set(found) == {"within", "blocked", "beyond", "different", "border", "revoked within"}
    assert [link.id for link in context.links] == sorted(link.id for link in context.links)
    by_name = dict(zip(found, context.links, strict=True))
    assert by_name["within"] == links["within"]
    assert by_name["revoked within"].revoked_by == "eva"
    assert len(people) == 6


async def test_conversations_follow_merges(store, town):
    first, second, third = (town.conversation() for _ in range(3))
    keys = {"1": first.id, "2": second.id, "3": third.id}
    await store.commit_change(town.scope, Change(conversations=[first, second, third], conversation_keys=keys))
    await store.commit_change(town.scope, Change(merges=[(first.id, second.id)]))
    await store.commit_change(town.scope, Change(merges=[(second.id, third.id)]))
    context = await read(store, town, conversation_keys=["1", "2", "3", "4"])
    assert context.conversations == dict.fromkeys("123", third.id)


async def test_a_lookup_may_be_large(store, town):
    await town.deliver(store, *(say(str(n), f"tel:+346{n:08}") for n in range(700)))
    await town.settle(store)
    keys = [str(n) for n in range(1400)]
    context = await read(
        store, town, events=[("sms", key) for key in keys], messages=keys,
        personas=[f"tel:+346{n:08}" for n in range(1400)],
    )  # fmt: skip
    assert len(context.events) == len(context.messages) == len(context.personas) == len(context.members) == 700


async def test_odd_text_in_keys_is_found_again(store, town):
    keys = ["nul\0in", "quote'\"", "línea\n", "\N{PILE OF POO}", "", " ", "?*"]
    await town.deliver(store, *(say(f"m{key}", thread=f"t{key}") for key in keys))
    await town.settle(store)
    context = await read(
        store, town, messages=[f"m{key}" for key in keys], events=[("sms", f"m{key}") for key in keys],
        conversation_keys=[f"t{key}" for key in keys],
    )  # fmt: skip
    assert len(context.messages) == len(context.events) == len(context.conversations) == len(keys)
    # And again as versions: a change that touches nothing of it goes through.
    other = await read(store, town, messages=["other"])
    await store.commit_change(town.scope, Change(seq=other.seq, versions=other.versions))
    await store.commit_change(town.scope, Change(seq=context.seq, versions=context.versions))


async def test_identity_is_decided_over_the_whole_tenant_only(store, town):
    limited = Scope("town", frozenset({"sms"}))
    with pytest.raises(ScopeDenied):
        await store.read_context(limited, Lookup())
    with pytest.raises(ScopeDenied):
        await store.commit_change(limited, Change())
