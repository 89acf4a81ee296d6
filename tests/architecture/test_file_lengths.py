"""A file is short enough to see whole, and its name says what it is about."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "connectors", "tests", "benchmarks", "examples")
MAX_LINES = 400
NAMELESS = {"utils", "util", "common", "helpers", "helper", "misc"}

FILES = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py") if file.is_file()]


def test_files_are_found():
    assert FILES


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_is_longer_than_the_limit(folder):
    lengths = {
        file.relative_to(ROOT).as_posix(): len(file.read_text(encoding="utf-8").splitlines())
        for file in FILES
        if file.is_relative_to(ROOT / folder)
    }
    assert not {name: lines for name, lines in lengths.items() if lines > MAX_LINES}, "split by concern"


def test_every_module_is_named_after_what_it_does():
    named_after_nothing = [
        file.relative_to(ROOT).as_posix()
        for file in FILES
        if NAMELESS & set(file.relative_to(ROOT).with_suffix("").parts)
    ]
    assert not named_after_nothing
