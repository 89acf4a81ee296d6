"""Signatures and legal notices: cut where they say so themselves, and only there."""

import pytest

from omnilink.conversation.quotes import reply_text

OWN = "Hello there.\nThis is mine"
MOBILE = """
Sent from my iPhone
Sent from my Samsung Galaxy smartphone.
Sent from my Acme RIDGE 4G
Sent from my BlackBerry 10 smartphone on the Verizon network.
Sent from Yahoo Mail on Android
Sent from Outlook for iOS<https://aka.ms/o0ukef>
Sent from Mail<https://go.microsoft.com/fwlink/?LinkId=550986> for Windows 10
Sent with Proton Mail secure email.
Get Outlook for Android<https://aka.ms/AAb9ysg>
Get [Outlook for iOS](https://aka.ms/o0ukef)
Von meinem iPhone gesendet
Von meinem Samsung Galaxy Smartphone gesendet.
Gesendet von Outlook für Android<https://aka.ms/AAb9ysg>
Gesendet mit der GMX Mail App
Diese Nachricht wurde von meinem Android Mobiltelefon mit WEB.DE Mail gesendet.
Envoyé de mon iPhone
Envoyé à partir de Outlook pour iOS<https://aka.ms/o0ukef>
Enviado desde mi iPhone
Enviado do meu iPhone
Inviato da iPhone
Verstuurd vanaf mijn iPhone
Sendt fra min iPad
Skickat från min iPhone
Lähetetty iPhonesta
Wysłane z iPhone'a
Odesláno z iPhonu
Odoslané z iPhonu
Az iPhone készülékemről küldve
Trimis de pe iPhone
Отправлено с iPhone
Надіслано з iPhone
Изпратено от моя iPhone
Poslano s mog iPhonea
Στάλθηκε από το iPhone μου
iPhone'umdan gönderildi
Saadetud minu iPhone'ist
Sūtīts no mana iPhone
Išsiųsta iš mano iPhone
Enviat des del meu iPhone
iPhoneから送信
发自我的 iPhone
從我的 iPhone 傳送
나의 iPhone에서 보냄
Đã gửi từ iPhone của tôi
ส่งจาก iPhone ของฉัน
Dikirim dari iPhone saya
נשלח מה-iPhone שלי
تم الإرسال من هاتف iPhone
मेरे iPhone से भेजा गया
""".strip().splitlines()


@pytest.mark.parametrize("line", MOBILE)
def test_what_a_program_signs_with_is_a_signature(line):
    found = reply_text(f"{OWN}\n\n{line}\n")
    assert found.text == OWN
    assert found.signature == line


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my desk, which is slower than my mobile phone.",
        "Sent from my heart",
        "Sent by my wife on the telephone line",
        "I sent it from my iPhone yesterday",
        "iPhone 12 is broken",
        "Das habe ich mit meinem Handy gesendet",
        "Enviado por correo certificado ayer",
        "Verzonden via de post op maandag",
        "내 휴대폰 고장",
        "My phone: 600 111 222",
        "Best regards\nAna Ruiz",
        "Mit freundlichen Grüßen\nAna",
    ],
)
def test_own_words_that_only_look_like_one_stay(line):
    for below in ("", "\n\nAnd there is more.\nBye"):
        assert reply_text(f"{OWN}\n\n{line}{below}").text == f"{OWN}\n\n{line}{below}"


def test_words_below_a_program_s_signature_stay():
    assert "call me" in reply_text("Yes.\n\nSent from my iPhone\n\nP.S. call me at noon\n").text


def test_a_letter_below_a_program_s_signature_is_the_one_answered():
    assert reply_text("Yes.\n\nSent from my iPhone\n\nDear Ana,\n\nwill you come?\n").text == "Yes."


def test_a_program_s_signature_above_a_quotation_without_marks_is_cut():
    on = "On 5 Jan 2026, at 10:00, Bob <b@example.org> wrote:"
    assert reply_text(f"{OWN}\n\nSendt fra min iPad\n\n{on}\n\nHello\n").text == OWN
    assert reply_text(f"{OWN}\n\nSent from my iPhone\n\n> {on}\n> Hello\n").text == OWN


