"""What search engines, feed readers and those who follow a link are told; and what they are not."""

import html
import json
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import insert, text, update

from store.catalog.models import Collection, Product, ProductPicture, Status
from store.media.models import Picture, Rendition
from store.storefront.feeds import repository, views
from store.storefront.views import terms_of

HERE = "http://127.0.0.1:8000"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def tee(shop):
    variant = shop.make_item("Kept </script><b> & “tee”")
    shop.db.run(lambda session: session.add(Collection(slug="tees", title="Tees", position=1)))
    shop.write("INSERT INTO collection_product SELECT c.id, p.id, 1 FROM collection c, product p")
    return variant


def head_of(shop, path):
    """What the head of a page says: its links and properties, and its data."""
    page = shop.visitor().get(path).text
    links = dict(re.findall(r'<link rel="(canonical|alternate)"[^>]* href="([^"]*)"', page))
    said = dict(re.findall(r'<meta (?:property|name)="([a-z:]+)"\s+content="([^"]*)"', page))
    data = [json.loads(one) for one in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)]
    return links, {name: html.unescape(value) for name, value in said.items()}, data


def places(shop, path="/sitemap.xml"):
    answer = shop.visitor().get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    return [loc.text for loc in ET.fromstring(answer.data).iter(f"{SITEMAP}loc")]


def hidden_items(shop):
    """One of each kind that nobody may know of; their slugs."""
    known = set(shop.rows("SELECT slug FROM product"))
    shop.make_item("Secret draft", status=Status.DRAFT)
    shop.make_item("Secret undated", published=False)
    shop.make_item("Secret archived", status=Status.ARCHIVED)
    shop.make_item("Secret of tomorrow")
    shop.make_item("Secret of yesterday")
    now = shop.clock()
    for title, when in (
        ("Secret of tomorrow", {"published_at": now + timedelta(days=1)}),
        ("Secret of yesterday", {"withdrawn_at": now - timedelta(days=1)}),
    ):
        shop.db.run(lambda session, title=title, when=when: session.execute(
            update(Product).where(Product.title == title).values(when)))  # fmt: skip
    return [slug for (slug,) in set(shop.rows("SELECT slug FROM product")) - known]


def test_each_page_has_one_address_whatever_was_chosen_on_it(shop, tee):
    for path, canonical in (
        ("/", "/"), ("/products", "/products"), ("/products?sort=price", "/products"),
        ("/products?utm_source=mail", "/products"), ("/collections/tees", "/collections/tees"),
        ("/collections/tees?sort=-price", "/collections/tees"), ("/products/item-100", "/products/item-100"),
        (f"/products/item-100?variant={tee}", "/products/item-100"), ("/terms", "/terms"), ("/privacy", "/privacy"),
        ("/returns", "/returns"),
    ):  # fmt: skip
        links, said, _ = head_of(shop, path)
        assert links == {"canonical": HERE + canonical, "alternate": "/feeds/products.xml"}, path
        assert said["og:url"] == HERE + canonical
        assert said["og:title"]
        assert len(said["og:description"]) > 10


def test_addresses_begin_as_people_see_the_shop_not_as_this_request_did(open_shop):
    shop = open_shop(public_url="https://shop.example.org")
    shop.make_item()
    for path in ("/", "/products/item-100", "/sitemap.xml", "/feeds/products.xml", "/robots.txt"):
        told = shop.visitor().get(path, headers={"X-Forwarded-Host": "evil.example"}).text
        assert "https://shop.example.org/" in told, path
        assert not {"localhost", "127.0.0.1", "evil"} & set(re.findall(r"[a-z0-9.]+", told)), path


