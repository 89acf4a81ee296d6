"""The root command: global options and the table of commands, none of which is imported to list them."""

from pathlib import Path

import click

from omnilink.cli.command import Root
from omnilink.cli.session import Session

COMMANDS = {
    "import": ("importing:import_command", "Read a mailbox, file or folder into the history."),
    "timeline": ("timeline:timeline", "Show one person's history, newest first."),
    "contacts": ("contacts:contacts", "List the people seen so far."),
    "contact": ("contacts:contact", "Show one person: handles, names, relations, links."),
    "conversations": (
        "conversations:conversations",
        "List conversations, newest activity first; or show why one is one, and take it apart.",
    ),
    "conversation": ("conversations:conversation", "Show one conversation, oldest first."),
    "cases": ("cases:cases", "Matters across conversations: why, join, part, take back."),
    "send": ("send:send", "Send a message."),
    "outbox": ("outbox:outbox", "What is owed to citizens, and what failed or is unknown."),
    "media": ("media:media", "The files that messages point to, and what became of each."),
    "sandbox": ("sandbox:sandbox", "Send a message to, or call by, a provider played in this process."),
    "link": ("link:link", "Say who is who, take it back, or ask why."),
    "review": ("review:review", "Show who may be one person, and decide."),
    "people": ("people:people", "Decide who is who, and take it back."),
    "relations": ("relations:relations", "Say what people are to each other, and take it back."),
    "ledger": ("ledger:ledger", "Show both ledgers: was anything dropped?"),
    "usage": ("usage:usage", "Show what accounts were billed for, at the configured prices."),
    "quarantine": ("quarantine:quarantine", "See what could not be read."),
    "replay": ("quarantine:replay", "Read quarantined envelopes again."),
    "stitch": ("stitch:stitch_command", "Say which rows of a CSV file are one person."),
    "connectors": ("connectors:connectors", "List the installed connectors."),
    "conformance": ("conformance:conformance", "Test a connector by every contract of the kit."),
    "new-connector": ("new_connector:new_connector", "Write the package of a new connector."),
    "init": ("init:init", "Write a commented omnilink.toml."),
    "doctor": ("doctor:doctor", "Check configuration, accounts, secrets and database."),
    "serve": ("serve:serve", "Receive webhooks over HTTP."),
    "db": ("db:db", "Back up, upgrade, check or fingerprint the database."),
    "schema": ("schema:schema", "Print the JSON Schema of the records."),
    "demo": ("demo:demo", "Build a small town offline and show one citizen's history."),
}
"""Command → module and attribute within `omnilink.cli`, and the line shown in the list."""

PATH = click.Path(path_type=Path)


@click.group(cls=Root, commands_table=COMMANDS)
@click.option("--db", type=PATH, envvar="OMNILINK_DB", show_envvar=True, help="The database file.")
@click.option(
    "--config",
    type=PATH,
    envvar="OMNILINK_CONFIG",
    show_envvar=True,
    help="The configuration; ./omnilink.toml if there is one.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document, errors too.")
@click.version_option(package_name="omnilink-sdk", prog_name="omnilink")
@click.pass_context
def app(ctx: click.Context, db: Path | None, config: Path | None, as_json: bool) -> None:
    """Every channel a citizen uses, as one history of one person.

    The options below may also stand after the command.
    """
    session = ctx.ensure_object(Session)
    session.db, session.config, session.as_json = db, config, as_json
    ctx.color = None if session.colour_wanted() else False
