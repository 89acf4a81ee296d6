"""Bytes by their digests: what is kept under a digest is what the digest says. Pure; both stores use it."""

import hashlib
from collections.abc import Mapping


def require_digests(blobs: Mapping[str, bytes]) -> None:
    """Makes sure that bytes are what they are called.

    Raises:
        ValueError: they are not; kept, they would be sent whenever the digest is meant.
    """
    if any(not is_digest_of(digest, content) for digest, content in blobs.items()):
        raise ValueError("the bytes are not those of their sha256 digest")


def is_digest_of(digest: str, content: bytes) -> bool:
    """Whether this is the hex sha256 of the bytes."""
    return hashlib.sha256(content).hexdigest() == digest  # not secret: the name of bytes kept here