def test_a_product_is_told_with_its_offer_its_place_and_its_picture(shop, tee):
    key = shop.show_picture(tee)
    _, said, (product, crumbs) = head_of(shop, f"/products/item-100?variant={tee}")
    assert (product["@type"], product["name"]) == ("Product", "Kept </script><b> & “tee”")
    assert product["image"] == [f"{HERE}/media/{key}"]
    assert product["offers"]["price"] == "34.00"
    assert product["offers"]["availability"] == "https://schema.org/InStock"
    assert [one["item"] for one in crumbs["itemListElement"]] == [
        f"{HERE}/products", f"{HERE}/collections/tees", f"{HERE}/products/item-100",
    ]  # fmt: skip
    assert said["og:image"] == f"{HERE}/media/{key}"
    assert (said["og:type"], said["og:image:alt"]) == ("product", "A tee.")
    assert said["og:title"].startswith("Kept </script><b> & “tee”")
    shop.write("UPDATE stock_level SET reserved = on_hand")
    _, _, (product, _) = head_of(shop, "/products/item-100")
    assert product["offers"]["availability"] == "https://schema.org/OutOfStock"
    shop.write("UPDATE stock_level SET reserved = 0")


def test_the_picture_of_a_link_is_the_widest_jpeg(shop, tee):
    def work(session):
        picture = Picture(digest="b" * 64, source_key="x", width=1000, height=1000, created_at=shop.clock())
        picture.renditions = [
            Rendition(format=form, width=width, height=width, key=f"{'b' * 64}/{width}.{form}", bytes=1)
            for form, width in (("jpeg", 480), ("jpeg", 960), ("avif", 1440))
        ]
        session.add(picture)
        session.flush()
        session.add(ProductPicture(product_id=1, picture_id=picture.id, position=0, alt="A tee."))

    shop.db.run(work)
    for path in ("/products/item-100", "/collections/tees", "/"):
        _, said, _ = head_of(shop, path)
        assert said["og:image"] == f"{HERE}/media/{'b' * 64}/960.jpeg", path


def test_the_sitemap_names_every_page_that_is_everybodys_and_nothing_that_is_not(shop, tee):
    secret = hidden_items(shop)
    assert len(secret) == 5
    assert places(shop) == [
        HERE + path
        for path in ("/", "/products", "/terms", "/privacy", "/returns", "/collections/tees", "/products/item-100")
    ]
    for address in places(shop):
        assert shop.visitor().get(address.removeprefix(HERE)).status_code == 200
    feed = shop.visitor().get("/feeds/products.xml").text
    robots = shop.visitor().get("/robots.txt").text
    for slug in secret:
        assert (slug in feed, slug in robots) == (False, False)
    assert "Secret" not in feed


def test_a_collection_of_drafts_is_not_in_the_sitemap(shop):
    shop.make_item("Secret", status=Status.DRAFT)
    shop.db.run(lambda session: session.add(Collection(slug="secret-drop", title="Secret drop", position=1)))
    shop.write("INSERT INTO collection_product SELECT c.id, p.id, 1 FROM collection c, product p")
    assert f"{HERE}/collections/secret-drop" not in places(shop)


def test_a_sitemap_tells_when_a_product_was_changed(shop, tee):
    moment = shop.clock().replace(microsecond=0) - timedelta(days=3)
    shop.db.run(lambda session: session.execute(update(Product).values(updated_at=moment)))
    root = ET.fromstring(shop.visitor().get("/sitemap.xml").data)
    changed = {url[0].text: url[1].text for url in root if len(url) > 1}
    assert changed[f"{HERE}/products/item-100"] == moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_large_sitemap_is_an_index_of_parts_that_name_each_page_once(shop, tee, monkeypatch):
    for _ in range(7):
        shop.make_item()
    monkeypatch.setattr(views, "MOST", 5)
    parts = places(shop)
    assert parts == [f"{HERE}/sitemap-pages.xml", f"{HERE}/sitemap-1.xml"]
    named = [place for part in parts for place in places(shop, part.removeprefix(HERE))]
    assert len(named) == len(set(named)) == 6 + 8
    assert shop.visitor().get("/sitemap-2.xml").status_code == 404
    for nonsense in ("0", "01", "-1", "x", "9" * 18, "9" * 40):
        assert shop.visitor().get(f"/sitemap-{nonsense}.xml").status_code == 404


