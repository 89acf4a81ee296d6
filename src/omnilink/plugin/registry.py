"""Registry: lists plugins by their metadata, loads only the configured ones."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from omnilink.errors import ConfigError, UnknownConnector
from omnilink.plugin import hookspecs
from omnilink.plugin.answering import Directive, Turn
from omnilink.plugin.connector import Connector

GROUP = "omnilink.connectors"
PLUGIN_GROUP = "omnilink.plugins"
"""Name -> a class, made with the plugin's table of the configuration; its methods marked `hookimpl` are the hooks."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A connector that is installed (not loaded): what its package metadata says."""

    name: str
    module: str
    distribution: str
    version: str
    summary: str


def _entry_points() -> dict[str, EntryPoint]:
    return {e.name: e for e in sorted(entry_points(group=GROUP), key=lambda e: e.name)}


def list_installed() -> list[Installed]:
    """All installed connectors by name; nothing of them is imported."""
    found = []
    for name, entry in _entry_points().items():
        dist = entry.dist
        summary = (dist.metadata["Summary"] if dist and "Summary" in dist.metadata else "") or ""
        found.append(Installed(name, entry.value, dist.name if dist else "", dist.version if dist else "", summary))
    return found


class Registry:
    """Loads connector classes by name, each once.

    Args:
        allowed: the only names that may be loaded (the configuration's); None = any installed one, for a person
            who names it at the command line.
    """

    def __init__(self, allowed: Iterable[str] | None = None) -> None:
        self._allowed = None if allowed is None else frozenset(allowed)
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._loaded: dict[str, type[Connector]] = {}
        self._wanted: Mapping[str, Mapping[str, Any]] = {}
        self._lock = threading.Lock()

    def load(self, name: str) -> type[Connector]:
        """The connector class of that name.

        Raises:
            UnknownConnector: not installed, or not allowed.
            ConfigError: the plugin is broken.
        """
        if name in self._loaded:
            return self._loaded[name]
        entry = _entry_points().get(name)
        if entry is None or (self._allowed is not None and name not in self._allowed):
            raise UnknownConnector(
                "no such connector", connector=name, hint="`omnilink connectors` lists what is installed"
            )
        module = import_module(entry.value)
        self._manager.register(module, name)
        hook = self._manager.subset_hook_caller("omnilink_connector", [
            plugin for plugin_name, plugin in self._manager.list_name_plugin() if plugin_name != name and plugin
        ])  # fmt: skip
        found: type[Connector] | None = hook()
        if found is None or not hasattr(found, "manifest"):
            raise ConfigError("the plugin's omnilink_connector hook returns no connector class", connector=name)
        if found.manifest.name != name:
            raise ConfigError("the plugin's manifest has another name than its entry point", connector=name)
        self._loaded[name] = found
        return found

    def add(self, connector: type[Connector]) -> None:
        """Adds a class that is not installed (tests, a script's own connector)."""
        self._loaded[connector.manifest.name] = connector

    # --- plugins --------------------------------------------------------------------------------------------------

    def use(self, plugins: Mapping[str, Mapping[str, Any]]) -> None:
        """Names the plugins to be loaded when they are needed, or by `load_plugins`.

        Args:
            plugins: name -> its table of the configuration; the first one is asked first.
        """
        self._wanted = plugins

    def load_plugins(self) -> None:
        """Loads the named plugins, once.

        Raises:
            ConfigError: one is not installed, or its table is wrong.
        """
        with self._lock:
            wanted, self._wanted = self._wanted, {}
            try:
                self._load_plugins(wanted)
            except BaseException:
                self._wanted = wanted
                raise

    def _load_plugins(self, plugins: Mapping[str, Mapping[str, Any]]) -> None:
        if not plugins:
            return
        found = {e.name: e for e in entry_points(group=PLUGIN_GROUP)}
        made = []
        for name, options in plugins.items():
            if name not in found:
                known = ", ".join(sorted(found)) or "none"
                raise ConfigError("no such plugin", setting=f"plugins.{name}", hint=f"installed: {known}")
            made.append((name, found[name].load()(options)))
        for name, plugin in reversed(made):  # pluggy asks the newest first
            self._manager.register(plugin, f"plugin {name}")

    def answer(self, turn: Turn) -> Directive | None:
        """What the plugins say to somebody on the line (`omnilink_answer`)."""
        self.load_plugins()
        said: Directive | None = self._manager.hook.omnilink_answer(turn=turn)
        return said
