"""Decompresses an answer as it comes in, and never to more than was asked for."""

import zlib

from omnilink.errors import FetchRefused, TransientError

_STEP_BYTES = 65_536


class Decoder:
    """Takes an answer's chunks and holds its bytes, decompressed.

    Args:
        encoding: the Content-Encoding (RFC 9110 §8.4). One layer of gzip or deflate, or none.
        max_bytes: the most to take in, and the most to give out.

    Raises:
        FetchRefused: another encoding, or more layers.
    """

    def __init__(self, encoding: str, max_bytes: int) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise FetchRefused("a file is encoded in a way that is not read", reason="encoding")
        self._max_bytes = max_bytes
        self._taken = 0
        self._content = bytearray()
        self._inflate = zlib.decompressobj(wbits=47) if name not in ("", "identity") else None  # 47: gzip or zlib

    def feed(self, chunk: bytes) -> None:
        """Takes a chunk.

        Raises:
            FetchRefused: it is too much, or no such encoding.
        """
        self._taken += len(chunk)
        self._check(self._taken)
        if self._inflate is None:
            self._content += chunk
        else:
            self._decompress(self._inflate, chunk)

    def finish(self) -> bytes:
        """All the bytes.

        Raises:
            TransientError: the compressed data ends before its end.
        """
        if self._inflate is not None and self._taken and not self._inflate.eof:
            raise TransientError("a file was cut short")
        return bytes(self._content)

    def _decompress(self, inflate: "zlib._Decompress", chunk: bytes) -> None:
        try:
            while True:
                step = inflate.decompress(chunk, _STEP_BYTES)
                self._content += step
                self._check(len(self._content))
                chunk = inflate.unconsumed_tail
                if inflate.eof or (not chunk and len(step) < _STEP_BYTES):
                    break
        except zlib.error as e:
            raise FetchRefused("a file's encoding is damaged", reason="encoding") from e
        if inflate.unused_data:
            raise FetchRefused("a file's encoding is damaged", reason="encoding")

    def _check(self, size: int) -> None:
        if size > self._max_bytes:
            raise FetchRefused("a file is too large", reason="too-large")
