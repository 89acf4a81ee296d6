"""The pluggy hooks. A hook only registers; classes behave."""

import pluggy

from omnilink.plugin.answering import Directive, Turn
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


@hookspec(firstresult=True)
def omnilink_answer(turn: Turn) -> Directive | None:
    """Says what somebody on the line is told to do next.

    Called once for every turn, on a thread, before the provider's deadline is over; what it does not say by then is
    said by the account's fallback. It must be pure: the same turn gives the same directive. Of several plugins the
    first configured one that returns a directive is heard; None leaves it to the next. If all return None the request
    is only acknowledged.
    """
