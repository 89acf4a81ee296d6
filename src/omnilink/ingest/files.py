"""Files: a folder of payloads or a mailbox as a stream of received bytes."""

from collections.abc import Iterator
from pathlib import Path

from omnilink.errors import UnreadableFile
from omnilink.model.envelope import Authenticity, Received
from omnilink.plugin.connector import Connector, ReadsFiles

CONTENT_TYPES = {
    ".json": "application/json",
    ".form": "application/x-www-form-urlencoded",
    ".xml": "application/xml",
    ".eml": "message/rfc822",
    ".txt": "text/plain",
}
"""What a payload file's name says it is; a webhook would say it in a header."""

MAX_FILE_BYTES = 64 * 1024 * 1024


def read_payloads(path: Path) -> Iterator[Received]:
    """Every file of a folder (or the one file) as one envelope each, in the order of the names.

    Raises:
        UnreadableFile: there is no such file, or the folder holds none.
    """
    files = (
        sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")) if path.is_dir() else [path]
    )
    if not files:
        raise UnreadableFile("there is nothing to read there", hint="name a file or a folder with files")
    passed_over = 0
    for file in files:
        try:
            if file.stat().st_size > MAX_FILE_BYTES:
                passed_over += 1
                continue
            body = file.read_bytes()
        except OSError:
            passed_over += 1
            continue
        content_type = CONTENT_TYPES.get(file.suffix.lower())
        headers = {"content-type": content_type} if content_type else {}
        yield Received(body=body, headers=headers, authenticity=Authenticity.IMPORTED)
    if passed_over:  # told when all else is done: one bad file holds up nothing
        raise UnreadableFile(
            f"{passed_over} of {len(files)} files could not be read; all others were",
            hint="check their permissions; a payload may have 64 MiB",
        )


def read_path(connector: Connector, path: Path) -> Iterator[Received]:
    """What the connector reads from a path: in its own form if it has one, else file by file.

    Raises:
        UnreadableFile: nothing there can be read.
    """
    if isinstance(connector, ReadsFiles):
        return connector.read_files(path)
    return read_payloads(path)
