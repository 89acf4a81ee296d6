"""Attributions ("On … wrote:") of many languages and programs, wrapped as programs wrap them."""

import textwrap

import pytest

from omnilink.conversation.quotes import reply_text

LINES = {
    "af": "Op Di., 05 Jan. 2026 om 10:00 het NAME <ADDR> geskryf:",
    "ar": "في الثلاثاء، ٥ يناير ٢٠٢٦ في ١٠:٠٠ ص تمت كتابة ما يلي بواسطة NAME <ADDR>:",
    "az": "NAME <ADDR> 5 yan 2026, 10:00 tarixində yazdı:",
    "be": "аў, 5 сту 2026 у 10:00 NAME <ADDR> піша:",
    "bg": "На вт, 5.01.2026 г. в 10:00 NAME <ADDR> написа:",
    "ca": "El dt., 5 de gen. 2026, 10:00, NAME (<ADDR>) va escriure:",
    "cs": "út 5. 1. 2026 v 10:00 odesílatel NAME <ADDR> napsal:",
    "cs no address": "Dne 5.1.2026 v 10:00 NAME napsal(a):",
    "da": "Den tirs. 5. jan. 2026 kl. 10.00 skrev NAME <ADDR>:",
    "da no address": "Den 05/01/2026 kl. 10.00 skrev NAME:",
    "de": "Am Di., 5. Jan. 2026 um 10:00 Uhr schrieb NAME <ADDR>:",
    "de no address": "Am 05.01.26 um 10:00 schrieb NAME:",
    "de name first": "NAME <ADDR> schrieb am Di., 5. Jan. 2026, 10:00:",
    "de zone": "Am 5. Januar 2026 10:00:00 MEZ schrieb NAME <ADDR>:",
    "el": "Στις Τρί, 5 Ιαν 2026 στις 10:00 π.μ., ο χρήστης NAME <ADDR> έγραψε:",
    "en": "On Tue, Jan 5, 2026 at 10:00 AM NAME <ADDR> wrote:",
    "en no address": "On Jan 5, 2026, at 10:00, NAME wrote:",
    "en name first": "NAME wrote on 1/5/2026 10:00 AM:",
    "en evolution": "On Mon, 2026-01-05 at 10:00 +0100, NAME wrote:",
    "en no time": "On Monday, January 5, 2026, NAME <ADDR> wrote:",
    "en round": "On January 5, 2026 at 10:00:00 AM, NAME (ADDR) wrote:",
    "en no date": "NAME <ADDR> wrote:",
    "en time first": '10:00 AM, January 5, 2026, "NAME" <ADDR>:',
    "notes": "-----NAME <ADDR> wrote: -----",
    "zoho": "---- On Mon, 05 Jan 2026 10:00:00 +0100 NAME <ADDR> wrote ----",
    "es": "El lun, 5 ene 2026 a las 10:00, NAME (<ADDR>) escribió:",
    "es no address": "El 05/01/2026 a las 10:00, NAME escribió:",
    "et": "Kuupäev E, 5. jaanuar 2026 kell 10:00 kirjutas kasutaja NAME <ADDR>:",
    "eu": "NAME igorleak hau idatzi du (2026 urt. 5, ar. 10:00):",
    "fa": "در تاریخ دوشنبه ۵ ژانویهٔ ۲۰۲۶،\u200f ۱۰:۰۰ NAME <\u202aADDR\u202c\u200f> نوشت:",
    "fi": "ti 5. tammik. 2026 klo 10.00 NAME (ADDR) kirjoitti:",
    "fil": "Noong Lun, Ene 5, 2026 nang 10:00 AM, isinulat ni/ng NAME <ADDR>:",
    "fr": "Le lun. 5 janv. 2026 à 10:00, NAME <ADDR> a écrit\u00a0:",
    "fr no address": "Le 05/01/2026 à 10:00, NAME a écrit :",
    "gl": "O lun., 5 de xan. de 2026 ás 10:00, NAME <ADDR> escribiu:",
    "he": "\u202bבתאריך יום ב׳, 5 בינו׳ 2026 ב-10:00 מאת \u202aNAME\u202c\u200f <\u202aADDR\u202c\u200f>:\u202c",
    "hi": "सोम, 5 जन॰ 2026 को 10:00 पूर्वाह्न को NAME <ADDR> ने लिखा:",
    "hr": "pon, 5. sij 2026. u 10:00 NAME <ADDR> napisao je:",
    "hu": "NAME <ADDR> ezt írta (időpont: 2026. jan. 5., H, 10:00):",
    "hu no address": "2026. 01. 05. 10:00 keltezéssel, NAME írta:",
    "hy": "Երկ, 5 հնվ, 2026 թ., ժամը 10:00-ին NAME <ADDR>-ը գրել է.:",
    "id": "Pada tanggal Sen, 5 Jan 2026 10.00, NAME <ADDR> menulis:",
    "is": "Þann mán., 5. jan. 2026 kl. 10:00 skrifaði NAME <ADDR>:",
    "it": "Il giorno lun 5 gen 2026 alle ore 10:00 NAME <ADDR> ha scritto:",
    "it no address": "Il 05/01/2026 10:00, NAME ha scritto:",
    "ja": "2026年1月5日(月) 10:00 NAME <ADDR>:",
    "ja mail": "2026/01/05 10:00、NAME <ADDR> のメール:",
    "ja wrote": "2026年1月5日(月) 10:00 NAME <ADDR> さんは書きました:",
    "ka": "ორშ, 5 იან. 2026, 10:00-ზე NAME <ADDR> დაწერა:",
    "ko": "2026년 1월 5일 (월) 오전 10:00, NAME <ADDR>님이 작성:",
    "lt": "2026-01-05, pr, 10:00 NAME <ADDR> rašė:",
    "lv": "pirmd., 2026. g. 5. janv., plkst. 10:00 — lietotājs NAME (<ADDR>) rakstīja:",
    "mk": "На пон, 5 јан 2026 во 10:00 NAME <ADDR> напиша:",
    "ms": "Pada Isn, 5 Jan 2026 pada 10:00 PG NAME <ADDR> menulis:",
    "nb": "man. 5. jan. 2026 kl. 10:00 skrev NAME <ADDR>:",
    "nl": "Op ma 5 jan. 2026 om 10:00 schreef NAME <ADDR>:",
    "nl no address": "Op 05-01-26 om 10:00 schreef NAME:",
    "nl apple": "Op 5 jan. 2026 om 10:00 heeft NAME <ADDR> het volgende geschreven:",
    "pl": "pon., 5 sty 2026 o 10:00 NAME <ADDR> napisał(a):",
    "pl no address": "W dniu 05.01.2026 o 10:00, NAME pisze:",
    "pt": "Em seg., 5 de jan. de 2026 às 10:00, NAME <ADDR> escreveu:",
    "ro": "În lun., 5 ian. 2026 la 10:00, NAME <ADDR> a scris:",
    "ru": "пн, 5 янв. 2026 г. в 10:00, NAME <ADDR>:",
    "ru from": "Понедельник, 5 января 2026, 10:00 +03:00 от NAME <ADDR>:",
    "ru no address": "05.01.2026 10:00, NAME пишет:",
    "sk": "po 5. 1. 2026 o 10:00 NAME <ADDR> napísal(a):",
    "sl": "V V pon., 5. jan. 2026 ob 10:00 je oseba NAME <ADDR> napisala:",
    "sq": "Më hën, 5 jan 2026 në 10:00, NAME <ADDR> shkroi:",
    "sr": "пон, 5. јан 2026. у 10:00 NAME <ADDR> је написао/ла:",
    "sv": "Den mån 5 jan. 2026 kl 10:00 skrev NAME <ADDR>:",
    "th": "ในวันที่ จ. 5 ม.ค. 2026 เวลา 10:00 NAME <ADDR> เขียนว่า:",
    "tr": "NAME <ADDR>, 5 Oca 2026 Pzt, 10:00 tarihinde şunu yazdı:",
    "uk": "пн, 5 січ. 2026 о 10:00 NAME <ADDR> пише:",
    "vi": "Vào Th 2, 5 thg 1, 2026 vào lúc 10:00 NAME <ADDR> đã viết:",
    "zh": "NAME <ADDR> 于2026年1月5日周一 10:00写道：",
    "zh apple": "在 2026年1月5日，上午10:00，NAME <ADDR> 写道：",
    "zh no address": "于 2026/1/5 10:00, NAME 写道:",
    "zh-Hant": "NAME <ADDR> 於 2026年1月5日 週一 上午10:00寫道：",
}
NAMES = ("Bob Dylan", "María del Carmen Ruiz", "Ministry of Works, Department IV/7")
OWN = (
    "Thank you!\nThat suits me\n",
    "Yes.\n\n",
    "Guten Tag\nich komme am 5.1. um 10:00\n",
    "Fine, 5 May 2026 at 10:00\n",
)
QUOTED = ("> Hello\n> more of it\n", "\n> Hello\n>\n> more\n", "\nHello\nmore of it\n")


