"""What a citizen writes arrives as what it is."""

from datetime import UTC, datetime

import pytest

from omnilink.model import Attestation, Authenticity, ConversationKind, Direction, Role

THREADS = ("wa:500100200300/34600111222", "wa:500100200300/ES.1122334455")


def only(events):
    assert len(events) == 1
    return events[0]


def test_a_text_is_a_message_of_its_sender(read):
    event = only(read("text"))
    assert event.type == "message_received"
    assert event.direction is Direction.INBOUND
    assert event.parts[0].text == "Good morning"
    assert event.occurred_at == datetime.fromtimestamp(1760000100, UTC)
    assert event.message_key == "wa:wamid.text"
    assert (event.refs.message_id, event.refs.sender_id, event.refs.account_id) == (
        "wamid.text", "34600111222", "500100200300",
    )  # fmt: skip
    author, own = event.participants
    assert (author.role, author.handle.scheme, author.handle.raw) == (Role.AUTHOR, "wa", "34600111222")
    assert author.stated("display_name") == author.handle.display == "Ana Ruiz"
    assert author.attestation is Attestation.SIGNATURE
    assert (own.own, own.role, own.handle.raw) == (True, Role.TO, "34910000001")


def test_the_number_and_the_user_id_name_one_conversation(read):
    assert only(read("text")).conversation_keys == THREADS


def test_a_user_without_a_number_is_known_by_the_user_id(read):
    event = only(read("user_id_only"))
    handle = event.participants[0].handle
    assert (handle.scheme, handle.scope, handle.raw) == ("wa_bsuid", "700800900", "ES.5544332211")
    assert event.refs.sender_id == "ES.5544332211"
    assert event.participants[0].stated("display_name") == "Sam"


def test_a_portfolio_setting_is_the_scope_of_user_ids(connect, envelope_of, payload_of, samples):
    events = connect(portfolio_id="P1").parse(envelope_of(payload_of(samples["user_id_only"])))
    assert events[0].participants[0].handle.scope == "P1"


def test_a_name_of_another_contact_is_not_taken(parse, payload_of, samples):
    value = samples["text"] | {"contacts": [{"profile": {"name": "Somebody"}, "wa_id": "34699999999"}]}
    event = parse(payload_of(value))[0]
    assert event.participants[0].claims == ()


@pytest.mark.parametrize("authenticity", [Authenticity.UNSIGNED, Authenticity.IMPORTED, Authenticity.POLLED])
def test_only_a_verified_webhook_attests(parse, payload_of, samples, authenticity):
    event = parse(payload_of(samples["text"]), authenticity)[0]
    assert {p.attestation for p in event.participants} == {Attestation.NONE}


def test_a_reply_names_what_it_answers(read):
    event = only(read("reply"))
    assert (event.reply_to_key, event.refs.reply_to) == ("wa:wamid.ours", "wamid.ours")


@pytest.mark.parametrize(("name", "often"), [("forwarded", False), ("forwarded_often", True)])
def test_a_forward_is_marked_and_is_no_reply(read, name, often):
    event = only(read(name))
    assert event.reply_to_key is None
    assert event.parts[1].data == {"frequently": often}


def test_an_ad_or_a_product_is_kept_beside_the_text(read):
    ad, product = read("ad_referral", "product_question")
    assert [p.type for p in ad.parts] == ["text", "native"]
    assert ad.parts[1].data["headline"] == "Swim"
    assert product.parts[1].name == "referred_product"


@pytest.mark.parametrize(
    ("name", "kind", "ref", "caption"),
    [
        ("image", "image", "9001", "The pothole"),
        ("video", "video", "9002", None),
        ("audio", "audio", "9003", None),
        ("voice", "voice", "9004", None),
        ("document", "document", "9005", "My form"),
        ("sticker", "sticker", "9006", None),
    ],
)
def test_media_are_media(read, name, kind, ref, caption):
    media = only(only(read(name)).parts)
    assert (media.kind, media.ref, media.caption) == (kind, ref, caption)


def test_places_cards_and_orders_are_messages(read):
    place, cards, order = read("location", "contacts", "order")
    assert (place.parts[0].latitude, place.parts[0].longitude, place.parts[0].name) == (40.4168, -3.7038, "Sol")
    assert (cards.parts[0].name, cards.parts[0].phones, cards.parts[0].emails) == (
        "Luis Gil", ("+34 600 999 888",), ("luis@example.org",),
    )  # fmt: skip
    assert cards.parts[1].name == "Eva"
    assert [p.type for p in order.parts] == ["text", "native"]
    assert order.parts[1].data["product_items"][0]["product_retailer_id"] == "bin"


