"""The mail that a parcel sends."""

from tests.integration.parcels import buy, lines, ship


def newest(shop):
    shop.worker.drain()
    return [mail for mail in shop.mails() if "shipped" in mail.subject]


def test_the_buyer_is_told_what_has_left_and_with_whom(shop):
    number = buy(shop, shop.make_item("Pitch Control Tee"), quantity=2)
    ship(shop, number, dict.fromkeys(lines(shop, number), 2), carrier="UPS", tracking="1Z 999")
    (mail,) = newest(shop)
    assert (mail.to, mail.subject) == ("ana@example.com", f"Your order {number} has shipped")
    for text in (mail.text, mail.html):
        assert "https://www.ups.com/track?tracknum=1Z%20999" in text
        assert "1Z 999" in text
        assert "left with UPS on" in text
        assert "Ana Ruiz" in text
        assert f"{shop.settings.public_url}/o/{number}." in text
        assert "another parcel" not in text
        assert "all of your order" not in text
    assert "2 x Pitch Control Tee, NMX 100" in mail.text
    shop.worker.drain()
    assert len(newest(shop)) == 1


def test_of_parcels_the_first_says_that_more_follows_and_the_last_that_it_is_the_last(shop):
    number = buy(shop, shop.make_item("Tee"), shop.make_item("Cap"))
    tee, cap = lines(shop, number)
    ship(shop, number, {tee: 1})
    (first,) = newest(shop)
    assert first.subject == f"A parcel of your order {number} has shipped"
    assert "The rest follows in another parcel. We write again when it leaves." in first.text
    assert ("1 x Tee" in first.text, "Cap" in first.text) == (True, False)
    ship(shop, number, {cap: 1}, carrier="Anna's <van>", tracking="")
    last = next(mail for mail in newest(shop) if mail.id != first.id)
    assert "With it, all of your order is on its way." in last.text
    assert ("Anna's <van>" in last.text, "Anna&#39;s &lt;van&gt;" in last.html) == (True, True)
    assert "racking" not in last.text + last.html


def test_no_subject_is_too_long(shop):
    number = buy(shop, shop.make_item(), quantity=2)
    ship(shop, number)
    assert all(len(mail.subject) <= 50 for mail in newest(shop))


def test_the_order_page_follows_a_parcel_to_its_carrier(shop):
    number = buy(shop, shop.make_item("Tee"), quantity=2)
    ship(shop, number, carrier="Royal Mail", tracking="RM12")
    (mail,) = newest(shop)
    link = next(word for word in mail.text.split() if "/o/" in word).removeprefix(shop.settings.public_url)
    page = shop.visitor().get(link).text
    for words in (
        "1 of 2 shipped", "Parcel shipped", "The rest follows in another parcel.", "Royal Mail",
        'href="https://www.royalmail.com/track-your-item#/tracking-results/RM12"',
    ):  # fmt: skip
        assert words in page, words
