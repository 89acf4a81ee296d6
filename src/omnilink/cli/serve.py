"""`omnilink serve`: webhooks over HTTP; the work is `omnilink.web.serve`'s."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from omnilink.cli.answer import pass_session, render_json
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.cli.terminal import one_line
from omnilink.errors import ConfigError

WEB_PACKAGES = frozenset({"starlette", "uvicorn", "h11", "websockets"})


@contextmanager
def needs_web() -> Iterator[None]:
    """Says in a sentence that the web server is not installed, if it is not.

    Raises:
        ConfigError: it is not.
    """
    try:
        yield
    except ModuleNotFoundError as e:
        if (e.name or "").partition(".")[0] not in WEB_PACKAGES:
            raise
        raise ConfigError("the web server is not installed", hint='pip install "omnilink-sdk[web]"') from None


@click.command(cls=Command)
@click.option("--hooks-only", is_flag=True, help="Only webhooks, no console.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes any free one.")
@pass_session
def serve(session: Session, hooks_only: bool, host: str, port: int) -> None:
    """Receive webhooks over HTTP.

    TLS belongs to a proxy in front. With --json, one document is printed once it listens.
    """
    with needs_web():
        from omnilink.web.serve import run
    settings = session.settings()
    told: list[str] = []

    def say(line: str) -> None:
        told.append(line)
        if not session.as_json:
            click.echo(one_line(line))
        elif len(told) == 1:
            document = {"listening": line, "hooks_only": hooks_only, "accounts": sorted(settings.accounts)}
            click.echo(render_json(document))

    run(settings, str(session.db) if session.db else None, host=host, port=port, hooks_only=hooks_only, say=say)
