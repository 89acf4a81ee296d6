"""`omnilink cases`: matters across conversations, why something is under one, and people's decisions about them."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Group
from omnilink.cli.people import BY, REASON
from omnilink.cli.session import Session
from omnilink.cli.terminal import count, one_line, wrap

if TYPE_CHECKING:
    from omnilink.citizen.cases import CasePage
    from omnilink.hub import Hub
    from omnilink.model.case import Case, CaseDecision, Suggestion


@click.group(cls=Group)
def cases() -> None:
    """Matters across conversations: why, join, part, take back."""


@cases.command("list")
@click.argument("who", required=False)
@click.option("--name", metavar="NAME", help="The stated name, where several people share the handle.")
@click.option("--state", type=click.Choice(["open", "closed", "joined"]), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Cases at most.")
@click.option("--before", metavar="CURSOR", help="Older ones than the page before: its next_cursor.")
@pass_session
def list_cases(
    session: Session, who: str | None, name: str | None, state: str | None, limit: int, before: str | None
) -> None:
    """List cases, newest activity first; those of one person if WHO (a handle or contact id) is given."""
    from omnilink.citizen.history import parse_cursor
    from omnilink.model.case import CaseState
    from omnilink.model.ids import to_micros

    cursor = parse_cursor(before) if before else None

    async def work(hub: "Hub") -> "Sequence[Case]":
        wanted = CaseState(state) if state else None
        return await hub.cases.list(who, name=name, state=wanted, before=cursor, limit=limit)

    found = session.run(work)
    more = f"{to_micros(found[-1].last_at)}.{found[-1].id}" if len(found) == limit else None
    answer(session, {"cases": found, "next_cursor": more}, _list_lines(found, more, session.columns))


def _list_lines(found: "Sequence[Case]", more: str | None, columns: int) -> Iterator[str]:
    if not found:
        yield "there are no cases yet"
    for case in found:
        yield click.style(one_line(case.subject or "(no subject)", columns), bold=True)
        yield f"    {case.id}  {one_line(_about(case), columns - 42)}"
    if more:
        yield f"older: --before {more}"


def _about(case: "Case") -> str:
    mixed = ", mixed people" if case.mixed_people else ""
    return f"{case.state.value}{mixed}, {count(case.interactions, 'item')}, {case.last_at.astimezone():%d %b %Y}"


@cases.command()
@click.argument("case_id", metavar="ID")
@click.option("--all", "every", is_flag=True, help="Also what is no longer in force.")
@pass_session
def show(session: Session, case_id: str, every: bool) -> None:
    """Show one case: its contact moments, why each is there, and what is suggested."""

    async def work(hub: "Hub") -> "CasePage":
        return await hub.cases.show(case_id)

    page = session.run(work)
    answer(session, page, _page_lines(page, session.columns, every=every))


def _page_lines(page: "CasePage", columns: int, *, every: bool) -> Iterator[str]:
    from omnilink.citizen.case_words import explain_assignment, explain_suggestion
    from omnilink.cli.item_text import Shown, day_lines

    case = page.case
    yield click.style(one_line(case.subject or "(no subject)", columns), bold=True)
    yield f"case {case.id}"
    yield one_line(_about(case), columns)
    if case.joined_into:
        yield f"joined into {case.joined_into}"
    for contact in case.contacts:
        yield f"contact {contact}"
    yield from day_lines([Shown.of_interaction(item, ()) for item in page.items], columns)
    yield ""
    yield click.style("why", bold=True)
    causes = {item.id: item for item in page.items}
    for assignment in page.assignments:
        if not (every or assignment.in_force):
            continue
        cause = causes.get(assignment.cause)
        what = f"{cause.channel} of {cause.occurred_at.astimezone():%d %b %Y}" if cause else "elsewhere now"
        unit = assignment.interaction or assignment.conversation
        yield from wrap(f"{what} ({'interaction' if assignment.interaction else 'conversation'} {unit})", columns, "  ")
        for line in explain_assignment(assignment):
            yield from ("  " + part for part in wrap(line, columns - 2, "  "))
    for suggestion in page.suggestions:
        if suggestion.state.value == "pending":
            yield from _suggestion_lines(suggestion, columns, list(explain_suggestion(suggestion)))


def _suggestion_lines(suggestion: "Suggestion", columns: int, words: Sequence[str]) -> Iterator[str]:
    yield click.style(f"suggestion {suggestion.id}", bold=True)
    yield f"  conversation {suggestion.conversation}"
    for line in words:
        yield from ("  " + part for part in wrap(line, columns - 2, "  "))


@cases.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="Suggestions at most.")
@pass_session
def suggestions(session: Session, limit: int) -> None:
    """List what rules were not sure enough of to do, oldest first."""

    async def work(hub: "Hub") -> "Sequence[Suggestion]":
        return await hub.cases.suggestions(limit=limit)

    found = session.run(work)

    def lines() -> Iterator[str]:
        from omnilink.citizen.case_words import explain_suggestion

        if not found:
            yield "nothing waits"
        for suggestion in found:
            yield from _suggestion_lines(suggestion, session.columns, list(explain_suggestion(suggestion)))

    answer(session, {"suggestions": found}, lines())


@cases.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="Decisions at most.")
@pass_session
def decisions(session: Session, limit: int) -> None:
    """List what people decided about cases, newest first."""

    async def work(hub: "Hub") -> "Sequence[CaseDecision]":
        return await hub.cases.decisions(limit=limit)

    found = session.run(work)
    lines = (line for decision in found for line in _decision_lines(decision, session.columns))
    answer(session, {"decisions": found}, lines if found else iter(["nobody decided anything yet"]))


def _decision_lines(decision: "CaseDecision", columns: int) -> Iterator[str]:
    yield f"{decision.action}: decision {decision.id}"
    if decision.case:
        yield f"  case {decision.case}"
    words = f"by {decision.by}, {decision.at.astimezone():%d %b %Y %H:%M}"
    yield from ("  " + line for line in wrap(words + (f": {decision.reason}" if decision.reason else ""), columns - 2))
    if decision.undone_by:
        yield from ("  " + line for line in wrap(f"undone by {decision.undone_by}", columns - 2))


def _decided(session: Session, decide: "Callable[[Hub], Awaitable[CaseDecision]]") -> None:
    made = session.run(decide)
    answer(session, made, _decision_lines(made, session.columns))


@cases.command()
@click.argument("case_id", metavar="CASE")
@click.argument("other")
@BY
@REASON
@pass_session
def join(session: Session, case_id: str, other: str, by: str, reason: str) -> None:
    """Put everything of the case OTHER under CASE."""
    _decided(session, lambda hub: hub.cases.join(case_id, other, by=by, reason=reason))


@cases.command()
@click.argument("what")
@BY
@REASON
@pass_session
def split(session: Session, what: str, by: str, reason: str) -> None:
    """Take a conversation or an interaction (its id) out of its case, into a new one. No rule puts it back."""
    _decided(session, lambda hub: hub.cases.split(what, by=by, reason=reason))


@cases.command()
@click.argument("suggestion_id", metavar="SUGGESTION")
@BY
@REASON
@pass_session
def accept(session: Session, suggestion_id: str, by: str, reason: str) -> None:
    """Do what a rule suggested."""
    _decided(session, lambda hub: hub.cases.accept(suggestion_id, by=by, reason=reason))


@cases.command()
@click.argument("suggestion_id", metavar="SUGGESTION")
@BY
@REASON
@pass_session
def refuse(session: Session, suggestion_id: str, by: str, reason: str) -> None:
    """Say no to a suggestion: it is not made again."""
    _decided(session, lambda hub: hub.cases.refuse(suggestion_id, by=by, reason=reason))


@cases.command()
@click.argument("case_id", metavar="CASE")
@BY
@REASON
@pass_session
def close(session: Session, case_id: str, by: str, reason: str) -> None:
    """Close a case; a person who writes again in it opens it."""
    _decided(session, lambda hub: hub.cases.close(case_id, by=by, reason=reason))


@cases.command()
@click.argument("case_id", metavar="CASE")
@BY
@REASON
@pass_session
def reopen(session: Session, case_id: str, by: str, reason: str) -> None:
    """Open a closed case again."""
    _decided(session, lambda hub: hub.cases.reopen(case_id, by=by, reason=reason))


@cases.command()
@click.argument("decision_id", metavar="DECISION")
@BY
@pass_session
def undo(session: Session, decision_id: str, by: str) -> None:
    """Take a decision back: everything is where it was before."""
    _decided(session, lambda hub: hub.cases.undo(decision_id, by=by))