@pytest.mark.parametrize("language", LINES)
def test_everything_from_the_attribution_on_is_quoted(language):
    for name in NAMES:
        line = LINES[language].replace("NAME", name).replace("ADDR", "desk@example.org")
        for own in OWN:
            for quoted in QUOTED:
                assert reply_text(f"{own}{line}\n{quoted}").text == own.strip()


@pytest.mark.parametrize("language", [key for key in LINES if key not in ("eu", "hu", "zoho")])
def test_an_attribution_may_be_wrapped(language):
    for address in ("desk@example.org", "a.rather-long.desk@citizens.department.example.org"):
        line = LINES[language].replace("NAME", NAMES[1]).replace("ADDR", address)
        for wrapped in {
            textwrap.fill(line, 72, break_on_hyphens=False),
            line.replace(f" <{address}", f" <\n{address}"),
        }:
            assert reply_text(f"{OWN[0]}{wrapped}\n> Hello\n").text == OWN[0].strip()


def test_an_attribution_inside_the_quote_marks_is_quoted():
    assert reply_text("Yes\n\n> On 5 Jan 2026, at 10:00, Bob <b@example.org> wrote:\n> \n> Hello\n").text == "Yes"


def test_a_name_and_wrote_are_an_attribution_above_quote_marks_only():
    assert reply_text("Yes\n\nBob wrote:\n> Hello\n").text == "Yes"
    assert reply_text("Yes\n\nBob wrote:\n\nHello\n").text == "Yes\n\nBob wrote:\n\nHello"


