"""`omnilink schema` and the pages made from the command line's own words."""

from pathlib import Path

import pytest

from omnilink.cli.reference import render_reference
from omnilink.cli.schema import list_records, make_schema
from omnilink.model import TimelinePage

ROOT = Path(__file__).parents[2]


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_schema_holds_every_record_and_every_reference(cli):
    schema = cli.json("schema")
    assert set(list_records()) <= set(schema["$defs"])
    assert {ref.removeprefix("#/$defs/") for ref in references(schema)} <= set(schema["$defs"])


@pytest.mark.parametrize("name", ["TimelinePage", "timelinepage", "timeline_page"])
def test_schema_of_one_record_brings_what_it_needs(cli, name):
    schema = cli.json("schema", name)
    assert schema["$ref"] == "#/$defs/TimelinePage"
    assert "Interaction" in schema["$defs"]
    assert "Ledger" not in schema["$defs"]


def test_schema_has_every_field_an_answer_has(town):
    page = town.json("timeline", "ana@example.org")
    schema = make_schema("TimelinePage")["$defs"]
    assert set(page) == set(schema["TimelinePage"]["properties"]) == set(TimelinePage.model_fields)
    assert set(page["items"][0]) == set(schema["TimelineItem"]["properties"])


def test_unknown_record_is_told_with_the_known_ones(cli):
    error = cli.json("schema", "Ticket", code=2)["error"]
    assert error["type"] == "BadInput"
    assert "Interaction" in error["hint"]


def test_page_of_the_command_line_is_current():
    assert (ROOT / "docs/cli.md").read_text(encoding="utf-8") == render_reference(), (
        "run `python -m omnilink.cli.reference > docs/cli.md`"
    )


def test_page_of_the_schema_names_every_record():
    page = (ROOT / "docs/schema.md").read_text(encoding="utf-8")
    assert not [name for name in list_records() if f"`{name}`" not in page]
