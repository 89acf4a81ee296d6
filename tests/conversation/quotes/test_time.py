"""Time grows with the length of a mail, whatever the mail: twice the text is at most 2.3 times the time."""

import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from omnilink.conversation.quotes import reply_text

MOST_GROWTH = 2.3
LEAST_MEASURED_S = 0.004
"""Below this a clock measures the machine."""
ON = "On Apr 3, 2026, at 4:19 PM, bob <bob@example.org> wrote:\n"

HOSTILE: dict[str, Callable[[int], str]] = {
    "on and at, one line": lambda n: " on xxx at yyy" * n,
    "on and at, lines": lambda n: "on 5 xxx at 10:00 yyy:\n" * n,
    "empty lines": lambda n: "\n" * n * 10,
    "towers of marks": lambda n: "\n".join(">" * (k % 300) + " x" for k in range(n // 10)),
    "one tower": lambda n: ">" * n * 10,
    "From": lambda n: "From: a@b.c\n" * n,
    "From with gaps": lambda n: "From: a@b.c\n\nx\n" * n,
    "half header blocks": lambda n: "From: a\nSent: b\nx\ny\n" * n,
    "dashes": lambda n: "-" * n * 10,
    "separators": lambda n: "text\n-- \n" * n,
    "no blanks": lambda n: "a" * n * 20,
    "NUL": lambda n: "\0" * n * 20,
    "marks of direction": lambda n: "\u202e>\u200f a:\n" * n,
    "wrote": lambda n: "x wrote:\n" * n,
    "open brackets": lambda n: ("<a@" * 100 + ":\n") * (n // 20),
    "attributions": lambda n: ON * n,
    "attributions and gaps": lambda n: (ON + "\n\n\n") * n,
    "mobile signatures": lambda n: "Sent from my iPhone\n\nhi\n" * n,
    "legal notices": lambda n: "this email is confidential, for the addressee, delete it\n" * n,
    "quoting": lambda n: "Quoting ana@example.org:\n" * n,
    "moments": lambda n: "On Mon, 5 Jan 2026 10:00:00 +0100\n" * n + "Ana <a@b.c> wrote:\n" * n,
    "rules and lists": lambda n: ("_" * 40 + "\nthe mailing list\nhttp://x/mailman/listinfo/y\n") * n,
    "open armour": lambda n: "-----BEGIN PGP SIGNATURE-----\n" * n + "-----END PGP SIGNATURE-----\n" * n,
    "GroupWise": lambda n: ">>> Ana 1/5/2026 10:00 AM >>>\n" * n,
    "framed lines and labels": lambda n: "---x wrote: ---\nFrom: a@b.c\n" * n,
    "digits of all scripts": lambda n: "১০:০০ ٢٠٢٦ ২০২৬ @ <:\n" * n,
    "fences": lambda n: "```\nx\n" * n,
}
HOSTILE_HTML: dict[str, Callable[[int], str]] = {
    "unclosed tags": lambda n: "<div" * n,
    "open angles": lambda n: "<" * n * 4,
    "deep blockquotes": lambda n: "<blockquote type=cite>x" * n,
    "open comments": lambda n: "<!--" * n,
    "open quotes": lambda n: '<a b="' * n,
    "odd quotes": lambda n: '<a b=">' * n,
    "attributes": lambda n: ("<div " + "a" * 4000 + ">") * (n // 100),
    "closings of nothing": lambda n: "<div>" * n + "</b>" * n,
    "open styles": lambda n: "<style>" * n,
    "replies in replies": lambda n: "<div class=gmail_quote>x<blockquote>y" * n,
    "indentations": lambda n: "<blockquote>On 5 Jan 2026 at 10:00, A &lt;a@b.c&gt; wrote:</blockquote>" * n,
    "references": lambda n: "&" * n + "&amp" * n + "&#" + "9" * n,
}


def seconds(run: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    return best


def growth(make: Callable[[int], str], read: Callable[[str], object], sizes: tuple[int, ...]) -> float:
    """The worst ratio of times of neighbouring sizes; what is too quick to measure has grown by nothing."""
    times = []
    for size in sizes:
        text = make(size)
        times.append(seconds(lambda text=text: read(text)))
    return max((later / earlier for earlier, later in pairwise(times) if earlier >= LEAST_MEASURED_S), default=1.0)


def holds(make: Callable[[int], str], read: Callable[[str], object], sizes: tuple[int, ...]) -> bool:
    """Whether the bar is kept; a busy machine gets more tries."""
    return any(growth(make, read, sizes) <= MOST_GROWTH for _ in range(3))


def read_html(markup: str) -> object:
    return reply_text(html=markup)


@pytest.mark.parametrize("family", HOSTILE)
def test_hostile_text_takes_no_more_than_its_length(family):
    assert holds(HOSTILE[family], reply_text, (500, 1_000, 2_000))


@pytest.mark.parametrize("family", HOSTILE_HTML)
def test_hostile_markup_takes_no_more_than_its_length(family):
    assert holds(HOSTILE_HTML[family], read_html, (1_000, 2_000, 4_000))


@pytest.mark.long
@pytest.mark.parametrize("family", [*HOSTILE, *HOSTILE_HTML])
def test_five_megabytes_take_no_more_than_their_length(family):
    make = HOSTILE.get(family) or HOSTILE_HTML[family]
    read = reply_text if family in HOSTILE else read_html
    unit = max(len(make(2_000)) / 2_000, 0.1)
    largest = int(5_000_000 / unit)
    assert holds(make, read, (largest // 4, largest // 2, largest))


def test_a_usual_mail_takes_less_than_half_a_millisecond():
    mail = "Dear Sir,\n\n" + "the bin in our street is full again, and nobody comes.\n" * 8 + "\nRegards\nAna\n\n" + ON
    mail += "> Dear Ana,\n>\n" + "> we are sorry to hear that, and will look at it.\n" * 12
    reply_text(mail)
    assert seconds(lambda: [reply_text(mail) for _ in range(20)]) / 20 < 0.0005
