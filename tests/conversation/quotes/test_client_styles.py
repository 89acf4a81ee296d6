"""Replies as the world's mail programs lay them out, and letters that merely look like one."""

import pytest

from omnilink.conversation.quotes import reply_text

OWN = "Thank you, I will come on Thursday."
BELOW = "Please bring both forms.\n"

ABOVE_QUOTE_MARKS = {
    "Claws, two lines": "On Mon, 5 Jan 2026 10:00:00 +0100\nAna López <ana@example.org> wrote:",
    "Horde": "Quoting Ana López <ana@example.org>:",
    "Horde, German": "Zitat von Ana López <ana@example.org>:",
    "Horde, address alone": "Quoting ana@example.org:",
    "Horde, Portuguese": "Citando Ana López <ana@example.org>:",
    "The Bat": "Monday, January 5, 2026, 10:00:00 AM, you wrote:",
    "AOL, wrapped": "In a message dated 1/5/2026 10:00:00 AM Eastern Standard Time,\nana@example.org writes:",
}
SURE = {
    "Apple, Polish": "Wiadomość napisana przez Ana López <ana@example.org> w dniu 5 sty 2026, o godz. 10:00:",
    "Gmail, Catalan": "Missatge de Ana López <ana@example.org> del dia dl., 5 de gen. 2026 a les 10:00:",
    "Gmail, Filipino": "Noong Lun, Ene 5, 2026 nang 10:00 AM, sinulat ni Ana López <ana@example.org> ang:",
    "Gmail, Bengali": "সোম, ৫ জানু, ২০২৬ তারিখে ১০:০০ AM টায় তারিখে Ana López <ana@example.org> লিখেছেন:",
    "Gmail, Tamil": "திங்., 5 ஜன., 2026, முற்பகல் 10:00 அன்று, Ana López <ana@example.org> எழுதியது:",
    "Gmail, Georgian": "ორშ, 5 იან. 2026, 10:00 Ana López <ana@example.org> წერს:",
    "Gmail, Hungarian": "Ana López <ana@example.org> ezt írta (időpont: 2026. jan. 5., H, 10:00):",
    "GroupWise": ">>> Ana López <ana@example.org> 05.01.2026 10:00 >>>",
    "Notes, German": "-----Ana López/Town schrieb: -----\nAn: office@example.org\nVon: Ana López/Town\nBetreff: Re: x",
    "Notes, summary": "Ana López ---05.01.2026 10:00:00---Sehr geehrte Damen\n\nVon: Ana <ana@example.org>\n"
    "An: office@example.org\nDatum: 05.01.2026 10:00\nBetreff: Re: x",
    "Foxmail": "发件人： Ana López <ana@example.org>\n发送时间： 2026-01-05 10:00\n收件人： office\n主题： Re: x",
    "a marker no table knows": "-------- 받은 편지 --------\n보낸사람: Ana <ana@example.org>\n"
    "날짜: 2026/01/05 오전 10:00\n받은사람: office\n제목: Re: x",
    "Outlook web, spaced": "____________________\n\nVon: Ana <ana@example.org>\n\nGesendet: Montag 10:00\n\n"
    "An: Stadt\n\nBetreff: Re: x",
}
ADDED = {
    "Galaxy, US": "Sent via the Samsung Galaxy S24, an AT&T 5G smartphone",
    "Outlook, German": "Outlook für Android herunterladen",
    "Outlook, Dutch": "Outlook voor Android downloaden",
    "Outlook, Polish": "Pobierz aplikację Outlook dla systemu iOS",
    "Outlook, Greek": "Αποκτήστε το Outlook για iOS",
    "Outlook, Turkish": "Android için Outlook’u edinin",
    "Outlook, Russian": "Получите Outlook для iOS",
    "Outlook, Japanese": "iOS 版 Outlook を入手",
    "Outlook, Chinese": "下载适用于 iOS 的 Outlook",
    "Outlook, Korean": "iOS용 Outlook 다운로드",
    "Outlook, Arabic": "الحصول على Outlook لـ iOS",
    "Outlook, Hebrew": "קבל את Outlook עבור iOS",
    "Outlook, Vietnamese": "Tải Outlook cho iOS",
    "Yahoo, German": "Von Yahoo Mail auf Android gesendet",
    "Orange": "Envoyé depuis l'application Mail Orange",
    "Ukrainian": "Надіслано від мого iPhone",
    "Hungarian": "Küldve iPhone-ról",
    "Catalan": "Enviat del meu iPhone",
    "OpenPGP": "-----BEGIN PGP SIGNATURE-----\n\niQEz=\n=abcd\n-----END PGP SIGNATURE-----",
    "Mailman": "_______________________________________________\nParish mailing list\nParish@lists.example.org\n"
    "https://lists.example.org/mailman/listinfo/parish",
}
OWN_WORDS = {
    "told with an address": "I called on 5 January 2026 at 10:00, and Mrs Lopez <ana@example.org> wrote:\ncome back.",
    "told of a husband": "My husband (hans@example.org) wrote:\n\nhe never got your mail.",
    "told with a title": "am 5. Januar 2026 um 10:00 Uhr schrieb Herr Weber:\n\nIch solle kommen.",
    "told in Arabic": "في 5 يناير الساعة 10:00 كتب لي الموظف:\n\nتعال يوم الخميس.",
    "told in Hebrew": "ב-5 בינואר בשעה 10:00 הפקיד כתב לי:\n\nלבוא ביום חמישי.",
    "an address given": "mi correo desde el 5/1/2026 10:00 es (maria@example.org):\n\nel otro no vale.",
    "a contact given": "Contact on 5 January 2026 10:00: Maria Test <maria@example.org>:\n\nplease write there only.",
    "sent by oneself": "I sent the form on 5 Jan 2026 at 10:00 to info@example.org as you wrote:\n\nit came back.",
    "Outlook does not work": "Get Outlook for iOS does not work on my phone",
    "Outlook does not work, German": "Outlook für Android geht bei mir nicht",
    "a sentence that goes on": "Sent from my mobile yesterday the photo\nof the broken lamp. Did you get it?",
    "urgent between marks": ">>> urgent >>>\n\nPlease call me.",
    "dashes around a word": "--- original ---\n\nis what stands on the paper I found.",
    "a time between dashes": "Meeting --- 5.1.2026 10:00 --- town hall\n\nWe agreed to plant three trees.",
}


