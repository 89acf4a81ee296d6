"""That nobody can answer is said in the caller's language, or in English."""

import pytest

from omnilink.plugin.regrets import regret
from omnilink.plugin.tables import read_toml

SENTENCES = read_toml("omnilink.plugin", "data", "regrets.toml")


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_each_language_has_its_own_sentence(language):
    said = regret(f"{language.upper()}-XX")
    assert (said.text, said.language) == (SENTENCES[language], f"{language.upper()}-XX")
    assert len(said.text) > 10
    assert list(SENTENCES.values()).count(said.text) == 1


@pytest.mark.parametrize("language", [None, "", "tlh", "-", "x"])
def test_any_other_language_is_english_and_says_so(language):
    assert regret(language).language == "en-US"
