"""What the sanitiser lets through: nothing that runs, loads or leaves its place."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilo.connectors.email.clean import clean
from hilo.connectors.email.markup import cut, text_of
from letters import html, message

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='https://shop.test' onclick='alert(1)'>x</a>",
    "<table onfocus=alert(1)><tr onload=alert(1)><td onmouseover=alert(1)>x</td></tr></table>",
    "<p style='x' onpointerdown=alert(1)>x</p>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt&#58;alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<svg><script>alert(1)</script></svg>",
    "<svg onload=alert(1)>",
    (
        "<math><mtext></table><mglyph><style><!--</style>"
        "<img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>"
    ),
    "<iframe src='https://x.test'></iframe>",
    "<object data='x'></object><embed src='x'>",
    "<form action='https://x.test'><input name=password><button>Go</button></form>",
    "<meta http-equiv=refresh content='0;url=https://x.test'>",
    "<base href='https://x.test/'>",
    "<link rel=stylesheet href='https://x.test/a.css'>",
    "<style>@import 'https://x.test/a.css'; body{background:url(https://x.test)}</style>",
    "<p style='background:url(https://x.test/a)'>x</p>",
    "<p style='color:red;behavior:url(x)'>x</p>",
    "<p style='width:expression(alert(1))'>x</p>",
    "<p style='font-family:\\75rl(x)'>x</p>",
    "<p style='position:fixed;top:0;left:0;z-index:9'>x</p>",
    "<img src='https://x.test/a.png'>",
    "<img srcset='https://x.test/a.png 2x' src='//x.test/b.png'>",
    "<table background='https://x.test/a.png'><tr><td>x</table>",
    "<video src='https://x.test/a.mp4' poster='https://x.test/p.png'></video>",
    "<a href='https://x.test' ping='https://y.test'>x</a>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<p><![CDATA[<script>alert(1)</script>]]></p>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
]
FORBIDDEN = re.compile(
    r"<(?:script|iframe|object|embed|form|input|button|meta|base|link|style|svg|math|video)\b"
    r"|\son\w+\s*=|javascript:|position\s*:|url\s*\(|expression|srcset|background=|ping="
    r"|\ssrc=\"(?!cid:|data:image/(?:png|jpe?g|gif|webp|bmp);)|href=\"data:|behavior",
    re.IGNORECASE,
)


def tags(markup: str) -> str:
    """Return the tags alone: what is text between them is harmless."""
    return " ".join(re.findall(r"<[^>]*>", markup))


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_dangerous_comes_through(attack: str) -> None:
    assert not FORBIDDEN.search(tags(clean(f"<p>before</p>{attack}<p>after</p>")))
    assert "before" in clean(f"<p>before</p>{attack}<p>after</p>")


@given(st.lists(st.one_of(st.sampled_from(ATTACKS), st.text(max_size=20)), max_size=6))
def test_no_mixture_comes_through_either(pieces: list[str]) -> None:
    assert not FORBIDDEN.search(tags(clean("".join(pieces))))


@given(st.text(alphabet=st.sampled_from("<>/=\"' abdimgsrconeptx&;:()-!"), max_size=200))
def test_any_soup_is_harmless_and_stays_so(soup: str) -> None:
    once = clean(soup)
    assert not FORBIDDEN.search(tags(once))
    assert tags(clean(once)) == tags(once)


def test_a_remote_image_waits_until_somebody_asks() -> None:
    assert clean('<img src="https://x.test/a.png" alt="A">') == (
        '<img data-remote-src="https://x.test/a.png" alt="A">'
    )


def test_a_counting_pixel_is_gone_for_good() -> None:
    assert clean('<p>x<img src="https://x.test/o.gif" width="1" height="1"></p>') == "<p>x</p>"


def test_links_open_elsewhere_and_tell_nothing() -> None:
    safe = clean('<a href="https://x.test/a">x</a>')
    assert 'target="_blank"' in safe
    assert 'rel="noopener noreferrer nofollow"' in safe


def test_ordinary_formatting_stays() -> None:
    kept = '<p style="color:#333;text-align:center"><b>x</b> <i>y</i></p><ul><li>z</li></ul>'
    assert clean(kept) == kept


def test_names_and_subjects_are_text() -> None:
    item = message(html("x").replace(b"Hello", b"<script>alert(1)</script>"))
    assert item.subject == "<script>alert(1)</script>"


QUOTED = [
    (
        '<div class="gmail_quote"><div class="gmail_attr">On 1 Jan 2026 A wrote:</div>'
        "<blockquote>old</blockquote></div>"
    ),
    '<blockquote type="cite">old</blockquote>',
    '<div class="moz-cite-prefix">On 1 Jan A wrote:</div><blockquote type="cite">old</blockquote>',
    '<hr><div id="divRplyFwdMsg"><b>From:</b> A<br></div><div>old</div>',
    '<div id="appendonsend"></div><hr><div>old</div>',
    '<div class="yahoo_quoted"><div>On 1 Jan 2026, A wrote:</div><div>old</div></div>',
    (
        '<div style="border:none;border-top:solid #E1E1E1 1pt"><p><b>From:</b> A &lt;a@b.c&gt;<br>'
        "<b>Sent:</b> today</p></div><p>old</p>"
    ),
    "<p>El 1/1/2026 a las 9:40, Ada escribió:</p><blockquote>old</blockquote>",
    '<div class="protonmail_quote">old</div>',
]


@pytest.mark.parametrize("quote", QUOTED)
def test_marked_quotes_are_folded_in_html(quote: str) -> None:
    item = message(html(f"<div>The new words</div>{quote}"))
    assert item.text == "The new words"
    assert "old" in (item.quoted or "")
    assert "old" not in (item.html or "")
    assert "The new words" in (item.html or "")


def test_a_quote_that_only_the_plain_text_tells_is_folded_in_html_too() -> None:
    intro = "Am 22.11.2026 um 09:40 schrieb Ada:"
    markup = f"<div><p>New words</p><p>Carol</p></div><div>{intro}</div><div>old words</div>"
    item = message(html(markup, f"New words\n\nCarol\n\n{intro}\n> old words"))
    assert item.text == "New words\n\nCarol"
    assert "old words" not in (item.html or "")
    assert "New words" in (item.html or "")


def test_html_is_left_whole_when_a_new_word_would_go() -> None:
    intro = "Am 22.11.2026 um 09:40 schrieb Ada:"
    markup = f"<div><p>New</p><p>{intro}</p><p>old</p><p>Carol</p></div>"
    item = message(html(markup, f"New\n\nCarol\n\n{intro}\n> old"))
    assert item.text == "New\n\nCarol"
    assert "Carol" in (item.html or "")
    assert "old" in (item.html or "")


def test_answers_inside_a_quote_leave_it_whole() -> None:
    quote = (
        '<div class="gmail_quote"><div class="gmail_attr">On 1 Jan 2026, A wrote:</div>'
        "<blockquote>One?</blockquote><div>Yes.</div><blockquote>Two?</blockquote></div>"
    )
    item = message(html(f"<div>Hi</div>{quote}"))
    assert "Yes." in item.text
    assert "One?" in (item.html or "")


def test_a_quote_and_nothing_else_is_shown() -> None:
    item = message(html('<blockquote type="cite">old</blockquote>'))
    assert "old" in item.text
    assert "old" in (item.html or "")


_BITS = st.sampled_from([*QUOTED, "<p>own words</p>", "<div><p>more</p></div>", "text", "<br>"])


@given(st.lists(_BITS, max_size=8))
def test_cutting_loses_no_word(bits: list[str]) -> None:
    safe = clean("".join(bits))
    halves = cut(safe)
    words = sorted(re.findall(r"\w+", text_of(safe)))
    assert sorted(re.findall(r"\w+", f"{text_of(halves.new)} {text_of(halves.folded)}")) == words
