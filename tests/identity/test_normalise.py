"""What holds for every scheme: total, idempotent, the send address untouched; what people type; the masked form."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.errors import BadHandle
from omnilink.identity.normalise import is_role_address, is_withheld, mask, normalise, parse_handle
from omnilink.model.handle import LONGEST, Handle

SCHEMES = ["tel", "wa", "mailto", "slack", "wa_bsuid", "x", "telegram", "matrix", "ext", "messenger", "quite_new"]
REGIONS = st.sampled_from([None, "ES", "US", "BR", "AR", "MX", "IT", "XX", "", "es", "Spain"])
ANY_TEXT = st.text(st.characters(), max_size=60)  # with controls and lone surrogates
PIECES = st.lists(
    st.sampled_from(
        [
            "+",
            "00",
            "0",
            "(0)",
            "34",
            "55",
            "549",
            "521",
            "600",
            "15",
            "9",
            "(",
            ")",
            "-",
            " ",
            ";ext=5",
            " x7",
            ";",
            "tel:",
            "sip:",
            "mailto:",
            "whatsapp:",
            "@",
            "<",
            ">",
            '"',
            "\\",
            ".",
            ",",
            "?",
            "%40",
            "%",
            "xn--",
            "ü",
            "ß",
            "ς",
            "İ",
            "。",
            "ana",
            "gmail.com",
            "example",
            "٣",
            "\u200b",
            "\u202a",
            "\x00",
            "\ud800",
            "[",
            "]",
            ":",
            "A",
            "u/",
            "t.me/",
            "*",
            "#",
        ]
    ),
    max_size=14,
).map("".join)


def any_handle(scheme, text, scope=""):
    """Also with texts the model would not take."""
    return Handle.model_construct(scheme=scheme, scope=scope, value=text, raw=text, display=None, match_keys=())


def check_laws(handle, region):
    once = normalise(handle, default_region=region)
    assert normalise(once, default_region=region) == once
    assert normalise(once) == once
    assert (once.raw, once.scheme, once.display) == (handle.raw, handle.scheme, handle.display)
    assert len(once.match_keys) <= 1
    assert isinstance(mask(handle), str)
    assert is_role_address(handle) in (True, False)
    assert is_withheld(handle) in (True, False)


@given(st.sampled_from(SCHEMES), ANY_TEXT | PIECES, st.sampled_from(["", "T1", "ES", "\x00"]), REGIONS)
def test_normalise_is_total_and_idempotent(scheme, text, scope, region):
    check_laws(any_handle(scheme, text, scope), region)


@given(st.sampled_from(["tel", "wa"]), st.text("+0123456789() -.;ext=#,*٣", max_size=24), REGIONS)
def test_normalise_is_idempotent_on_what_looks_like_a_number(scheme, text, region):
    check_laws(any_handle(scheme, text), region)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "+" * 10_000,
        "(" * 10_000,
        "9" * 10_000,
        "ü" * 5_000 + "@" + "ß." * 2_500,
        "<" * 10_000,
        '"\\' * 5_000,
        "\u0301" * 10_000,
        "mailto:" * 1_500,
        "a@" + "xn--" * 2_500,
    ],
)
def test_ten_thousand_characters_are_taken(scheme, text):
    check_laws(any_handle(scheme, text), "ES")


@pytest.mark.parametrize(
    ("scheme", "scope", "raw", "key"),
    [
        ("slack", "T1", "U2", "slack:T1/U2"),
        ("slack", "T1", " u2 ", "slack:T1/u2"),  # ids are exact
        ("wa_bsuid", "business", "US.13491208655302741918", "wa_bsuid:business/US.13491208655302741918"),
        ("messenger", "page", "24680", "messenger:page/24680"),
        ("ext", "crm", "AB/123", "ext:crm/AB/123"),
        ("x", "", "2244994945", "x:2244994945"),
        ("x", "", "@AnaGarcia", "x:@anagarcia"),
        ("x", "", "AnaGarcia", "x:@anagarcia"),
        ("telegram", "", "123456", "telegram:123456"),
        ("telegram", "", "-100123456", "telegram:-100123456"),
        ("telegram", "", "https://t.me/Ana_Garcia", "telegram:@ana_garcia"),
        ("matrix", "", "@Ana:Example.ORG", "matrix:@Ana:example.org"),
        ("matrix", "", "@ana:example.org:8448", "matrix:@ana:example.org:8448"),
        ("matrix", "", "u/ana:example.org", "matrix:@ana:example.org"),
        ("quite_new", "", "Any Thing", "quite_new:Any Thing"),
    ],
)
def test_ids_are_exact_within_their_scope_and_their_own_match_key(scheme, scope, raw, key):
    handle = normalise(Handle.of(scheme, raw, scope=scope))
    assert (handle.key, handle.match_keys) == (key, (key,))


@pytest.mark.parametrize(("scheme", "raw"), [("matrix", "ana"), ("x", "two words"), ("telegram", "añ"), ("ext", " ")])
def test_what_is_no_id_of_its_scheme_has_no_match_key(scheme, raw):
    assert normalise(Handle.of(scheme, raw)).match_keys == ()


def test_display_and_raw_are_left_alone():
    handle = normalise(Handle.of("mailto", " Ana@Example.org ", display=" Ana "))
    assert (handle.raw, handle.display) == (" Ana@Example.org ", " Ana ")


TYPED = [
    ("tel:+34 600 111 222", "tel:+34600111222"),
    ("+34600111222", "tel:+34600111222"),
    ("  (+34) 600 111 222 ", "tel:+34600111222"),
    ("mailto:Ana@Example.org", "mailto:ana@example.org"),
    ("mailto:ana%2Bx@example.org?subject=hola", "mailto:ana+x@example.org"),
    ("ana@example.org", "mailto:ana@example.org"),
    ("Ana <ana@example.org>", "mailto:ana@example.org"),
    ("slack:T1/U2", "slack:T1/U2"),
    ("SLACK:T1/U2", "slack:T1/U2"),
    ("whatsapp:+34600111222", "wa:+34600111222"),
    ("wa:34600111222", "wa:+34600111222"),
    ("sip:+34600111222@pstn.example", "tel:+34600111222"),
    ("@ana:example.org", "matrix:@ana:example.org"),
    ("matrix:@ana:example.org", "matrix:@ana:example.org"),
    ("ext:crm/123", "ext:crm/123"),
    ("tel:ES/112", "tel:ES/112"),
    ("tel:DGT Madrid", "tel:DGT Madrid"),
    ("tel:anonymous", "tel:anonymous"),
]


@pytest.mark.parametrize(("text", "key"), TYPED)
def test_typed_handle_is_read_and_its_key_reads_back(text, key):
    assert parse_handle(text).key == key
    assert parse_handle(key).key == key


def test_typed_national_number_needs_a_region():
    assert parse_handle("600 111 222", default_region="ES").key == "tel:+34600111222"
    with pytest.raises(BadHandle, match="country code"):
        parse_handle("600 111 222")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "Ana",
        "ana@",
        "mailto:ana",
        "wa:zzz",
        "tel:",
        "tel: ",
        "https://example.org/ana",
        ":",
        "tel:600111222",
        "\ud800",
        "\x00",
        "ana@exam ple.org",
        "Ana: García",
        "tel:" + "9" * 2_000,
    ],
)
def test_bad_handle_says_what_to_write_and_never_what_was_written(text):
    with pytest.raises(BadHandle) as caught:
        parse_handle(text)
    assert caught.value.hint
    for word in ("ana@", "600111222", "García", "zzz", "99999"):
        assert word not in str(caught.value).replace(caught.value.hint, "")


@given(ANY_TEXT | PIECES, REGIONS)
def test_parse_handle_reads_or_raises_bad_handle(text, region):
    try:
        handle = parse_handle(text, default_region=region)
    except BadHandle:
        return
    assert normalise(handle, default_region=region) == handle
    assert handle.value


def test_parse_handle_refuses_long_texts():
    with pytest.raises(BadHandle):
        parse_handle("slack:T1/" + "U" * LONGEST)


@pytest.mark.parametrize(
    ("handle", "shown"),
    [
        (Handle.of("tel", "+34600111222"), "tel:+34•••222"),
        (Handle.of("tel", "+1 415 555 0132"), "tel:+1•••132"),
        (Handle.of("wa", "551187654321"), "wa:+55•••321"),
        (Handle.of("tel", "+34900111222;ext=5"), "tel:+34•••222"),
        (Handle.of("tel", "+2222"), "tel:•••"),
        (Handle.of("tel", "DGT Madrid"), "tel:•••"),
        (Handle.of("mailto", "ana@example.org"), "mailto:a•••@example.org"),
        (Handle.of("mailto", "Ana García <ana@example.org>"), "mailto:a•••@example.org"),
        (Handle.of("mailto", "a@example.org"), "mailto:•••@example.org"),
        (Handle.of("mailto", "no address of ana"), "mailto:•••"),
        (Handle.of("slack", "U2", scope="T1"), "slack:T1/•••"),
        (Handle.of("ext", "12345678Z", scope="dni"), "ext:dni/•••"),
    ],
)
def test_masked_form_does_not_reveal_the_address(handle, shown):
    assert mask(handle) == shown


def test_importing_the_normaliser_loads_neither_phonenumbers_nor_idna():
    code = "import omnilink.identity.normalise, sys; print({'phonenumbers', 'idna'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout.strip() == "set()", result.stderr
