"""Public ids: UUID version 7 (RFC 9562 §5.7), time-ordered, from an injected clock and randomness."""

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def system_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 (exact: integers only)."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(micros: int) -> datetime:
    """The aware UTC moment of a number made by `to_micros`."""
    return EPOCH + timedelta(microseconds=micros)


class _Randomness:
    """The system's randomness, fetched by the page: a system call an id costs more than the rest of it."""

    def __init__(self) -> None:
        self._page = b""

    def __call__(self, bits: int) -> int:
        size = (bits + 7) // 8
        if len(self._page) < size:
            self._page = secrets.token_bytes(4096)
        taken, self._page = self._page[:size], self._page[size:]
        return int.from_bytes(taken, "big") >> (size * 8 - bits)


class IdSource:
    """Makes UUIDv7 texts that never go backwards within a process.

    Args:
        clock: where the time comes from.
        random_bits: returns that many random bits; the system's if not given. A seeded one makes a run repeatable.
    """

    def __init__(self, clock: Clock = system_clock, random_bits: Callable[[int], int] | None = None) -> None:
        self._clock = clock
        self._random_bits = random_bits or _Randomness()
        self._lock = threading.Lock()
        self._last = 0

    def __call__(self) -> str:
        """One new id, 36 characters."""
        with self._lock:
            # 48 bits of milliseconds and 12 of their fraction (RFC 9562 §6.2 method 3), then never backwards.
            stamp = to_micros(self._clock()) * 4096 // 1000
            self._last = stamp = max(stamp, self._last + 1)
            chance = self._random_bits(62)
        value = ((stamp >> 12) & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64
        text = f"{value | 0b10 << 62 | chance:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
