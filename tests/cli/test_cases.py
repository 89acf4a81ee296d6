"""`omnilink cases`, and a conversation as a tree."""

from pathlib import Path

import pytest

LAMP = "The street lamp in front of 14 Harbour Road has been dark for nine days"


@pytest.fixture
def matters(cli, message):
    """Ana writes in two threads about one lamp, Bo in a third about something else, Cy from Ana's telephone."""
    home = "tel:+34600111222"
    cli.receive(
        message(1, home, name="Ana", thread="t1", subject="Lamp", text=LAMP),
        message(2, home, name="Ana", thread="t2", text="Any news about the dark lamp in Harbour Road?"),
        message(3, "mailto:bo@example.org", thread="t3", subject="\x1b[31mMusic", text="Enrol my daughter"),
        message(4, home, name="Cy", thread="t4", text=LAMP),
    )
    return cli


def ids(cli, *args):
    return [case["id"] for case in cli.json("cases", "list", *args)["cases"]]


def test_cases_are_listed_newest_first_by_page_and_by_person(matters):
    every = matters.json("cases", "list")
    assert every["next_cursor"] is None
    told = [(case["subject"], case["interactions"]) for case in every["cases"]]
    assert told == [(None, 1), ("\x1b[31mMusic", 1), ("Lamp", 2)]
    first = matters.json("cases", "list", "--limit", "2")
    rest = matters.json("cases", "list", "--before", first["next_cursor"])
    assert first["cases"] + rest["cases"] == every["cases"]
    assert ids(matters, "+34600111222", "--name", "Ana") == [every["cases"][2]["id"]]
    assert "Music" in matters("cases", "list").stdout


def test_a_case_shows_why_each_contact_moment_is_there(matters):
    cy, _, lamp = ids(matters)
    text = matters("cases", "show", lamp).stdout
    assert "a matter of its own" in text
    assert "R6 the same person about the same matter" in text
    assert "recency" in text
    page = matters.json("cases", "show", lamp)
    assert [a["decision"] for a in page["assignments"]] == ["new", "join"]
    assert "another person on the same address" in " ".join(matters("cases", "show", cy).stdout.split())


def test_people_join_part_and_take_back(matters):
    cy, music, lamp = ids(matters)
    made = matters.json("cases", "join", lamp, cy, "--by", "clerk", "--reason", "one household, one lamp")
    assert ids(matters) == [lamp, music]
    assert matters.json("cases", "show", lamp)["case"]["mixed_people"] is True
    assert "one household, one lamp" in matters("cases", "show", lamp).stdout
    assert "mixed people" in matters("cases", "list").stdout
    matters("cases", "undo", made["id"], "--by", "boss")
    assert ids(matters) == [cy, music, lamp]
    (kept,) = matters.json("cases", "decisions")["decisions"]
    assert (kept["action"], kept["by"], kept["undone_by"]) == ("join", "clerk", "boss")
    assert "undone by boss" in matters("cases", "decisions").stdout

    conversation = matters.json("cases", "show", lamp)["assignments"][1]["conversation"]
    matters("cases", "split", conversation, "--by", "clerk")
    assert len(ids(matters)) == 4


def test_a_case_is_closed_and_opened(matters):
    _, music, _ = ids(matters)
    matters("cases", "close", music, "--by", "clerk", "--reason", "done")
    assert ids(matters, "--state", "closed") == [music]
    matters("cases", "reopen", music, "--by", "clerk")
    assert ids(matters, "--state", "closed") == []


def test_a_suggestion_is_shown_and_answered(cli, message):
    cli.receive(
        message(1, "tel:+34600111222", name="Ana", thread="t1", text=LAMP),
        message(2, "tel:+34600111222", name="Ana", thread="t2", text=""),
    )
    (found,) = cli.json("cases", "suggestions")["suggestions"]
    assert "likely belongs to case" in cli("cases", "suggestions").stdout
    cli("cases", "accept", found["id"], "--by", "clerk")
    assert len(ids(cli)) == 1
    assert cli.json("cases", "suggestions")["suggestions"] == []
    assert "nothing waits" in cli("cases", "suggestions").stdout
    assert cli.json("cases", "refuse", found["id"], "--by", "clerk", code=2)["error"]["type"] == "BadInput"


def test_what_is_not_there_is_said(matters):
    by = ("--by", "me")
    for args in (("show", "x"), ("join", "x", "y", *by), ("undo", "x", *by), ("split", "x", *by)):
        assert matters.json("cases", *args, code=2)["error"]["type"] == "NotFound"


def test_a_conversation_is_drawn_as_a_tree(cli):
    box = Path(__file__).parents[2] / "examples" / "inbox.mbox"
    cli("import", str(box), "--connector", "email")
    thread = max(cli.json("conversations")["conversations"], key=lambda c: c["interactions"])["id"]
    text = cli("conversation", thread, "--tree").stdout
    assert "└─ " in text
    tree = cli.json("conversation", thread, "--tree")["tree"]
    assert [branch["depth"] for branch in tree] == [0, 1, 2, 3]
    assert tree[1]["answers"] == tree[0]["interaction"]
    cli("conversation", thread, "--svg", "tree.svg")
    picture = (cli.folder / "tree.svg").read_text(encoding="utf-8")
    assert picture.startswith("<svg")
    assert "陳偉" in picture
    assert cli.json("conversation", thread, "--svg", "no/such/folder/x.svg", code=2)["error"]["type"] == "BadInput"
