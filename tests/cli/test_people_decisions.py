"""`omnilink people`: decisions at the command line, and taking them back."""


def test_a_decision_is_listed_and_taken_back(town):
    made = town.json("people", "confirm", "ana@example.org", "+34600111333", "--name-b", "Bo", "--by", "clerk")
    assert (made["kind"], made["same"], made["by"]) == ("confirm", True, "clerk")
    assert [d["id"] for d in town.json("people", "decisions")["decisions"]] == [made["id"]]
    undone = town.json("people", "undo", str(made["number"]), "--by", "eva", "--reason", "mistake")
    assert undone["revoked_by"] == "eva"
    assert "revoked by eva: mistake" in town("people", "decisions").stdout


def test_a_contact_is_split_and_two_are_merged(town):
    contact = town.json("contact", "ana@example.org")
    (bo,) = [c for c in town.json("contacts")["contacts"] if c["name"] == "Bo"]
    merged = town.json("people", "merge", contact["id"], bo["id"], "--by", "clerk")
    assert merged["same"] is True
    assert town.json("contact", bo["id"])["id"] == min(contact["id"], bo["id"])


def test_whoever_decides_has_to_sign(town):
    assert "--by" in town("people", "reject", "ana@example.org", "+34600111333", code=2).output
