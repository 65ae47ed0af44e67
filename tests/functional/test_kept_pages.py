"""Public pages are the same for everybody, answered from bytes, and never later than the database."""

import gzip
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from store.catalog.models import Collection, Product
from store.web import front
from tests.shop import Shop

PUBLIC = ("/", "/products", "/collections/tees", "/products/item-100", "/terms", "/privacy", "/returns", "/robots.txt",
          "/sitemap.xml", "/sitemap-pages.xml", "/sitemap-1.xml", "/feeds/products.xml")  # fmt: skip


@pytest.fixture
def tee(shop):
    variant = shop.make_item("Kept tee", units=100)
    shop.db.run(lambda session: session.add(Collection(slug="tees", title="Tees", position=1)))
    shop.write("INSERT INTO collection_product SELECT c.id, p.id, 1 FROM collection c, product p")
    return variant


def statements(shop, ask):
    """The answer, and how many statements SQLAlchemy has sent for it; the edition is read past it."""
    sent = []
    note = lambda _connection, _cursor, statement, *_: sent.append(statement)  # noqa: E731
    event.listen(shop.db.engine, "before_cursor_execute", note)
    try:
        return ask(), len(sent)
    finally:
        event.remove(shop.db.engine, "before_cursor_execute", note)


def test_a_page_is_rendered_once_and_then_asks_nothing(shop, tee):
    for path in PUBLIC:
        first = shop.visitor().get(path)
        again, asked = statements(shop, lambda path=path: shop.visitor().get(path))
        assert (again.status_code, asked, again.data) == (200, 0, first.data), path
        assert dict(again.headers) == dict(first.headers), path
        assert "Set-Cookie" not in again.headers


def test_whoever_has_the_page_is_told_so_without_it(shop, tee):
    for path in PUBLIC:
        first = shop.visitor().get(path)
        again, asked = statements(
            shop, lambda path=path, tag=first.headers["ETag"]: shop.visitor().get(path, headers={"If-None-Match": tag})
        )
        assert (again.status_code, again.data, asked) == (304, b"", 0), path
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == "public, no-cache"


def test_one_of_several_marks_is_enough_and_a_strangers_is_not(shop, tee):
    tag = shop.visitor().get("/").headers["ETag"]
    for known, status in (
        (f'"a", W/{tag}', 304), (tag.strip('"'), 200), ('"a"', 200), ("*", 200), (f'"x{tag[1:]}', 200), ("", 200),
    ):  # fmt: skip
        assert shop.visitor().get("/", headers={"If-None-Match": known}).status_code == status, known


def test_a_mark_is_of_one_page_alone(shop, tee):
    tags = [shop.visitor().get(path).headers["ETag"] for path in (*PUBLIC, "/products?sort=price")]
    assert len(set(tags)) == len(tags)


def test_a_head_has_the_headers_of_the_page(shop, tee):
    for prepare in (lambda: None, lambda: shop.visitor().get("/products")):
        shop.make_item()
        prepare()
        head, get = shop.visitor().head("/products"), shop.visitor().get("/products")
        assert (head.status_code, head.data) == (200, b"")
        assert dict(head.headers) == dict(get.headers)
        assert int(head.headers["Content-Length"]) == len(get.data) > 1000


