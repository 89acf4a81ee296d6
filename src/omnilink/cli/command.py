"""What all commands share: the options that may follow any of them, lazy loading, and one place for errors."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from omnilink.cli.failure import report
from omnilink.cli.session import Session
from omnilink.errors import BadInput


def _remember(field: str) -> Any:
    def callback(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        if value:
            setattr(ctx.ensure_object(Session), field, value)

    return callback


def _shared_options() -> list[click.Parameter]:
    """`--json` on every command; `--db` and `--config` are the root's, taken here too wherever a hand puts them."""
    path = click.Path(path_type=Path)
    return [
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            callback=_remember("as_json"),
            help="Answer with one JSON document.",
        ),
        click.Option(["--db"], type=path, expose_value=False, callback=_remember("db"), hidden=True),
        click.Option(["--config"], type=path, expose_value=False, callback=_remember("config"), hidden=True),
    ]


class Command(click.Command):
    """A command with `--json`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _shared_options()


class Group(click.Group):
    """A group of commands with `--json`, on the group and on each of them."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _shared_options()

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they were written: the everyday ones first."""
        return list(self.commands)


class Root(click.Group):
    """The root: commands by name from a table, and every error on its way to an exit code.

    Args:
        commands_table: name → (`module:attribute` within `omnilink.cli`, one line of help).
    """

    def __init__(self, *args: Any, commands_table: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = commands_table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The table's order: the everyday ones first."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the command asked for, and only that one."""
        if cmd_name not in self.table:
            return None
        module, _, attribute = self.table[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"omnilink.cli.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from the table, so that `--help` imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.table.items()])

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *more: Any, **extra: Any) -> Any:
        """Runs the command line; always ends with SystemExit. Errors are told as `failure.report` says."""
        given = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        _survive_any_encoding()
        try:
            # File names may be any bytes; all else is text.
            if any("\ud800" <= letter <= "\udfff" for text in given for letter in text if not Path(text).exists()):
                raise BadInput("an argument is not valid text in this terminal's encoding", hint="use UTF-8")
            code = super().main(given, prog_name, *more, **extra)
        except BaseException as e:
            code = report(e, as_json="--json" in given[: given.index("--") if "--" in given else None])
        sys.exit(code if isinstance(code, int) else 0)


def _survive_any_encoding() -> None:
    """A terminal that cannot show a letter shows its number instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