@pytest.mark.parametrize("style", ABOVE_QUOTE_MARKS)
def test_line_above_quote_marks_is_not_the_writers(style):
    assert reply_text(f"{OWN}\n\n{ABOVE_QUOTE_MARKS[style]}\n\n> {BELOW}").text == OWN
    assert reply_text(f"{ABOVE_QUOTE_MARKS[style]}\n> {BELOW}\n{OWN}\n").text == OWN


@pytest.mark.parametrize("style", SURE)
def test_all_below_a_sure_line_or_block_is_quoted(style):
    assert reply_text(f"{OWN}\n\n{SURE[style]}\n\n{BELOW}").text == OWN
    assert reply_text(f"{OWN}\n\n{SURE[style]}\n\n{BELOW}".replace("\n", "\r\n")).text == OWN


@pytest.mark.parametrize("style", ADDED)
def test_what_a_program_adds_is_signature(style):
    reply = reply_text(f"{OWN}\n\n{ADDED[style]}\n")
    assert reply.text == OWN
    assert reply.signature == ADDED[style]


@pytest.mark.parametrize("style", OWN_WORDS)
@pytest.mark.parametrize("before", ["", "Good morning,\n\nI hope you are well.\n\n"])
def test_own_words_that_look_like_a_quotation_stay(style, before):
    assert reply_text(f"{before}{OWN_WORDS[style]}\n").text == f"{before}{OWN_WORDS[style]}"


@pytest.mark.parametrize(
    "inside",
    [
        "<div>On Mon, Jan 5, 2026 at 10:00 AM, Ana</div><div>&lt;ana@example.org&gt; wrote:</div>",
        "Понедельник, 5 января 2026, 10:00 +03:00 от Ana &lt;<a>ana@example.org</a>&gt;:<br>",
    ],
)
def test_an_indentation_that_says_whose_it_is_is_a_quotation(inside):
    assert reply_text(html=f"<div>{OWN}</div><br><blockquote>{inside}<div>{BELOW}</div></blockquote>").text == OWN


def test_an_indentation_that_holds_a_list_footer_of_words_stays():
    said = f"{OWN}\n\n____________________\nmailing list"
    assert reply_text(said).text == said
