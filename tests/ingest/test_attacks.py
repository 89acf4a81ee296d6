"""What a stranger can send must not change somebody else's history. Each test is a trick that once worked."""

import time
from itertools import permutations

import pytest

from omnilink.errors import BadInput
from omnilink.model import Attestation, DeliveryUpdated, Handle, HandleLearned, Role

pytestmark = pytest.mark.anyio

ANA = "mailto:ana@example.org"


async def test_a_forged_own_address_is_not_ours(make_town, say, who):
    town = make_town()
    town.hub.accounts.ensure("desk", "scripted")
    forged = who("mailto:office@town.example", own=True, attestation=Attestation.FAILED)
    await town.send([say("m1", forged, who(ANA, role=Role.TO))])
    (item,) = (await town.hub.timeline(ANA)).items
    assert item.direction == "inbound"
    assert not item.interaction.participants[0].own
    assert "failed" in item.why.text


async def test_a_forger_who_copies_the_victim_in_does_not_reach_their_history(town, say, who):
    forged = who(ANA, attestation=Attestation.FAILED)
    await town.send(
        [say("m1", who(ANA))], [say("m2", forged, who(ANA, role=Role.CC), who("mailto:bob@x.example", role=Role.TO))]
    )
    assert [i.interaction.message_key for i in (await town.hub.timeline(ANA)).items] == ["m1"]
    (seen_by_bob,) = (await town.hub.timeline("bob@x.example")).items
    assert "failed the sender's check" in seen_by_bob.why.text


async def test_every_copy_of_a_mail_names_its_people_whichever_comes_first(make_town, say, who):
    ana, carl = who(ANA), who("mailto:carl@example.org", role=Role.BCC)
    copies = [("desk", say("mail:1", ana, content="c")), ("branch", say("mail:1", ana, carl, content="c"))]
    found = []
    for order in permutations(copies):
        town = make_town()
        for account, copy in order:
            await town.send([copy], account=account)
        found.append(await town.people())
        for person in (ANA, "mailto:carl@example.org"):
            assert len((await town.hub.timeline(person)).items) == 1
        assert await town.store.check() == []
    assert found[0] == found[1] == [[ANA], ["mailto:carl@example.org"]]


async def test_a_receipt_belongs_to_what_we_sent_in_every_order(make_town, say, who):
    office = who("mailto:office@town.example", own=True)
    ours = say("mail:1", office, who(ANA, role=Role.TO), content="z")
    eves = say("mail:1", who("mailto:eve@evil.example"), content="a")
    eves = eves.model_copy(update={"event_key": "mail:1|a"})
    bounce = DeliveryUpdated(event_key="b", lane_key="l", target_key="mail:1", status="failed")
    for order in permutations([ours, eves, bounce]):
        town = make_town()
        for event in order:
            await town.send([event])
        (item,) = (await town.hub.timeline(ANA)).items
        assert item.state == "failed"
        assert (await town.hub.timeline("eve@evil.example")).items[0].state is None
        assert await town.books() == {"recorded": 3}


async def test_variants_of_a_mailbox_do_not_split_its_holder(town, say, who):
    await town.send([say("m1", who("mailto:ana.lopez@gmail.com"))], [say("m2", who("mailto:analopez@gmail.com"))])
    flood = [who(f"mailto:analopez+{n}@gmail.com", role=Role.CC) for n in range(40)]
    await town.send([say("m3", who("mailto:eve@evil.example"), *flood)])
    assert len((await town.hub.timeline("ana.lopez@gmail.com")).items) == 3


async def test_many_people_on_one_key_cost_no_more_each(make_town, say, ring, who):
    def crowd(n):
        return [say("m1", *(who(f"mailto:ana+{i}@gmail.com", role=Role.CC) for i in range(n)))]

    def names(n):
        return [ring(f"c{i}", who("tel:+34600111222", name=f"name {i}")) for i in range(n)]

    for many in (crowd, names):
        took = []
        for n in (100, 400):
            town = make_town()
            start = time.process_time()
            await town.send(many(n))
            took.append(time.process_time() - start)
        # Four times the people: linear is 4, and it once was the cube.
        assert took[1] < 24 * took[0] + 0.5


async def test_variants_beyond_any_number_are_the_same_people_in_every_order(make_town, say, who):
    variants = [say(f"m{n:02}", who(f"mailto:ana+{n:02}@gmail.com")) for n in range(16)]
    found = []
    for order in (variants, variants[::-1], [*variants[1:], variants[0]]):
        town = make_town()
        for event in order:
            await town.send([event])
        await town.hub.link("ana+00@gmail.com", "ana+01@gmail.com", different=True, by="maria")
        found.append(await town.people())
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 2


async def test_a_number_given_up_does_not_bring_its_next_holder_into_the_old_history(town, say, who):
    changed = HandleLearned(
        event_key="r1",
        lane_key="l",
        handles=(Handle.parse("wa:34600111222"), Handle.parse("wa:34600111333")),
        replaced=True,
    )
    await town.send([say("m1", who("wa:34600111333"))], [changed], [say("m2", who("wa:34600111222"))])
    assert [i.interaction.message_key for i in (await town.hub.timeline("wa:+34600111333")).items] == ["m1"]


async def test_nobody_signs_as_a_rule(town, say, who):
    await town.send([say("m1", who(ANA))], [say("m2", who("mailto:bob@x.example"))])
    for name in ("rule:exact-key", "connector:email", " "):
        with pytest.raises(BadInput):
            await town.hub.link(ANA, "bob@x.example", by=name)
