"""limits.toml: no limit without its source and date."""

import importlib
from datetime import date
from itertools import count

import pytest

from omnilink.errors import ConfigError
from omnilink.plugin.limits import Limit, parse_limits, read_limit_table, read_limits, read_listed
from omnilink.plugin.registry import Registry, list_installed

GOOD = {"value": 4096, "unit": "characters", "source": "https://vendor.example", "date": date(2026, 11, 20), "sure": "read"}  # fmt: skip # noqa: E501
NUMBERS = count()
FILE = """
[text_chars]
value = 4096
unit = "characters"
source = "https://vendor.example"
date = 2026-11-20
sure = "read"
"""


@pytest.fixture
def connector(tmp_path, monkeypatch):
    """Writes a package with such a limits.toml."""

    def write(text):
        name = f"omnilink_made_{next(NUMBERS)}"
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        if text is not None:
            (folder / "limits.toml").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        importlib.invalidate_caches()
        return name

    return write


def test_limits_are_read_beside_the_manifest(connector):
    name = connector(FILE)
    assert read_limits(name) == {"text_chars": 4096.0}
    assert read_limit_table(name) == (
        Limit("text_chars", 4096.0, "characters", "https://vendor.example", date(2026, 11, 20), "read"),
    )


@pytest.mark.parametrize("text", [None, "[text_chars", "[text_chars]\nvalue = 1"])
def test_an_absent_broken_or_incomplete_file_is_told(connector, text):
    with pytest.raises(ConfigError):
        read_limits(connector(text))


def test_an_absent_package_is_told():
    with pytest.raises(ConfigError, match=r"limits\.toml"):
        read_limits("omnilink_absent")


@pytest.mark.parametrize("field", sorted(GOOD))
@pytest.mark.parametrize("bad", [None, "", "  ", True, [], float("nan"), -1])
def test_every_limit_has_value_unit_source_date_and_how_sure_it_is(field, bad):
    with pytest.raises(ConfigError) as told:
        parse_limits({"text_chars": GOOD | {field: bad}})
    assert told.value.setting == "text_chars"
    assert f"`{field}`" in str(told.value)


@pytest.mark.parametrize("table", [{"Text": GOOD}, {"text chars": GOOD}, {"a": 1}, {"a": GOOD | {"extra": 1}}])
def test_odd_names_and_fields_are_told(table):
    with pytest.raises(ConfigError):
        parse_limits(table)


def test_a_list_of_words_is_read_apart_from_numbers(connector):
    name = connector(FILE + FILE.replace("text_chars", "image_types").replace("4096", '["image/png", "image/jpeg"]'))
    assert read_limits(name) == {"text_chars": 4096.0}
    assert read_listed(name, "image_types") == {"image/png", "image/jpeg"}
    for absent in ("text_chars", "other"):
        with pytest.raises(ConfigError):
            read_listed(name, absent)


@pytest.mark.parametrize("bad", [[1], ["a", ""], {}])
def test_a_list_holds_words(bad):
    with pytest.raises(ConfigError):
        parse_limits({"image_types": GOOD | {"value": bad}})


@pytest.mark.parametrize("name", sorted(found.name for found in list_installed()))
def test_every_limit_a_connector_claims_has_its_source_and_date(name):
    made = Registry().load(name)
    package = made.__module__.partition(".")[0]
    assert made.capabilities.limits == read_limits(package)
    for limit in read_limit_table(package):
        assert limit.sure == "chosen" or limit.source.startswith("https://"), limit.name


def test_whole_table_is_read():
    assert [limit.name for limit in parse_limits({"b": GOOD, "a": GOOD | {"sure": "believed"}})] == ["b", "a"]