def test_a_date_alone_is_an_attribution_above_quote_marks_only():
    assert reply_text("Yes\n\nOn 5 May 2026 Bob wrote:\n> Hello").text == "Yes"
    told = "I complain.\n\nOn 5 May 2026 the office wrote:\n\nWe come on Monday.\n\nNobody came."
    assert reply_text(told).text == told


@pytest.mark.parametrize(
    "told",
    [
        "On 3 May 2026 at 10:15 your office wrote:",
        "Am 3.5.2026 um 10:15 schrieb mir der Beamte:",
        "Le 3 mai 2026 à 10:15, votre bureau a écrit :",
        "On Monday the inspector wrote:",
        "On 3 May 2026 at 10:15 the doctor wrote:",
        "Am 3.5.2026 um 10:15 schrieb der Arzt:",
        "El 3/5/2026 a las 10:15 el médico escribió:",
        "See what my neighbour said:",
        "I paid on 3 May 2026, here is the number:",
    ],
)
def test_telling_what_somebody_wrote_is_new(told):
    text = f"I complain.\n\n{told}\n\nWe come on Monday.\n\nNobody came."
    assert reply_text(text).text == text


def test_without_words_above_what_follows_an_attribution_is_shown():
    assert reply_text("On 5 Jan 2026, at 10:00, Bob <b@example.org> wrote:\n\nHello\n").text == "Hello"


def test_an_attribution_without_a_colon_counts_above_bars():
    assert reply_text("Yes\n\n2026/1/5 Bob via Forum <forum@example.org>\n\n| Hello\n| more\n").text == "Yes"
