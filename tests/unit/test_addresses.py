import pytest

from store.mail.addresses import limit_key, mail_key


def test_case_and_blanks_make_no_other_mailbox():
    assert mail_key("  Ana.Ruiz@Example.COM ") == "ana.ruiz@example.com"
    assert mail_key("STRASSE@example.com") == mail_key("straße@example.com")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("ana@example.com", "ana@example.com"),
        ("Ana+drop@example.com", "ana@example.com"),
        ("ana+a+b@EXAMPLE.com", "ana@example.com"),
        ("+only@example.com", "@example.com"),
    ],
)
def test_what_stands_behind_a_plus_counts_as_the_same_person(address, counted):
    assert limit_key(address) == counted


def test_a_plus_still_means_another_mailbox_for_whose_order_it_is():
    assert mail_key("ana+drop@example.com") != mail_key("ana@example.com")
