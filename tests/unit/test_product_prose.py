"""Descriptions, as text here and as HTML in Shopify's file."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.ops.products.prose import as_html, as_text


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("", ""),
        ("Just words, 2 < 3.", "Just words, 2 < 3."),
        ("Two\r\nlines", "Two\nlines"),
        ("<p>One <b>bold</b> <i>thing</i>.</p>\n<p>Two.</p>", "One bold thing.\n\nTwo."),
        ("<ul>\n<li>Felt</li>\n<li>A pair</li>\n</ul><p>End</p>", "• Felt\n• A pair\n\nEnd"),
        ("Rock &amp; Roll", "Rock & Roll"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<script>alert(1)</script><style>p{}</style>Seen", "Seen"),
        ("<p>spaces   and\n lines</p>", "spaces and lines"),
        ("<p>never closed", "never closed"),
        ("</p></pre></script>stray", "stray"),
        ("<table><tr><td>A</td></tr><tr><td>B</td></tr></table>", "A\nB"),
    ],
)
def test_html_is_read_as_the_text_that_people_see(shown, text):
    assert as_text(shown) == text


def test_paragraphs_and_lines_are_written_as_html():
    assert as_html("One & <two>\nthree\n\nfour") == "<p>One &amp; &lt;two&gt;<br>three</p><p>four</p>"


@given(st.text(alphabet="<>&;ab \n\t\r#•p/") | st.text(st.characters(exclude_characters="\0")))
@example("  two spaces\n\n\n• <p>")
def test_every_text_comes_back_from_html_as_it_was(text):
    assert as_text(as_html(text)) == text
