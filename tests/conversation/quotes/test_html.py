"""HTML mails: what programs call their quotations, and markup of any quality."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.conversation.quotes import reply_text
from omnilink.conversation.quotes.html import html_text

OWN = "<div>Hello</div><div><br></div><div>Ana</div>"
TEXT = "Hello\n\nAna"
ON = "On 5 Jan 2026 at 10:00, Bob &lt;<a href='mailto:b@example.org'>b@example.org</a>&gt; wrote:"
# Attributions of no known language where the markup alone has to do.
CLIENTS = {
    "Gmail": '<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Xyz Bob:<br></div>'
    '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">Hi</blockquote></div>',
    "Gmail in Outlook": '<div class="x_gmail_quote"><div class="x_gmail_attr">Xyz Bob:<br></div>'
    '<blockquote class="x_gmail_quote">Hi</blockquote></div>',
    "old Gmail": f'<div class="gmail_extra"><div class="gmail_quote">{ON}<br><blockquote class="gmail_quote">Hi'
    "</blockquote></div></div>",
    "Thunderbird": f'<div class="moz-cite-prefix">{ON}<br></div><blockquote type="cite" cite="mid:1@x">Hi</blockquote>',
    "Apple Mail": f'<div><br><blockquote type="cite"><div>{ON}</div></blockquote></div>'
    '<blockquote type="cite">Hi</blockquote>',
    "Outlook on the web": '<div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg"><b>Xyz:</b> Bob<br>'
    "</div><div>Hi</div>",
    "Outlook for Mac": '<span id="OLK_SRC_BODY_SECTION"><div>Xyz: Bob</div><div>Hi</div></span>',
    "new Outlook": '<div id="mail-editor-reference-message-container"><div>Xyz: Bob</div><div>Hi</div></div>',
    "Outlook": '<div style="border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>From:</b> Bob &lt;b@example.org&gt;'
    "<br><b>Sent:</b> Monday 10:00<br><b>To:</b> Ana<br><b>Subject:</b> x</p></div><p class=MsoNormal>Hi</p>",
    "Hotmail": '<hr id="stopSpelling">Xyz: Bob<br>Hi',
    "Yahoo": '<div id="yahoo_quoted_1" class="yahoo_quoted"><div>Xyz Bob:</div><div>Hi</div></div>',
    "Zoho": '<div class="zmail_extra"><div>Xyz Bob</div><blockquote>Hi</blockquote></div>',
    "Zimbra": '<hr id="zwchr"><div><b>Xyz: </b>Bob</div><div>Hi</div>',
    "Proton": '<div class="protonmail_quote">Xyz Bob:<blockquote type="cite">Hi</blockquote></div>',
    "GMX": '<div name="quote" style="border-left:2px solid #C3D9E5"><div>Xyz: Bob</div><div>Hi</div></div>',
    "Spark": '<div name="messageReplySection">Xyz Bob<blockquote type="cite">Hi</blockquote></div>',
    "Roundcube": f'<p id="reply-intro">{ON}</p><blockquote type="cite">Hi</blockquote>',
    "Yandex": "<div>05.01.2026, 10:00, Bob &lt;b@example.org&gt;:</div><blockquote><p>Hi</p></blockquote>",
}


@pytest.mark.parametrize("client", CLIENTS)
def test_the_quotation_of_a_known_program_is_found(client):
    found = reply_text(html=f"<html><body>{OWN}{CLIENTS[client]}</body></html>")
    assert found.text == TEXT
    assert "Hi" in found.quoted


def test_answers_between_blockquotes_are_shown():
    markup = (
        '<div class="gmail_quote"><div class="gmail_attr">Xyz<br></div><blockquote class="gmail_quote">Q1?</blockquote>'
        '<div>A1</div><blockquote class="gmail_quote">Q2?</blockquote><div>A2</div></div>'
    )
    assert reply_text(html=markup).text == "Q1?\nA1\nQ2?\nA2"


def test_what_the_indent_button_makes_is_the_writer_s():
    indented = '<blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>my list</div></blockquote>'
    assert reply_text(html=f"<div>Hello</div>{indented}").text == "Hello\nmy list"


def test_a_forwarded_mail_alone_is_shown():
    head = "<b>Von:</b> Bob &lt;b@example.org&gt;<br><b>Gesendet:</b> 10:00<br><b>An:</b> Ana"
    markup = f'<div id="divRplyFwdMsg">{head}</div>'
    assert reply_text(html=f"{markup}<div>Hi</div>").text == "Hi"


def test_a_signature_element_is_cut_unless_it_is_all_there_is():
    signed = '<div class="gmail_signature">Ana Ruiz<br>Clerk</div>'
    assert reply_text(html=f"<div>Hello</div>{signed}").text == "Hello"
    assert reply_text(html=signed).text == "Ana Ruiz\nClerk"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p class=MsoNormal>One</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>Two</p>", "One\n\nTwo"),
        ("<p style='margin: 0'>One</p><p style='margin: 0'>Two</p>", "One\nTwo"),
        ("One<br>Two<br/><br />Three", "One\nTwo\n\nThree"),
        ("<div>One<div>Two</div></div>Three", "One\nTwo\nThree"),
        ("a  b\n c<b> d</b>e <i>f</i>", "a b c de f"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a &lt; b &amp; c &eacute; &#233; &#x65e5;", "a < b & c é é 日"),
        ("a < b and c > d", "a < b and c > d"),
        ("<style>p {}</style><script>if (a<b) {}</script><title>t</title>x<!-- c > --><!doctype html>", "x"),
        ('<a title="a > b">x</a>', "x"),
        ("<div style='display: none'>hidden</div>seen", "seen"),
        ("x <!-- never closed", "x <!-- never closed"),
        ("x <b", "x <b"),
        ("</div></p></nothing>x", "x"),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";"),
    ],
)
def test_html_is_read_as_it_is_seen(markup, text):
    assert html_text(markup)[0].strip() == text


@given(st.text(alphabet=st.sampled_from("<>/!-&;\"'= abdivpqstyle\n\0")))
def test_no_markup_breaks_the_reading(markup):
    text, marks = html_text(markup)
    assert len(marks) == (text.count("\n") + 1 if marks else 0)
    found = reply_text(html=markup)
    assert "".join(found.source[span.start : span.end] for span in found.spans) == found.source
