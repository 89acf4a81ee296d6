"""`omnilink stitch`: which rows of a table are one person, without a database."""

import csv
import gzip
import io
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.cli.terminal import count, one_line, wrap
from omnilink.errors import BadInput, UnreadableFile
from omnilink.identity.stitch import stitch

if TYPE_CHECKING:
    from omnilink.identity.stitch import Groups

Row = dict[str, str]
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")
DELIMITERS = ",;\t|"
MAX_FIELD_CHARS = 1_000_000
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("stitch", cls=Command)
@click.argument("file", type=FILE)
@click.option("--map", "mapped", metavar="FIELD=COLUMN", multiple=True, help="Which column a field is in; repeatable.")
@click.option("--out", type=FILE, help="Write the rows here, with the number of their person before them.")
@click.option("--report", type=FILE, help="Write a page here: plots, hot keys, doubtful people first.")
@pass_session
def stitch_command(
    session: Session, file: Path, mapped: tuple[str, ...], out: Path | None, report: Path | None
) -> None:
    """Say which rows of a CSV file are one person.

    The usual column names of several languages are recognised; --map names others: given, family, middle, full_name,
    birth, birth_year, birth_month, birth_day, sex, phone, email, national_id, street, street_number, unit, city,
    postcode, state, birth_place, occupation, source. A field of your own is compared as a text, and ignore=COLUMN
    leaves a column out. Weights are learned from the table itself. The report shows people's data.
    """
    started = time.monotonic()
    columns, rows = read_csv(file)
    progress = _Progress(silent=session.as_json)
    groups = stitch(rows, columns=read_mapping(mapped), progress=progress)
    progress.finish()
    if out is not None:
        write_groups(out, columns, rows, groups)
    if report is not None:
        from omnilink.cli.stitch_report import render_report

        report.write_text(render_report(file.name, rows, groups), encoding="utf-8")
    document = {
        "rows": len(rows),
        "people": len(groups),
        "people_in_several_rows": sum(len(group) > 1 for group in groups),
        "largest": max(map(len, groups), default=0),
        "columns": {field: list(names) for field, names in groups.columns.items()},
        "not_compared": list(groups.unknown_columns),
        "warnings": list(groups.warnings),
        "hot_keys": [{"key": key.masked, "people": key.people, "rows": key.rows} for key in groups.hot_keys],
        "doubtful": [{"kind": d.kind, "rows": [row + 1 for row in d.rows], "bits": d.bits} for d in groups.doubtful()],
        "out": str(out) if out else None,
        "report": str(report) if report else None,
        "seconds": round(time.monotonic() - started, 3),
    }
    answer(session, document, _lines(document, groups, session.columns))


class _Progress:
    """One line on a terminal that says what is being done."""

    def __init__(self, *, silent: bool) -> None:
        self._live = not silent and sys.stderr.isatty()

    def __call__(self, stage: str, number: int, of: int) -> None:
        """Called as each stage begins."""
        if self._live:
            click.echo(f"\r\x1b[K{number + 1}/{of} {stage}", nl=False, err=True, color=True)

    def finish(self) -> None:
        """Takes the line away."""
        if self._live:
            click.echo("\r\x1b[K", nl=False, err=True, color=True)


def read_csv(path: Path) -> tuple[list[str], list[Row]]:
    """The headings and rows of a CSV file: gzipped or not, any usual delimiter and encoding.

    Raises:
        UnreadableFile: there is no such file, or it is no table.
    """
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except (OSError, EOFError) as e:
        raise UnreadableFile(f"cannot read {one_line(path.name)}", hint="is it there, and is it a CSV file?") from e
    text = _decoded(raw)
    heading = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=heading.count)
    csv.field_size_limit(MAX_FIELD_CHARS)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [{key: value or "" for key, value in row.items() if key is not None} for row in reader]
        columns = list(reader.fieldnames or ())
    except csv.Error as e:
        raise UnreadableFile(f"{one_line(path.name)} is no CSV file", hint="save it as CSV in UTF-8") from e
    if not columns:
        raise UnreadableFile(f"{one_line(path.name)} has no headings", hint="the first line names the columns")
    return columns, rows


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    for encoding in ENCODINGS:
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    raise AssertionError("latin-1 decodes all bytes")


def read_mapping(mapped: Sequence[str]) -> dict[str, list[str]]:
    """Field → columns, from `FIELD=COLUMN`.

    Raises:
        BadInput: a text without `=`.
    """
    found: dict[str, list[str]] = {}
    for text in mapped:
        field, equals, column = text.partition("=")
        if not equals or not field.strip() or not column.strip():
            raise BadInput("--map takes FIELD=COLUMN", hint="for example --map birth=BORN_ON")
        found.setdefault(field.strip(), []).append(column.strip())
    return found


def write_groups(path: Path, columns: Sequence[str], rows: Sequence[Row], groups: "Groups") -> None:
    """The rows as they were, with the number of their person in front, those of one person together."""
    order = sorted(range(len(rows)), key=lambda row: (groups.group_of(row), row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["person", "row", *columns])
        for row in order:
            writer.writerow([groups.group_of(row) + 1, row + 1, *(rows[row].get(column, "") for column in columns)])


def _lines(document: dict[str, object], groups: "Groups", columns: int) -> Iterator[str]:
    rows, people = len(groups.labels), len(groups)
    yield f"{count(rows, 'row')} are {people:,} people" if people != 1 else f"{count(rows, 'row')} are one person"
    several, largest = document["people_in_several_rows"], document["largest"]
    yield f"{several:,} of them stand in several rows, at most in {largest:,}; {document['seconds']} s"
    yield ""
    for field, names in groups.columns.items():
        yield from wrap(f"  {field}: {', '.join(names)}", columns, "    ")
    for warning in groups.warnings:
        yield from wrap(f"warning: {warning}", columns, "  ")
    doubts = groups.doubtful(5)
    if doubts:
        yield ""
        yield "Look at these first:"
        for doubt in doubts:
            what = "rows held together loosely" if doubt.kind == "group" else "rows that may be one person"
            shown = ", ".join(str(row + 1) for row in doubt.rows[:8])
            yield from wrap(f"  {what}: {shown} ({doubt.bits:+.1f} bits)", columns, "  ")
