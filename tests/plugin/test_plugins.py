"""Plugins are loaded only where the configuration names them, and the first one named is heard first."""

from importlib.metadata import EntryPoint
from typing import Any

import pytest

from omnilink.errors import ConfigError
from omnilink.plugin import hookimpl, registry
from omnilink.plugin.answering import Directive, Say, Turn
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings

TURN = Turn("k", "C", 0)


class Says:
    """Says what its table says; nothing where it says nothing."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._words = options.get("words")

    @hookimpl
    def omnilink_answer(self, turn: Turn) -> Directive | None:
        return Directive((Say(self._words),)) if self._words else None


class Silent:
    """Has no hook at all."""

    def __init__(self, options: dict[str, Any]) -> None:
        """Nothing."""


@pytest.fixture
def installed(monkeypatch):
    made = [
        EntryPoint(name, f"{__name__}:{kind}", registry.PLUGIN_GROUP)
        for name, kind in (("one", "Says"), ("two", "Says"), ("silent", "Silent"), ("broken", "Missing"))
    ]
    classes = {"Says": Says, "Silent": Silent}
    monkeypatch.setattr(EntryPoint, "load", lambda entry: classes[entry.attr])
    monkeypatch.setattr(registry, "entry_points", lambda group: made if group == registry.PLUGIN_GROUP else [])


def said(plugins: dict[str, dict[str, Any]]) -> str | None:
    hooks = Registry()
    hooks.use(plugins)
    directive = hooks.answer(TURN)
    return None if directive is None else " ".join(s.text for s in directive.steps if isinstance(s, Say))


def test_the_first_one_named_is_heard(installed):
    assert said({"one": {"words": "first"}, "two": {"words": "second"}}) == "first"
    assert said({"two": {"words": "second"}, "one": {"words": "first"}}) == "second"


def test_one_that_has_nothing_to_say_leaves_it_to_the_next(installed):
    assert said({"silent": {}, "one": {}, "two": {"words": "second"}}) == "second"


def test_without_plugins_nobody_answers(installed):
    assert said({}) is None


def test_one_that_is_not_installed_is_named(installed):
    hooks = Registry()
    hooks.use({"three": {}})
    for _ in range(2):  # not loaded is not loaded, however often it is tried
        with pytest.raises(ConfigError, match="installed: broken, one, silent, two") as caught:
            hooks.load_plugins()
        assert caught.value.setting == "plugins.three"
    with pytest.raises(ConfigError):
        hooks.answer(TURN)


def test_nothing_is_loaded_before_it_is_needed(installed):
    hooks = Registry()
    hooks.use({"broken": {}})
    with pytest.raises(KeyError):
        hooks.load_plugins()


def test_the_configuration_names_them_in_order():
    settings = parse_settings('[plugins.b]\nwords = "x"\n[plugins.a]\n')
    assert list(settings.plugins.items()) == [("b", {"words": "x"}), ("a", {})]
    with pytest.raises(ConfigError, match="tables"):
        parse_settings('plugins = ["a"]')


def test_the_telephone_menu_is_installed():
    with pytest.raises(ConfigError, match="there is no menu"):
        said({"telephone-menu": {}})
