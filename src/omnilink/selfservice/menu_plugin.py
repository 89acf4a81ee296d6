"""The plugin `telephone-menu`: answers calls by a menu in a file.

[plugins.telephone-menu]
file = "menu.toml"                              # for all accounts, or
menus = { helpline = "lamps.toml" }             # account -> file
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from omnilink.errors import ConfigError
from omnilink.plugin.answering import Directive, Turn
from omnilink.plugin.hookspecs import hookimpl
from omnilink.selfservice.menu import Menu, read_menu
from omnilink.selfservice.menu_walk import answer_turn

_PLACE = "plugins.telephone-menu"


class TelephoneMenu:
    """Answers the calls of the accounts it has a menu for.

    Args:
        options: the plugin's table: `file`, or `menus`, or both (then `file` is for the accounts not named).

    Raises:
        ConfigError: a file cannot be read, or its menu does not hold together.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        file, menus = options.get("file"), options.get("menus", {})
        if unknown := sorted(set(options) - {"file", "menus"}):
            raise ConfigError(f"unknown setting {unknown[0]}", setting=f"{_PLACE}.{unknown[0]}")
        if file is not None and not isinstance(file, str):
            raise ConfigError("file must be a text", setting=f"{_PLACE}.file")
        if not isinstance(menus, Mapping) or not all(isinstance(name, str) for name in menus.values()):
            raise ConfigError("menus must be a table of account to file", setting=f"{_PLACE}.menus")
        if file is None and not menus:
            raise ConfigError("there is no menu", setting=_PLACE, hint='write file = "menu.toml"')
        self._menus: dict[str, Menu] = {account: read_menu(Path(name)) for account, name in menus.items()}
        self._menu = read_menu(Path(file)) if file is not None else None

    @hookimpl
    def omnilink_answer(self, turn: Turn) -> Directive | None:
        """What the caller is told next; None where the account has no menu."""
        menu = self._menus.get(turn.account, self._menu)
        return answer_turn(menu, turn) if menu is not None else None
