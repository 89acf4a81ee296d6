"""The connectors a prediction needs, loaded through the registry if they are installed."""

import sys

from omnilink.errors import UnknownConnector
from omnilink.plugin.connector import Connector, ConnectorSettings
from omnilink.plugin.registry import Registry


class Connectors:
    """Connector objects by name, each made once; None for one that is missing or broken (said once on stderr)."""

    def __init__(self) -> None:
        self._registry = Registry()
        self._made: dict[str, Connector | None] = {}

    def get(self, name: str) -> Connector | None:
        """The connector of that name."""
        if name not in self._made:
            try:
                self._made[name] = self._registry.load(name)(ConnectorSettings(account="benchmark"))
            except UnknownConnector:
                print(f"connector {name} is not installed", file=sys.stderr)
                self._made[name] = None
            except Exception as error:  # a broken plugin must not keep the others from being measured
                print(f"connector {name} cannot be loaded: {type(error).__name__}", file=sys.stderr)
                self._made[name] = None
        return self._made[name]
