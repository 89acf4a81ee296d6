"""docs/capabilities.md is what the kit finds, and says no more than the connectors claim."""

import re
from pathlib import Path

import pytest

from omnilink.cli.capability_matrix import WORDS, make_reports, render_matrix
from omnilink.testing.find import find_suite, list_suites

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")


def table(heading):
    """Row's name → connector → cell, of the table under a heading."""
    rows = re.search(rf"## {heading}\n\n(.*?)(\n\n|\Z)", PAGE, re.DOTALL)[1].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    names = [re.match(r"\[(\w+)\]", name)[1] for name in cells[0][1:]]
    return {row[0].replace(" ", "_"): dict(zip(names, row[1:], strict=True)) for row in cells[2:]}


@pytest.mark.parametrize("name", list_suites(ROOT))
@pytest.mark.parametrize("direction", ["receive", "send"])
def test_the_page_says_of_each_capability_what_the_connector_claims(name, direction):
    can = getattr(find_suite(name, ROOT).connector.capabilities, direction)
    shown = table("Receiving" if direction == "receive" else "Sending")
    for capability, cells in shown.items():
        level = WORDS[can[capability].name.lower()] if capability in can else "–"
        assert cells[name] in (level, "*unproven*")


@pytest.mark.long
def test_the_page_is_current(shared, monkeypatch):
    monkeypatch.setenv("OMNILINK_SHARED", str(shared))
    assert render_matrix(make_reports(ROOT)) == PAGE
