"""`omnilink new-connector`: a package that passes the kit, for an invented provider, with places to fill in."""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.errors import BadInput

SUFFIX = ".tmpl"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@click.command(cls=Command)
@click.argument("name")
@click.option("--into", type=click.Path(path_type=Path), default=Path(), help="The folder it is made in [here].")
@click.option("--title", help="What people call the provider.")
@pass_session
def new_connector(session: Session, name: str, into: Path, title: str | None) -> None:
    """Write the package of a new connector.

    NAME is that of the connector (lower case, digits, dashes); the folder is omnilink-NAME. It works as it is, for an
    invented provider, and passes `omnilink conformance`. What to change says FILL IN.
    """
    if _NAME.fullmatch(name) is None:
        raise BadInput("that is no name of a connector", hint="lower case letters, digits and single dashes: town-sms")
    if title is not None and (not title.strip() or not title.isprintable() or set(title) & set('"\\')):
        raise BadInput("that is no title", hint="one line of words, without quotes and backslashes")
    folder = into / f"omnilink-{name}"
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(
            "the folder is there already and not empty", hint="choose another name, or --into another folder"
        )
    words = _words(name, title)
    written = sorted(_write(files("omnilink.cli").joinpath("templates", "connector"), folder, words))
    document = {"written": [str(path) for path in written], "folder": str(folder), "name": name}
    answer(session, document, _lines(folder, name, written))


def _words(name: str, title: str | None) -> dict[str, str]:
    camel = "".join(piece.capitalize() for piece in name.split("-"))
    return {
        "name": name,
        "module": f"omnilink_{name.replace('-', '_')}",
        "klass": camel,
        "title": title or " ".join(piece.capitalize() for piece in name.split("-")),
        "env": name.replace("-", "_").upper(),
    }


def _write(template: Traversable, folder: Path, words: Mapping[str, str]) -> Iterator[Path]:
    for item in template.iterdir():
        name = item.name.replace("omnilink_MODULE", words["module"]).replace("NAME", words["name"].replace("-", "_"))
        if item.is_dir():
            yield from _write(item, folder / name, words)
        elif item.name.endswith(SUFFIX):
            path = folder / name.removesuffix(SUFFIX)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(Template(item.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
            yield path


def _lines(folder: Path, name: str, written: list[Path]) -> Iterator[str]:
    yield f"{folder}"
    yield from (f"    {path.relative_to(folder).as_posix()}" for path in written)
    yield "next:"
    yield f"    pip install -e {folder}"
    yield f"    omnilink conformance {name}"
