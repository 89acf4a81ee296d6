import pytest

from omnilink_email.charsets import decode_text, find_codec
from omnilink_email.parameters import parse_parameters
from omnilink_email.words import decode_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?a=C3=B1o_1?=", "año 1"),
        ("=?ISO-8859-1?q?Stra=DFe?=", "Straße"),
        ("=?utf-8?B?YcOxbw==?=", "año"),
        ("=?utf-8?B?YcOxbw?=", "año"),
        ("=?utf-8?B?YcOx?= =?utf-8?B?bw==?=", "año"),
        ("=?utf-8?B?YcM=?= \t =?utf-8?B?sW8=?=", "año"),
        ("=?utf-8?Q?a=C3?= =?utf-8?B?sW8=?=", "año"),
        ("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
        ("=?utf-8?Q?a?= =?iso-8859-1?Q?=F1?= =?utf-8?Q?o?=", "año"),
        ("Re:=?utf-8?Q?_a=C3=B1o?=!", "Re: año!"),
        ("=?utf-8*es?Q?a=C3=B1o?=", "año"),
        ("=?utf-8?Q?really??=", "really?"),
        ("=?utf-8?Q?a b?=", "a b"),
        ("=?utf-8?Q??=", ""),
        ("=?utf-8?Q?half =?utf-8?Q?whole?=", "=?utf-8?Q?half whole"),
        ("=?utf-8?Q?never ends", "=?utf-8?Q?never ends"),
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ("=?nonsense?Q?caf=C3=A9?=", "café"),
        ("=?windows-1252?Q?=93hi=94?=", "“hi”"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?gb2312?B?1tC5+g==?=", "中国"),
        ("=?utf-8?Q?nul=00?=", "nul"),
    ],
)
def test_encoded_words_are_decoded(text, expected):
    assert decode_words(text) == expected


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        ('a/b; name="x y.pdf"', "name", "x y.pdf"),
        ("a/b; name=x y.pdf ; z=1", "name", "x y.pdf"),
        ('a/b; NAME="a\\"b"', "name", 'a"b'),
        ('a/b; name="C:\\dir\\f.txt"', "name", "C:\\dir\\f.txt"),
        ("a/b; name*=utf-8'es'a%C3%B1o.pdf", "name", "año.pdf"),
        ("a/b; name=ano.pdf; name*=utf-8''a%C3%B1o.pdf", "name", "año.pdf"),
        ("a/b; name*0*=utf-8''a%C3; name*1*=%B1o; name*2=.pdf", "name", "año.pdf"),
        ("a/b; name*1=b; name*0=a; name*10=c", "name", "abc"),
        ('a/b; name="=?utf-8?Q?a=C3=B1o?="', "name", "año"),
        ("a/b (comment; name=no); name=yes (c)", "name", "yes"),
        ("a/b name=x", "name", "x"),
        ("a/b;;; name=x", "name", "x"),
        ("a/b; name=x; name=y", "name", "x"),
        ("a/b; name*=nonsense'%%%zz", "name", None),
        ("a/b; name", "name", None),
    ],
)
def test_parameters_are_decoded(value, name, expected):
    token, parameters = parse_parameters(value)
    assert token == "a/b"
    if expected is not None:
        assert parameters[name] == expected
    elif "*" not in value:
        assert name not in parameters


@pytest.mark.parametrize(
    ("raw", "declared", "expected"),
    [
        ("año".encode(), "utf-8", "año"),
        ("año".encode(), None, "año"),
        ("año".encode(), "us-ascii", "año"),
        ("año".encode(), "iso-8859-1", "año"),
        ("año".encode("latin-1"), "iso-8859-1", "año"),
        ("año".encode("latin-1"), "utf-8", "año"),
        ("año".encode("latin-1"), "no-such-charset", "año"),
        (b"\x93hi\x94", "iso-8859-1", "“hi”"),
        ("привет".encode("koi8-r"), "koi8-r", "привет"),
        ("한국".encode("cp949"), "ks_c_5601-1987", "한국"),
        (b"\xef\xbb\xbfhi", "utf-8", "hi"),
        ("hi".encode("utf-16"), "utf-16", "hi"),
        (b"a\x00b", "utf-8", "ab"),
        ("日本".encode("iso2022_jp"), None, "日本"),
        ("äöü äöü äöü".encode()[:-1], "utf-8", "äöü äöü äö\ufffd"),
    ],
)
def test_text_is_decoded_whatever_its_label(raw, declared, expected):
    assert decode_text(raw, declared) == expected


def test_a_lone_surrogate_never_comes_out():
    decode_text(b"+2AA-", "utf-7").encode()


@pytest.mark.parametrize(
    "label",
    ["idna", "punycode", "hex", "rot13", "zlib", "unicode_escape", "raw-unicode-escape", "", "\x00", "x" * 99],
)
def test_codecs_that_are_no_charsets_are_refused(label):
    assert find_codec(label) is None


def test_unlabelled_text_is_guessed_within_the_budget():
    sentence = "Здравствуйте, на нашей улице третий день не горит фонарь. Прошу прислать мастера. "
    russian = (sentence * 4).encode("cp1251")
    assert decode_text(russian, None, take_guess=lambda: True).startswith("Здравствуйте")
    assert decode_text(russian, None, take_guess=lambda: False)
