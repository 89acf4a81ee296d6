"""A memory of bounded size for what was lately seen, without any clock."""

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Key → value for the last `limit` to 2 × `limit` keys written or read.

    Two plain dictionaries: when the young one is full, it becomes the old one and the old one is forgotten. So every
    step costs the same, however many keys have passed.
    """

    __slots__ = ("_limit", "_old", "_young")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """The value, if it is remembered; what is read stays."""
        value = self._young.get(key)
        if value is None and (value := self._old.get(key)) is not None:
            self._young[key] = value
        return value

    def setdefault(self, key: Key, value: Value) -> Value:
        """The value remembered before, or else this one, from now on."""
        young = self._young
        held = young.get(key)
        if held is None:
            held = self._old.get(key)
            young[key] = held = value if held is None else held
            if len(young) >= self._limit:
                self._old, self._young = young, {}
        return held

    def put(self, key: Key, value: Value) -> None:
        """Remembers a value."""
        self._young[key] = value
        if len(self._young) >= self._limit:
            self._old, self._young = self._young, {}

    def all(self) -> dict[Key, Value]:
        """Everything remembered."""
        return {**self._old, **self._young}

    def clear(self) -> None:
        """Forgets everything."""
        self._young, self._old = {}, {}
