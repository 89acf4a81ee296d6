"""`omnilink demo`: a small town, offline, through the real connectors; it checks itself."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.errors import BadInput, UnknownConnector

if TYPE_CHECKING:
    from omnilink.cli.town_seen import Person, Promise, Seen

KEPT = "town.db"


@click.command(cls=Command)
@click.option(
    "--keep", type=click.Path(path_type=Path), metavar="PATH", help="Keep the database there, to look around in."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Decides every invented id.")
@pass_session
def demo(session: Session, keep: Path | None, seed: int) -> None:
    """Build a small town offline and show one citizen's history.

    Five days of invented mails, texts, calls, WhatsApp and Slack messages go through the real connectors, signed as
    their providers sign. No account, no network. The exit code is 1 if anything is not as promised.
    """
    from omnilink.cli.town_seen import check

    if keep is not None and keep.exists():
        raise BadInput("there is a file of that name already", hint="name another one after --keep")
    with tempfile.TemporaryDirectory() as folder:
        seen = _live(Path(folder), keep or Path(folder) / KEPT, seed)
    promises = list(check(seen))
    answer(session, _document(seen, promises, keep), _lines(seen, promises, keep, session.columns))
    if not all(promise.kept for promise in promises):
        raise click.exceptions.Exit(1)


def _live(folder: Path, database: Path, seed: int) -> "Seen":
    import anyio

    from omnilink.cli.town import Town
    from omnilink.cli.town_seen import look
    from omnilink.plugin.registry import list_installed

    town = Town(folder, seed)
    missing = {account.connector for account in town.settings.accounts.values()} - {i.name for i in list_installed()}
    if missing:
        raise UnknownConnector(
            f"the demo's town needs connectors that are not installed: {', '.join(sorted(missing))}",
            hint='pip install "omnilink-sdk[all]"',
        )

    async def lived() -> "Seen":
        async with town.open(database) as hub:
            await town.live(hub)
            return await look(hub, town.answers)

    return anyio.run(lived)


def _document(seen: "Seen", promises: "Sequence[Promise]", keep: Path | None) -> dict[str, object]:
    return {
        "promises": [{"text": promise.text, "kept": promise.kept} for promise in promises],
        "ledger": {**seen.books.model_dump(mode="json"), "balanced": seen.books.balanced},
        "people": [{"contact": p.contact.id, "name": p.contact.name, "items": len(p.page.items)} for p in seen.people],
        "history": seen.ana.page,
        "family": [person.page for person in seen.family],
        "forged": [person.page for person in seen.forged],
        "kept": str(keep) if keep else None,
    }


def _lines(seen: "Seen", promises: "Sequence[Promise]", keep: Path | None, columns: int) -> Iterator[str]:
    from omnilink.cli.contacts import heading_lines
    from omnilink.cli.ledger import ledger_lines

    yield from _title("A small town, five days, four channels")
    told = Counter(status for _, status in seen.answers)
    webhooks = f"{len(seen.answers)} webhooks, {told[200]} acknowledged and {told[401]} refused"
    yield f"{webhooks}; {seen.books.received - told[200]} mails in two mailboxes."
    yield f"{len(seen.people)} contacts: people, as far as anything certain tells them apart or joins them."
    yield ""
    yield from ledger_lines(seen.books)
    for envelope in seen.waiting:
        yield f"In quarantine: one envelope of {envelope.account}, {envelope.reason}"

    yield from _title("One citizen's history, and why each item is in it")
    yield from heading_lines(seen.ana.contact, columns)
    yield from _history(seen.ana, columns)

    yield from _title("A family's telephone")
    said = "Two people said their names on it, so the caller who said none is nobody in particular."
    yield from _wrapped(said, columns)
    for person in seen.family:
        yield ""
        yield from heading_lines(person.contact, columns)
        yield from _history(person, columns)
    if seen.was_it is not None and seen.family[0].contact.name:
        yield ""
        yield from _wrapped(f"Was the nameless caller {seen.family[0].contact.name}?", columns)
        yield from _wrapped(seen.was_it.text(), columns, "    ")

    yield from _title("A forged mail")
    found = "The town's mail server found that it does not come from where it says. It is kept, but apart."
    yield from _wrapped(found, columns)
    for person in seen.forged:
        yield ""
        yield from heading_lines(person.contact, columns)
        yield from _history(person, columns)

    yield from _title("Promised, and checked")
    for promise in promises:
        mark = click.style("ok", fg="green") if promise.kept else click.style("NOT SO", fg="red", bold=True)
        yield f"  {mark}  {promise.text}"

    yield from _title("What to try next")
    yield from _next_steps(keep)


def _history(person: "Person", columns: int) -> Iterator[str]:
    from omnilink.cli.item_text import Shown, day_lines

    yield from day_lines((Shown.of_item(item, why=True) for item in person.page.items), columns)


def _title(text: str) -> Iterator[str]:
    yield ""
    yield click.style(f"== {text} ==", bold=True)


def _wrapped(text: str, columns: int, indent: str = "") -> Iterator[str]:
    from omnilink.cli.terminal import wrap

    yield from wrap(text, columns, indent)


def _next_steps(keep: Path | None) -> Iterator[str]:
    from omnilink.cli.town import ANA_MAIL, ANA_NUMBER, FAMILY_NUMBER, OMAR, WEI_MAIL, WEI_SLACK
    from omnilink.cli.town_providers import Slack

    if keep is None:
        yield f"  omnilink demo --keep {KEPT}"
    db = f"omnilink --db {keep or KEPT}"
    yield f"  {db} contacts"
    yield f"  {db} timeline {ANA_NUMBER} --why"
    yield f'  {db} timeline {FAMILY_NUMBER} --name "{OMAR}"'
    yield f"  {db} link explain {ANA_MAIL} wa:{ANA_NUMBER}"
    yield f"  {db} link add slack:{Slack.team}/{WEI_SLACK} {WEI_MAIL} --by you"
