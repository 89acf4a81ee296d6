"""docs/cli.md from the help texts: `python -m omnilink.cli.reference > docs/cli.md`."""

from collections.abc import Iterator

import click

from omnilink.cli.app import app

INTRODUCTION = """\
# Command line

<!-- Made by `python -m omnilink.cli.reference > docs/cli.md`; a test checks that it is current. -->

Every command takes `--json`: one JSON document on standard output, whatever happens. An error is
`{"error": {"type": …, "message": …, "hint": …}}`, its `type` a class of `omnilink.errors`. Without it, text that fits
80 columns, coloured only on a terminal and never where `NO_COLOR` is set. What citizens wrote is made harmless before
it is printed: escape sequences, control characters and direction overrides do not reach the terminal.

| exit code | when |
|---|---|
| 0 | done |
| 1 | something is wrong: a ledger does not balance, `doctor` or `db check` found an error, a bug in omnilink |
| 2 | trying again the same way cannot help: usage, configuration, an unknown handle |
| 75 | trying again later may help: the database is busy |
| 130 | stopped with Ctrl-C; what was committed is safe |
"""


def render_reference() -> str:
    """The page."""
    return "\n".join([INTRODUCTION, *_sections(app, "omnilink", None, 2)])


def _sections(command: click.Command, path: str, parent: click.Context | None, level: int) -> Iterator[str]:
    # A fixed width: the page must not depend on the terminal it is made in.
    ctx = click.Context(command, info_name=path.rpartition(" ")[2], parent=parent, terminal_width=80)
    yield f"{'#' * level} `{path}`\n\n```text\n{command.get_help(ctx)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            found = command.get_command(ctx, name)
            if found is not None:
                yield from _sections(found, f"{path} {name}", ctx, min(level + 1, 4))


if __name__ == "__main__":
    click.echo(render_reference(), nl=False)
