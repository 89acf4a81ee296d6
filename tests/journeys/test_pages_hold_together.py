"""The pages agree with the code and with each other."""

import re
from pathlib import Path

import pytest

from omnilink import model

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "ADDING_CONNECTORS.md", *sorted(DOCS.rglob("*.md"))]
EXAMPLE = ROOT / "examples" / "custom_connector"

WORDS = [
    "Channel", "Connector", "Account", "Scope", "Envelope", "Event", "Interaction", "Part", "Handle", "Participant",
    "Persona", "Attribution", "Link", "Contact", "Conversation", "Delivery", "Capabilities", "Hub",
    "Case", "Assignment", "Rung",
]  # fmt: skip
LATER = ["Draft", "OutboxItem"]
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)[^)]*\)")
FILE = re.compile(
    r"<!-- file: (?P<path>\S+) -->\n(?:<!-- not run -->\n)?```\w+\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)


def glossary() -> str:
    return (DOCS / "glossary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_the_architecture_has_a_heading(word):
    assert re.search(rf"^### {word}$", glossary(), re.MULTILINE)


@pytest.mark.parametrize("word", LATER)
def test_words_for_later_are_named_as_such(word):
    assert f"**{word}**" in glossary().partition("\n## Later\n")[2]


@pytest.mark.parametrize("name", model.__all__)
def test_every_class_of_the_model_is_explained(name):
    assert f"`{name}`" in glossary() or re.search(rf"^### {name}$", glossary(), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    broken = [target for target in LINK.findall(text) if not (page.parent / target).exists()]
    assert broken == []


def test_every_page_is_named_in_the_index():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    pages = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")} - {"index.md"}
    assert sorted(page for page in pages if f"({page})" not in index) == []


def test_the_tutorial_writes_the_example_to_the_letter():
    tutorial = (DOCS / "writing-a-connector.md").read_text(encoding="utf-8")
    written = {match["path"]: match["body"] for match in FILE.finditer(tutorial)}
    there = {
        file.relative_to(EXAMPLE).as_posix(): file.read_text(encoding="utf-8")
        for file in EXAMPLE.rglob("*")
        if file.suffix in (".py", ".toml")
    }
    assert written == there


def test_the_tutorials_connector_has_at_most_a_hundred_lines():
    # What says how it is tested is not the connector.
    files = [file for file in EXAMPLE.glob("src/**/*.py") if file.name != "conformance.py"]
    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files) <= 100


@pytest.mark.parametrize("picture", sorted(DOCS.glob("pictures/*.svg")), ids=lambda picture: picture.name)
def test_every_picture_says_in_words_what_it_shows(picture):
    drawn = picture.read_text(encoding="utf-8")
    assert re.search(r"<title[^>]*>[^<]{10,}</title>", drawn)
    assert re.search(r"<desc[^>]*>[^<]{40,}</desc>", drawn)


def test_every_picture_on_a_page_has_a_text_beside_it():
    for page in PAGES:
        for words in re.findall(r"!\[([^\]]*)\]\(", page.read_text(encoding="utf-8")):
            assert len(words) > 20, page.name
