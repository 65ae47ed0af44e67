"""What the catalogue shows, to whom, and in which order."""

import re

from sqlalchemy import insert, update

from store.catalog.models import Collection, CollectionProduct, Product, Status
from store.orders.numbers import private_link
from tests.functional.ours import assert_page, everything
from tests.shop import US


def slug_of(shop, variant):
    return shop.value(
        "SELECT slug FROM product JOIN variant ON variant.product_id = product.id WHERE variant.id = :id", id=variant
    )


def make_collection(shop, slug="tees", title="Tees"):
    """Every product there is, on one shelf."""

    def work(session):
        shelf = Collection(slug=slug, title=title, position=1)
        session.add(shelf)
        session.flush()
        for position, (product,) in enumerate(shop.rows("SELECT id FROM product ORDER BY id")):
            session.execute(
                insert(CollectionProduct).values(collection_id=shelf.id, product_id=product, position=position)
            )

    shop.db.run(work)


def test_what_is_not_on_sale_is_on_no_page(shop):
    hidden = {
        "Secret draft": shop.make_item("Secret draft", status=Status.DRAFT),
        "Secret undated": shop.make_item("Secret undated", published=False),
        "Secret of tomorrow": shop.make_item("Secret of tomorrow"),
        "Secret of yesterday": shop.make_item("Secret of yesterday"),
    }
    shown = shop.make_item("Shown tee")
    now = shop.clock()
    shop.write("UPDATE product SET published_at = :at WHERE title = 'Secret of tomorrow'", at=now.replace(year=2099))
    shop.write("UPDATE product SET withdrawn_at = :at WHERE title = 'Secret of yesterday'", at=now.replace(year=2020))
    make_collection(shop)
    client = shop.visitor()
    for variant in hidden.values():
        for query in ("", f"?variant={variant}"):
            answer = client.get(f"/products/{slug_of(shop, variant)}{query}")
            assert_page(answer, 404, "There is no such item. The catalog has everything there is.")
            assert "Secret" not in answer.text
    pages = ["/", "/products", "/products?sort=price", "/collections/tees", "/products?collection=tees"]
    for path in [*pages, f"/products/{slug_of(shop, shown)}"]:
        page = client.get(path).text
        assert ("Shown tee" in page, "Secret" in page) == (True, False), path


def test_an_archived_product_is_gone_for_good_and_says_so(shop):
    tee = shop.make_item("Old tee", status=Status.ARCHIVED)
    make_collection(shop)
    answer = shop.visitor().get(f"/products/{slug_of(shop, tee)}")
    assert_page(answer, 410, "Old tee has left the catalog. Its number is not used again.")
    for path in ("/", "/products", "/collections/tees"):
        assert "Old tee" not in shop.visitor().get(path).text


def test_what_has_no_price_in_our_currency_is_not_shown(shop):
    tee = shop.make_item("Priceless tee")
    shop.write("UPDATE variant_price SET currency = 'eur'")
    assert_page(shop.visitor().get(f"/products/{slug_of(shop, tee)}"), 404)
    page = shop.visitor().get("/products").text
    assert ("Priceless" in page, "Nothing here at the moment" in page) == (False, True)


def walk(client, path):
    """The items of a listing from page to page, and how long the pages were."""
    slugs, lengths = [], []
    while path:
        page = client.get(path)
        assert_page(page, 200)
        found = re.findall(r'class="card-title">\s*<a href="/products/([a-z0-9-]+)"', page.text)
        slugs, lengths = slugs + found, [*lengths, len(found)]
        more = re.search(r'href="([^"]+)">Show 24 more', page.text)
        path = more[1].replace("&amp;", "&") if more else None
    return slugs, lengths


def test_a_long_catalogue_is_walked_without_gaps_or_repeats_though_prices_and_times_are_equal(shop):
    numbers = [shop.make_item(price=1000 if n % 3 else 2000) for n in range(50)]
    half = update(Product).where(Product.id % 2 == 0)
    shop.db.run(lambda session: session.execute(half.values(published_at=shop.clock().replace(year=2025))))
    make_collection(shop)
    client = shop.visitor()
    cheap = [
        slug_of(shop, n)
        for n in numbers
        if shop.value("SELECT amount FROM variant_price WHERE variant_id = :id", id=n) == 1000
    ]
    for base in ("/products?", "/collections/tees?", "/products?collection=tees&"):
        newest, lengths = walk(client, f"{base}sort=newest")
        rising, _ = walk(client, f"{base}sort=price")
        falling, _ = walk(client, f"{base}sort=-price")
        assert lengths == [24, 24, 2]
        assert sorted(newest) == sorted(slug_of(shop, n) for n in numbers)
        assert rising == falling[::-1]
        assert rising[: len(cheap)] == cheap
        assert len(set(rising)) == 50


def test_the_newest_comes_first(shop):
    slugs = [slug_of(shop, shop.make_item()) for _ in range(3)]
    assert walk(shop.visitor(), "/products")[0] == slugs[::-1]


