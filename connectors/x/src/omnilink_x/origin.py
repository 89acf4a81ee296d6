"""Whose account a payload is about, who is named in it, and the keys made of X's ids.

Ids of posts, users and direct messages are unique in all of X, so keys need no account: `x:<post id>`,
`x:dm/<event id>`, `x:chat/<message id>`, and for threads `x:conversation/<post id of the root>`,
`x:dm-conversation/<id>`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from omnilink.model import Attestation, Authenticity, Envelope, Handle, NativeRefs, Participant, Role, StatedClaim
from omnilink.plugin.fields import list_at, object_at, text_at
from omnilink_x.fields import id_at
from omnilink_x.settings import XSettings


@dataclass(frozen=True, slots=True)
class Origin:
    """The context of one payload.

    Attributes:
        account: the account's name.
        user: id of the subscribed X account the event comes through (`filter.user_id`, `for_user_id`), if told.
        own_ids: user ids of the agency's accounts.
        attestation: how well X vouches for the user ids here.
        event_id: `event_uuid`, if there is one.
        users: what the payload tells of users, by id.
        media: what it tells of media, by media key.
    """

    account: str
    user: str | None = None
    own_ids: frozenset[str] = frozenset()
    attestation: Attestation = Attestation.NONE
    event_id: str | None = None
    users: Mapping[str, Any] = field(default_factory=dict)
    media: Mapping[str, Any] = field(default_factory=dict)

    @property
    def lane(self) -> str:
        """The lane of what belongs to no conversation."""
        return f"x:account/{self.user or self.account}"

    def through(self, user: str | None, event_id: str | None = None, *, private: bool = True) -> "Origin":
        """The same for an event that came through a subscription.

        Args:
            user: id of the subscribed account.
            event_id: of the event.
            private: only that account's holder can subscribe to such events, so the account is the agency's own.
        """
        own = self.own_ids | {user} if user and private else self.own_ids
        return replace(self, user=user, event_id=event_id, own_ids=own)

    def knowing(self, *holders: object) -> "Origin":
        """The same with the users and media that `includes` objects or `users` maps tell of."""
        users, media = dict(self.users), dict(self.media)
        for holder in holders:
            listed = list_at(holder, "users") or list(object_at(holder, "users").values())
            users |= _by_id(((object_at(user, "data") or user) for user in listed), "id_str", "id")
            media |= _by_id(list_at(holder, "media"), "media_key")
        return replace(self, users=users, media=media)

    def refs(self, **more: str | None) -> NativeRefs:
        """X's ids of an event."""
        return NativeRefs(**{"event_id": self.event_id, "account_id": self.user, **more})

    def participant(self, role: Role, user_id: str | None, told: object = None) -> Participant | None:
        """A user as a participant.

        Args:
            role: what they were.
            user_id: their id, if known.
            told: a user object that stands in the event itself.

        Returns:
            None where nobody is named.
        """
        user = object_at(told) or object_at(self.users, user_id or "")
        name = text_at(user, "name")
        username = text_at(user, "username") or text_at(user, "screen_name")
        if user_id is None and name is None and username is None:
            return None
        claims = [StatedClaim(field="display_name", value=shown)] if (shown := name or username) else []
        if username:
            # Usernames change hands: shown, never a handle of their own.
            claims.append(StatedClaim(field="username", value=username))
        return Participant(
            role=role,
            handle=Handle.of("x", user_id, display=name or username) if user_id else None,
            claims=tuple(claims),
            attestation=self.attestation if user_id else Attestation.NONE,
            own=user_id is not None and user_id in self.own_ids,
        )


def _by_id(nodes: Iterable[object], *names: str) -> dict[str, Any]:
    found = {}
    for node in nodes:
        ident = next((ident for name in names if (ident := id_at(node, name))), None)
        if ident is not None:
            found[ident] = node
    return found


def origin_of(envelope: Envelope, settings: XSettings) -> Origin:
    """The origin of an envelope's payload, before anything is read of it."""
    # Signed by X, or fetched by us from X.
    verified = envelope.authenticity in (Authenticity.VERIFIED, Authenticity.POLLED)
    return Origin(
        account=settings.account,
        own_ids=settings.own_ids,
        attestation=Attestation.SIGNATURE if verified else Attestation.NONE,
    )
