"""A store in memory, for tests and for trying things: the same rules as the durable ones, in simple code."""

from omnilink.store.memory.store import MemoryStore

__all__ = ["MemoryStore"]
