"""Names of files as somebody wrote them, made harmless: labels to show and to offer, never paths."""

import re
import unicodedata

LONGEST = 120
_NEVER = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


def clean_filename(name: str, default: str = "file") -> str:
    """The name without what a file system or a reader could be deceived by.

    Compatibility forms become plain ones (NFKC), invisible and direction-turning signs go (`fdp.exe` behind a
    right-to-left override is shown as `exe.pdf`), and so do path separators and leading dots.

    Args:
        name: as it was given.
        default: where nothing is left.
    """
    text = unicodedata.normalize("NFKC", name)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp"))
    text = _NEVER.sub("_", text).strip(" .")
    if len(text) > LONGEST:
        stem, dot, ending = text.rpartition(".")
        kept = f"{dot}{ending}" if stem and len(ending) <= 10 else ""
        text = text[: LONGEST - len(kept)] + kept
    return text or default