def test_above_quote_marks_answers_may_go_on_so_the_line_stays():
    on = "On 5 Jan 2026, at 10:00, Bob <b@example.org> wrote:"
    assert reply_text(f"{OWN}\n\nSent from my iPhone\n\n{on}\n\n> Hello\n").text == f"{OWN}\n\nSent from my iPhone"


@pytest.mark.parametrize("separator", ["-- ", "--", "—", "-----", "________________"])
def test_a_signature_stands_below_its_separator(separator):
    found = reply_text(f"{OWN}\n\n{separator}\nAna Ruiz\nTel. +34 600 111 222\nwww.example.org\n")
    assert found.text == OWN
    assert found.signature.startswith(separator.strip())


@pytest.mark.parametrize("separator", ["-- ", "--"])
@pytest.mark.parametrize("mark", ["PS:", "P.S.", "PD:", "P. S.", "ЗЫ:", "υ.γ.", "追伸"])
def test_a_postscript_below_a_signature_is_the_writer_s(separator, mark):
    added = f"{mark} the gate at the school is open"
    found = reply_text(f"{OWN}\n\n{separator}\nAna Ruiz\nwww.example.org\n\n{added}\n")
    assert found.text.split() == [*OWN.split(), *added.split()]
    assert found.signature.endswith("www.example.org")


def test_a_quotation_below_a_signature_is_still_found():
    found = reply_text(f"{OWN}\n\n-- \nAna\n\nOn 5 Jan 2026, at 10:00, Bob <b@example.org> wrote:\n> Hello\n")
    assert (found.text, found.signature) == (OWN, "-- \nAna")
    assert found.quoted.endswith("> Hello")


@pytest.mark.parametrize(
    "text",
    [
        "Point one\n--\nPoint two",
        "Point one\n-----\nPoint two\n-----\nPoint three",
        "It is late.\n\n--\n\nI have also a question: when does the office open?",
        "It is late.\n-- \nWhen does it open?",
        "It is late.\n---\nThis I wrote below a line because it is about another matter.\nThat is all.",
        "-- \nAna Ruiz\n600 111 222",
        "A patch for you.\n---\n src/file.c | 3 +++\n 1 file changed, 3 insertions(+)\nindex 7123456..3370044 100644",
        "I read this:\n-----\nprices went up by 1200000 in all",
    ],
)
def test_own_words_below_a_line_of_dashes_stay(text):
    assert reply_text(text).text == text


NOTICES = {
    "en": "This e-mail and any attachments are confidential and intended solely for the addressee. If you have "
    "received it in error, please notify the sender and delete it.",
    "de": "Diese E-Mail ist vertraulich und nur für den Empfänger bestimmt. Sollten Sie sie irrtümlich erhalten haben, "
    "informieren Sie bitte den Absender und löschen Sie die Nachricht.",
    "fr": "Ce message est confidentiel et réservé à son destinataire. Si vous l'avez reçu par erreur, merci de le "
    "supprimer et d'avertir l'expéditeur de ce courriel.",
    "es": "Este mensaje es confidencial y para uso exclusivo de su destinatario. Si lo ha recibido por error, le "
    "rogamos que lo elimine y nos avise por correo.",
    "it": "Questo messaggio è riservato e per uso esclusivo del destinatario. Se lo avete ricevuto per errore vi "
    "preghiamo di cancellarlo e di avvisare il mittente.",
}


@pytest.mark.parametrize("language", NOTICES)
def test_a_legal_notice_is_a_disclaimer(language):
    found = reply_text(f"{OWN}\n\n{NOTICES[language]}\n")
    assert (found.text, found.of("disclaimer")) == (OWN, NOTICES[language])


@pytest.mark.parametrize(
    "own",
    [
        "I received your letter by mistake, please delete my address; it was meant for the addressee upstairs, and it "
        "was marked confidential on the e-mail too.",
        "The message says that the recipient has to pay. The recipient is my mother, who has been in hospital since "
        "May and cannot pay anything at all.",
    ],
)
def test_a_writer_who_uses_such_words_keeps_them(own):
    assert reply_text(f"Hello,\n\n{own}").text == f"Hello,\n\n{own}"


def test_a_mail_that_is_all_notice_is_shown():
    assert reply_text(NOTICES["en"]).text == NOTICES["en"]
