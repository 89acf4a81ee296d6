"""Who is who: users, bots and chats that speak, as handles and participants."""

from collections.abc import Mapping

from omnilink.model import Attestation, Handle, HandleLearned, NativeRefs, Participant, Role, StatedClaim
from omnilink.plugin.fields import at, flag_at, object_at, text_at
from omnilink_telegram.fields import id_at
from omnilink_telegram.place import Origin, Place

_MAX_PHONE_CHARS = 40


def name_of(person: object) -> str | None:
    """The name an account shows: first and last name, a chat's title, else its username."""
    parts = [part for field in ("first_name", "last_name") if (part := text_at(person, field))]
    return " ".join(parts) or text_at(person, "title") or text_at(person, "username")


def participant(role: Role, person: object, origin: Origin) -> Participant | None:
    """A user, bot or chat as a participant; None where the object names nobody."""
    ident = id_at(person, "id")
    name = name_of(person)
    if ident is None and name is None:
        return None
    claims = [StatedClaim(field="display_name", value=name)] if name else []
    if username := text_at(person, "username"):
        # Usernames are given up and taken by others: shown, never a handle of their own.
        claims.append(StatedClaim(field="username", value=username))
    return Participant(
        role=role,
        handle=Handle.of("telegram", ident, display=name) if ident else None,
        claims=tuple(claims),
        attestation=origin.attestation if ident else Attestation.NONE,
        own=ident is not None and ident in origin.own_ids,
    )


def sender_of(message: object) -> Mapping[str, object]:
    """Who a message is from: `sender_chat` where a chat speaks (channels, anonymous administrators), else `from`.

    `from` then holds a stand-in ("GroupAnonymousBot") for programs that know no better.
    """
    return object_at(message, "sender_chat") or object_at(message, "from")


def sender_id(message: object) -> str | None:
    """The id a payload gives for the sender, verbatim."""
    return id_at(message, "from", "id") or id_at(message, "sender_chat", "id")


def is_business_owner(message: object, place: Place) -> bool:
    """Whether a message in a business account's chat is the owner's: the chat has the customer's id."""
    sender = id_at(message, "from", "id")
    return place.private and sender is not None and sender != place.chat


def is_machine(message: object) -> bool:
    """Whether a bot wrote it; the stand-in beside a `sender_chat` does not count."""
    if object_at(message, "sender_business_bot"):
        return True
    return flag_at(message, "from", "is_bot") and not object_at(message, "sender_chat")


def addressed(message: object, place: Place, origin: Origin, author_own: bool) -> Participant | None:
    """To whom a message in a private chat goes: our bot, or the person our side writes to."""
    if not place.private:
        return None
    if author_own:
        other = participant(Role.TO, at(message, "chat"), origin)
        return other.model_copy(update={"own": False}) if other else None
    if origin.bot_id is None:
        return None
    handle = Handle.of("telegram", origin.bot_id)
    return Participant(role=Role.TO, handle=handle, attestation=origin.attestation, own=True)


def learn_number(message: object, place: Place, origin: Origin, refs: NativeRefs) -> HandleLearned | None:
    """The telephone number of somebody who shared their own contact with the bot.

    Telegram fills in `contact.user_id` itself, from the number's holder, so a card whose `user_id` is the sender's own
    is Telegram's word for the number (https://core.telegram.org/bots/features#keyboards, `request_contact`). A card
    that was forwarded, sent through another bot, written outside a private chat or read from a file proves nothing.
    """
    contact = object_at(message, "contact")
    user, number = id_at(contact, "user_id"), text_at(contact, "phone_number")
    if user is None or number is None or user != id_at(message, "from", "id") or len(number) > _MAX_PHONE_CHARS:
        return None
    secondhand = any(at(message, field) is not None for field in ("forward_origin", "forward_from", "forward_date",
                                                                  "via_bot", "sender_chat"))  # fmt: skip
    if (
        secondhand
        or not origin.firsthand
        or not place.private
        or user != place.chat
        or flag_at(message, "from", "is_bot")
    ):
        return None
    digits = number.strip()
    # Accounts have international numbers; Telegram often leaves the plus sign out.
    raw = f"+{digits}" if digits.isascii() and digits.isdigit() else digits
    return HandleLearned(
        event_key=f"{origin.event_key}:contact",
        lane_key=place.prefix,
        refs=refs,
        handles=(Handle.of("telegram", user), Handle.of("tel", raw)),
    )
