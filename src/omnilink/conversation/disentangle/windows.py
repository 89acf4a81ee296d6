"""Counting over the last messages of a room, for all messages at once.

Every array here is `n × depth`: row = message, column k = the message k+1 places before it. Rows that reach before the
first message hold zeros.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Window:
    """The last `depth` messages before each of n messages."""

    def __init__(self, n: int, depth: int) -> None:
        self.n, self.depth = n, depth
        lags = np.arange(1, depth + 1)
        back = np.arange(n)[:, None] - lags[None, :]
        self.exists = back >= 0
        self.before: Array = np.where(self.exists, back, 0)
        self.lag: Array = np.broadcast_to(lags, (n, depth))

    def of_other(self, values: Array) -> Array:
        """The value of the earlier message."""
        return np.where(self.exists, values[self.before], 0)

    def of_own(self, values: Array) -> Array:
        """The value of the message itself."""
        return np.broadcast_to(values[:, None], (self.n, self.depth))

    def equal(self, own: Array, other: Array) -> Array:
        """Whether both hold the same value; a negative value equals nothing."""
        return np.asarray((own[:, None] == other[self.before]) & self.exists & (own[:, None] >= 0))

    def between_like_own(self, wanted: Array, seen: Array) -> Array:
        """How many messages strictly between the two hold the value the later one wants."""
        hits = self.equal(wanted, seen).astype(np.int16)
        return np.cumsum(hits, axis=1, dtype=np.int16) - hits

    def between_like_other(self, wanted: Array, seen: Array) -> Array:
        """How many messages strictly between the two hold the value the earlier one wants."""
        n, depth = self.n, self.depth
        ahead = np.arange(n)[:, None] + np.arange(1, depth + 1)[None, :]
        inside = ahead < n
        hits = (wanted[:, None] == seen[np.where(inside, ahead, 0)]) & inside & (wanted[:, None] >= 0)
        sums = np.cumsum(hits, axis=1, dtype=np.int16) - hits  # row = earlier message, column = places ahead
        return np.asarray(np.where(self.exists, sums[self.before, np.arange(depth)[None, :]], 0))