def test_an_impossible_place_is_kept_as_data(parse, payload_of, samples):
    for bad in (91, "north", None, True, [1], 1e400):
        samples["location"]["messages"][0]["location"]["latitude"] = bad
        assert parse(payload_of(samples["location"]))[0].parts[0].type == "native"


def test_buttons_lists_flows_and_permissions_are_choices(read):
    button, reply, row, flow, permission, empty = read(
        "button", "button_reply", "list_reply", "flow", "call_permission", "interactive_empty"
    )
    assert {e.type for e in (button, reply, row, flow, permission, empty)} == {"choice_made"}
    assert (button.parts[0].text, button.parts[1].value) == ("Yes", "yes-1")
    assert (reply.parts[0].action_id, reply.parts[0].label, reply.reply_to_key) == ("slot-9", "9:00", "wa:wamid.menu")
    assert row.parts[0].label == "Waste"
    assert flow.parts[0].answers == {"street": "Calle Mayor", "number": "7", "tags": '["a"]'}
    assert flow.parts[1].value == "tok"
    assert permission.parts[0].value == "accept"
    assert empty.parts == ()


def test_a_flow_that_is_no_json_is_kept_as_data(parse, payload_of, samples):
    samples["flow"]["messages"][0]["interactive"]["nfm_reply"]["response_json"] = "[" * 100_000
    assert parse(payload_of(samples["flow"]))[0].parts[0].type == "native"


def test_reactions_come_and_go(read):
    given, taken = read("reaction", "reaction_removed")
    assert (given.target_key, given.added, given.actor.handle.raw) == ("wa:wamid.ours", ("👍",), "34600111222")
    assert (taken.added, taken.removed) == ((), ())


def test_an_edit_names_its_message_and_the_new_content(read):
    text, caption = read("edit", "edit_caption")
    assert (text.type, text.target_key, text.parts[0].text) == ("message_edited", "wa:wamid.text", "Good evening")
    assert text.refs.target_message_id == "wamid.text"
    assert caption.parts[0].caption == "Two potholes"


def test_a_revoke_deletes_its_message(read):
    event = only(read("revoke"))
    assert (event.type, event.target_key) == ("message_deleted", "wa:wamid.text")


@pytest.mark.parametrize("name", ["unsupported", "unknown"])
def test_what_whatsapp_cannot_show_is_told_as_unsupported(read, name):
    event = only(read(name))
    assert (event.type, event.what) == ("ignored", "unsupported")
    assert event.refs.sender_id == "34600111222"


def test_a_message_of_a_new_type_is_recorded_with_its_content(read):
    event = only(read("new_kind"))
    assert event.type == "message_received"
    assert (event.parts[0].name, event.parts[0].data) == ("hologram", {"hologram": {"shape": "cube"}})


def test_a_message_without_a_type_is_read_by_its_content(parse, payload_of, samples):
    del samples["text"]["messages"][0]["type"]
    assert parse(payload_of(samples["text"]))[0].parts[0].text == "Good morning"


def test_a_group_is_one_conversation_of_many(read):
    event = only(read("group_text"))
    assert event.conversation_kind is ConversationKind.GROUP
    assert event.conversation_keys == ("wa:500100200300/1203634@g.us",)
    assert event.refs.conversation_id == "1203634@g.us"


def test_our_own_side_is_an_echo(read):
    text, image = read("echo_text", "echo_image")
    assert {text.direction, image.direction} == {Direction.ECHO}
    author, to = text.participants
    assert author.own
    assert (to.role, to.handle.raw, to.own) == (Role.TO, "34600111222", False)
    assert text.conversation_keys == THREADS


def test_our_own_edit_changes_the_message_and_is_an_echo(read):
    edited, echo = read("echo_edit")
    assert (edited.type, edited.target_key, edited.parts[0].text) == ("message_edited", "wa:wamid.e1", "We are there")
    assert edited.actor.own
    assert (echo.type, echo.direction, echo.parts[0].name) == ("message_received", Direction.ECHO, "edit")
    deleted, echo = read("echo_revoke")
    assert (deleted.type, echo.direction) == ("message_deleted", Direction.ECHO)


def test_history_is_recorded_for_both_sides(read):
    theirs, ours, placeholder = read("history")
    assert (theirs.direction, theirs.parts[0].text, theirs.refs.message_id) == (
        Direction.INBOUND,
        "Earlier",
        "wamid.h1",
    )
    assert (ours.direction, ours.participants[1].handle.raw) == (Direction.ECHO, "34600111222")
    assert placeholder.parts[0].name == "media_placeholder"
    assert theirs.conversation_keys == ours.conversation_keys == THREADS


def test_media_of_the_history_fill_their_placeholder(read):
    event = only(read("history_media"))
    assert (event.type, event.target_key, event.parts[0].ref) == ("message_edited", "wa:wamid.h3", "9200")
