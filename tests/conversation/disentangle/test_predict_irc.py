"""benchmarks/predict_irc.py: logs in, links of the annotated messages out; and the promised figures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
LOG = """\
[11:58] <ana> how do I renew a parking permit?
=== dora [n=dora@host] has joined the room
[12:59] <clerk> ana: at the counter
[01:01]  * ana goes there
[01:02] <bruno> is the library open?
"""


@pytest.fixture(autouse=True)
def _benchmarks_on_the_path(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "room.ascii.txt").write_text(LOG)
    (tmp_path / "room.annotation.txt").write_text("0 2 - \n2 3 - \n4 4 -\n")
    return tmp_path


def test_links_are_told_from_the_first_annotated_line_on(folder):
    import predict_irc

    assert list(predict_irc.predict(folder, rules_only=True)) == [
        {"file": "room", "id": 2, "parent": 0},
        {"file": "room", "id": 3, "parent": 2},
        {"file": "room", "id": 4, "parent": 4},
    ]


def test_only_the_first_annotated_line_number_is_read(folder):
    import predict_irc

    before = list(predict_irc.predict(folder, rules_only=True))
    (folder / "room.annotation.txt").write_text("2 2 - \n")
    assert list(predict_irc.predict(folder, rules_only=True)) == before


def test_a_twelve_hour_clock_runs_forward(folder):
    import predict_irc

    messages = predict_irc.read_log(folder / "room.ascii.txt")
    assert [message.time for message in messages] == [0, 0, 61 * 60, 63 * 60, 64 * 60]
    assert [message.author for message in messages] == ["ana", None, "clerk", "ana", "bruno"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("rules_only", "link_f1", "exact_f1", "vi"),
    [(True, 66, 31, 91), (False, 74, 40, 92.2)],
    ids=["rules", "model"],
)
def test_development_rooms_are_disentangled_as_promised(shared, tmp_path, rules_only, link_f1, exact_f1, vi):
    import predict_irc

    if not rules_only:
        pytest.importorskip("numpy")
    threads = shared / "threads"
    predicted = tmp_path / "predicted.jsonl"
    rows = predict_irc.predict(threads / "irc" / "dev", rules_only)
    predicted.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [sys.executable, threads / "score_irc.py", "--gold-dir", threads / "irc" / "dev", "--pred", predicted]
    result = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    figures = json.loads(result.stdout)
    assert figures["link_f1"] >= link_f1
    assert figures["exact_f1"] >= exact_f1
    assert figures["vi"] >= vi
