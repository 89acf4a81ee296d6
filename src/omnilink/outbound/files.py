"""Files: what is attached to a message becomes bytes kept here, so that a later attempt sends the same."""

import hashlib
import mimetypes
from collections.abc import Iterable
from pathlib import Path

from omnilink.errors import SendRefused, UnreadableFile
from omnilink.model.part import Media
from omnilink.plugin.sending import BLOB, COPY, MediaFile

LARGEST_BYTES = 100_000_000
"""WhatsApp's largest document; each channel's own limit is asked when it is rendered."""

_KINDS = {"image": "image", "audio": "audio", "video": "video"}


def read_files(paths: Iterable[str | Path]) -> tuple[tuple[Media, ...], dict[str, MediaFile]]:
    """Files as parts of a message, and their bytes.

    Returns:
        The parts, and `blob:<sha256>` → bytes.

    Raises:
        UnreadableFile: there is no such file.
        SendRefused: one is larger than any channel takes.
    """
    parts: list[Media] = []
    files: dict[str, MediaFile] = {}
    for path in map(Path, paths):
        try:
            if path.stat().st_size > LARGEST_BYTES:
                raise SendRefused("a file is larger than any channel takes", reason="too-large")
            content = path.read_bytes()
        except OSError:
            raise UnreadableFile("a file to attach cannot be read", hint="check its name") from None
        digest = hashlib.sha256(content).hexdigest()
        mime_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        kind = _KINDS.get(mime_type.partition("/")[0], "document")
        ref = f"{BLOB}{digest}"
        if ref in files:
            ref = f"{ref}{COPY}{len(files)}"
        parts.append(
            Media(kind=kind, ref=ref, mime_type=mime_type, filename=path.name, size=len(content), sha256=digest)  # type: ignore[arg-type]
        )
        files[ref] = MediaFile(content, mime_type, path.name)
    return tuple(parts), files
