"""`omnilink conformance`: what a connector can, and by what that is proved."""

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.cli.terminal import count, one_line, wrap

if TYPE_CHECKING:
    from omnilink.testing.report import Report, Result

COLOURS = {"passed": "green", "failed": "red", "xfailed": "yellow", "not applicable": None}
LEVELS = {
    "R": "shown against a real server",
    "C": "every request and answer checked against the vendor's description",
    "P": "shown by payloads",
}


@click.command(cls=Command)
@click.argument("name")
@click.option("--only", "contracts", multiple=True, metavar="CONTRACT", help="Only this contract; may be repeated.")
@pass_session
def conformance(session: Session, name: str, contracts: tuple[str, ...]) -> None:
    """Test a connector by every contract of the kit.

    NAME is that of an installed connector whose package brings a suite, or the path of a Python file with one. Nothing
    is sent anywhere. The exit code is 1 if a contract fails.
    """
    from omnilink.errors import BadInput
    from omnilink.testing.contracts import CONTRACTS
    from omnilink.testing.find import find_suite
    from omnilink.testing.report import run_suite

    if unknown := sorted(set(contracts) - set(CONTRACTS)):
        raise BadInput(f"there is no contract {unknown[0]}", hint="one of " + ", ".join(CONTRACTS))
    suite = find_suite(name)
    logging.lastResort = None  # what a library warns of while it is tested is no answer
    report = run_suite(suite, contracts=[c for c in CONTRACTS if c in contracts] or tuple(CONTRACTS))
    answer(session, _document(report), _lines(report, session.columns))
    if not report.passed:
        raise click.exceptions.Exit(1)


def _document(report: "Report") -> dict[str, object]:
    return {
        "connector": report.connector,
        "title": report.title,
        "version": report.version,
        "passed": report.passed,
        "level": report.level.value,
        "checks": report.checks,
        "receive": report.receive,
        "send": report.send,
        "unproven": list(report.unproven),
        "contracts": [
            {
                "contract": result.contract,
                "summary": result.summary,
                "outcome": result.outcome,
                "checks": result.checks,
                "duration_s": round(result.duration_s, 3),
                "detail": result.detail,
                "notes": list(result.notes),
            }
            for result in report.results
        ],
    }


def _lines(report: "Report", columns: int) -> Iterator[str]:
    yield click.style(one_line(f"{report.connector}: {report.title}", columns), bold=True)
    yield from wrap(
        f"level {report.level.value}: {LEVELS[report.level.value]}; {count(report.checks, 'check')}", columns
    )
    for result in report.results:
        yield from _result(result, columns)


def _result(result: "Result", columns: int) -> Iterator[str]:
    outcome = click.style(f"{result.outcome:<14}", fg=COLOURS[result.outcome])
    yield f"{result.contract:<12} {outcome} {result.checks:>8,}"
    for text in (result.detail, *result.notes):
        if text:
            yield from ("    " + line for line in wrap(one_line(text), columns - 4))
