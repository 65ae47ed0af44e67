"""Many hands at one shelf at the same moment, on both databases."""

import pytest

from tests.integration.stocking import at_once, attention, level, movements, place


def test_twenty_deliveries_at_once_all_arrive(shop, do):
    tee = shop.make_item(units=0)
    outcomes = at_once(*[lambda n=n: do.receive(tee, n, key=f"form-{n}") for n in range(1, 21)])
    assert sorted(moved.quantity for moved in outcomes) == list(range(1, 21))
    assert level(shop, tee) == (210, 0, 0)
    assert len(movements(shop, tee)) == 20
    assert [seq for (seq,) in shop.rows("SELECT seq FROM audit_entry ORDER BY seq")] == list(range(1, 21))


def test_one_delivery_sent_twenty_times_at_once_arrives_once(shop, do):
    tee = shop.make_item(units=0)
    outcomes = at_once(*[lambda: do.receive(tee, 5, key="one-form")] * 20)
    assert len(set(outcomes)) == 1
    assert (level(shop, tee), len(movements(shop, tee))) == ((5, 0, 0), 1)
    assert shop.value("SELECT COUNT(*) FROM audit_entry") == 1


def test_one_form_sent_for_two_variants_at_once_serves_one(shop, do):
    tee, tape = shop.make_item(units=0), shop.make_item(units=0)
    outcomes = at_once(lambda: do.receive(tee, 5, key="k"), lambda: do.receive(tape, 5, key="k"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Moved"]
    assert level(shop, tee)[0] + level(shop, tape)[0] == 5


def test_one_count_sent_twice_at_once_is_one_and_two_counts_of_one_page_are_one_and_a_refusal(shop, do):
    tee = shop.make_item(units=10)
    assert len(set(at_once(*[lambda: do.count(tee, 8, 10, key="c")] * 2))) == 1
    assert (level(shop, tee), len(movements(shop, tee))) == ((8, 0, 0), 1)
    outcomes = at_once(lambda: do.count(tee, 7, 8), lambda: do.count(tee, 6, 8))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Moved"]
    assert level(shop, tee)[0] in (6, 7)
    assert len(movements(shop, tee)) == 2


@pytest.mark.parametrize("round_", range(5))
def test_a_count_racing_checkouts_never_lets_more_be_promised_than_it_says(shop, do, round_):
    tee = shop.make_item(units=6)
    buyers = {f"buyer{number}@example.com": shop.visitor_with(tee) for number in range(6)}
    placing = [lambda email=email: place(buyers[email], email) for email in buyers]
    *statuses, counted = at_once(*placing, lambda: do.count(tee, 2, 6))
    sold = statuses.count(303)
    assert (counted.quantity, sold + statuses.count(409)) == (-4, 6)
    assert level(shop, tee) == (2, sold, max(sold - 2, 0))
    assert len(attention(shop)) == (1 if sold > 2 else 0)


def test_adjustments_and_checkouts_racing_for_the_last_units_never_cross(shop, do):
    tee = shop.make_item(units=4)
    buyers = {f"buyer{number}@example.com": shop.visitor_with(tee) for number in range(4)}
    placing = [lambda email=email: place(buyers[email], email) for email in buyers]
    outcomes = at_once(*placing, *[lambda: do.adjust(tee, -1)] * 4)
    sold, taken = outcomes.count(303), sum(hasattr(outcome, "movement_id") for outcome in outcomes)
    assert (sold + taken, level(shop, tee)) == (4, (4 - taken, sold, 0))
