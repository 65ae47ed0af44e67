import pytest

from store.actors import Actor, Role
from store.admin.attention.subjects import Place, place

OWNER = Actor(member_id=1, roles=frozenset({Role.OWNER}))
REFUNDS = Actor(member_id=2, roles=frozenset({Role.REFUNDS}))


@pytest.mark.parametrize(
    ("subject", "label", "url"),
    [
        ("order:NM-7K4Q", "Order NM-7K4Q", "/admin/orders/NM-7K4Q"),
        ("payment:pi_3W2uqO23YLYDhikHD0Q5zlUo", "Payment …Q5zlUo", "/admin/payments/pi_3W2uqO23YLYDhikHD0Q5zlUo"),
        ("variant:12", "Stock of 12", "/admin/stock/12"),
        ("event:evt_1", "Event evt_1", "/admin/webhook-events?q=evt_1"),
        ("job:12", "Job 12", "/admin/jobs"),
        ("balance_transaction:txn_1", "Movement txn_1", "/admin/ledger/movements/txn_1"),
        ("moon:full", "Moon full", None),
        ("payment:a/../b?c", "Payment a/../b?c", "/admin/payments/a%2F..%2Fb%3Fc"),
        ("nothing", "Nothing", None),
    ],
)
def test_a_subject_leads_to_the_page_of_its_thing(subject, label, url):
    assert place(subject, {}, OWNER) == Place(label, url)


def test_what_has_no_page_is_shown_by_what_it_belongs_to():
    belongs_to = {"attempt:a1": "checkout:c1", "refund:7": "order:NM-7K4Q"}
    assert place("attempt:a1", belongs_to, OWNER) == Place("Checkout c1", "/admin/checkouts/c1")
    assert place("refund:7", belongs_to, OWNER) == Place("Order NM-7K4Q", "/admin/orders/NM-7K4Q")
    assert place("refund:8", belongs_to, OWNER) == Place("Refund 8", None)


def test_whoever_may_not_see_a_thing_gets_no_link_to_it():
    assert place("variant:12", {}, REFUNDS) == Place("Stock of 12", None)
