"""Staff say how many of a product one person may have; buyers read it and are held to it."""

import pytest

from tests.functional.staff_forms import TEE, add, ids, made, send
from tests.integration.drawings import png
from tests.shop import token


@pytest.fixture
def limited(shop, kim):
    """A product on sale of which a person may have two."""
    product_id = made(kim.post("/admin/products", data=TEE | {"form_token": token(), "limit": "2"}))
    send(kim, product_id, "variants", **{"price-all": "35"})
    add(kim, product_id, png(), **{"alt-new": "A tee."})
    send(kim, product_id, "publishing", action="now")
    return product_id


def limit_of(shop):
    return shop.value("SELECT limit_per_member FROM product")


def test_a_limit_is_set_with_the_words_shown_to_buyers_and_lifted_again(shop, kim, limited):
    assert limit_of(shop) == 2
    assert "At most 2 to a person." in shop.visitor().get("/products/pitch-control-tee").text
    client, variant = shop.visitor(), ids(shop)[0]
    answer = client.post("/cart/lines", data={"variant": variant, "quantity": 3})
    assert answer.status_code == 409
    assert "One person may have 2 of Pitch Control Tee." in answer.text
    assert send(kim, limited, "words", limit="").status_code == 303
    assert limit_of(shop) is None
    assert "to a person" not in shop.visitor().get("/products/pitch-control-tee").text
    assert "limit_per_member" in str(shop.value("SELECT before FROM audit_entry ORDER BY seq DESC LIMIT 1"))


@pytest.mark.parametrize("typed", ["0", "-1", "1.5", "100", "two"])
def test_what_is_no_limit_is_said_beside_the_field_and_changes_nothing(shop, kim, limited, typed):
    answer = send(kim, limited, "words", limit=typed)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert limit_of(shop) == 2
