"""The bars of the shared fixture sets: exact matches, and never an own word lost. One configuration for all."""

import json
import re
from collections import Counter

import pytest

from omnilink.conversation.quotes import reply_text

pytestmark = pytest.mark.shared

LEAST_EXACT = {
    "discourse_trimmed": 85,
    "talon_standard_replies": 100,
    "crisp_common": 90,
    "zapier_stated": 86,
    "mailparserreply_stated": 75,
}
LEAST_EXACT_WITHOUT_SPACE = {"talon_html_replies": 89}


def cases(shared, name):
    path = shared / "threads" / "quotes" / f"{name}.jsonl"
    return [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines() if row.strip()]


def tidy(text):
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def words_by_line(text):
    return Counter(" ".join(line.split()) for line in tidy(text).split("\n") if line.strip())


@pytest.mark.parametrize("name", [*LEAST_EXACT, *LEAST_EXACT_WITHOUT_SPACE])
def test_bar_is_reached_and_no_own_word_is_lost(shared, name):
    exact = 0
    rows = cases(shared, name)
    for case in rows:
        shown = reply_text(case.get("text") or "", html=case.get("html")).text
        assert not words_by_line(case["expected"]) - words_by_line(shown), f"{case['id']}: own words lost"
        if name in LEAST_EXACT:
            exact += tidy(shown) == tidy(case["expected"])
        else:
            exact += re.sub(r"\s", "", shown) == re.sub(r"\s", "", case["expected"])
    assert 100 * exact / len(rows) >= (LEAST_EXACT | LEAST_EXACT_WITHOUT_SPACE)[name]