def test_a_key_or_an_order_that_is_none_of_ours_is_422(shop):
    shop.make_item()
    client = shop.visitor()
    for sort in ("", "Price", "price;drop", "random", "1", "-newest", "newest "):
        answer = client.get("/products", query_string={"sort": sort})
        assert_page(answer, 422, "The catalog can be sorted by newest or by price.")
    nonsense = [
        "x",
        "-",
        "1",
        "1-",
        "-1",
        "1-x",
        "1.5-2",
        "-1-2",
        "١-٢",
        "9" * 18 + "-1",
        "1-" + "9" * 5000,
        "1 - 2",
        "a-b-c",
    ]
    for sort in ("newest", "price", "-price"):
        for after in nonsense:
            answer = client.get("/products", query_string={"sort": sort, "after": after})
            assert_page(answer, 422, "This page of the catalog does not exist. Start from its first page.")


def test_a_key_far_beyond_the_last_item_is_an_empty_page(shop):
    shop.make_item()
    assert_page(shop.visitor().get("/products?after=1-1"), 200, "Nothing here at the moment")
    assert_page(shop.visitor().get("/products?sort=price&after=" + "9" * 17 + "-1"), 200, "Nothing here at the moment")


def test_a_collection_that_is_not_there_is_404(shop):
    assert_page(shop.visitor().get("/collections/nothing"), 404, "There is no such collection.")


def test_nobody_sees_or_touches_the_payment_of_somebody_else(shop):
    tee = shop.make_item()
    ana, eve = shop.visitor_with(tee), shop.visitor_with(tee)
    session = shop.check_out(ana)
    checkout = shop.value("SELECT id FROM checkout")
    for paid in (False, True):
        if paid:
            shop.pay(session)
            shop.deliver()
        before = everything(shop)
        for client in (eve, shop.visitor()):
            for query in (
                f"session_id={session}",
                f"checkout={checkout}",
                f"session_id=&checkout={checkout}",
                "",
                "checkout=",
            ):
                answer = client.get(f"/checkout/success?{query}")
                assert_page(answer, 200, "Paid orders are confirmed by mail.")
                assert not [text for text in US.values() if len(text) > 2 and text in answer.text]
            assert_page(client.get("/checkout/resume"), 404)
            assert_page(client.get("/checkout/cancel"), 404)
            assert_page(client.post("/checkout/cancel"), 404)
            assert_page(client.get(f"/checkout/again/{checkout}"), 404)
            assert_page(client.post(f"/checkout/again/{checkout}"), 404)
        assert everything(shop) == before
    number = shop.value('SELECT number FROM "order"')
    assert number in ana.get(f"/checkout/success?session_id={session}").text


def test_an_order_opens_to_its_private_link_alone(shop):
    shop.buy(shop.make_item())
    number = shop.value('SELECT number FROM "order"')
    link = private_link(number, shop.settings.secret_key)
    for forged in (number, link[:-1], link.lower(), private_link(number, "another key"), f"{link}x", "x" * 3000):
        answer = shop.visitor().get(f"/o/{forged}")
        assert_page(answer, 404, "This link opens no order. Look for the newest mail about it.")
        assert number not in answer.text.split("<main")[1]
    page = shop.visitor().get(f"/o/{link}")
    assert_page(page, 200, number, US["email"])
    assert 'content="noindex"' in page.text


def test_guessing_is_slowed_down(open_shop):
    shop = open_shop(rate_limits="on")
    for path, most in (("/o/guess", 60), ("/checkout/success?session_id=guess", 60), ("/checkout/again/guess", 30)):
        client = shop.visitor()
        statuses = [client.get(path).status_code for _ in range(most)]
        assert 429 not in statuses
        assert_page(client.get(path), 429, "You are quicker than we can serve. Wait a minute, then try again.")
    assert_page(shop.visitor().get("/products"), 200)


def test_another_network_is_not_held_back_by_it(open_shop):
    shop = open_shop(rate_limits="on")
    for _ in range(61):
        answer = shop.visitor().get("/o/guess", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    assert answer.status_code == 429
    assert shop.visitor().get("/o/guess", environ_base={"REMOTE_ADDR": "203.0.113.8"}).status_code == 404


def test_a_header_does_not_change_who_is_asking(open_shop):
    shop = open_shop(rate_limits="on")
    for n in range(61):
        answer = shop.visitor().get("/o/guess", headers={"X-Forwarded-For": f"198.51.100.{n}"})
    assert answer.status_code == 429


def test_behind_a_proxy_of_ours_the_visitor_is_the_one_it_names(open_shop):
    shop = open_shop(rate_limits="on", trusted_proxies=1)
    for n in range(61):
        answer = shop.visitor().get("/o/guess", headers={"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.9"})
    assert answer.status_code == 429
    other = shop.visitor().get("/o/guess", headers={"X-Forwarded-For": "203.0.113.9, 203.0.113.10"})
    assert other.status_code == 404
