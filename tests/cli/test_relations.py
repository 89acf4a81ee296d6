"""`omnilink relations`: said, ended, taken back and proposed at the command line."""

BO = ("+34600111333", "--name-b", "Bo")


def test_a_relation_is_said_shown_and_ended(town):
    made = town.json("relations", "add", "ana@example.org", "carer", *BO, "--by", "eva", "--from", "2026-01-02")
    assert (made["kind"], made["asserted_by"], made["valid_from"]) == ("carer", "eva", "2026-01-02")
    (told,) = town.json("relations", "list", "ana@example.org")["relations"]
    assert told["relationship"]["id"] == made["id"]
    assert "cares for Bo" in town("contact", "ana@example.org").stdout
    assert town.json("contact", "ana@example.org")["relations"] == [told]
    ended = town.json("relations", "end", made["id"], "--by", "max", "--until", "2026-02-01", "--reason", "moved")
    assert [(c["how"], c["until"]) for c in ended["closed"]] == [("ended", "2026-02-01")]
    text = town("relations", "list", "+34600111333", "--name", "Bo").stdout
    assert "over, from 02 Jan 2026 until 01 Feb 2026" in text
    assert "is cared for by" in text
    assert "ended by max: moved" in text


def test_a_relation_that_never_was_is_revoked_or_declined(town):
    made = town.json("relations", "add", "ana@example.org", "parent", *BO, "--by", "eva")
    assert "revoked" in town("relations", "revoke", made["id"], "--by", "max").stdout
    declined = town.json("relations", "decline", "ana@example.org", "same-household", *BO, "--by", "eva")
    assert [c["how"] for c in declined["closed"]] == ["revoked"]
    assert [r["state"] for r in town.json("relations", "list", "ana@example.org")["relations"]] == ["revoked"] * 2


def test_nothing_to_show_is_said(town):
    assert town("relations", "list", "ana@example.org").stdout.strip() == "none"
    assert town.json("relations", "list", "ana@example.org") == {"relations": []}
    assert isinstance(town.json("relations", "proposals")["proposals"], list)


def test_whoever_says_it_has_to_sign_and_the_kind_has_to_be_one(town):
    assert "--by" in town("relations", "add", "ana@example.org", "carer", "+34600111333", code=2).output
    assert "same-household" in town("relations", "add", "a", "cousin", "b", "--by", "eva", code=2).output
