"""Telephone numbers. Numbers are from ranges kept for fiction where a country has one, else invented.

Sources of the rows: libphonenumber's metadata and FAQ; Ofcom and NANPA fiction ranges; RFC 3966; RFC 3261; Twilio's
and WhatsApp's webhook documentation; the issues named beside a row.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.identity.normalise import is_withheld, normalise
from omnilink.model.handle import Handle


def phone(raw, region=None, scheme="tel", scope=""):
    return normalise(Handle.of(scheme, raw, scope=scope), default_region=region)


WRITTEN = [
    # as written, region, canonical value
    ("+34600111222", None, "+34600111222"),
    ("+34 600 111 222", None, "+34600111222"),
    ("+34-600.111/222", None, "+34600111222"),
    ("600 111 222", "ES", "+34600111222"),
    ("600111222", "es", "+34600111222"),
    ("34600111222", "ES", "+34600111222"),
    ("34600111222", None, "+34600111222"),  # gateways drop the plus
    ("34600111222", "US", "+34600111222"),
    ("0034600111222", None, "+34600111222"),
    ("00 34 600 111 222", "ES", "+34600111222"),
    ("0034600111222", "US", "+34600111222"),  # 00 is no American prefix, and nothing else there
    ("011 34 600 111 222", "US", "+34600111222"),
    ("+34 (0)600 111 222", None, "+34600111222"),  # Spain has no trunk zero
    ("tel:+34-600-111-222", None, "+34600111222"),  # RFC 3966
    ("TEL:+34600111222", None, "+34600111222"),
    ("tel:20-7946-0958;phone-context=+44", None, "+442079460958"),
    ("tel:+34900111222;ext=5", None, "+34900111222;ext=5"),
    ("+34 900 111 222 ext. 5", None, "+34900111222;ext=5"),
    ("+34 900 111 222 x5", None, "+34900111222;ext=5"),
    ("sip:+34910000000@pstn.example", None, "+34910000000"),  # RFC 3261 §19.1.6
    ("sip:+34910000000@pstn.example;user=phone", None, "+34910000000"),
    ("\u202a+34\u00a0600\u00a0111\u00a0222\u202c", None, "+34600111222"),  # copied from a contact on a phone
    ("\u200e+34 600\u2011111\u2011222", None, "+34600111222"),  # non-breaking hyphens
    ("＋３４６００１１１２２２", None, "+34600111222"),  # full width
    ("+٣٤٦٠٠١١١٢٢٢", None, "+34600111222"),  # Arabic-Indic
    ("+۳۴۶۰۰۱۱۱۲۲۲", None, "+34600111222"),  # Persian
    ("+३४६००१११२२२", None, "+34600111222"),  # Devanagari
    ("+44 20 7946 0958", None, "+442079460958"),  # Ofcom: fiction
    ("+44 (0)20 7946 0958", None, "+442079460958"),
    ("+44 020 7946 0958", None, "+442079460958"),  # trunk zero kept by mistake
    ("020 7946 0958", "GB", "+442079460958"),
    ("020 7946 0958", "UK", "+442079460958"),
    ("07700 900123", "GB", "+447700900123"),  # Ofcom: fiction; libphonenumber calls it possible, not valid
    ("+49 (0)30 23125 000", None, "+493023125000"),  # Bundesnetzagentur: fiction
    ("+33 (0)1 99 00 12 34", None, "+33199001234"),  # ARCEP: fiction
    ("+39 06 698 1234", None, "+39066981234"),  # Italy's zero is part of the number
    ("06 698 1234", "IT", "+39066981234"),
    ("+7 (8) 495 123 45 67", None, "+74951234567"),  # Russia's trunk prefix is 8
    ("8 (495) 123-45-67", "RU", "+74951234567"),
    ("(415) 555-0132", "US", "+14155550132"),  # NANPA: fiction
    ("1-415-555-0132", "US", "+14155550132"),
    ("+1 (415) 555-0132", None, "+14155550132"),
    ("1-800-FLOWERS", "US", "+18003569377"),  # vanity letters
    ("+1 800 FLOWERS", None, "+18003569377"),
    ("011 15 2345-6789", "AR", "+5491123456789"),  # 15 at home is 9 from abroad
    ("+54 11 15 2345-6789", None, "+5491123456789"),
    ("+5215512345678", None, "+5215512345678"),
    ("+551187654321", None, "+551187654321"),
    ("+2222", None, "+2222"),  # values of Twilio's own examples
    ("+1111", None, "+1111"),
    ("+12345", None, "+12345"),
]


@pytest.mark.parametrize(("raw", "region", "value"), WRITTEN)
def test_number_gets_its_e164_form_and_one_match_key(raw, region, value):
    handle = phone(raw, region)
    assert (handle.value, handle.scope, handle.raw) == (value, "", raw)
    assert len(handle.match_keys) == 1
    assert handle.match_keys[0].startswith("tel:+")
    assert normalise(handle) == normalise(handle, default_region="US") == handle


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("34600111222", "+34600111222"),  # Cloud API: wa_id
        ("whatsapp:+34600111222", "+34600111222"),  # Twilio
        ("34600111222@s.whatsapp.net", "+34600111222"),
        ("34600111222:12@s.whatsapp.net", "+34600111222"),  # with its device
        ("34600111222@c.us", "+34600111222"),
        ("4790000000", "+4790000000"),  # ten digits and international all the same
        ("0034600111222", "+34600111222"),
    ],
)
def test_whatsapp_digits_are_international_and_share_the_keys_of_telephones(raw, value):
    handle = phone(raw, region="US", scheme="wa")
    assert (handle.scheme, handle.value, handle.match_keys) == ("wa", value, (f"tel:{value}",))


NOT_NUMBERS = [
    ("DGT Madrid", "ES", "DGT Madrid"),  # alphanumeric sender (GSM 03.38, up to 11 characters)
    ("  InfoSMS ", "ES", "InfoSMS"),
    ("DGT 112 Info", "ES", "DGT 112 Info"),
    ("3M Spain", "ES", "3M Spain"),
    ("Oficina 600111222", "ES", "Oficina 600111222"),
    ("*67", "US", "*67"),
    ("600111222", None, "600111222"),  # whose country?
    ("4155550132", None, "4155550132"),  # would read as +41 555 …
    ("5550132", "US", "5550132"),  # no area code
    ("+123456789012345678", None, "+123456789012345678"),  # E.164 has 15 digits
    ("+0000", None, "+0000"),
    ("+", None, "+"),
    ("", "ES", ""),
    ("ana@example.org", "ES", "ana@example.org"),
    ("sip:ana@example.org", "ES", "sip:ana@example.org"),
]


@pytest.mark.parametrize(("raw", "region", "value"), NOT_NUMBERS)
def test_what_is_no_number_keeps_its_text_and_identifies_only_itself(raw, region, value):
    handle = phone(raw, region)
    assert (handle.value, handle.scope, handle.match_keys) == (value, "", ())


@pytest.mark.parametrize(
    "raw", ["120363021234567890@g.us", "20000000000001@lid", "US.99999", "0600111222", "PHONE_NUMBER"]
)
def test_whatsapp_groups_and_other_ids_are_no_numbers(raw):
    assert phone(raw, "ES", scheme="wa").match_keys == ()


def test_short_code_is_one_within_its_region_only():
    handle = phone("112", "ES")
    assert (handle.key, handle.match_keys) == ("tel:ES/112", ())
    assert normalise(handle, default_region="FR") == handle
    assert phone("112").key == "tel:112"


@pytest.mark.parametrize(
    "raw",
    [
        "anonymous",
        "Anonymous",
        "RESTRICTED",
        "No Caller ID",
        "Número oculto",
        "+266696687",
        "+7378742833",
        "+86282452253",
        "sip:anonymous@anonymous.invalid",
        "Unavailable",
        "",
    ],
)
def test_withheld_numbers_are_nobodys(raw):
    handle = phone(raw)
    assert is_withheld(handle)
    assert handle.match_keys == ()


def test_numbers_are_not_withheld():
    assert not is_withheld(phone("+34600111222"))
    assert not is_withheld(Handle.of("mailto", "anonymous"))


ONE_NUMBER = [
    # Brazil's ninth digit: chatwoot issues 5840 and 13986, PR 6222
    ("+5511987654321", "+551187654321"),
    ("+5531999990000", "+553199990000"),
    ("+5588971234567", "+558871234567"),
    # Argentina: chatwoot PR 14264
    ("+5491123456789", "+541123456789"),
    ("+54 9 11 2345-6789", "+54 11 15 2345-6789"),
    ("+5493511234567", "+543511234567"),
    # Mexico: chatwoot issue 14048
    ("+5215512345678", "+525512345678"),
    # Benin, 30 November 2024
    ("+2290197123456", "+22997123456"),
    ("+44 (0)20 7946 0958", "+442079460958"),
]


@pytest.mark.parametrize(("one", "other"), ONE_NUMBER)
def test_national_variants_share_a_match_key_across_phone_schemes(one, other):
    assert phone(one).match_keys == phone(other).match_keys != ()
    digits = "".join(c for c in phone(other).value if c.isdigit())
    assert phone(digits, scheme="wa").match_keys == phone(one).match_keys


DIFFERENT = [
    ("+551134567890", "+5511934567890"),  # a landline, and a mobile that has a 9 before the same digits
    ("+551178123456", "+5511978123456"),  # trunked radio never got the 9
    ("+39066981234", "+3966981234"),  # Italy's zero counts
    ("+34900111222;ext=5", "+34900111222"),
    ("+34900111222;ext=5", "+34900111222;ext=6"),
    ("+525512345678", "+525512345679"),
    ("+34600111222", "+34600111223"),
    ("+2222", "+1111"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_numbers_never_share_a_match_key(one, other):
    assert phone(one).match_keys != phone(other).match_keys
    assert all(phone(number).match_keys for number in (one, other))


def test_two_variants_are_two_handles_and_the_send_address_stays():
    old, new = phone("551187654321", scheme="wa"), phone("5511987654321", scheme="wa")
    assert (old.raw, old.value) == ("551187654321", "+551187654321")
    assert old.key != new.key


AREAS = st.sampled_from(["11", "21", "31", "47", "61", "71", "85", "98"])


@given(AREAS, st.sampled_from("689"), st.from_regex(r"[0-9]{7}", fullmatch=True))
def test_every_brazilian_mobile_meets_its_old_form(area, first, rest):
    assert phone(f"+55{area}9{first}{rest}").match_keys == phone(f"+55{area}{first}{rest}").match_keys


@given(AREAS, st.sampled_from("2345"), st.from_regex(r"[0-9]{7}", fullmatch=True))
def test_no_brazilian_landline_is_taken_for_a_mobile(area, first, rest):
    assert phone(f"+55{area}{first}{rest}").match_keys != phone(f"+55{area}9{first}{rest}").match_keys


@given(st.from_regex(r"[67][0-9]{8}", fullmatch=True), st.sampled_from(["", " ", "-", ".", "\u00a0", "\u200b"]))
def test_every_spelling_of_a_spanish_mobile_is_one_handle(number, gap):
    spelled = gap.join([number[:3], number[3:6], number[6:]])
    keys = {phone(f"{start}{spelled}", "ES").key for start in ("", "+34", "0034", "34", "+34 ", "tel:+34")}
    assert keys == {f"tel:+34{number}"}


@given(st.from_regex(r"\+[1-9][0-9]{5,13}", fullmatch=True), st.from_regex(r"\+[1-9][0-9]{5,13}", fullmatch=True))
def test_no_two_numbers_outside_the_variant_countries_share_a_key(one, other):
    a, b = phone(one), phone(other)
    folded = ("+55", "+54", "+52", "+229")
    if a.value != b.value and not a.value.startswith(folded) and not b.value.startswith(folded):
        assert not set(a.match_keys) & set(b.match_keys)
