import pytest

from store.actors import ANONYMOUS, Actor, Role
from store.admin.navigation import entries, first_url
from store.errors import Forbidden


def staff(*roles: Role) -> Actor:
    return Actor(member_id=1, roles=frozenset(roles))


def labels(actor: Actor) -> list[str]:
    return [entry["label"] for entry in entries(actor, "admin.home")]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (
            Role.OWNER,
            ["Attention", "Orders", "Products", "Stock", "Collections", "Ledger", "Repairs", "History", "Staff"],
        ),
        (Role.ORDERS, ["Attention", "Orders", "Products", "Stock", "Collections"]),
        (Role.CATALOG, ["Products", "Stock", "Collections"]),
        (Role.REFUNDS, ["Attention", "Orders"]),
        (Role.REPORTS, ["Ledger", "Repairs", "History"]),
        (Role.PACKER, ["Attention", "Orders", "Stock"]),
        (Role.STALL, ["Products", "Stock", "Collections"]),
    ],
)
def test_a_role_is_shown_the_areas_it_may_open(role, seen):
    assert labels(staff(role)) == seen


def test_two_roles_see_what_either_may_open_once():
    assert labels(staff(Role.PACKER, Role.REPORTS)) == ["Attention", "Orders", "Stock", "Ledger", "Repairs", "History"]


def test_a_stranger_is_shown_nothing():
    assert entries(ANONYMOUS, "admin.home") == []


@pytest.mark.parametrize(
    ("endpoint", "current"),
    [
        ("admin_orders.show", ["Orders"]),
        ("admin_stock.levels", ["Stock"]),
        ("admin_attention.show", ["Attention"]),
        ("admin_events.index", ["Attention"]),
        ("admin_payments.show", ["Attention"]),
        ("admin.home", []),
        ("orders.private", []),
        (None, []),
    ],
)
def test_the_area_of_a_page_is_marked(endpoint, current):
    assert [entry["label"] for entry in entries(staff(Role.OWNER), endpoint) if entry["current"]] == current


def test_an_entry_says_all_that_a_template_shows():
    attention = {"name": "attention", "label": "Attention", "url": "/admin/attention", "key": "a", "in_bar": True}
    orders = {"name": "orders", "label": "Orders", "url": "/admin/orders", "key": "o", "in_bar": True}
    assert entries(staff(Role.REFUNDS), "admin_orders.list", 3) == [
        attention | {"current": False, "count": 3},
        orders | {"current": True, "count": 0},
    ]


@pytest.mark.parametrize(
    ("role", "url"),
    [(Role.OWNER, "/admin/orders"), (Role.STALL, "/admin/products"), (Role.REPORTS, "/admin/ledger")],
)
def test_work_begins_in_the_first_area_that_is_open(role, url):
    assert first_url(staff(role)) == url


def test_work_begins_with_what_waits_for_a_person_if_anything_does():
    assert first_url(staff(Role.ORDERS), 1) == "/admin/attention"
    assert first_url(staff(Role.ORDERS), 0) == "/admin/orders"
    assert first_url(staff(Role.STALL), 1) == "/admin/products"


def test_whom_no_area_is_open_is_refused():
    with pytest.raises(Forbidden, match="Ask an owner"):
        first_url(ANONYMOUS)
