"""The pluggy hooks. A hook only registers; classes behave."""

import pluggy

from omnilink.plugin.connector import Connector

PROJECT = "omnilink"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a plugin's functions: `@omnilink.plugin.hookimpl`."""


@hookspec(firstresult=True)
def omnilink_connector() -> type[Connector]:  # type: ignore[empty-body]
    """Returns the connector class of this plugin module.

    Called once, when the connector's name is in the agency's configuration. Import the vendor's SDK later, on use.
    """
