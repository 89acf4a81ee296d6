"""Which persona took part, and which personas are one person: the first floor's rules, in every order."""

import random
from dataclasses import replace

import pytest

from omnilink.errors import Ambiguous
from omnilink.model import Attestation, Handle, HandleLearned
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio

TEL = "tel:+34600111222"


async def test_a_persona_is_keyed_by_its_handle(town, say, who):
    await town.send([say("m1", who("mailto:Ana@Example.org"))], [say("m2", who("mailto:ana@example.org"))])
    assert await town.people() == [["mailto:ana@example.org"]]


async def test_two_names_on_one_telephone_are_two_people_and_the_nameless_caller_is_neither(town, ring, who):
    ana = who(TEL, name="Ana García")
    await town.send([ring("c0", ana)], [ring("c1", ana)], [ring("c2", who(TEL))])
    assert await town.people() == [[TEL, f"{TEL}#ana garcia"]]
    await town.send([ring("c3", who(TEL, name="Luis Pérez"))])
    assert await town.people() == [[TEL], [f"{TEL}#ana garcia"], [f"{TEL}#luis perez"]]
    with pytest.raises(Ambiguous) as caught:
        await town.hub.timeline("+34 600 111 222")
    assert "600" not in str(caught.value)
    assert len(caught.value.choices) == 3
    page = await town.hub.timeline(TEL, name="García, Ana")
    assert {i.interaction.message_key for i in page.items} == {"c0", "c1"}


async def test_whoever_said_a_full_name_once_is_not_taken_for_the_next_nameless_caller(town, ring, who):
    await town.send([ring("c1", who(TEL, name="Ana García"))], [ring("c2", who(TEL))])
    assert await town.people() == [[TEL], [f"{TEL}#ana garcia"]]


async def test_a_name_stated_later_in_a_call_says_who_was_calling(town, ring, who):
    await town.send([ring("c1", who(TEL))])
    await town.send([ring("c1", who(TEL, name="Ana"), status="in-progress", step=1, digits="2")])
    await town.send([ring("c9", who(TEL, name="Luis"))])
    (item,) = (await town.hub.timeline(TEL, name="Ana")).items
    assert item.state == "in-progress"
    assert item.current_parts[0].digits == "2"


async def test_a_failed_authentication_identifies_nobody(town, say, who):
    forged = who("mailto:ana@example.org", attestation=Attestation.FAILED)
    await town.send([say("m1", who("mailto:ana@example.org"))], [say("m2", forged)])
    assert len(await town.people()) == 2
    page = await town.hub.timeline("ana@example.org")
    assert [i.interaction.message_key for i in page.items] == ["m1"]


async def test_the_same_number_on_sms_and_whatsapp_is_one_person_while_it_has_one_name(town, say, ring, who):
    await town.send([say("m1", who(TEL))], [say("m2", who("wa:34600111222"))])
    assert await town.people() == [[TEL, "wa:+34600111222"]]
    await town.send([ring("c1", who(TEL, name="Ana"))], [ring("c2", who(TEL, name="Luis"))])
    assert [len(group) for group in await town.people()] == [1, 1, 1, 1]


async def test_what_the_platform_attests_is_one_person(town, say, who):
    learned = HandleLearned(
        event_key="l1", lane_key="l", handles=(Handle.parse("wa:34600111222"), Handle.parse("wa_bsuid:B1/U9"))
    )
    await town.send([learned], [learned])
    assert await town.people() == [["wa:+34600111222", "wa_bsuid:B1/U9"]]
    assert await town.books() == {"recorded": 1, "duplicate": 1}


async def test_our_own_side_is_no_citizen(town, say, who):
    await town.send([say("m1", who("mailto:office@town.example", own=True), who("mailto:ana@example.org", role="to"))])
    assert await town.people() == [["mailto:ana@example.org"]]
    (item,) = (await town.hub.timeline("ana@example.org")).items
    assert item.direction == "outbound"


def _stream(say, ring, who, rng):
    """Events that meet in every way the first floor knows."""
    numbers = [f"+3460000000{n}" for n in range(3)]
    events = []
    for n in range(rng.randint(3, 9)):
        number = rng.choice(numbers)
        kind = rng.randint(0, 3)
        if kind == 0:
            events.append(say(f"m{n}", who(f"tel:{number}")))
        elif kind == 1:
            events.append(say(f"m{n}", who(f"wa:{number}")))
        elif kind == 2:
            # Several callbacks of one call, some with a name.
            name = rng.choice(["Ana", "Luis", None])
            spoke = [who(f"tel:{number}", name=name)] if rng.random() < 0.8 else []  # a recording's names nobody
            events.append(ring(f"c{number}", *spoke, step=n))
        else:
            wa, user = Handle.parse(f"wa:{number}"), Handle.parse(f"wa_bsuid:B/U{rng.randint(1, 2)}")
            events.append(HandleLearned(event_key=f"l{n}", lane_key="l", handles=(wa, user)))
    return events


async def test_every_order_and_batching_gives_the_same_people_and_records(make_town, say, ring, who):
    for seed in range(60):
        rng = random.Random(seed)
        events = _stream(say, ring, who, rng)
        found, digests = [], set()
        for _ in range(3):
            rng.shuffle(events)
            town = make_town()
            if rng.random() < 0.5:
                await town.send(*([e] for e in events))
            else:
                for event in events:
                    await town.send([event])
            found.append(await town.people())
            digests.add(await town.store.read_digest(town.hub.scope))
        assert found[0] == found[1] == found[2], seed
        assert len(digests) == 1, seed


