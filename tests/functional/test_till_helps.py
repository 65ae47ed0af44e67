"""The till asks about slips in an address, says what is wrong with a field when it is left, and forgets nothing."""

import re

import pytest

from tests.functional.ours import assert_page, everything
from tests.shop import US, session_in, token

MEANT = "Did you mean ana@gmail.com? Your receipt goes there."


def value_of(page, name):
    tag = re.search(rf'<input id="{name}".*?>', page.text, re.S)[0]
    return re.search(r'value="(.*?)"', tag)[1]


def test_a_slip_in_the_address_is_asked_about_once_and_nothing_is_placed_meanwhile(shop):
    client = shop.visitor_with(shop.make_item())
    before = everything(shop)
    form = US | {"email": "ana@gmial.com", "form_token": token()}
    answer = client.post("/checkout", data=form)
    assert_page(answer, 422, MEANT, "Use ana@gmail.com")
    assert everything(shop) == before
    kept = re.search(r'name="kept_email" value="(.*?)"', answer.text)[1]
    assert client.post("/checkout", data=form | {"kept_email": kept}).status_code == 303
    assert shop.value("SELECT email FROM checkout") == "ana@gmial.com"


def test_what_was_meant_is_taken_with_one_press_and_nothing_else_is_lost(shop):
    client = shop.visitor_with(shop.make_item())
    form = US | {"email": "ana@gmial.com", "form_token": token(), "use_email": "ana@gmail.com"}
    answer = client.post("/checkout", data=form)
    assert_page(answer, 200)
    assert (value_of(answer, "email"), value_of(answer, "city")) == ("ana@gmail.com", "Brooklyn")
    assert shop.value("SELECT COUNT(*) FROM checkout") == 0


def check(client, **typed):
    return client.post("/checkout/check", data=US | typed).get_json()


def test_a_field_that_is_left_is_judged_as_the_form_would_be(shop):
    client = shop.visitor()
    assert check(client) == {"faults": {}, "meant": None}
    four = "ZIP codes have five digits. This one has four."
    assert check(client, postal_code="1120", city="") == {
        "faults": {"postal_code": four, "city": "Which city?"},
        "meant": None,
    }
    assert check(client, email="ana@gmial.com") == {"faults": {"email": MEANT}, "meant": "ana@gmail.com"}
    assert check(client, country="GB", region="", postal_code="11201") == {
        "faults": {"postal_code": "UK postcodes look like SW1A 1AA."},
        "meant": None,
    }
    assert client.post("/checkout/check", data={"email": "ana"}).get_json()["faults"] == {
        "email": "Write the address like ana@example.com."
    }


def test_checking_keeps_nothing_and_sets_no_cookie(shop):
    client = shop.visitor_with(shop.make_item())
    before = everything(shop)
    answer = client.post("/checkout/check", data=US)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert everything(shop) == before


def test_back_from_paying_the_address_is_still_there(shop):
    client = shop.visitor_with(shop.make_item())
    shop.check_out(client)
    for _ in range(2):
        page = client.get("/checkout")
        assert {name: value_of(page, name) for name in ("email", "name", "line1", "city", "postal_code")} == {
            name: US[name] for name in ("email", "name", "line1", "city", "postal_code")
        }
        client.post("/checkout/cancel")


def test_a_day_later_and_for_everybody_else_it_is_not(shop):
    tee = shop.make_item()
    client = shop.visitor_with(tee)
    shop.check_out(client)
    assert US["line1"] not in shop.visitor_with(tee).get("/checkout").text
    shop.clock.advance(days=1, minutes=1)
    assert US["line1"] not in client.get("/checkout").text


def test_once_paid_the_till_knows_nobody(shop):
    tee = shop.make_item()
    client = shop.buy(tee)
    assert client.post("/cart/lines", data={"variant": tee}).status_code == 303
    assert US["line1"] not in client.get("/checkout").text


@pytest.fixture
def thanks(shop):
    """The thank-you page of somebody who has just paid, and whose it is."""
    client = shop.visitor_with(shop.make_item())
    session = shop.check_out(client)
    shop.pay(session)
    shop.deliver()
    return client, client.get(f"/checkout/success?session_id={session_in('/' + session)}")


def test_the_thank_you_page_makes_an_account_with_one_field(shop, thanks):
    client, page = thanks
    form = re.search(r'<form class="sheet" method="post" action="/join">.*?</form>', page.text, re.S)[0]
    names = re.findall(r'<input[^>]*name="(\w+)"[^>]*>', form)
    assert names == ["email", "password"]
    answer = client.post("/join", data={"email": US["email"], "password": "four words of no kin"})
    assert answer.status_code in (302, 303)
    assert shop.rows("SELECT email FROM member") == [(US["email"],)]


def test_thanks_say_by_which_day_it_is_packed_and_order_pages_say_when_we_are_late(shop, thanks):
    _, page = thanks
    assert re.search(r"We pack it by \w+day \d+ \w+\. It should be with you \d+", " ".join(page.text.split()))
    link = re.search(r'href="(/o/[^"]+)"', page.text)[1]
    shop.clock.advance(days=6)
    late = " ".join(shop.visitor().get(link).text.split())
    assert re.search(r"We meant to pack it by \w+day \d+ \w+, and are late\. We write when it leaves\.", late)
