"""Stop words: the whole message or nothing, in any spelling; free wording only suggests."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.plugin.tables import read_toml
from omnilink.policy.optout import Keyword, KeywordKind, match_keyword, suggests_opt_out

TABLES = read_toml("omnilink.policy", "data", "opt_out_keywords.toml")
WORDS = [
    (kind, language, word) for language, table in TABLES.items() for kind in KeywordKind for word in table[kind.value]
]


@pytest.mark.parametrize("text", ["STOP", "stop", " Stop. ", "STOP!", "“stop”", "'Stop'", "ＳＴＯＰ", "s\u200btop", "\u202astop\u202c", "Stop\n", "STÓP", "stop…", "- stop", "(STOP)"])  # fmt: skip # noqa: E501
def test_stop_in_any_spelling_is_a_keyword(text):
    assert match_keyword(text) == Keyword(KeywordKind.STOP, "en", "STOP")


@pytest.mark.parametrize(
    "text",
    ["STOP PLEASE", "please stop", "bus stop", "stop it", "stopp it", "end of it", "nonstop", "STOPSTOP", "", " ", "!",
     "s t o p", "stop 🛑", "no", "si", "ok", "bajar", "la baja", "alto", "seis", "anmelden", "stop" + "!" * 3000],
)  # fmt: skip
def test_anything_more_or_less_is_none(text):
    assert match_keyword(text) is None


@pytest.mark.parametrize(
    ("text", "kind", "language"),
    [
        ("arrêt", "stop", "fr"), ("ARRET", "stop", "fr"), ("Baja", "stop", "es"), ("alta", "start", "es"),
        ("ayuda", "help", "es"), ("Baixa", "stop", "ca"), ("axuda", "help", "gl"), ("Sair.", "stop", "pt"),
        ("laguntza", "help", "eu"), ("aiuto", "help", "it"), ("Hilfe", "help", "de"), ("rezygnuje", "stop", "pl"),
        ("iptal", "stop", "tr"), ("İPTAL", "stop", "tr"), ("IPTAL", "stop", "tr"), ("yardım", "help", "tr"),
        ("стоп", "stop", "uk"), ("ОТПИСАТЬСЯ", "stop", "ru"), ("στοπ", "stop", "el"), ("διαγραφή", "stop", "el"),
        ("HJÆLP", "help", "da"), ("hjälp", "help", "sv"), ("إيقاف", "stop", "ar"), ("ايقاف", "stop", "ar"),
        ("退订", "stop", "zh"), ("停止。", "stop", "zh"), ("बंद करें", "stop", "hi"), ("בטל", None, None),
        ("הסר", "stop", "he"), ("수신거부", "stop", "ko"), ("ヘルプ", "help", "ja"), ("dừng", "stop", "vi"),
        ("Start", "start", "en"), ("Yes", "start", "en"), ("unstop", "start", "en"), ("INFO?", "help", "en"),
        ("opt-out", "stop", "en"), ("Opt Out", "stop", "en"), ("Stop all", "stop", "en"), ("revoke", "stop", "en"),
    ],
)  # fmt: skip
def test_keywords_of_many_languages(text, kind, language):
    found = match_keyword(text)
    assert (found and found.kind.value, found and found.language) == (kind, language)


@pytest.mark.parametrize(("kind", "language", "word"), WORDS)
def test_every_word_of_the_table_is_found_with_its_own_meaning(kind, language, word):
    for text in (word, word.lower(), word.title(), f" {word}. "):
        found = match_keyword(text)
        assert found is not None
        assert found.kind is kind  # no language's stop is another's start


@pytest.mark.parametrize(("language", "table"), TABLES.items())
def test_every_table_has_its_source_and_date(language, table):
    assert len(language) == 2
    assert table["source"].strip()
    assert table["date"].year >= 2026
    assert table["sure"] in ("read", "believed")
    assert table["stop"]
    assert table["help"]


@given(st.sampled_from(WORDS), st.sampled_from("abcxyz ñ中"), st.sampled_from("abcdefg"))
def test_another_word_beside_it_makes_it_no_keyword(word, left, right):
    assert match_keyword(f"{left}zq {word[2]} zq{right}") is None


@pytest.mark.parametrize(
    "text",
    [
        "please stop texting me", "Stop sending these to my phone!", "I don’t want to receive these",
        "take me off your list", "STOP PLEASE", "stop 🛑", "Remove me from this mailing list",
        "No more messages thanks", "don't ever text me again", "Por favor, dejen de enviarme mensajes",
        "No quiero recibir más avisos", "Arrêtez de m'envoyer des SMS",
        "Je ne veux plus recevoir vos messages: ne m’écrivez plus", "désabonnez-moi", "Bitte keine SMS mehr",
        "Não quero receber mensagens", "non voglio più ricevere messaggi", "больше не пишите", "请不要再发短信了",
        "もう送らないでください", "보내지 마세요", "mesaj istemiyorum", "لا ترسلوا لي رسائل", "Geen berichten meer aub",
        "nie chcę więcej wiadomości", "no vull rebre més missatges",
    ],
)  # fmt: skip
def test_free_wording_suggests(text):
    assert suggests_opt_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "The bus stop sends no messages", "please stop the noise at night", "Don't stop texting me!",
        "never stop sending updates", "I want to cancel my appointment", "The water stopped",
        "Quiero darme de baja del padrón", "Ich möchte mich abmelden", "stop sign missing in Oak Street",
        "When does it end?", "yes", "help", "", "no", "I did not receive a message", "You can text me",
        "My number is 5", "No me funciona el agua", "Please send me more messages", "停止供水了吗",
        "¿Prioridad? Alta", "Я хочу отправить сообщение", "keine Heizung mehr",
        "stop at the next traffic light",
    ],
)  # fmt: skip
def test_other_requests_suggest_nothing(text):
    assert not suggests_opt_out(text)


@given(st.text(max_size=200))
def test_every_text_is_read(text):
    match_keyword(text)
    suggests_opt_out(text)


@pytest.mark.parametrize("unit", ["stop ", "do not ", "\u0301", "' ", "🛑", "停", "remove me from "])
def test_long_texts_take_no_time(unit):
    began = time.process_time()
    suggests_opt_out((unit * 100_000)[:100_000])
    match_keyword((unit * 100_000)[:100_000])
    assert time.process_time() - began < 0.5
