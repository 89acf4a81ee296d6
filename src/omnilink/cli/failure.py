"""Errors → what the person is told and the exit code. The only place that does this.

| exit code | when |
|---|---|
| 0 | done |
| 1 | anything else: an imbalance found by `ledger`, problems found by `doctor` or `db check`, a bug |
| 2 | trying again the same way cannot help: usage, configuration, unknown handle (`PermanentError`) |
| 75 | trying again later may help (`TransientError`; 75 is EX_TEMPFAIL of sysexits.h) |
| 130 | stopped with Ctrl-C |
"""

import json
import os
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click

from omnilink.cli.terminal import one_line, wrap
from omnilink.errors import Ambiguous, ConfigError, OmnilinkError, PermanentError, TransientError

OTHER, PERMANENT, TRANSIENT, INTERRUPTED = 1, 2, 75, 130


class Interrupted(Exception):
    """A long command was stopped by hand; the message says what is safe and the hint how to go on."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as it is told."""

    code: int
    type: str
    message: str
    hint: str | None = None
    choices: tuple[str, ...] = ()

    def as_json(self) -> str:
        """The error document."""
        told: dict[str, object] = {"type": self.type, "message": self.message, "hint": self.hint}
        if self.choices:
            told["choices"] = list(self.choices)
        return json.dumps({"error": told})

    def as_text(self) -> str:
        """For people: the sentence, then the hint."""
        lines = wrap(f"error: {one_line(self.message)}", 80)
        if self.hint:
            lines += wrap(f"hint: {one_line(self.hint)}", 80)
        return "\n".join(lines)


def classify(error: BaseException) -> Failure:
    """What an exception means to the person at the command line."""
    kind = type(error).__name__
    match error:
        case OmnilinkError():
            code = PERMANENT if isinstance(error, PermanentError) else OTHER
            code = TRANSIENT if isinstance(error, TransientError) else code
            message = f"{error.message}: {error.setting}" if error.setting else error.message
            if error.connector and isinstance(error, ConfigError) and not error.setting:
                message = f"{message}: {error.connector}"
            hint = error.hint or ("try again in a moment" if code == TRANSIENT else None)
            choices = error.choices if isinstance(error, Ambiguous) else ()
            return Failure(code, kind, message, hint, choices)
        case click.UsageError():
            command = error.ctx.command_path if error.ctx else "omnilink"
            return Failure(PERMANENT, "UsageError", error.format_message(), f"`{command} --help` shows how")
        case click.ClickException():
            return Failure(PERMANENT, kind, error.format_message())
        case Interrupted():
            return Failure(INTERRUPTED, kind, error.message, error.hint)
        case click.Abort() | KeyboardInterrupt():
            return Failure(INTERRUPTED, "Interrupted", "stopped", "what was committed is safe")
        case _:
            # The text of an unforeseen exception may hold anything, so only its place is told.
            hint = "please report this; OMNILINK_TRACEBACK=1 shows the details (they may hold personal data)"
            return Failure(OTHER, kind, f"a bug in omnilink: {kind}{_place(error)}", hint)


def report(error: BaseException, *, as_json: bool) -> int:
    """Tells an error: as one JSON document on stdout, else as text on stderr.

    Returns:
        The exit code.
    """
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else OTHER
    if isinstance(error, BrokenPipeError):
        # The reader (`| head`) has what it wanted; the interpreter must not complain while flushing at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OTHER
    error = _innermost(error)
    if os.environ.get("OMNILINK_TRACEBACK"):
        traceback.print_exception(error)
    failure = classify(error)
    with suppress(OSError):  # nowhere left to say it (a full disk); the exit code still does
        if as_json:
            click.echo(failure.as_json())
        else:
            click.echo(failure.as_text(), err=True)
    return failure.code


def _innermost(error: BaseException) -> BaseException:
    """A task group wraps even a single error in a group."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "omnilink" in Path(f.filename).parts or "omnilink_" in f.filename]
    return f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
