"""A guest finds something, pays for it, and is told so."""

from tests.shop import US


def test_a_guest_buys_a_tee_from_bag_to_receipt(shop):
    tee = shop.make_item("Pitch Control Tee", price=3400, units=10)
    client = shop.visitor_with(tee)
    session = shop.check_out(client)
    shop.pay(session)
    shop.deliver()
    shop.worker.drain()

    page = client.get(f"/checkout/success?session_id={session}")
    number = shop.value('SELECT number FROM "order"')
    assert (page.status_code, number in page.text) == (200, True)
    assert shop.level(tee) == (10, 1)
    assert shop.rows('SELECT total, currency, email, payment_state FROM "order"') == [
        (3950, "usd", US["email"], "paid")
    ]
    (mail,) = shop.mails()
    assert (mail.to, mail.subject) == (US["email"], f"We have your order {number}")
    link = next(word for word in mail.text.split() if "/o/" in word)
    order_page = shop.visitor().get(link.removeprefix(shop.settings.public_url))
    assert (order_page.status_code, "$39.50" in order_page.text) == (200, True)
    assert "Nothing in your bag yet" in client.get("/cart").text