def test_a_part_holds_a_span_of_ids(shop):
    now = shop.clock()
    plain = {
        "line": "", "details": [], "kind": "physical", "status": "active", "published_at": now, "created_at": now,
        "updated_at": now, "title": "T", "description": "",
    }  # fmt: skip
    ids = (1, 9_999, 10_000, 10_001, 20_000, 20_001)

    def work(session):
        for one in ids:
            session.execute(insert(Product).values(plain | {"id": one, "slug": f"p-{one}"}))
            for table, columns in (
                ("variant", "(id, product_id, sku, label, position, weight_grams, tax_class, stocked) VALUES"
                            f" ({one}, {one}, 's{one}', '', 0, 0, 'goods', false)"),
                ("variant_price", f"(variant_id, currency, amount) VALUES ({one}, 'usd', 100)"),
            ):  # fmt: skip
                session.execute(text(f"INSERT INTO {table} {columns}"))

    shop.db.run(work)
    with shop.db.reader() as reader:
        terms = terms_of(shop.settings, shop.clock())
        assert [(part.part, part.count) for part in repository.list_parts(reader, terms)] == [(1, 3), (2, 2), (3, 1)]
        of_second = [row.slug for row in repository.list_of_part(reader, 2, terms)]
    assert of_second == ["p-10001", "p-20000"]


def test_the_feed_tells_of_the_newest_twenty_and_keeps_their_names_when_their_addresses_move(shop, tee):
    for n in range(22):
        shop.make_item(f"Item {n}")
    answer = shop.visitor().get("/feeds/products.xml")
    assert answer.mimetype == "application/atom+xml"
    root = ET.fromstring(answer.data)
    titles = [title.text for title in root.iterfind(f"{ATOM}entry/{ATOM}title")]
    assert (len(titles), titles[0].split(",")[0]) == (20, "Item 21")
    before = [one.text for one in root.iterfind(f"{ATOM}entry/{ATOM}id")]
    assert len(set(before)) == 20
    shop.write("UPDATE product SET slug = 'moved-' || slug")
    root = ET.fromstring(shop.visitor().get("/feeds/products.xml").data)
    assert [one.text for one in root.iterfind(f"{ATOM}entry/{ATOM}id")] == before
    assert root.find(f"{ATOM}entry/{ATOM}link").get("href") == f"{HERE}/products/moved-item-122"


def test_robots_stay_away_from_what_is_somebodys_own(shop):
    told = shop.visitor().get("/robots.txt").text
    kept_out = re.findall("^Disallow: (.*)$", told, re.M)
    for own in ("/account", "/account/orders", "/admin", "/admin/orders", "/cart", "/checkout", "/o/x", "/sign-in"):
        assert any(own.startswith(path) for path in kept_out), own
    for everybodys in (
        "/",
        "/products",
        "/products/item-100",
        "/collections/tees",
        "/media/x",
        "/static/css/store.css",
    ):
        assert not any(everybodys.startswith(path) for path in kept_out), everybodys
    assert told.endswith(f"\nSitemap: {HERE}/sitemap.xml\n")


def test_what_is_not_everybodys_is_no_search_engines(shop, tee):
    guest = shop.visitor_with(tee)
    for path in ("/cart", "/checkout", "/sign-in", "/nothing"):
        assert guest.get(path).headers["X-Robots-Tag"] == "noindex", path
    for path in ("/", "/products", "/products/item-100", "/robots.txt", "/sitemap.xml", "/feeds/products.xml"):
        assert "X-Robots-Tag" not in shop.visitor().get(path).headers, path


def test_whoever_finds_a_weakness_is_told_whom_to_write_to(open_shop):
    shop = open_shop(security_contact="https://shop.example/report")
    answer = shop.visitor().get("/.well-known/security.txt")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.text.startswith("Contact: https://shop.example/report\nExpires: ")
    assert answer.text.endswith(f"\nCanonical: {HERE}/.well-known/security.txt\n")


def test_without_a_contact_of_its_own_the_mails_sender_is_the_one(shop):
    assert shop.visitor().get("/.well-known/security.txt").text.startswith("Contact: mailto:shop@nastymixx.example\n")
