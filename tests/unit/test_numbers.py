import string

import pytest
from itsdangerous import Signer

from store.orders.numbers import ALPHABET, new_number, number_of, private_link

KEY = "a secret of the tests, thirty-two characters"
NUMBER = "NM-7K4Q2M"
LINK = private_link(NUMBER, KEY)


def test_a_private_link_opens_its_order_and_can_stand_in_an_address():
    assert number_of(LINK, KEY) == NUMBER
    assert set(LINK) <= set(string.ascii_letters + string.digits + "-_.")


@pytest.mark.parametrize(
    "link",
    [
        "", ".", NUMBER, f"{NUMBER}.", LINK[:-1], LINK[1:], LINK + "A", LINK + ".", LINK.lower(), f"{LINK}.{LINK}",
        LINK.replace("7", "8"), LINK.swapcase(), f" {LINK}", f"{LINK}\n", "NM-ÄÖÜ.ß", "\ud800", "\x00", "." * 5000,
        "A" * 100_000,
    ],
)  # fmt: skip
def test_a_link_that_was_not_made_by_us_opens_nothing(link):
    assert number_of(link, KEY) is None


def test_every_changed_character_of_a_link_breaks_it():
    # The last character carries fewer than six bits, so that some of its neighbors mean the same bytes.
    for place in range(len(LINK) - 1):
        other = "A" if LINK[place] != "A" else "B"
        assert number_of(LINK[:place] + other + LINK[place + 1 :], KEY) is None


def test_a_link_made_with_another_key_or_for_another_purpose_opens_nothing():
    assert number_of(private_link(NUMBER, KEY + "!"), KEY) is None
    for salt in ("bag", "itsdangerous.Signer", ""):
        assert number_of(Signer(KEY, salt=salt, sep=".").sign(NUMBER).decode(), KEY) is None


def test_a_number_is_read_out_on_the_phone_without_mistakes():
    assert not set("01ILO") & set(ALPHABET)
    for _ in range(200):
        number = new_number()
        assert (number[:3], len(number), set(number[3:]) <= set(ALPHABET)) == ("NM-", 9, True)


def test_numbers_are_drawn_and_do_not_run():
    assert len({new_number() for _ in range(2000)}) > 1990
