"""What a caller hears when nobody can answer now: a sentence in their language, from a table."""

from omnilink.plugin.answering import Say
from omnilink.plugin.tables import read_toml


def regret(language: str | None) -> Say:
    """That nobody can answer now, and to call again.

    Args:
        language: BCP 47 tag; English where it is none, or none we have.
    """
    subtag = (language or "").partition("-")[0].lower()
    sentences = read_toml("omnilink.plugin", "data", "regrets.toml")
    return Say(str(sentences[subtag]), language) if subtag in sentences else Say(str(sentences["en"]), "en-US")
