import pytest
import stripe


def test_lists_are_newest_first_and_paged_in_both_directions(account):
    made = [account.make_session().id for _ in range(7)]
    sessions = account.v1.checkout.sessions
    newest = sessions.list({"limit": 3})
    assert ([one.id for one in newest.data], newest.has_more) == (made[:3:-1], True)
    rest = sessions.list({"limit": 10, "starting_after": newest.data[-1].id})
    assert ([one.id for one in rest.data], rest.has_more) == (made[3::-1], False)
    above = sessions.list({"limit": 2, "ending_before": made[0]})
    assert ([one.id for one in above.data], above.has_more) == ([made[2], made[1]], True)
    assert [one.id for one in sessions.list({"limit": 2}).auto_paging_iter()] == made[::-1]
    upwards = sessions.list({"limit": 2, "ending_before": made[0]}).auto_paging_iter()
    assert [one.id for one in upwards] == made[1:]


def test_the_cursor_is_a_place_among_all_even_when_it_no_longer_fits_the_filter(account):
    made = [account.make_session() for _ in range(3)]
    account.v1.checkout.sessions.expire(made[1].id)
    listed = account.v1.checkout.sessions.list({"status": "open", "starting_after": made[1].id})
    assert [one.id for one in listed.data] == [made[0].id]


def test_sessions_are_listed_by_status_time_and_payment_intent(account):
    first = account.make_session()
    account.advance(100)
    second = account.make_session()
    paid = account.pay(first)
    listed = account.v1.checkout.sessions.list
    assert [one.id for one in listed({"created": {"gte": second.created}}).data] == [second.id]
    assert [one.id for one in listed({"created": {"lt": second.created}}).data] == [first.id]
    assert [one.id for one in listed({"status": "complete"}).data] == [first.id]
    assert [one.id for one in listed({"payment_intent": paid["payment_intent"]}).data] == [first.id]


def test_events_are_listed_by_type_types_and_wildcard(account):
    account.pay(account.make_session())
    listed = account.v1.events.list
    assert [event.type for event in listed({"type": "payment_intent.*"}).data] == [
        "payment_intent.succeeded",
        "payment_intent.created",
    ]
    types = ["charge.succeeded", "checkout.session.completed"]
    assert [event.type for event in listed({"types": types}).data] == types[::-1]
    with pytest.raises(stripe.InvalidRequestError):
        listed({"types": types, "type": "charge.succeeded"})
    event = listed({"types": types}).data[0]
    assert account.v1.events.retrieve(event.id).data.object.id == event.data.object.id
    account.advance(31 * 24 * 3600)
    assert listed({"types": types}).data == []


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 101}, {"surprise": 1}, {"status": "lost"}, {"subscription": "sub_1"}]
)
def test_a_list_that_cannot_be_told_rightly_is_refused(account, params):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        account.v1.checkout.sessions.list(params)
    assert caught.value.param == next(iter(params))


def test_ids_are_expanded_deeply_and_in_lists(account):
    session = account.pay(account.make_session())
    account.advance(2)
    paths = ["payment_intent.latest_charge.balance_transaction", "payment_intent.payment_method", "line_items"]
    one = account.v1.checkout.sessions.retrieve(session["id"], {"expand": paths})
    assert one.payment_intent.latest_charge.balance_transaction.fee == 88
    assert one.payment_intent.payment_method.card.last4 == "4242"
    assert one.line_items.data[0].price.unit_amount == 1999
    listed = account.v1.checkout.sessions.list({"expand": ["data.payment_intent", "data.line_items"]})
    assert listed.data[0].payment_intent.status == "succeeded"
    assert listed.data[0].line_items.data[0].quantity == 1


def test_what_is_no_id_cannot_be_expanded(account):
    session = account.make_session()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        account.v1.checkout.sessions.retrieve(session.id, {"expand": ["success_url"]})
    assert caught.value.param == "expand[0]"


def test_an_expanded_null_stays_null(account):
    session = account.make_session()
    expanded = account.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert expanded.payment_intent is None


def test_line_items_are_paged_first_line_first(account):
    names = [f"Record {number}" for number in range(12)]
    lines = [{"price_data": {"currency": "usd", "product_data": {"name": name}, "unit_amount": 900}, "quantity": 1}
             for name in names]  # fmt: skip
    session = account.make_session(line_items=lines)
    first = account.v1.checkout.sessions.line_items.list(session.id)
    assert ([item.description for item in first.data], first.has_more) == (names[:10], True)
    assert [item.description for item in first.auto_paging_iter()] == names


def test_accounts_do_not_see_each_other(account):
    neighbour = account.neighbour
    session = account.make_session()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        neighbour.v1.checkout.sessions.retrieve(session.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert neighbour.v1.checkout.sessions.list().data == []
    assert neighbour.control("GET", "requests").json()["data"][0]["path"] == f"/v1/checkout/sessions/{session.id}"
