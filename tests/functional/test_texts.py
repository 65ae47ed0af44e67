"""Text is text: whatever people type comes out as they typed it, and nobody's browser or template runs it."""

import logging

import pytest
from markupsafe import escape
from sqlalchemy import insert

from store.catalog.models import Collection, CollectionProduct
from store.orders.numbers import private_link
from store.payments.gateway import Refused
from tests.functional.ours import assert_page
from tests.shop import SECRET, US

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "{{7*7}}{% raw %}{{ settings }}",
    "{0.__class__}%s%(x)s${7*7}",
    "</title></textarea><b>&amp;",
)
ALL = " ".join(PAYLOADS)


def assert_harmless(html):
    """Each payload stands in the page, and only as text."""
    for payload in PAYLOADS:
        assert payload not in html or payload == str(escape(payload))
    for tag in ("<script>alert", "<img src=x", "<svg/onload", "<b>&amp;"):
        assert tag not in html
    assert "49" not in html.replace("$49", "").split("<main")[-1].split("{{7*7}}")[0][-10:]


def typed():
    """The till's form with a payload in every field that takes one."""
    return US | {
        "name": PAYLOADS[0], "line1": PAYLOADS[1], "line2": PAYLOADS[2], "city": PAYLOADS[3], "region": PAYLOADS[4],
        "phone": "<b>0{{7*7}}</b>",
    }  # fmt: skip


def test_what_a_buyer_types_is_text_on_every_page_and_in_every_mail(shop):
    client = shop.visitor_with(shop.make_item("Tee"))
    refused = client.post("/checkout", data=typed() | {"postal_code": ALL[:300], "email": "<script>alert(1)</script>"})
    assert refused.status_code == 422
    assert_harmless(refused.text)
    assert str(escape(PAYLOADS[0])) in refused.text

    session = shop.check_out(client, **typed())
    shop.pay(session)
    shop.deliver()
    shop.worker.drain()
    number = shop.value('SELECT number FROM "order"')
    order = client.get(f"/o/{private_link(number, shop.settings.secret_key)}")
    assert_page(order, 200, number, *PAYLOADS[:5])
    assert_harmless(order.text)
    assert_harmless(client.get(f"/checkout/success?session_id={session}").text)

    (mail,) = shop.mails()
    for payload in PAYLOADS[:5]:
        assert str(escape(payload)) in mail.html
        assert payload in mail.text
    assert_harmless(mail.html)
    assert mail.to == US["email"]
    for path in ("/dev/mail", f"/dev/mail/{mail.id}"):
        assert_harmless(client.get(path).text)
    assert "sandbox" in client.get(f"/dev/mail/{mail.id}/html").headers["Content-Security-Policy"]
    assert shop.rows('SELECT name, line1, line2, city, region FROM "order"') == [PAYLOADS[:5]]


def test_what_staff_types_is_text_too(shop):
    tee = shop.make_item(ALL)
    texts = {"line": ALL, "description": ALL, "number": PAYLOADS[0]}
    shop.write("UPDATE product SET line = :line, description = :description, number = :number", **texts)
    shop.write("UPDATE variant SET label = :label", label=PAYLOADS[1])
    shop.write("UPDATE shipping_rate SET name = :name", name=PAYLOADS[0])

    def shelve(session):
        shelf = Collection(slug="x", title=ALL, description=ALL, position=1, featured=True)
        session.add(shelf)
        session.flush()
        product = shop.value("SELECT product_id FROM variant")
        session.execute(insert(CollectionProduct).values(collection_id=shelf.id, product_id=product, position=1))

    shop.db.run(shelve)
    client = shop.visitor_with(tee)
    slug = shop.value("SELECT slug FROM product")
    for path in ("/", "/products", "/collections/x", f"/products/{slug}", "/cart", "/checkout"):
        page = client.get(path)
        assert_page(page, 200, PAYLOADS[0])
        assert_harmless(page.text)
    shop.write("UPDATE product SET status = 'archived'")
    assert_harmless(client.get(f"/products/{slug}").text)
    assert_harmless(client.get("/cart").text)


def test_letters_of_every_script_stay_themselves(shop):
    name = "Žofie ناظم 田中 🎧 O’Neil-Ñandú"
    client = shop.visitor_with(shop.make_item("Tee"))
    shop.pay(shop.check_out(client, name=name))
    shop.deliver()
    shop.worker.drain()
    (mail,) = shop.mails()
    assert name in mail.text
    assert shop.value('SELECT name FROM "order"') == name


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
def test_the_log_of_a_purchase_names_nobody_and_holds_no_secret(shop, caplog, level):
    caplog.set_level(level)
    client = shop.visitor_with(shop.make_item("Tee"))
    form = US | {"phone": "+1 555 0100", "line2": "Flat 7B"}
    place = client.post("/checkout", data=form | {"email": "not an address"})
    assert place.status_code == 422
    session = shop.check_out(client, **form)
    shop.pay(session)
    shop.deliver()
    client.get(f"/checkout/success?session_id={session}")
    shop.worker.drain()
    assert "paid by" in caplog.text
    link = private_link(shop.value('SELECT number FROM "order"'), shop.settings.secret_key)
    bag = shop.value("SELECT id FROM cart")
    secrets = (shop.settings.secret_key, SECRET, shop.settings.stripe_secret_key, link, bag, "not an address")
    personal = [form[field] for field in ("email", "name", "line1", "line2", "postal_code", "phone", "city")]
    assert [text for text in (*secrets, *personal) if text in caplog.text] == []


def test_a_fault_of_the_database_is_logged_without_what_people_typed(shop, caplog):
    client = shop.visitor_with(shop.make_item("Tee"))
    shop.write("ALTER TABLE checkout RENAME TO elsewhere")
    answer = client.post("/checkout", data=US)
    shop.write("ALTER TABLE elsewhere RENAME TO checkout")
    assert answer.status_code in (500, 503)
    bag = shop.value("SELECT id FROM cart")
    assert [text for text in (US["email"], US["name"], US["line1"], bag) if text in caplog.text] == []


def test_what_stripe_refuses_is_logged_without_its_words_which_repeat_the_buyers(shop, caplog, monkeypatch):
    def refuse(*_args):
        raise Refused(400, "email_invalid", f"Invalid email address: {US['email']}")

    monkeypatch.setattr(shop.payments.gateway, "create_session", refuse)
    tee = shop.make_item("Tee")
    answer = shop.visitor_with(tee).post("/checkout", data=US)
    assert_page(answer, 503, "Payment cannot be started just now. Nothing is charged, and we have been told.")
    assert ("400 email_invalid" in caplog.text, US["email"] in caplog.text) == (True, False)
    assert (shop.attention(), shop.level(tee)) == (["session_refused"], (10, 0))
