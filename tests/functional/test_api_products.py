"""What is for sale, as programs read it: page by page, each once, and nothing that is not for sale."""

import pytest

from store.catalog.models import Status
from tests.functional.ours import bags
from tests.functional.programs import BUYER, Program, assert_problem


@pytest.fixture
def program(shop):
    return Program(shop)


def test_each_product_is_on_one_page_of_the_list_whatever_the_order(shop, program):
    slugs = {f"item-{100 + number}" for number in range(11)}
    for number in range(11):
        shop.make_item(f"Tee {number}", price=1000 + number // 3)
    for order in (
        "",
        "&sort=newest",
        "&sort=price",
        "&sort=-price",
        "&q=tee",
        "&q=tee&sort=match",
        "&q=tee&sort=price",
    ):
        seen, cursor, pages = [], "", 0
        while cursor is not None:
            page = program.get(f"/products?limit=3{order}{cursor and f'&cursor={cursor}'}").json
            seen += [(item["slug"], item["price"]["amount"]) for item in page["items"]]
            cursor, pages = page["next"], pages + 1
        assert ({slug for slug, _ in seen}, len(seen), pages) == (slugs, 11, 4), order
        if "price" in order:
            prices = [amount for _, amount in seen]
            assert prices == sorted(prices, reverse="-" in order)
    assert len(program.get("/products").json["items"]) == 11
    assert program.get("/products?limit=100").json["next"] is None
    assert program.get("/products?q=nothing+like+it").json == {"items": [], "next": None}


def test_what_is_known_is_not_sent_again_until_it_changes(shop, program):
    tee = shop.make_item(units=3)
    for path in ("/products?limit=5&sort=price", "/products", "/products/item-100"):
        first = program.get(path)
        assert (first.status_code, first.headers["Cache-Control"]) == (200, "public, no-cache")
        known = {"If-None-Match": first.headers["ETag"]}
        again = program.get(path, headers=known)
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert program.get(path, headers={"If-None-Match": '"another"'}).data == first.data
    cart = program.cart_with(tee, quantity=3)
    assert program.post(f"{cart}/checkout", BUYER, key="all of it").status_code == 201
    changed = program.get("/products/item-100", headers=known)
    assert (changed.status_code, changed.json["variants"][0]["available"]) == (200, False)


def test_what_is_not_for_sale_is_in_no_list_and_its_address_tells_nothing(shop, program):
    shop.make_item("Tee shown")
    shop.make_item("Tee drafted", status=Status.DRAFT)
    coming = shop.make_item("Tee coming", published=False)
    shop.make_item("Tee gone", status=Status.ARCHIVED)
    for path in ("/products", "/products?q=tee", "/products?sort=price", "/products?limit=100"):
        assert [item["title"] for item in program.get(path).json["items"]] == ["Tee shown"], path
    nothing = program.get("/products/none").json
    for slug in ("item-101", "item-102"):
        answer = program.get(f"/products/{slug}")
        assert_problem(answer, 404, "not-found")
        assert answer.json == nothing
    gone = program.get("/products/item-103")
    assert_problem(gone, 410, "gone")
    assert gone.json["detail"] == "Tee gone has left the catalog. Its number is not used again."
    cart = program.cart_with()
    for variant in (coming, "NMX-101", "NMX-102", "NMX-103"):
        assert_problem(program.post(f"{cart}/lines", {"variant": variant}), 422, "invalid", "variant")
    assert bags(shop) == []
