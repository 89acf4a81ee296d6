"""The command line. Light on purpose: a command's module is imported when that command is run."""

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> None:
    """Runs `omnilink`, the entry point; ends the process with the exit code of `omnilink.cli.failure`."""
    from omnilink.cli.app import app

    app.main(argv, prog_name="omnilink")
