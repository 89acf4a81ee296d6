"""Markers and header blocks of quoted and forwarded mails."""

import pytest

from omnilink.conversation.quotes import reply_text

LABELS = {
    "en": "From|Sent|To|Subject",
    "en date": "From|Date|To|Subject",
    "de": "Von|Gesendet|An|Betreff",
    "fr": "De|Envoyé|À|Objet",
    "es": "De|Enviado el|Para|Asunto",
    "it": "Da|Inviato|A|Oggetto",
    "pt": "De|Enviado|Para|Assunto",
    "nl": "Van|Verzonden|Aan|Onderwerp",
    "da": "Fra|Sendt|Til|Emne",
    "nb": "Fra|Dato|Til|Emne",
    "sv": "Från|Skickat|Till|Ämne",
    "fi": "Lähettäjä|Lähetetty|Vastaanottaja|Aihe",
    "is": "Frá|Sent|Til|Efni",
    "pl": "Od|Wysłano|Do|Temat",
    "cs": "Od|Odesláno|Komu|Předmět",
    "sk": "Od|Odoslané|Komu|Predmet",
    "hu": "Feladó|Elküldve|Címzett|Tárgy",
    "ro": "De la|Trimis|Către|Subiect",
    "ru": "От|Отправлено|Кому|Тема",
    "uk": "Від|Надіслано|Кому|Тема",
    "bg": "От|Изпратено|До|Относно",
    "hr": "Šalje|Poslano|Prima|Predmet",
    "sr": "Od|Poslato|Za|Tema",
    "sl": "Od|Poslano|Za|Zadeva",
    "el": "Από|Στάλθηκε|Προς|Θέμα",
    "tr": "Kimden|Gönderildi|Kime|Konu",
    "et": "Saatja|Saadetud|Adressaat|Teema",
    "lv": "No|Nosūtīts|Kam|Temats",
    "lt": "Nuo|Išsiųsta|Kam|Tema",
    "ca": "De|Enviat|Per a|Assumpte",
    "ja": "差出人|送信日時|宛先|件名",
    "zh": "发件人|发送时间|收件人|主题",
    "zh-Hant": "寄件者|寄件日期|收件者|主旨",
    "ko": "보낸 사람|보낸 날짜|받는 사람|제목",
    "vi": "Từ|Đã gửi|Đến|Chủ đề",
    "th": "จาก|ส่ง|ถึง|เรื่อง",
    "id": "Dari|Dikirim|Kepada|Subjek",
    "he": "מאת|נשלח|אל|נושא",
    "ar": "من|تم الإرسال|إلى|الموضوع",
    "fa": "از|تاریخ|به|موضوع",
    "hi": "प्रेषक|भेजा गया|प्रति|विषय",
}
OWN = "Hello there.\nThis is mine"
BODY = "\n\nwhat was\nwritten before\n"


def block(labels: str, *, colon: str = ":", star: str = "") -> str:
    who, when, whom, what = (f"{star}{label}{colon}{star} " for label in labels.split("|"))
    return f"{who}Bob Dylan <bob@example.org>\n{when}Monday, 5 January 2026 10:00\n{whom}Ana\n{what}A matter"


@pytest.mark.parametrize("language", LABELS)
def test_a_header_block_below_own_words_is_quoted_with_all_below_it(language):
    for colon in (":", " :", "："):
        for star in ("", "*"):
            for above in ("", "________________________________\n", "-----Original Message-----\n"):
                mail = f"{OWN}\n\n{above}{block(LABELS[language], colon=colon, star=star)}{BODY}"
                assert reply_text(mail).text == OWN


@pytest.mark.parametrize(
    "marker",
    [
        "-----Original Message-----",
        "*-------- Original Message --------*",
        "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐",
        "-----Ursprüngliche Nachricht-----",
        "-------- Message d'origine --------",
        "-----Mensaje original-----",
        "-----Messaggio originale-----",
        "-----Oorspronkelijk bericht-----",
        "-------- Oprindelig besked --------",
        "-----Wiadomość oryginalna-----",
        "-----Původní zpráva-----",
        "-----Исходное сообщение-----",
        "-----原始邮件-----",
        "------------------ 原始邮件 ------------------",
        "----- 元のメッセージ -----",
        "---------- Forwarded message ---------",
        "----- Forwarded by Ana Ruiz/Town on 05/01/2026 10:00 -----",
    ],
)
def test_a_marker_alone_is_enough(marker):
    assert reply_text(f"{OWN}\n\n{marker}\n\nHello,\nas I said\n").text == OWN


def test_a_wrapped_value_stays_in_the_block():
    mail = (
        f"{OWN}\n\nFrom: Human Resources \n<a-rather-long-address+1234@example.org> \n"
        "Sent: Monday, 5 January 2026\nTo: Ana\nSubject: A matter that goes\non below\n\nHello\n"
    )
    assert reply_text(mail).text == OWN


def test_what_was_forwarded_is_the_point_of_a_mail_that_says_no_more():
    for marker in (
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
    ):
        found = reply_text(f"{marker}\n{block(LABELS['en'])}\n\nPlease come.\n")
        assert found.text == "Please come."
        assert found.of("forwarded header").startswith(marker)
        assert not found.new


def test_a_program_s_signature_above_does_not_hide_what_was_forwarded():
    found = reply_text(f"Sent from my iPhone\n\nBegin forwarded message:\n\n{block(LABELS['en'])}\n\nPlease come.\n")
    assert found.text == "Please come."


def test_a_note_above_a_forwarded_mail_is_the_new_text():
    found = reply_text(f"FYI\n\n---------- Forwarded message ---------\n{block(LABELS['en'])}\n\nPlease come.\n")
    assert (found.text, "Please come." in found.quoted) == ("FYI", True)


def test_a_letter_with_its_own_head_is_shown_whole():
    letter = "From: Ana <ana@example.org>\nTo: Town hall\nDate: 5 May 2026 10:00\nSubject: Noise\n\nDear Sir"
    assert reply_text(letter).text == letter


@pytest.mark.parametrize(
    "own",
    [
        "Leave please\nFrom: Monday 5 May\nTo: Friday 9 May\nSubject: holidays\n\nThanks",
        "From: the station\nTo: the town hall\n\nThe bus is late.",
        "Date: 5 May\nPlace: town hall\nSubject: bins\n\nThey stink.",
        "De: 5 a 6\nA: todos\n\nHola",
    ],
)
def test_a_form_of_the_writer_s_own_is_no_header_block(own):
    assert reply_text(f"Hello\n\n{own}").text == f"Hello\n\n{own}"


def test_the_helpdesk_s_line_ends_what_is_new():
    for line in ("##- Please type your reply above this line -##", "--- Reply ABOVE THIS LINE ---"):
        assert reply_text(f"Thanks, solved.\n\n{line}\n\nYour request was updated.").text == "Thanks, solved."


def test_a_line_of_dashes_apart_from_the_block_may_be_the_writer_s():
    assert reply_text(f"{OWN}\n\n-----------\n\n{block(LABELS['en'])}{BODY}").text == f"{OWN}\n\n-----------"
    assert reply_text(f"{OWN}\n\n-----------\n{block(LABELS['en'])}{BODY}").text == OWN
