"""Rule 19: while a payment is on its way everybody who looks is told so, and nobody is asked to pay again."""

import pytest

from store.actors import Role
from tests.integration.stories import DEBIT_THAT_FAILS, DEBIT_THAT_WORKS

NOT_AGAIN = "Please do not pay again"


@pytest.fixture
def tee(shop):
    return shop.make_item("Pitch Control Tee", units=20)


@pytest.fixture
def ana(shop):
    return shop.member("ana@example.com")


def debit(shop, client, variant_id, iban):
    client.post("/cart/lines", data={"variant": variant_id, "quantity": 1})
    shop.pay(shop.check_out(client), iban=iban)
    shop.deliver()
    return shop.value("SELECT id FROM checkout")


def test_account_and_staff_see_what_is_on_its_way_and_no_longer_once_it_is_paid(shop, tee, ana):
    checkout_id = debit(shop, ana, tee, DEBIT_THAT_WORKS)
    own = ana.get("/account/orders").text
    assert NOT_AGAIN in own
    assert f'href="/checkout/success?checkout={checkout_id}"' in own
    assert "Pitch Control Tee" in own
    assert NOT_AGAIN in ana.get(f"/checkout/success?checkout={checkout_id}").text
    staff = shop.staff(Role.OWNER)
    page = staff.get("/admin/orders?state=all").text
    assert "Payments on their way" in page
    assert "1 × Pitch Control Tee" in page
    shop.account.advance(4 * 24 * 3600)
    shop.deliver()
    assert (shop.counts()["order"], shop.level(tee)) == (1, (20, 1))
    assert "Payments on their way" not in ana.get("/account/orders").text
    assert "Payments on their way" not in staff.get("/admin/orders?state=all").text


def test_nobody_else_sees_what_is_on_its_way(shop, tee, ana):
    debit(shop, ana, tee, DEBIT_THAT_WORKS)
    assert "Pitch Control Tee" not in shop.member("ben@example.com").get("/account/orders").text


def test_cancelled_while_on_its_way_and_then_refused_the_lines_can_be_put_back(shop, tee, ana):
    checkout_id = debit(shop, ana, tee, DEBIT_THAT_FAILS)
    ana.post("/checkout/cancel")
    assert (shop.state_of(checkout_id), shop.level(tee)) == ("awaiting_payment", (20, 1))
    assert "Canceled by the buyer" in shop.staff(Role.OWNER).get("/admin/orders?state=all").text
    shop.account.advance(4 * 24 * 3600)
    shop.deliver()
    assert (shop.state_of(checkout_id), shop.level(tee), shop.counts()["order"]) == ("cancelled", (20, 0), 0)
    page = ana.get(f"/checkout/success?checkout={checkout_id}").text
    assert f'href="/checkout/again/{checkout_id}"' in page
    assert ana.post(f"/checkout/again/{checkout_id}").location == "/cart"
    assert shop.rows("SELECT quantity FROM cart_line") == [(1,)]
