"""Session: what the options of one run mean: which configuration, which database, which Hub."""

import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from omnilink.cli.terminal import one_line
from omnilink.errors import NotFound

if TYPE_CHECKING:
    from omnilink.hub import Hub
    from omnilink.plugin.registry import Registry
    from omnilink.plugin.settings import Settings

R = TypeVar("R")
DEFAULT_CONFIG = "omnilink.toml"
PLAIN_COLUMNS, WIDEST_COLUMNS = 80, 100


@dataclass(slots=True)
class Session:
    """One run of the command line.

    Attributes:
        db, config, as_json: the global options.
        registry: where connectors come from; the installed ones if not given.
    """

    db: Path | None = None
    config: Path | None = None
    as_json: bool = False
    registry: "Registry | None" = None

    # --- configuration and database -----------------------------------------------------------------------------

    @property
    def config_path(self) -> Path | None:
        """The configuration file meant; None where none was named and there is no ./omnilink.toml."""
        if self.config is not None:
            return self.config
        return Path(DEFAULT_CONFIG) if Path(DEFAULT_CONFIG).is_file() else None

    def settings(self) -> "Settings":
        """The configuration, or the defaults where there is none.

        Raises:
            ConfigError: it cannot be read or is not valid.
        """
        from omnilink.plugin.settings import Settings, read_settings

        path = self.config_path
        return Settings() if path is None else read_settings(path)

    def database(self, settings: "Settings") -> Path:
        """The database file: the option's, else the configuration's."""
        return self.db or Path(settings.store)

    def existing_database(self, settings: "Settings") -> Path:
        """As `database`, for commands that only look at what is there.

        Raises:
            NotFound: there is no such file.
        """
        path = self.database(settings)
        if not path.is_file():
            raise NotFound(
                f"there is no database {one_line(path.name)}",
                hint="`omnilink import` makes one; --db or OMNILINK_DB names another",
            )
        return path

    def registry_for(self, settings: "Settings", *named: str) -> "Registry":
        """The connectors of the configuration and those named at the command line; all where neither names any."""
        from omnilink.plugin.registry import Registry

        configured = {account.connector for account in settings.accounts.values()}
        return self.registry or Registry(configured | set(named) if configured else None)

    def run(
        self,
        work: "Callable[[Hub], Awaitable[R]]",
        *,
        create: bool = False,
        connectors: tuple[str, ...] = (),
    ) -> R:
        """Opens the Hub, does the work on an event loop and closes it again, also after Ctrl-C.

        Args:
            work: what to do.
            create: make the database if it is not there.
            connectors: allowed beside the configured ones, because a person named them.
        """
        import anyio

        from omnilink.hub import Hub

        settings = self.settings()
        path = self.database(settings) if create else self.existing_database(settings)
        registry = self.registry_for(settings, *connectors)

        async def opened() -> R:
            async with Hub.open(path, settings, registry=registry) as hub:
                return await work(hub)

        return anyio.run(opened)

    # --- the terminal ----------------------------------------------------------------------------------------------

    @property
    def columns(self) -> int:
        """How wide text may be: the terminal, within reason; 80 for a file or pipe."""
        if sys.stdout is None or not sys.stdout.isatty():  # closed: `>&-`
            return PLAIN_COLUMNS
        return max(40, min(shutil.get_terminal_size().columns, WIDEST_COLUMNS))

    @staticmethod
    def colour_wanted() -> bool:
        """Whether colour may be used on a terminal (https://no-color.org); click leaves it out elsewhere."""
        return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
