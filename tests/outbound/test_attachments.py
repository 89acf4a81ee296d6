"""Attachments leave under their own names, also where two have the same bytes."""

import pytest
from tests.outbound.conftest import ANA

from omnilink.outbound.files import read_files
from omnilink.plugin.sending import digest_of

pytestmark = pytest.mark.anyio


async def test_two_files_of_equal_bytes_keep_their_names(desk, tmp_path):
    paths = [tmp_path / name for name in ("plan.txt", "copy.txt", "other.txt")]
    for path, content in zip(paths, (b"same", b"same", b"else"), strict=True):
        path.write_bytes(content)
    parts, files = read_files(paths)
    assert [files[part.ref].filename for part in parts] == ["plan.txt", "copy.txt", "other.txt"]
    assert digest_of(parts[0].ref) == digest_of(parts[1].ref) == parts[0].sha256
    item = await desk.outbox.send(ANA, "here", files=paths)
    context = await desk.outbox.deliverer._context(item)
    assert [context.media[part.ref].filename for part in parts] == ["plan.txt", "copy.txt", "other.txt"]
    assert [context.media[part.ref].content for part in parts] == [b"same", b"same", b"else"]
    await desk.outbox.deliver()
    uploads = [content for url, content in desk.provider.calls if url == "upload"]
    assert uploads == [b"same", b"same", b"else"]
    await desk.check()