async def test_a_call_whose_recording_came_first_still_says_who_called(town, ring, who):
    await town.send([ring("c1", recording_ref="https://calls.example/1")], [ring("c1", who(TEL), step=1)])
    (row,) = await town.hub.contacts(limit=10)
    (item,) = (await town.hub.timeline(row.id)).items
    assert [p.handle.key for p in item.interaction.participants] == [TEL]


async def test_the_digest_of_calls_is_the_same_in_both_stores(make_town, say, ring, who, tmp_path):
    named = who(TEL, name="Ana")
    events = [ring("c1"), ring("c1", who(TEL), step=1), ring("c1", named, step=2), say("m1", who("wa:+34600111222"))]
    digests = set()
    for n, order in enumerate((events, events[::-1])):
        disk = await SqliteStore.open(tmp_path / f"{n}.db")
        for town in (make_town(), make_town(disk)):
            await town.send(*([e] for e in order))
            digests.add(await town.store.read_digest(town.hub.scope))
        await disk.aclose()
    assert len(digests) == 1


async def test_revoking_a_persons_link_gives_the_people_there_would_be_without_it(make_town, say, ring, who):
    for seed in range(60):
        rng = random.Random(seed)
        events = _stream(say, ring, who, rng)
        with_link, without = make_town(), make_town()
        cut = rng.randint(2, len(events))
        for town in with_link, without:
            await town.send(*([e] for e in events[:cut]))
        rows = await with_link.hub.contacts(limit=100)
        a, b = rng.choice(rows).id, rng.choice(rows).id
        link = None
        if a != b:
            link = await with_link.hub.link(a, b, by="maria", different=rng.random() < 0.3)
        for town in with_link, without:
            await town.send(*([e] for e in events[cut:]))
        if link is not None:
            await with_link.hub.revoke_link(link.id, by="maria", reason="mistake")
        assert await with_link.people() == await without.people(), seed


async def test_a_different_link_keeps_two_people_apart_and_its_revocation_joins_them_again(town, say, who):
    await town.send([say("m1", who(TEL))], [say("m2", who("wa:34600111222"))])
    apart = await town.hub.link(TEL, "wa:+34600111222", different=True, by="maria", reason="told us so")
    assert await town.people() == [[TEL], ["wa:+34600111222"]]
    why = await town.hub.explain(TEL, "wa:+34600111222")
    assert not why.same
    assert [link.id for link in why.against] == [apart.id]
    assert len(why.blocked) == 1
    await town.hub.revoke_link(apart.id, by="maria", reason="mistake")
    assert await town.people() == [[TEL, "wa:+34600111222"]]
    assert (await town.hub.explain(TEL, "wa:+34600111222")).same


async def test_a_rules_link_revoked_by_a_person_is_not_made_again(town, say, who):
    await town.send([say("m1", who(TEL))], [say("m2", who("wa:34600111222"))])
    (link,) = (await town.hub.explain(TEL, "wa:+34600111222")).path
    await town.hub.revoke_link(link.id, by="maria", reason="two people")
    await town.send([say("m3", who(TEL))], [say("m4", who("wa:34600111222"))])
    # Who uses the number without a name from now on is neither of the two who were told apart.
    assert [len(group) for group in await town.people()] == [1, 1, 1, 1]
    why = await town.hub.explain(link.a, link.b)
    assert [r.revoked_by for r in why.revoked] == ["maria"]


async def test_every_contact_id_ever_issued_still_resolves(town, say, who):
    await town.send([say("m1", who(TEL))], [say("m2", who("mailto:ana@example.org"))])
    before = [row.id for row in await town.hub.contacts()]
    await town.hub.link(TEL, "ana@example.org", by="maria")
    found = {(await town.hub.contact(id_)).id for id_ in before}
    assert found == {min(before)}


async def test_callers_who_withhold_their_number_are_not_one_person(town, ring, who):
    await town.send([ring("c1", who("tel:anonymous"))], [ring("c2", who("tel:anonymous"))])
    assert [len(group) for group in await town.people()] == [1, 1]


async def test_a_call_whose_first_callback_named_nobody_learns_who_it_was(town, ring, who):
    recording = ring("c1", who(TEL), status="completed").model_copy(update={"participants": ()})
    await town.send([recording], [ring("c1", who(TEL), status="completed", step=1)])
    assert len((await town.hub.timeline(TEL)).items) == 1


async def test_an_explanation_shows_what_rules_decided_anew_only_when_asked(town, say, who):
    await town.send([say("m1", who(TEL))], [say("m2", who("wa:34600111222"))])
    why = await town.hub.explain(TEL, "wa:+34600111222")
    gone = {"revoked_at": town.now, "revoked_by": "rule:resolver", "revoked_reason": "decided again"}
    anew = why.path[0].model_copy(update=gone)
    assert replace(why, revoked=(anew,)).text() == why.text()
    assert "revoked by rule:resolver (decided again)" in replace(why, revoked=(anew,)).text(superseded=True)
    apart = replace(why, same=False, path=(), revoked=(anew,))
    assert apart.text() == "two people\nnothing is in force that joins them"
    by_maria = anew.model_copy(update={"revoked_by": "maria", "revoked_reason": "mistake"})
    assert "revoked by maria (mistake)" in replace(apart, revoked=(anew, by_maria)).text()
