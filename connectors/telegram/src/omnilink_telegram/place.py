"""Where something happened: whose bot, which chat, which topic, and the namespaced keys made of that.

Message ids count "inside this chat", and a chat id does not say whose chat it is: in a private chat it is the other
person's user id for every bot that person writes to, and in a private chat or basic group each account counts its
messages on its own. Only supergroups and channels number their messages once for all who see them
(https://core.telegram.org/bots/api#message, https://core.telegram.org/api/offsets).

* Supergroup, channel: `telegram:CHAT/MESSAGE`, the same for two bots in it.
* Private chat, basic group: `telegram:BOT/CHAT/MESSAGE`.
* A business account's chats: `telegram:BOT/business/CONNECTION/CHAT/MESSAGE`, as the same person may also write to
  the bot itself.
"""

from dataclasses import dataclass

from omnilink.model import Attestation, Authenticity, ConversationKind, Envelope
from omnilink.plugin.fields import flag_at, object_at, text_at
from omnilink_telegram.fields import id_at
from omnilink_telegram.settings import TelegramSettings

_SHARED_PREFIX = "-100"  # ids of supergroups and channels; https://core.telegram.org/api/bots/ids


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose bot an update comes to, and how far it is to be believed.

    Attributes:
        home: the bot's id, or the account's name where the id is not known.
        bot_id: the bot's id, if known.
        own_ids: user and chat ids of the agency.
        attestation: how well Telegram vouches for the user ids here.
        firsthand: the update came from Telegram itself (by webhook or poll), not from a file.
        update_id: of the update, verbatim, if told.
        mark: names the update: its id, or a digest where it has none.
    """

    home: str
    bot_id: str | None = None
    own_ids: frozenset[str] = frozenset()
    attestation: Attestation = Attestation.NONE
    firsthand: bool = False
    update_id: str | None = None
    mark: str = ""

    @property
    def event_key(self) -> str:
        """The key of the update's first or only event."""
        return f"update:{self.mark}"

    def key(self, *parts: str) -> str:
        """A native key within this bot: `telegram:77/42/1`."""
        return "telegram:" + "/".join((self.home, *parts))


def origin_of(envelope: Envelope, settings: TelegramSettings, update_id: str | None, mark: str) -> Origin:
    """The origin of one update of an envelope."""
    # Sent to us with our secret, or fetched by us over TLS with our token: both times the ids are Telegram's own word.
    firsthand = envelope.authenticity in (Authenticity.VERIFIED, Authenticity.POLLED)
    return Origin(
        home=settings.bot_id or settings.account,
        bot_id=settings.bot_id,
        own_ids=settings.own_ids,
        attestation=Attestation.SIGNATURE if firsthand else Attestation.NONE,
        firsthand=firsthand,
        update_id=update_id,
        mark=mark,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """One chat as a bot sees it.

    Attributes:
        chat: the chat's id, verbatim.
        prefix: the native key of the chat; messages and topics are named below it.
        private: a chat of two.
        channel: a channel, where posts are public.
        kind: the shape of its conversations.
    """

    chat: str
    prefix: str
    private: bool
    channel: bool
    kind: ConversationKind

    def message_key(self, message_id: str) -> str:
        """Names one message."""
        return f"{self.prefix}/{message_id}"

    def topic_key(self, topic: str | None) -> str:
        """The key of a topic's conversation, or of the chat's own."""
        return f"{self.prefix}/topic/{topic}" if topic else self.prefix


def place_of(holder: object, origin: Origin, *, business: bool = False, guest: bool = False) -> Place | None:
    """The chat an object (a message, a reaction, a deletion) names in its field `chat`.

    Args:
        holder: the object.
        origin: whose bot.
        business: it comes from a business account's chats.
        guest: it comes from a chat the bot is no member of.

    Returns:
        None where no chat is named.
    """
    chat = object_at(holder, "chat")
    chat_id = id_at(chat, "id")
    if chat_id is None:
        return None
    told = text_at(chat, "type")
    private = told == "private" if told else not chat_id.startswith("-")
    channel = told == "channel"
    numbered_once = told in ("supergroup", "channel") or chat_id.startswith(_SHARED_PREFIX)
    if business:
        prefix = origin.key("business", text_at(holder, "business_connection_id") or "", chat_id)
    elif numbered_once:
        prefix = f"telegram:{chat_id}"
    elif guest:
        prefix = origin.key("guest", chat_id)
    else:
        prefix = origin.key(chat_id)
    if private or flag_at(chat, "is_direct_messages"):
        kind = ConversationKind.DM
    else:
        kind = ConversationKind.PUBLIC if channel else ConversationKind.GROUP
    return Place(chat_id, prefix, private, channel, kind)


def topic_of(message: object) -> str | None:
    """The topic a message stands in, if its chat has topics.

    Outside of topics `message_thread_id` only counts replies to one message; the chat stays one conversation.
    """
    if topic := id_at(message, "direct_messages_topic", "topic_id"):
        return topic
    return id_at(message, "message_thread_id") if flag_at(message, "is_topic_message") else None
