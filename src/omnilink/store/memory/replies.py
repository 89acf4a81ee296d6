"""Replies in memory."""

from omnilink.errors import Conflict
from omnilink.store.base import Asked, Reply
from omnilink.store.memory.state import State


def add_reply(state: State, reply: Reply) -> None:
    """Keeps a reply.

    Raises:
        Conflict: that request has been told something already.
    """
    if (reply.account, reply.key) in state.replies:
        raise Conflict("that request is answered already")
    state.replies[reply.account, reply.key] = reply


def read_asked(state: State, account: str, key: str) -> Asked:
    """What is known of a request; see `replies.ReplyStore`."""
    name = state.deliveries.get((account, key))
    return Asked(state.envelopes[name].envelope if name is not None else None, state.replies.get((account, key)))
