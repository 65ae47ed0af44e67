from store.orders.buyers import owner_key

SECRET = "a secret of the tests, thirty-two characters"


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
