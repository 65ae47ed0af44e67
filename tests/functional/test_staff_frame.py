"""What stands around every staff page: the way in, the areas of one's role, refusals that stay within it."""

import re

import pytest

from store.actors import Role
from store.audit.repository import raise_attention
from tests.functional.ours import assert_page


def tell(shop, subject):
    now = shop.clock()
    shop.db.run(lambda session: raise_attention(session, "unapplied_mismatch", subject, "Something came.", now))


def areas_in(page):
    """The labels of the navigation's areas."""
    return re.findall(r'<a class="area"\s+href="/admin/[a-z]+"[^>]*>.*?<span>(.*?)</span>', page.text, re.S)


@pytest.mark.parametrize(
    ("role", "start"),
    [(Role.OWNER, "/admin/orders"), (Role.STALL, "/admin/products"), (Role.REPORTS, "/admin/ledger")],
)
def test_the_door_leads_staff_to_where_their_work_begins(shop, role, start):
    answer = shop.staff(role).get("/admin")
    assert (answer.status_code, answer.location) == (303, start)


def test_the_door_leads_to_what_waits_for_a_person_and_every_page_says_how_much(shop):
    tell(shop, "payment:pi_1")
    tell(shop, "payment:pi_2")
    clerk = shop.staff(Role.ORDERS)
    assert clerk.get("/admin").location == "/admin/attention"
    assert '<b class="waiting num">2<span class="vh"> open</span></b>' in clerk.get("/admin/orders").text
    stall = shop.staff(Role.STALL)
    assert stall.get("/admin").location == "/admin/products"
    assert "waiting" not in stall.get("/admin/products").text


def test_the_door_asks_strangers_to_sign_in_and_leads_back(shop):
    answer = shop.visitor().get("/admin")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/admin")


def test_members_without_a_role_learn_of_no_door(shop):
    answer = shop.member().get("/admin")
    assert_page(answer, 404, "There is no such page.")
    assert areas_in(answer) == []


def test_an_owner_sees_every_area_and_the_one_of_the_page_is_marked(shop):
    page = shop.staff(Role.OWNER).get("/admin/staff")
    assert page.status_code == 200
    areas = ["Attention", "Orders", "Products", "Stock", "Collections", "Ledger", "Repairs", "History", "Staff"]
    assert areas_in(page) == areas
    assert re.findall(r'href="([^"]+)"\s+aria-current="page"', page.text) == ["/admin/staff"]
    assert "staff1@example.com" in page.text


def test_whose_role_does_not_reach_is_told_so_among_the_areas_that_are_open(shop):
    page = shop.staff(Role.PACKER).get("/admin/staff")
    assert_page(page, 403, "Your role does not allow this. Ask an owner of the shop.")
    assert areas_in(page) == ["Attention", "Orders", "Stock"]


def test_pages_of_the_shop_show_nothing_of_the_staff_even_to_an_owner(shop):
    page = shop.staff(Role.OWNER).get("/products")
    assert page.status_code == 200
    assert areas_in(page) == []
    assert "staff1@example.com" not in page.text
