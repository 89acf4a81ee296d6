"""Limits: what is read of one mail at most, so that a hostile one costs little (see `Budget`).

Those that somebody outside needs to know are in `limits.toml`, with source and date.
"""

from dataclasses import dataclass, field

from omnilink.plugin.limits import read_limits

TOLD = read_limits("omnilink_email")

MAX_MAIL_BYTES = int(TOLD["mail_bytes"])
"""Bytes of a whole mail; a longer one is `Unparsed("too_large")`."""
MAX_HEADER_FIELDS = 1_000
MAX_FIELD_BYTES = 64 * 1024
MAX_HEADER_BLOCK_BYTES = 1024 * 1024
MAX_ALL_FIELDS = 20_000
"""Fields of the mail and of all its parts together."""
MAX_ALL_HEADER_BYTES = 2 * 1024 * 1024
"""Bytes of all header blocks together."""
MAX_PARTS, MAX_DEPTH = int(TOLD["parts"]), int(TOLD["part_depth"])
MAX_BOUNDARY_LINES = 100_000
"""Places looked at that might be a boundary, in the whole mail."""
MAX_TEXT_BYTES = int(TOLD["text_bytes"])
"""Decoded bytes of all body texts together."""
MAX_GUESSES = 4
"""Texts without a usable charset that are guessed at statistically (milliseconds each)."""
MAX_ADDRESSES = int(TOLD["addresses"])
"""Addresses read from all fields of one role (To, Cc ...)."""
MAX_IDS = 100
"""Conversation keys of one mail."""
MAX_LABEL_CHARS = 1_000
"""Characters kept of a display name or file name."""
MAX_ID_CHARS = 998
"""Characters of a message id: one line of RFC 5322; a longer one is no id."""
MAX_RECIPIENT_REPORTS = 1_000
MAX_SENT_BYTES = int(TOLD["sent_mail_bytes"])
"""Of a whole mail we send, encoded files and all. The server's own limit is asked when a mail is sent (RFC 1870)."""
MAX_SUBJECT_CHARS = int(TOLD["subject_chars"])


@dataclass(slots=True)
class Budget:
    """What one parse may still spend, and which limits cut something off.

    Attributes:
        cut: names of the limits that were reached; they are told in the mail's `mail_cut` part.
    """

    parts: int = MAX_PARTS
    boundary_lines: int = MAX_BOUNDARY_LINES
    header_fields: int = MAX_ALL_FIELDS
    header_bytes: int = MAX_ALL_HEADER_BYTES
    text_bytes: int = MAX_TEXT_BYTES
    guesses: int = MAX_GUESSES
    cut: set[str] = field(default_factory=set)

    def take_part(self) -> bool:
        """Room for one more part?"""
        if self.parts <= 0:
            self.cut.add("parts")
            return False
        self.parts -= 1
        return True

    def take_boundary_line(self) -> bool:
        """Room to look at one more possible boundary?"""
        if self.boundary_lines <= 0:
            self.cut.add("boundaries")
            return False
        self.boundary_lines -= 1
        return True

    def take_guess(self) -> bool:
        """Room for one more statistical guess of a charset?"""
        self.guesses -= 1
        return self.guesses >= 0

    def take_text(self, wanted: int) -> int:
        """How many of the wanted bytes of text may be kept."""
        granted = min(wanted, self.text_bytes)
        self.text_bytes -= granted
        if granted < wanted:
            self.cut.add("text")
        return granted
