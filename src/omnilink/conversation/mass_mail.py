"""Fan-out guard: one mail of ours to many people is one conversation, but no common matter of theirs.

Guarded are cases only: what the headers say about conversations stands. Each person's answers, and what follows from
them, are a case of their own.
"""

from omnilink.conversation.mail_record import Mail
from omnilink.conversation.mail_threads import MailConversations, Placed

RECIPIENTS = 20
"""So many visible recipients make a mail of ours a mass mail at once ..."""
REPLIERS = 8
"""... and more people outside who answer it show that it was one (blind copies)."""


class MassMails:
    """Which mails of ours went to many.

    Args:
        conversations: the mails' conversations.
    """

    def __init__(self, conversations: MailConversations) -> None:
        self._conversations = conversations
        self._repliers: dict[int, set[str]] = {}
        self._mass: set[int] = set()
        self._firsts: set[int] = set()
        self._author_outside: dict[int, str] = {}
        self._first_answer: dict[tuple[int, str], int] = {}

    def is_mass(self, number: int) -> bool:
        """Whether a mail is a mass mail of ours."""
        return number in self._mass

    def add(self, mail: Mail, placed: Placed) -> int | None:
        """Takes in one mail.

        Returns:
            The number of a mail of ours that this answer shows to be a mass mail: its case has to be built again.
        """
        number = placed.number
        if mail.is_own:
            self._repliers[number] = set()
            if len(mail.recipients) >= RECIPIENTS:
                self._mass.add(number)
        shown: int | None = None
        if self._repliers and not mail.is_own and mail.automated is None:
            parent = next(self._conversations.parents(number), None)
            if parent in self._repliers:
                self._author_outside[number] = mail.author
                repliers = self._repliers[parent]
                if parent not in self._mass:
                    repliers.add(mail.author)
                    if len(repliers) > REPLIERS:
                        self._mass.add(parent)
                        repliers.clear()
                        shown = parent
        if self._mass and (shown is not None or placed.merges or mail.is_own):
            self._firsts = {self._conversations.first(mass) for mass in self._mass}
        return shown

    def neighbours(self, number: int, native: tuple[int, ...]) -> tuple[int, ...]:
        """The mails whose case a mail shares by its headers.

        Args:
            number: of the mail.
            native: the same without any guard.
        """
        if not self._firsts or self._conversations.first(number) not in self._firsts:
            return native
        parent = next(self._conversations.parents(number), None)
        if parent is None or number in self._mass:
            return ()
        if parent not in self._mass:
            return (parent,)
        author = self._author_outside.get(number)
        return (parent,) if author is None else (self._first_answer.setdefault((parent, author), number),)
