"""benchmarks/predict_mail.py and mail_threading.py: what the scorer reads, and that the measuring runs."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
ROW = {
    "mid": None, "irt": [], "refs": [], "subject": "Street lamp", "frm": ["ana@example.org"],
    "to": ["help@city.example"], "cc": [], "date": 1772442000.0,
    "text": "The street lamp in front of 14 Harbour Road is dark.",
}  # fmt: skip
ANSWER = {
    "subject": "Re: Street lamp", "frm": ["help@city.example"], "to": ["ana@example.org"], "date": 1772528400.0,
    "text": "Done.\nOn 2 Mar 2026 at 09:00, Ana wrote:\n> The street lamp in front of 14 Harbour Road is dark.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _benchmarks_on_the_path(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.fixture
def mails(tmp_path):
    rows = [
        {**ROW, "id": "q", "mid": "q@x"},
        {**ROW, "id": "native", "mid": "n@x", "refs": ["q@x"]},
        {**ROW, **ANSWER, "id": "lost", "mid": "a@x"},
        {**ROW, "id": "no id", "frm": [], "to": [], "subject": None, "text": None, "date": None},
    ]
    path = tmp_path / "mails.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return path


def predicted(path, level):
    import predict_mail

    return {row["id"]: row["thread"] for row in predict_mail.predict(path, level)}


def test_conversations_are_by_headers_alone(mails):
    found = predicted(mails, "conversation")
    assert found["q"] == found["native"]
    assert len(set(found.values())) == 3


def test_cases_take_in_the_answer_that_lost_its_headers(mails):
    found = predicted(mails, "case")
    assert found["q"] == found["native"] == found["lost"]
    assert found["no id"] != found["q"]


def test_the_speed_of_single_mails_is_measured(capsys):
    import mail_threading

    for more in ([], ["--cases"]):
        mail_threading.main(["one-by-one", "--sizes", "200", "--sample", "50", *more])
    assert capsys.readouterr().out.count("| 200 |") == 2


def test_a_maildir_is_threaded(tmp_path, capsys):
    import mail_threading

    mail_threading.make_maildir(tmp_path / "box", 20)
    for more in ([], ["--cases"]):
        mail_threading.main(["child", "--maildir", str(tmp_path / "box"), *more])
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"handled": 20, "threads": 3}] * 2


def test_the_folder_named_like_a_module_runs_the_benchmark_and_hides_nothing():
    def python(*arguments):
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=BENCHMARKS, check=True)
        return done.stdout

    assert "| 200 |" in python("threading.py", "one-by-one", "--sizes", "200", "--sample", "50")
    assert "threading.py" not in python("-c", "import threading; print(threading.__file__)").replace(
        threading.__file__, ""
    )
