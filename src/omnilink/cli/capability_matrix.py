"""docs/capabilities.md from the kit's results: `python -m omnilink.cli.capability_matrix > docs/capabilities.md`.

Run it at the root of the checkout, with the folder of the vendors' descriptions at hand (`OMNILINK_SPECS`).
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from omnilink.testing.contracts import CONTRACTS
from omnilink.testing.contracts.manifest import RECEIVES, SENDS
from omnilink.testing.find import find_suite, list_suites
from omnilink.testing.report import Report, Result, run_suite

INTRODUCTION = """\
# What each connector can

<!-- Made by `python -m omnilink.cli.capability_matrix > docs/capabilities.md`; a test checks that it is current. -->

Nothing here is claimed: every word is the result of the [conformance kit](conformance.md), run over the connector's own
suite. A capability whose proof fails is *unproven*.

Level of verification: **R**, shown against a real server; **C**, every request it sends and every answer it gets was
checked against the vendor's own description; **P**, shown by payloads made up after the vendor's documentation.
"""

WORDS = {"full": "full", "partial": "partly", "none": "–", "dropped": "dropped", "rejected": "refused"}
OUTCOMES = {"passed": "✓", "failed": "**fails**", "xfailed": "*known*", "not applicable": "·"}
ORDER = ("text", "formatting", "subject", "media", "location", "contact_card", "choice", "offer", "template", "reply",
         "edit", "delete", "reaction", "receipt", "call")  # fmt: skip


def render_matrix(reports: Sequence[Report]) -> str:
    """The page."""
    return "\n".join([INTRODUCTION, *_sections(reports), ""])


def make_reports(root: Path) -> list[Report]:
    """The results of every connector in the checkout, by name."""
    return [run_suite(find_suite(name, root)) for name in list_suites(root)]


def _sections(reports: Sequence[Report]) -> Iterator[str]:
    names = [f"[{report.connector}](connectors/{report.connector}.md)" for report in reports]
    yield from _table(["", *names], [["level", *(report.level.value for report in reports)]])
    yield "\n## Receiving\n"
    yield from _table(["", *names], _capabilities("receive", RECEIVES, reports))
    yield "\n## Sending\n"
    yield from _table(["", *names], _capabilities("send", SENDS, reports))
    yield "\n## Limits\n"
    yield from _table(["connector", "limit", "value", "of what", "read or believed", "source"], _limits(reports))
    yield "\n## Contracts\n"
    yield "✓: it holds. ·: it is not about this connector. *known*: it does not hold, for the reason below.\n"
    rows = [[f"{name}", *(OUTCOMES[_result(report, name).outcome] for report in reports)] for name in CONTRACTS]
    yield from _table(["", *names], rows)
    for report in reports:
        for result in report.results:
            if result.outcome in ("xfailed", "failed"):
                yield f"\n- {report.connector}, {result.contract}: {result.detail}."


def _capabilities(what: str, known: Iterable[str], reports: Sequence[Report]) -> Iterator[list[str]]:
    for name in sorted(known, key=ORDER.index):
        cells = []
        for report in reports:
            table = report.receive if what == "receive" else report.send
            unproven = f"{what} {name}" in report.unproven
            cells.append("*unproven*" if unproven else WORDS[table.get(name, "none")])
        yield [name.replace("_", " "), *cells]


def _limits(reports: Sequence[Report]) -> Iterator[list[str]]:
    for report in reports:
        for limit in report.limits:
            value = ", ".join(limit.value) if isinstance(limit.value, tuple) else f"{limit.value:,.0f}"
            source = f"<{limit.source}>" if limit.source.startswith("https://") else limit.source
            sure = f"{limit.sure} {limit.date}"
            yield [report.connector, limit.name.replace("_", " "), value, limit.unit, sure, source]


def _result(report: Report, contract: str) -> Result:
    return next(result for result in report.results if result.contract == contract)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


if __name__ == "__main__":
    click.echo(render_matrix(make_reports(Path.cwd())), nl=False)
