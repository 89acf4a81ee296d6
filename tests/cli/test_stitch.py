"""`omnilink stitch`: a table in, people out, with a page that can be read without seeing it."""

import csv
import json
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from omnilink.cli.session import Session
from omnilink.cli.stitch import read_csv, read_mapping, stitch_command
from omnilink.errors import BadInput, UnreadableFile

ROWS = [
    ("Ada", "Berg", "1980-02-01", "ada@x.example"),
    ("Ada", "Berg", "1980-02-01", ""),
    ("Adda", "Berg", "1980-02-01", "ada@x.example"),
    ("Otto", "Stein", "1951-11-28", "otto@x.example"),
    ("<b>Otto</b>", "Stein", "1951-11-28", "otto@x.example"),
]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("first_name", "surname", "dob", "email"), *ROWS])
    return path


def run(*arguments, as_json=False):
    result = CliRunner().invoke(stitch_command, [str(a) for a in arguments], obj=Session(as_json=as_json))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_a_table_is_stitched_and_said_in_words(table):
    output = run(table)
    assert output.startswith("5 rows are 2 people")
    assert all(len(line) <= 80 for line in output.splitlines())


def test_with_json_one_document_says_it_all(table, tmp_path):
    document = json.loads(run(table, "--out", tmp_path / "g.csv", as_json=True))
    assert (document["rows"], document["people"], document["largest"]) == (5, 2, 3)
    assert document["columns"]["birth"] == ["dob"]
    assert "Berg" not in json.dumps(document)


def test_the_rows_are_written_with_their_person_in_front(table, tmp_path):
    run(table, "--out", tmp_path / "g.csv")
    with (tmp_path / "g.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["person"] for row in rows] == ["1", "1", "1", "2", "2"]
    assert [row["row"] for row in rows] == ["1", "2", "3", "4", "5"]


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.headings, self.open, self.links, self.ids = [], [], [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(int(tag[1]))
        if "id" in attrs:
            self.ids.add(attrs["id"])
        if tag == "a":
            self.links.append(attrs["href"])
        if tag not in {"meta", "rect", "path", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_the_page_is_self_contained_and_can_be_read_without_seeing_it(table, tmp_path):
    run(table, "--report", tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not page.open
    names = [tag for tag, _ in page.tags]
    assert "script" not in names
    assert "http" not in text.replace("http-equiv", "")
    assert next(attrs for tag, attrs in page.tags if tag == "html")["lang"] == "en"
    assert names.count("main") == names.count("h1") == 1
    assert page.headings[0] == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert all(link.removeprefix("#") in page.ids for link in page.links)
    plots = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert plots
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in plots)
    assert names.count("table") > len(plots)
    assert "<b>Otto" not in text


def test_other_headings_are_mapped(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("A;B;C\nAda;Berg;1980\nAda;Berg;1980\n", encoding="cp1252")
    document = json.loads(run(path, "--map", "given=A", "--map", "family=B", "--map", "birth=C", as_json=True))
    assert document["columns"] == {"given": ["A"], "family": ["B"], "birth": ["C"]}


def test_files_that_are_no_tables_are_refused(tmp_path):
    with pytest.raises(UnreadableFile):
        read_csv(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(UnreadableFile):
        read_csv(tmp_path / "empty.csv")
    with pytest.raises(BadInput):
        read_mapping(["birth"])


def test_a_table_in_utf_16_and_one_with_ragged_rows_are_read(tmp_path):
    (tmp_path / "wide.csv").write_bytes("name,dob\nÉva,1980\n".encode("utf-16"))
    assert read_csv(tmp_path / "wide.csv")[1] == [{"name": "Éva", "dob": "1980"}]
    (tmp_path / "ragged.csv").write_text("name,dob\nAda\nOtto,1980,more\n", encoding="utf-8")
    assert read_csv(tmp_path / "ragged.csv")[1] == [{"name": "Ada", "dob": ""}, {"name": "Otto", "dob": "1980"}]
