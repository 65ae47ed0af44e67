"""Pages kept as bytes within a bound, and the addresses that they are kept under."""

import gzip
import random

from store.web.front import canonical
from store.web.pages import OVERHEAD, Page, Pages, make_page

NAMES = frozenset({"sort", "after"})


def page(mark="m", size=100):
    return Page(mark, (), b"x" * size, b"")


def test_a_page_is_found_under_its_address_in_its_edition_alone():
    pages = Pages(100_000)
    pages.put("/a", page("one"))
    assert pages.get("/a", "one") == page("one")
    assert pages.get("/a", "two") is None
    assert pages.get("/b", "one") is None


def test_a_newer_edition_takes_the_place_of_the_one_before():
    pages = Pages(100_000)
    pages.put("/a", page("one", 500))
    pages.put("/a", page("two", 300))
    assert pages.get("/a", "one") is None
    assert pages.taken == 300 + OVERHEAD


def test_the_room_is_never_exceeded_and_what_was_wanted_least_recently_goes():
    pages = Pages(10 * (1000 + OVERHEAD))
    for n in range(10):
        pages.put(f"/{n}", page(size=1000))
    assert pages.get("/0", "m")  # so that it is not the oldest anymore
    pages.put("/10", page(size=1000))
    assert pages.get("/0", "m")
    assert pages.get("/1", "m") is None
    for n in range(1000):
        pages.put(f"/many/{n}", page(size=n))
        assert pages.taken <= pages.room


def test_a_page_that_would_push_out_too_many_is_not_kept():
    pages = Pages(80_000)
    pages.put("/large", page(size=10_000))
    assert (pages.get("/large", "m"), pages.taken) == (None, 0)


def test_a_page_is_packed_once_when_that_makes_it_smaller():
    made = make_page("m", (), b"again and " * 400)
    assert gzip.decompress(made.packed) == made.body
    assert len(made.packed) < 100
    assert make_page("m", (), b"short").packed == b""
    assert make_page("m", (), random.Random(1).randbytes(600)).packed == b""


def test_a_query_is_one_whatever_its_order_and_its_campaign():
    assert canonical("sort=price&after=3400-7", NAMES) == "after=3400-7&sort=price"
    assert canonical("after=3400-7&utm_source=mail&sort=price&fbclid=x%20y", NAMES) == "after=3400-7&sort=price"
    assert canonical("utm_source=mail", frozenset()) == ""
    assert canonical("", NAMES) == ""


def test_a_query_that_was_not_expected_has_no_page():
    for query in (
        "q=tee", "sort=price&sort=newest", "sort=", "sort=a%00b", "sort=%C3%A9", "sort=" + "x" * 81, "after=a/b",
        "&".join(["utm_source=a"] * 100), "sort[]=price", "SORT=price",
    ):  # fmt: skip
        assert canonical(query, NAMES) is None, query
