"""Rates: how much one visitor, and one address, may say. Token buckets in this process, bounded in number."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

MOST_BUCKETS = 20_000


@dataclass(slots=True)
class Rates:
    """Buckets that fill with time.

    Args:
        clock_s: a clock that never goes back, in seconds.
        most: buckets remembered; the one not used for longest goes, full again when it returns.
    """

    clock_s: Callable[[], float]
    most: int = MOST_BUCKETS
    _buckets: "OrderedDict[Hashable, tuple[float, float]]" = field(default_factory=OrderedDict)

    def take(self, who: Hashable, *, per_minute: float, burst: float, cost: float = 1.0) -> float:
        """Takes from a bucket if it holds enough.

        Returns:
            0.0 where it did; else in how many seconds it will.
        """
        now_s = self.clock_s()
        level, at_s = self._buckets.pop(who, (burst, now_s))
        level = min(burst, level + (now_s - at_s) * per_minute / 60)
        cost = min(cost, burst)  # what no bucket ever holds takes a full one
        wait_s = max(0.0, cost - level) * 60 / per_minute
        self._buckets[who] = (level if wait_s else level - cost, now_s)
        if len(self._buckets) > self.most:
            self._buckets.popitem(last=False)
        return wait_s
