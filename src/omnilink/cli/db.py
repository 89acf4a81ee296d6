"""`omnilink db`: upkeep of the database file."""

from pathlib import Path

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Group
from omnilink.cli.session import Session
from omnilink.cli.terminal import one_line, wrap


@click.group(cls=Group)
def db() -> None:
    """Back up, upgrade, check or fingerprint the database."""


@db.command()
@click.argument("target", type=click.Path(path_type=Path))
@pass_session
def backup(session: Session, target: Path) -> None:
    """Write a consistent copy to a new file, also while a server is running."""
    session.run(lambda hub: hub.store.backup(str(target)))
    size = target.stat().st_size
    answer(session, {"backup": str(target), "bytes": size}, [f"{one_line(str(target))}: {size:,} bytes"])


@db.command()
@pass_session
def upgrade(session: Session) -> None:
    """Bring an older database to this version; a copy of the old one is kept beside it."""
    from omnilink.store.sqlite import upgrade as upgrade_file

    path = session.existing_database(session.settings())
    copy = upgrade_file(path)
    done = f"upgraded; the old one is {one_line(copy.name)}" if copy else "nothing to do: it is of this version"
    answer(session, {"upgraded": copy is not None, "copy": str(copy) if copy else None}, [done])


@db.command()
@pass_session
def check(session: Session) -> None:
    """Look for damage: the file itself, references, both ledgers, who is who.

    The exit code is 1 if anything is found.
    """
    problems = session.run(lambda hub: hub.store.check())
    lines = [line for problem in problems for line in wrap(problem, session.columns, "  ")]
    answer(session, {"ok": not problems, "problems": problems}, lines or ["no problem found"])
    if problems:
        raise click.exceptions.Exit(1)


@db.command()
@pass_session
def digest(session: Session) -> None:
    """Print a fingerprint of everything but generated ids and clocks.

    The same inputs give the same one, whatever crashes and restarts lay between.
    """
    found = session.run(lambda hub: hub.store.read_digest(hub.scope))
    answer(session, {"digest": found}, [found])
