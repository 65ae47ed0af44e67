"""A slip in a mail domain is asked about; what people really have is not."""

import pytest

from store.mail.typos import MEANT, REAL, likely_meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ana@gmial.com", "ana@gmail.com"),
        ("ana@gmai.com", "ana@gmail.com"),
        ("ana@gmaill.com", "ana@gmail.com"),
        ("ana@gmail.con", "ana@gmail.com"),
        ("ana@gmail.co", "ana@gmail.com"),
        ("ana@GNAIL.com", "ana@gmail.com"),
        ("a.b+shop@hotmial.com", "a.b+shop@hotmail.com"),
        ("ana@outlok.com", "ana@outlook.com"),
        ("ana@iclod.com", "ana@icloud.com"),
        ("ana@yaho.com", "ana@yahoo.com"),
        ("ana@yahoo.co.u", "ana@yahoo.co.uk"),
    ],
)
def test_one_slip_is_asked_about(typed, meant):
    assert likely_meant(typed) == meant


@pytest.mark.parametrize("domain", sorted(REAL))
def test_a_domain_that_people_have_is_never_questioned(domain):
    assert likely_meant(f"ana@{domain}") is None


@pytest.mark.parametrize(
    "typed", ["ana@example.com", "ana@gmxx.io", "ana@ggmmail.com", "ana@nastymixx.example", "ana", "@gmial.com", ""]
)
def test_what_is_further_away_or_no_address_is_left_alone(typed):
    assert likely_meant(typed) is None


def test_what_is_meant_is_real():
    assert set(MEANT) <= REAL