def test_a_page_is_packed_for_whoever_takes_it_so(shop, tee):
    plain = shop.visitor().get("/")
    packed = shop.visitor().get("/", headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert ("Content-Encoding" in plain.headers, plain.headers["Vary"]) == (False, "Accept-Encoding")
    refused = shop.visitor().get("/", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert refused.data == plain.data


def test_what_changes_is_on_the_next_page_whoever_changed_it(shop, tee, tmp_path):
    """Another process keeps pages of its own, and asks the database as this one does."""
    other = Shop(shop.db.url, shop.settings.stripe_api_base, tmp_path, shop.account)
    for asked in (shop, other):
        assert "Kept tee" in asked.visitor().get("/products/item-100").text
    shop.set_price(tee, 4700)
    for asked in (shop, other):
        assert "$47" in asked.visitor().get("/products/item-100").text
        assert "$47" in asked.visitor().get("/").text
    other.write("UPDATE collection SET title = 'Shirts'")
    for asked in (shop, other):
        assert "Shirts" in asked.visitor().get("/terms").text  # its navigation
    marks = [one.visitor().get("/").headers["ETag"] for one in (shop, other)]
    assert marks[0] == marks[1]
    other.close()


def test_a_mark_of_before_the_change_is_no_mark_anymore(shop, tee):
    tag = shop.visitor().get("/products/item-100").headers["ETag"]
    shop.set_price(tee, 4700)
    answer = shop.visitor().get("/products/item-100", headers={"If-None-Match": tag})
    assert (answer.status_code, "$47" in answer.text) == (200, True)


def test_what_is_left_is_true_at_once(shop):
    tee = shop.make_item("Rare tee", units=7)
    page = lambda: shop.visitor().get("/products/item-100").text  # noqa: E731
    assert "left" not in page()
    client = shop.visitor_with(tee, quantity=2)
    shop.check_out(client)
    assert "Only 5 left." in page()
    client.post("/checkout/cancel")
    assert "left" not in page()
    shop.buy(tee, quantity=7)
    assert "Sold out." in page()


def test_a_page_knows_when_something_appears_and_when_it_goes(shop, tee):
    moment, end = shop.clock() + timedelta(hours=1), shop.clock() + timedelta(hours=2)
    shop.make_item("Drop of tonight")
    dated = update(Product).where(Product.title == "Drop of tonight").values(published_at=moment, withdrawn_at=end)
    shop.db.run(lambda session: session.execute(dated))
    seen = []
    for _ in range(3):
        seen.append("Drop of tonight" in shop.visitor().get("/products").text)
        shop.clock.advance(minutes=61)
    assert seen == [False, True, False]


def test_a_bag_changes_nothing_on_a_page(shop, tee):
    guest = shop.visitor_with(tee)
    for path in PUBLIC:
        assert guest.get(path).data == shop.visitor().get(path).data, path


def test_members_have_pages_of_their_own_that_nobody_keeps(shop, tee):
    ana = shop.signed_in(shop.make_member())
    for path in PUBLIC:
        kept = shop.visitor().get(path)
        own = ana.get(path, headers={"If-None-Match": kept.headers["ETag"]})
        assert (own.status_code, own.headers["Cache-Control"]) == (200, "no-store"), path
        assert "Cookie" in own.headers["Vary"]
        assert "ETag" not in own.headers
    assert shop.visitor().get("/").headers["Cache-Control"] == "public, no-cache"


def test_no_error_is_kept(shop, tee):
    shop.visitor().get("/products/item-100")
    shop.write("UPDATE product SET status = 'archived'")
    for path, status in (
        ("/products/item-100", 410), ("/products/none", 404), ("/collections/none", 404), ("/products?sort=x", 422),
        ("/products?after=x", 422), ("/sitemap-7.xml", 404),
    ):  # fmt: skip
        for _ in range(2):
            answer, asked = statements(shop, lambda path=path: shop.visitor().get(path))
            assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store"), path
            assert "ETag" not in answer.headers
            assert asked > 0 or status == 422
    shop.write("UPDATE product SET status = 'active'")
    assert shop.visitor().get("/products/item-100").status_code == 200


def test_what_was_not_expected_in_a_query_fills_no_memory(shop, tee):
    pages = shop.app.wsgi_app._pages
    shop.visitor().get("/products")
    before = pages.taken
    for n in range(50):
        assert shop.visitor().get(f"/products?x={n}").status_code == 200
        assert shop.visitor().get(f"/terms?variant={n}").status_code == 200
        assert shop.visitor().get(f"/products/none-{n}").status_code == 404
    assert pages.taken == before
    kept = shop.visitor().get("/products?utm_source=a")
    assert (kept.data, pages.taken) == (shop.visitor().get("/products").data, before)


def test_the_room_for_pages_is_bounded(open_shop):
    shop = open_shop(page_cache_megabytes=1)
    shop.make_item()
    for n in range(120):
        shop.visitor().get(f"/products/item-100?variant={n}")
        assert shop.app.wsgi_app._pages.taken <= 2**20


def test_pages_can_be_rendered_each_time(open_shop):
    shop = open_shop(page_cache_megabytes=0)
    shop.visitor().get("/")
    answer, asked = statements(shop, lambda: shop.visitor().get("/"))
    assert (answer.status_code, answer.headers["Cache-Control"], "ETag" in answer.headers) == (
        200, "public, no-cache", False)  # fmt: skip
    assert asked > 0


def test_headers_of_a_stranger_reach_no_page_that_others_see(shop, tee):
    forged = {
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "X-Forwarded-Scheme": "gopher",
        "X-Original-URL": "/admin", "X-Rewrite-URL": "/cart", "X-HTTP-Method-Override": "POST",
        "Forwarded": "host=evil", "Range": "bytes=0-3", "Accept-Language": "xx", "Origin": "https://evil.example",
    }  # fmt: skip
    for path in PUBLIC:
        first = shop.visitor().get(path, headers=forged)
        assert (first.status_code, "evil" in str(first.headers), "evil" in first.text) == (200, False, False)
        assert first.data == shop.visitor().get(path).data


def test_only_our_own_hosts_are_answered_from_bytes(shop, tee):
    shop.visitor().get("/")
    answer = shop.visitor().get("/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")


def test_an_unsafe_request_is_never_answered_from_bytes(shop, tee):
    shop.visitor().get("/products")
    assert shop.visitor().post("/products").status_code == 405
    answer = shop.visitor().open("/products", method="OPTIONS")
    assert (answer.status_code, answer.data) == (200, b"")


def test_while_the_database_is_away_no_page_pretends_to_know(shop, tee, monkeypatch):
    shop.visitor().get("/")

    def away():
        raise front.Unavailable("away")

    monkeypatch.setattr(shop.app.wsgi_app, "_edition", away)
    answer, asked = statements(shop, lambda: shop.visitor().get("/"))
    assert (answer.status_code, asked > 0, "ETag" in answer.headers) == (200, True, False)


def test_what_brings_a_cookie_is_not_kept(shop, tee):
    @shop.app.after_request
    def tempt(response):
        response.set_cookie("tempting", "1")
        return response

    for _ in range(2):
        answer, asked = statements(shop, lambda: shop.visitor().get("/"))
        assert (asked > 0, "ETag" in answer.headers) == (True, False)
    assert shop.app.wsgi_app._pages.taken == 0
