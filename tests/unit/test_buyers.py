import pytest

from store.orders.buyers import limit_key, mail_key, owner_key

SECRET = "a secret of the tests, thirty-two characters"


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


def test_an_owner_is_counted_by_a_digest_that_tells_nothing():
    key = owner_key("email", "ana@example.com", SECRET)
    assert key == owner_key("email", "ana@example.com", SECRET)
    assert (key.partition(":")[0], len(key.partition(":")[2])) == ("email", 32)
    assert "ana" not in key


def test_an_address_a_network_and_another_shop_never_share_a_count():
    keys = {
        owner_key("email", "x", SECRET),
        owner_key("network", "x", SECRET),
        owner_key("email", "y", SECRET),
        owner_key("email", "x", SECRET + "!"),
    }
    assert len(keys) == 4
