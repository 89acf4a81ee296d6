"""`omnilink contacts`, `contact` and `link`."""

from omnilink.model import Link


def test_contacts_are_paged_by_id(town):
    every = town.json("contacts")
    assert every["next_after"] is None
    assert {person["name"] for person in every["contacts"]} == {"Ana", "Bo", "Cy"}
    first = town.json("contacts", "--limit", "2")
    rest = town.json("contacts", "--after", first["next_after"])
    assert first["contacts"] + rest["contacts"] == every["contacts"]
    text = town("contacts", "--limit", "2").stdout
    assert f"more: --after {first['next_after']}" in text
    assert "1 item, last on 04 Nov 2025" in text


def test_contact_is_shown_with_what_holds_it_together(town):
    made = town.json("link", "add", "ana@example.org", "+34600111222", "--by", "clerk")
    person = town.json("contact", "ana@example.org")
    assert person["name"] == "Ana"
    assert person["handles"] == ["mailto:ana@example.org", "tel:+34600111222"]
    text = town("contact", "+34600111222").stdout
    assert made["id"] in text
    assert "by clerk" in text
    assert "name: Ana" in text


def test_link_joins_and_its_revocation_parts_again(town):
    made = Link.model_validate(
        town.json("link", "add", "ana@example.org", "+34600111222", "--by", "clerk", "--reason", "passport seen")
    )
    assert made.asserted_by == "clerk"
    assert town.json("link", "explain", "ana@example.org", "+34600111222")["same"] is True
    assert "one person" in town("link", "explain", "ana@example.org", "+34600111222").stdout
    text = town("link", "revoke", made.id, "--by", "boss", "--reason", "another Ana").stdout
    assert "revoked by boss: another Ana" in text
    found = town.json("link", "explain", "ana@example.org", "+34600111222")
    assert found["same"] is False
    assert [link["id"] for link in found["revoked"]] == [made.id]
    assert "two people" in town("link", "explain", "ana@example.org", "+34600111222").stdout


def test_a_word_that_two_are_different_is_kept(town):
    text = town("link", "add", "ana@example.org", "+34600111222", "--different", "--by", "clerk").stdout
    assert "different, staff confirmed" in text
    assert town.json("link", "explain", "ana@example.org", "+34600111222")["against"]


def test_holders_of_a_shared_telephone_are_named(town):
    number = "+34600111333"
    assert town.json("link", "add", number, number, "--by", "clerk", code=2)["error"]["type"] == "Ambiguous"
    made = town.json("link", "add", number, number, "--name-a", "Bo", "--name-b", "Cy", "--by", "clerk")
    assert made["verdict"] == "same"
    assert town.json("link", "explain", number, number, "--name-a", "Bo", "--name-b", "Cy")["same"] is True


def test_links_that_cannot_be_are_refused(town):
    ana = "ana@example.org"
    assert town.json("link", "add", ana, ana, "--by", "clerk", code=2)["error"]["type"] == "BadInput"
    assert town.json("link", "add", ana, "nobody@example.org", "--by", "x", code=2)["error"]["type"] == "NotFound"
    assert town.json("link", "add", ana, "+34600111222", code=2)["error"]["type"] == "UsageError"
    assert town.json("link", "revoke", "x", "--by", "x", "--reason", "y", code=2)["error"]["type"] == "NotFound"
    made = town.json("link", "add", ana, "+34600111222", "--by", "clerk")
    town("link", "revoke", made["id"], "--by", "x", "--reason", "y")
    again = town.json("link", "revoke", made["id"], "--by", "x", "--reason", "y", code=2)
    assert again["error"]["type"] == "BadInput"
